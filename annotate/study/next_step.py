"""What comes next in a study: the same for the page of ``open`` and for the verbs."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from annotate.study.assignments import assign, has_batches
from annotate.study.folder import Study
from annotate.study.typed import ENOUGH, command, typed
from schemas.errors import DataError, StandpunktError
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Assignment, GoldSentence, Record, Sentence

T = TypeVar("T", bound=Record)
#: A model is worth making anew while people code once gold has grown by this share of what it learned from.
_GROWN = 0.1
#: Verbs after which people's codings are others than before.
_NEW_CODINGS = ("pull", "import", "relink", "migrate")
#: What follows on the verb that was just done where all of the loop is done: none of it can be told by files.
_LAST = {"tag": "export", "export": "backup", "backup": ""}
#: What people do first, and the verb that follows on it.
_PEOPLE = {
    "texts": ("put commentaries into {study.commentary_folder}", "split"),
    "annotators": ("name them in {study.settings_path}, as in `annotators: [anna, ben]`", "push"),
    "code": ("code in Label Studio", "pull"),
}
#: What each verb is good for here.
_WORDS = {
    "split": "makes sentences of them",
    "studio": "starts Label Studio on this machine",
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
    "export": "hands the codings on",
    "backup": "packs the study into one file",
}


#: What comes next: a verb, or what people have to do. ``texts``: put texts into the folder; ``annotators``:
#: name some; ``code``: code; ``done``: read the report. ``agree`` and ``evaluate`` leave nothing in the
#: folder: the verb before them alone names them.
StepName = Literal[
    "texts", "annotators", "split", "studio", "push", "code", "pull", "agree", "adjudicate", "train",
    "evaluate", "prelabel", "select", "report", "done",
]  # fmt: skip


class Server(Record, frozen=True, kw_only=True):
    """Label Studio: ``answers`` or not, and why not; whether it ``holds`` a project of the study.

    ``may_start``: it is this machine's own, or none is set.
    """

    answers: bool
    holds: bool = False
    url: str | None
    reason: str | None
    may_start: bool


class NextStep(Record, frozen=True, kw_only=True):
    """``verb`` is what the page runs, ``command`` what to copy; null where people have to do something."""

    name: StepName
    verb: str | None = None
    command: str | None = None
    count: int = 0


class Learned(NamedTuple):
    """The latest model: learned from how many sentences, how many are new since, and whether it suggests."""

    n: int
    new: int
    codebook_version: str
    suggests: bool


class Standing(NamedTuple):
    """How a study stands.

    ``left`` sentences are with somebody and not coded, ``unpulled`` coded and not in the files yet;
    ``lacks_tasks`` says that the server has not all that was given out. Server and model are asked for where
    it hangs on them.
    """

    sentences: Sequence[Sentence]
    assignments: Sequence[Assignment]
    rows: Sequence[Annotation]
    gold: Sequence[GoldSentence]
    left: int
    server: Callable[[], Server]
    model: Callable[[], Learned | None]
    unpulled: int = 0
    lacks_tasks: bool = False


def standing(study: Study, learned: Callable[[Sequence[GoldSentence]], Learned | None]) -> Standing:
    """How a study stands by its files; no server is asked. ``learned`` gives its latest model beside gold."""
    rows, assignments = rows_in(study.annotations, Annotation), rows_in(study.assignments, Assignment)
    gold = rows_in(study.gold, GoldSentence)
    coded = {(row.annotator, row.sentence_id) for row in rows}
    drawn = {(a.annotator, a.sentence_id) for a in assignments if a.annotator in study.settings.annotators}
    return Standing(
        sentences=rows_in(study.sentences, Sentence),
        assignments=assignments,
        rows=rows,
        gold=gold,
        left=len(drawn - coded),
        server=lambda: server_of(study),
        model=lambda: learned(gold),
    )


def next_step(study: Study, found: Standing, *, after: str = "") -> NextStep:
    """The first thing in the order of the loop that is not done.

    Parameters
    ----------
    after
        The verb that was just done: not every verb leaves something in the folder by which it can be told.
    """
    waiting = len({s.sentence_id for s in found.sentences} - {a.sentence_id for a in found.assignments})
    select = _step(study, "select", count=waiting) if waiting and has_batches(found.assignments) else None
    if after == "split" and select:
        return select
    step = _to_give_out(study, found, after) or _to_decide(study, found, after) or _to_code(study, found)
    if step or select:
        return step or select  # type: ignore[return-value]
    page = study.reports / "report.html"
    told_of = (study.gold, *study.models.glob("*/model.json"))
    return _step(study, "report") if any(_is_newer(file, page) for file in told_of) else NextStep(name="done")


def _to_give_out(study: Study, found: Standing, after: str) -> NextStep | None:
    """What is missing before people have all that is theirs to code."""
    if not study.sentences.exists() or _is_newer(study.corrections, study.sentences):
        return _step(study, "split") if files_of(study) else NextStep(name="texts")
    is_begun = bool(found.assignments or found.rows)
    if not is_begun and not study.settings.annotators:
        return NextStep(name="annotators")
    if is_begun and after != "select" and not found.lacks_tasks and not _are_new(study, found):
        return None
    server = found.server()
    if found.rows and server.answers and not server.holds:
        return None  # what was pulled came from another server: nothing is given out anew on this one
    return _step(study, "push" if server.answers or not server.may_start else "studio")


def _to_decide(study: Study, found: Standing, after: str) -> NextStep | None:
    """What is to be done with codings: to fetch, compare and decide them, and to learn from them."""
    if found.unpulled:
        return _step(study, "pull", count=found.unpulled)
    if after == "train":
        return _step(study, "evaluate")
    coded = {row.sentence_id for row in found.rows if not row.skipped}
    if coded and _is_newer(study.annotations, study.gold):
        if after in _NEW_CODINGS and _is_coded_by_two(found.rows):
            return _step(study, "agree")
        if len(coded) >= ENOUGH or not found.left:
            return _step(study, "adjudicate", count=len(coded))
    to_learn = sum(not row.test for row in found.gold)
    if to_learn < ENOUGH:
        return None
    model = found.model()
    if model is None or _is_outgrown(study, model, found.left):
        return _step(study, "train", count=model.new if model else to_learn)
    return None


def _to_code(study: Study, found: Standing) -> NextStep | None:
    """What comes next while somebody has something to code."""
    if not found.left:
        return None
    server = found.server()
    if server.answers and _has_news(study, found.model()):
        return _step(study, "prelabel", count=found.left)
    is_down = not server.answers and server.may_start
    return _step(study, "studio", count=found.left) if is_down else NextStep(name="code", count=found.left)


def next_line(
    study: Study, learned: Callable[[Sequence[GoldSentence]], Learned | None], *, after: str = ""
) -> str:
    """The next step as a verb says it, to be typed in the current folder; empty where nothing is left to do.

    A file that cannot be read has no next step: the verb that needs it says what is wrong with it.
    """
    try:
        step = next_step(study, standing(study, learned), after=after)
    except StandpunktError:
        return ""
    first, verb = _PEOPLE.get(step.name, ("", step.verb or _LAST.get(after, "tag")))
    if not verb:
        return ""
    is_here = study.folder.resolve() == Path.cwd()
    line = command(typed(verb, Path() if is_here else study.folder, is_plain=True))
    return f"next: {f'{first}, then '.format(study=study) if first else ''}`{line}` ({_WORDS[verb]})"


def server_of(study: Study, url: str | None = None) -> Server:
    """The Label Studio that the study talks to; it is not asked whether it is there and has the study."""
    from annotate.label_studio import local_server
    from annotate.study.connect import connect, server_address

    address, local, reason = server_address(study, url), local_server.load(), None
    try:
        address = connect(study, url=url, read_only=True).url
    except StandpunktError as error:
        reason = str(error)
    may_start = address is None or bool(local and address == local.url)
    return Server(answers=not reason, holds=not reason, url=address, reason=reason, may_start=may_start)


def rows_in(path: Path, kind: type[T]) -> list[T]:
    """The rows of a file; none where it is not there."""
    return list(read_jsonl(path, kind)) if path.exists() else []


def files_of(study: Study) -> int:
    """The files that ``split`` would read."""
    from annotate.texts.inputs import find_sources

    with suppress(DataError):
        return sum(1 for _ in find_sources([study.commentary_folder]))
    return 0


def _is_newer(made: Path, after: Path) -> bool:
    """Whether a file is there and was written after the other, or the other is missing."""
    if not made.exists():
        return False
    return not after.exists() or made.stat().st_mtime_ns > after.stat().st_mtime_ns


def _step(study: Study, verb: StepName, *, count: int = 0) -> NextStep:
    return NextStep(name=verb, verb=verb, command=command(typed(verb, study.folder)), count=count)


def _are_new(study: Study, found: Standing) -> bool:
    """Whether the next push brings what nobody was to code yet."""
    drawn = found.assignments
    return bool(drawn) and len(assign(found.sentences, study.settings, drawn)) > len(drawn)


def _is_coded_by_two(rows: Sequence[Annotation]) -> bool:
    people = Counter(sentence_id for sentence_id, _ in {(row.sentence_id, row.annotator) for row in rows})
    return max(people.values(), default=0) > 1


def _is_outgrown(study: Study, model: Learned, left: int) -> bool:
    """Whether gold has more to teach than the latest model knows, or the codebook is another."""
    if not left and _is_newer(study.gold, study.latest_model() / "model.json"):
        return True
    return model.new > _GROWN * model.n or model.codebook_version != study.codebook().version


def _has_news(study: Study, model: Learned | None) -> bool:
    """Whether the latest model has something to suggest, and has not done so yet."""
    if model is None or not model.suggests:
        return False
    made = (study.latest_model() / "model.json", study.assignments)
    return any(_is_newer(file, study.predictions) for file in made)
