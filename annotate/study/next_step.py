"""What to do next in a study: told from its folder alone, the same for whoever says it."""

from collections import defaultdict
from pathlib import Path
from shlex import quote

import msgspec

from annotate.study.assignments import has_batches
from annotate.study.folder import Study
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Assignment, Record, Sentence


class NextStep(Record, frozen=True, kw_only=True):
    """``first`` is what people do before, ``command`` the line to type then, from the current folder."""

    first: str | None = None
    verb: str
    command: str
    words: str

    def __str__(self) -> str:
        done = f"{self.first}, then " if self.first else ""
        return f"{done}`{self.command}` ({self.words})"


#: What each verb is good for here.
_WORDS = {
    "split": "makes sentences of them",
    "select": "picks what to code next",
    "push": "brings the sentences to Label Studio",
    "pull": "fetches the codings",
    "agree": "says how far annotators agree",
    "adjudicate": "decides the codings into gold",
    "train": "learns from gold",
    "evaluate": "says how well the model does, and where it errs",
    "prelabel": "suggests what the model is sure of",
    "report": "says what may be said with the study",
    "tag": "tags new commentaries",
}


def next_step(study: Study, *, after: str = "") -> NextStep:
    """The step that brings a study on.

    Parameters
    ----------
    after
        The verb that was just done: not every verb leaves something in the folder by which it can be told.
    """
    first, verb = _next(study, after)
    return NextStep(first=first, verb=verb, command=_command(study, verb), words=_WORDS[verb])


def _next(study: Study, after: str) -> tuple[str | None, str]:
    """What people are to do first, where there is something, and the verb."""
    if not study.sentences.exists():
        has_texts = study.commentary_folder.is_dir() and any(study.commentary_folder.iterdir())
        return (None if has_texts else f"put commentaries into {study.commentary_folder}"), "split"
    rows = list(read_jsonl(study.annotations, Annotation)) if study.annotations.exists() else []
    is_given_out = study.assignments.exists()
    if after == "split" and is_given_out and has_batches(read_jsonl(study.assignments, Assignment)):
        return None, "select"  # push brings what was selected, and nothing else
    if after == "select" or (after == "split" and is_given_out) or not (rows or is_given_out):
        return None, "push"
    model = max(study.models.glob("*/model.json"), key=lambda file: file.stat().st_mtime_ns, default=None)
    if after == "push" and rows and model is not None and not _is_too_small(model):
        return None, "prelabel"
    if not rows or after in ("push", "prelabel"):
        return "code in Label Studio", "pull"
    if not _is_newer(study.gold, study.annotations):
        return None, "agree" if after != "agree" and _is_coded_by_two(rows) else "adjudicate"
    if model is None or not _is_newer(model, study.gold):
        return None, "train"
    if after == "train":
        return None, "evaluate"
    if after == "report":
        return None, "tag"
    if _is_all_coded(study, rows):
        return None, "report"
    return ("code more in Label Studio", "pull") if _is_too_small(model) else (None, "prelabel")


def _command(study: Study, verb: str) -> str:
    place = "" if study.folder.resolve() == Path.cwd() else f" --study {quote(str(study.folder))}"
    return f"standpunkt {verb}{' FILE' if verb == 'tag' else ''}{place}"


def _is_newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _is_coded_by_two(rows: list[Annotation]) -> bool:
    people: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        people[row.sentence_id].add(row.annotator)
    return any(len(who) > 1 for who in people.values())


def _is_all_coded(study: Study, rows: list[Annotation]) -> bool:
    coded = {row.sentence_id for row in rows}
    return all(row.sentence_id in coded for row in read_jsonl(study.sentences, Sentence))


class _Limits(Record, frozen=True, kw_only=True):
    min_layer: int


class _Size(Record, frozen=True, kw_only=True):
    """What is read of ``model.json``: reading all of it costs the libraries of a training."""

    n: int
    settings: _Limits


def _is_too_small(model: Path) -> bool:
    """Whether a model learned from too little to suggest anything; `prelabel` says what is wrong with one."""
    try:
        size = msgspec.json.decode(model.read_bytes(), type=_Size)
    except msgspec.DecodeError:
        return False
    return size.n < size.settings.min_layer
