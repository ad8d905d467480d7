"""What `export` takes: a study's rows with their texts, or those of files."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from annotate.study.folder import Study, model_file
from annotate.study.predictions_file import PredictionRow
from annotate.texts.context import running_text
from exports.formats.material import Sources, What, answered, numbered
from exports.papers.background import Background, days_of, support_of
from exports.readers.annotations import read_codings
from exports.readers.people import Who
from schemas.codebook import Codebook
from schemas.errors import DataError, SettingsError
from schemas.files import read_bytes, reading, rows_of, write_private_json
from schemas.jsonl import read_jsonl
from schemas.project_map import ProjectMap
from schemas.records import (
    Annotation,
    Assignment,
    Commentary,
    GoldSentence,
    Sentence,
    short_hash,
)
from schemas.studio_json import TaskData


def sources_of_study(study: Study, what: What) -> Sources:
    """The study's rows.

    Raises
    ------
    DataError
        There are none yet; says which verb makes them.
    """
    book = study.codebook()
    of_test = _tests(study)
    path = {"annotations": study.annotations, "gold": study.gold, "predictions": study.predictions}[what]
    verb = {"annotations": "pull", "gold": "adjudicate", "predictions": "prelabel"}[what]
    return Sources(
        what=what,
        codebook=book,
        rows=_rows(study.needs(path, verb), what, book),
        sentences=_by_id(study.sentences, Sentence, "sentence_id"),
        commentaries=_by_id(study.commentaries, Commentary, "commentary_id"),
        tests=of_test,
        language=study.settings.language,
    )


def _tests(study: Study) -> set[str]:
    """The sentences that are only evaluated, as they were given out and as they stand in the gold."""
    given = study.assignments
    tests = (
        {row.sentence_id for row in read_jsonl(given, Assignment) if row.test} if given.exists() else set()
    )
    if study.gold.exists():
        tests |= {row.sentence_id for row in read_jsonl(study.gold, GoldSentence) if row.test}
    return tests


def sources_of_files(
    files: Sequence[Path],
    codebook: Codebook,
    *,
    what: What | None = None,
    sentences: Path | None = None,
    commentaries: Path | None = None,
    names: Mapping[Who, str] | None = None,
    project_map: ProjectMap | None = None,
) -> Sources:
    """The rows of files: exports of Label Studio, and files of rows of one kind.

    Parameters
    ----------
    what
        What the files hold; None: what the first one looks like.

    Raises
    ------
    DataError
        A file cannot be read, or is of another codebook.
    """
    what = what or _kind_of(files[0])
    known = _by_id(sentences, Sentence, "sentence_id") if sentences else {}
    tasks: dict[str, TaskData] = {}
    tests: set[str] = set()
    if what == "annotations":
        export = read_codings(files, codebook, names=dict(names or {}), project_map=project_map, by_path=True)
        rows: list[Any] = list(export.annotations)
        codebook, tasks, tests = export.codebook, export.tasks, export.tests
    else:
        rows = [row for file in files for row in _rows(file, what, codebook)]
    return Sources(
        what=what,
        codebook=codebook,
        rows=rows,
        sentences=known,
        commentaries=_by_id(commentaries, Commentary, "commentary_id") if commentaries else {},
        tasks=tasks,
        tests=tests,
    )


def with_contexts(sources: Sources) -> Sources:
    """With the running text around each sentence: from its commentary, else as its row or task has it."""
    contexts = {
        row.sentence_id: (row.before, row.after) for row in sources.rows if isinstance(row, GoldSentence)
    }
    contexts |= {name: (task.before, task.after) for name, task in sources.tasks.items()}
    by_commentary: dict[str, list[Sentence]] = {}
    for sentence in sources.sentences.values():
        by_commentary.setdefault(sentence.commentary_id, []).append(sentence)
    for name, sentences in by_commentary.items():
        if (commentary := sources.commentaries.get(name)) is not None:
            around = running_text(commentary, sentences)
            contexts |= {s.sentence_id: texts for s, texts in zip(sentences, around, strict=True)}
    return sources._replace(contexts=contexts)


def background_of(sources: Sources, study: Study | None, *, has_names: bool) -> Background:
    """What the papers of an export say beyond its rows; ``study``: the one that the rows are of."""
    versions = Counter(
        row["codebook_version"] if sources.what == "predictions" else row.codebook_version or "unknown"
        for row in (sources.rows if sources.what != "gold" else ())
    )
    facts = Background(
        sentences=len(sources.sentences) or None,
        commentaries=len(sources.commentaries) or None,
        coded=days_of(sources.rows) if sources.what == "annotations" else None,
        versions=dict(sorted(versions.items())),
        support=support_of(sources.rows) if sources.what == "gold" else {},
        has_names=has_names,
    )
    if study is None:
        return facts
    settings = study.settings
    return replace(
        facts,
        study=settings.study,
        test_share=settings.test_share,
        overlap=settings.overlap,
        figures=_figures(sources, study) if sources.what == "predictions" else {},
    )


def _figures(sources: Sources, study: Study) -> dict[str, dict[str, Any]]:
    """What was measured of the models whose predictions these are, where the study still has them."""
    from train.persistence.folder import load_meta

    files = {row["model_version"]: model_file(study.models, row["model_version"]) for row in sources.rows}
    metas = {name: load_meta(file.parent) for name, file in files.items() if file is not None}
    return {name: meta.figures["layers"] for name, meta in metas.items() if meta.figures}


def pseudonyms_of(annotators: Iterable[str], study: Study | None) -> dict[str, str]:
    """A pseudonym for each annotator; in a study those that its earlier exports had."""
    path = _pseudonyms(study) if study is not None else None
    return numbered(annotators, _read_pseudonyms(path) if path is not None and path.exists() else {})


def keep_pseudonyms(pseudonyms: Mapping[str, str], study: Study) -> None:
    """Keeps them, so that all exports of a study have the same.

    ``data/pseudonyms.json`` is the key to who coded what, and readable by its owner alone.
    """
    path = _pseudonyms(study)
    if not path.exists() or _read_pseudonyms(path) != pseudonyms:
        write_private_json(path, pseudonyms)


def _pseudonyms(study: Study) -> Path:
    return study.data / "pseudonyms.json"


def _read_pseudonyms(path: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(read_bytes(path), type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not the pseudonyms of a study: {error}", path=path) from error


def machine_rows(path: Path, codebook: Codebook) -> list[Annotation]:
    """A file of predictions as codings of its model: its answers, those below their threshold as well.

    Raises
    ------
    DataError
        It holds no predictions, or some of another codebook.
    """
    rows: list[Annotation] = []
    for row in _rows(path, "predictions", codebook):
        layers = {}
        for name, answer in row["layers"].items():
            layer = codebook.layer(name)
            if layer is not None:
                layers[name] = answered(layer, answer)
        rows.append(
            Annotation(
                sentence_id=row["sentence_id"],
                commentary_id=row["commentary_id"],
                annotator=row["model_version"],
                codebook=row["codebook"],
                codebook_version=row["codebook_version"],
                layers=layers,
            )
        )
    if not rows:
        raise DataError("holds no predictions", path=path)
    return rows


def trained_on(model_version: str, study: Path | None) -> Callable[[str], bool] | None:
    """Whether a model of the study learned from a commentary; None: the study has no such model."""
    path = model_file(study / "models", model_version) if study is not None else None
    if path is None:
        return None
    try:
        names = set(msgspec.json.decode(read_bytes(path))["commentaries"])
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise DataError(f"not the description of a model: {error}", path=path) from error
    return lambda commentary_id: short_hash(commentary_id, 16) in names


def _by_id(path: Path, record: type[Any], field: str) -> dict[str, Any]:
    return {getattr(row, field): row for row in read_jsonl(path, record)} if path.exists() else {}


def _kind_of(path: Path) -> What:
    """What the rows of a file are; what is no file of our rows is an export."""
    with reading(path) as file:
        line = next((line for line in rows_of(file, path) if line.strip()), b"")
    try:
        row = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return "annotations"
    if not isinstance(row, dict) or "sentence_id" not in row or "annotator" in row:
        return "annotations"
    return "predictions" if "model_version" in row else "gold"


def _rows(path: Path, what: What, book: Codebook) -> list[Any]:
    if what == "annotations":
        return list(read_jsonl(path, Annotation))
    if what == "gold":
        return list(read_jsonl(path, GoldSentence))
    rows = list(read_jsonl(path, PredictionRow))
    for row in rows:
        if row.codebook != book.codebook:
            raise DataError(
                f"is of the codebook {row.codebook} {row.codebook_version}, expected {book.codebook}",
                path=path,
            )
    return [msgspec.to_builtins(row) for row in rows]


def check_what(word: str | None) -> What | None:
    """The word as what can be exported.

    Raises
    ------
    SettingsError
        It is none of these.
    """
    match word:
        case None | "annotations" | "gold" | "predictions":
            return word
    raise SettingsError(f'"{word}": expected annotations, gold or predictions', flag="--what")
