"""What the start page shows of a study; each figure is that of the verb that has it."""

from typing import Literal

from annotate.report.facts import Corpus
from annotate.study.next_step import NextStep, Server
from annotate.sync.status import AnnotatorProgress
from exports.adjudication.adjudicate import AdjudicationReport
from exports.agreement.report import AgreementReport, Interval
from schemas.records import Record
from train.evaluation.report import CurvePoint, Gain

#: What can be run from the page; ``studio`` starts the Label Studio of this machine,
#: ``invite`` writes letters, ``third`` sends what is open to a third person.
VERBS = (
    "split", "studio", "push", "invite", "pull", "agree", "adjudicate", "third", "train", "prelabel",
    "select", "report",
)  # fmt: skip


class Doubt(Record, frozen=True, kw_only=True):
    """Something about a commentary that a person should decide; the fields are those of ``split``'s flags.

    ``field`` is what a correction would change: date, or title_line for a line in the text; ``date`` is the
    commentary's as it is now.
    """

    commentary: str
    title: str
    flag: str
    field: str
    date: str | None = None
    found: str | None = None
    neighbours: list[str | None] = []


class Phase(Record, frozen=True, kw_only=True):
    """A part of somebody's work, as of the last pull."""

    phase: str
    tasks: int
    done: int


class Worker(Record, frozen=True, kw_only=True):
    """An annotator: ``progress`` as ``status --json`` has it, where no project is known as of the last pull.

    ``seen`` is when they last saved something that was pulled, ``seconds`` their median a sentence,
    ``letter`` the invitation that was written, ``link`` where they work.
    """

    progress: AnnotatorProgress
    phases: list[Phase]
    seen: str | None
    seconds: float | None
    letter: str | None
    link: str | None


class Example(Record, frozen=True, kw_only=True):
    """A sentence with its tasks: who, and the address."""

    sentence_id: str
    text: str
    links: list[tuple[str, str]]


class Confused(Record, frozen=True, kw_only=True):
    """Codes that stand against each other, as ``agree --json`` has them, with sentences."""

    layer: str
    codes: list[str]
    target: str | None
    n: int
    gain: float | None
    examples: list[Example]


class OpenTie(Record, frozen=True, kw_only=True):
    """What the rule left open, as ``adjudicate --json`` has it, with the sentence."""

    layer: str
    votes: dict[str, int]
    example: Example


class LayerOutlook(Record, frozen=True, kw_only=True):
    """What a model is good for in a layer now.

    ``suggests`` are the codes that may be ticked; of a stance ``marks`` says that touched targets are marked.
    ``never`` are codes with too few examples or too unsure. ``missing`` is about how many more coded
    sentences it takes until something is suggested, null where that cannot be said.
    """

    layer: str
    n: int
    trained: bool
    suggests: list[str]
    never: list[str]
    marks: bool
    missing: int | None
    reason: str | None
    macro_f1: float | None
    interval: Interval | None


class ModelOutlook(Record, frozen=True, kw_only=True):
    """The study's latest model: as its ``model.json`` has it; ``new``: gold sentences since."""

    model_version: str
    codebook_version: str
    created: str | None
    n: int
    held_out: str | None
    layers: list[LayerOutlook]
    learning_curve: list[CurvePoint]
    gains: dict[str, Gain]
    new: int


class StudyPage(Record, frozen=True, kw_only=True):
    """A page to read: ``name`` is its path in the study, ``guidelines`` for the codebook's."""

    kind: Literal["guidelines", "report", "agreement", "evaluation", "sheet", "reading"]
    name: str
    title: str


class StartReport(Record, frozen=True, kw_only=True):
    """All that the start page shows. ``reasons``: agreement, adjudication or model → why there is none.

    ``files`` are those that lie in the study's folder of commentaries; ``languages`` those the texts are in.
    """

    study: str
    folder: str
    language: str
    codebook: str
    codebook_version: str
    files: int
    corpus: Corpus | None
    languages: dict[str, int]
    doubts: list[Doubt]
    server: Server
    workers: list[Worker]
    notices: list[str]
    unpulled: int
    agreement: AgreementReport | None
    confusions: list[Confused]
    adjudication: AdjudicationReport | None
    ties: list[OpenTie]
    gold: int
    model: ModelOutlook | None
    pages: list[StudyPage]
    next: NextStep
    reasons: dict[str, str]
