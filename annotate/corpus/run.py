"""From a folder of lean files to the figures of its index; constant memory, whatever its size."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from annotate.analysis.prevalence import Errors, is_like_measured, measured_errors
from annotate.corpus.counts import COMMENTARIES, Counter, Plan, Sums
from annotate.corpus.figures import Basis, CorpusIndex, index_of
from annotate.corpus.parts import Parts, find_parts, read_part
from annotate.pages.periods import Unit, period_of
from annotate.progress import Progress, no_progress
from annotate.study.folder import Study, model_file
from exports.tables.rows_parquet import need_pyarrow
from schemas.errors import DataError, SettingsError
from schemas.jsonl import read_jsonl
from schemas.records import GoldSentence


class Help(NamedTuple):
    """What a correction may rest on: a study, or a model's folder and hand-coded sentences."""

    study: Study | None = None
    model: Path | None = None
    gold: Path | None = None


def index_corpus(
    folder: Path, *, by: Unit = "month", given: Help | None = None, progress: Progress = no_progress
) -> tuple[CorpusIndex, Parts]:
    """The index of a folder of parts, and the parts it was made of.

    Raises
    ------
    DataError
        A part or manifest is missing or damaged, parts are of several models or codebooks, or the model is
        not theirs.
    SettingsError
        pyarrow is not installed.
    """
    need_pyarrow()
    given = given or Help()
    parts = find_parts(folder)
    version, where = _first_version(parts)
    learned, measure = _errors(folder, version, given, progress)
    plan, total = Plan(parts.book), parts.rows
    sums = Sums(plan, lambda day: period_of(day, by), _learned_by(learned))
    counter, rows = Counter(plan, sums), 0
    for files in parts.parts:
        for part in files:
            progress("counting sentences", rows, total)
            for batch in read_part(folder, part, plan.columns):
                for found in batch.column("model_version").dictionary.to_pylist():
                    if found != version:
                        raise _of_two(folder / part.file, found, version, where)
                counter.add(batch)
                rows += batch.num_rows
        counter.end()
    commentaries = int(sums.whole[plan.place[COMMENTARIES]])
    if learned is None or is_like_measured(sums.learned, commentaries):
        errors, basis = measure()
    else:
        errors, basis = None, Basis(why="learned")
    index = index_of(
        sums, parts.book, by=by, errors=errors, basis=basis, model_version=version,
        learned=None if learned is None else sums.learned,
        parts_missing=list(parts.missing), unlisted=list(parts.unlisted),
    )  # fmt: skip
    return index, parts


def _first_version(parts: Parts) -> tuple[str, str]:
    """The model of the first row, and the file it is in."""
    for part in (part for files in parts.parts for part in files if part.rows):
        for batch in read_part(parts.folder, part, ["model_version"]):
            return batch.column("model_version")[0].as_py(), part.file
    raise DataError(
        "holds no sentence, expected what `tag --to parts` wrote of some texts", path=parts.folder
    )


def _of_two(path: Path, found: str, version: str, where: str) -> DataError:
    words = (
        f"has rows of {found}, and {where} of {version}: expected one model; keep each in a folder of its own"
    )
    return DataError(words, path=path)


def _errors(
    folder: Path, version: str, given: Help, progress: Progress
) -> tuple[Sequence[str] | None, Callable[[], tuple[Errors | None, Basis]]]:
    """What the model has learned from, and what measures its errors and says what they rest on."""
    from train.persistence.folder import load_meta, load_model

    model = given.model
    if model is None and given.study is not None and (file := model_file(given.study.models, version)):
        model = file.parent
    gold = given.gold
    if gold is None and given.study is not None and given.study.gold.exists():
        gold = given.study.gold
    if model is None:
        return None, lambda: (None, Basis(why="no-gold" if gold is None else "no-model"))
    meta = load_meta(model)
    alone = meta.stacked.without if meta.stacked else meta.model_version
    if version not in (alone, meta.model_version):
        words = f"is {meta.model_version}, and the parts are of {version}: name the model that made them"
        raise DataError(words, path=model)
    if gold is None:
        return meta.commentaries, lambda: (None, Basis(why="no-gold"))
    if version != alone:
        return meta.commentaries, lambda: (None, Basis(why="beside"))
    rows = list(read_jsonl(gold, GoldSentence))

    def measure() -> tuple[Errors | None, Basis]:
        try:
            errors = measured_errors(lambda: load_model(model), meta, rows, folder / ".errors.json", progress)
        except (DataError, SettingsError) as error:  # too few rows, or an estimator's module is not here
            return None, Basis(why="failed", words=str(error))
        return errors, Basis(how=errors.how, sentences=errors.sentences)

    return meta.commentaries, measure


def _learned_by(commentaries: Sequence[str] | None) -> Callable[[str], bool] | None:
    """Whether a commentary is one of those a model has learned from; None where nobody knows."""
    if commentaries is None:
        return None
    from train.novelty import commentary_hash

    known = set(commentaries)
    return lambda commentary_id: commentary_hash(commentary_id) in known
