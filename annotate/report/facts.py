"""What a report rests on: the verbs' own reports, and counts of a study's files."""

from exports.agreement.report import AgreementReport
from exports.audit.report import AuditReport
from schemas.records import Record
from train.evaluation.report import EvaluationReport


class Corpus(Record, frozen=True, kw_only=True):
    """What was read; ``left_out`` are flags of commentaries and how often they stand."""

    commentaries: int
    sentences: int
    words: int
    authors: dict[str, int]
    outlets: dict[str, int]
    first_date: str | None
    last_date: str | None
    without_date: int
    translated: int
    flags: dict[str, int]


class Person(Record, frozen=True, kw_only=True):
    """An annotator's work; ``seconds`` is the median a sentence, ``hours`` the sum without breaks."""

    annotator: str
    sentences: int
    skipped: int
    incomplete: int
    phases: dict[str, int]
    first: str | None
    last: str | None
    seconds: float | None
    hours: float | None


class Gold(Record, frozen=True, kw_only=True):
    """``codes``: layer → code → sentences; ``undecided``: layer → values that are open."""

    sentences: int
    test: int
    codes: dict[str, dict[str, int]]
    undecided: dict[str, int]
    decided_by_hand: int


class Help(Record, frozen=True, kw_only=True):
    """Machine help: model → sentences that were coded with its suggestions on the screen."""

    models: dict[str, int]
    sentences: int
    coded: int
    encoder: str = ""


class Claim(Record, frozen=True, kw_only=True):
    """Something one may say with the study, or may not; ``change`` is what would change that."""

    may: bool
    about: str
    words: str
    figure: str
    change: str = ""


class StudyReport(Record, frozen=True, kw_only=True):
    """``reasons``: agreement, evaluation or audit → why there is none."""

    study: str
    language: str
    codebook: str
    codebook_version: str
    codebook_versions: dict[str, int]
    corpus: Corpus
    people: list[Person]
    gold: Gold | None
    help: Help
    agreement: AgreementReport | None
    evaluation: EvaluationReport | None
    audit: AuditReport | None
    reasons: dict[str, str]
    claims: list[Claim]
