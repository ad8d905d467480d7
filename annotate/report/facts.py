"""What a report rests on: the verbs' own reports, and counts of a study's files."""

from annotate.analysis.prevalence import Estimate
from annotate.study.disclosure import Disclosure
from exports.agreement.report import AgreementReport
from exports.audit.report import AuditReport
from schemas.records import Record
from train.evaluation.report import EvaluationReport


class Corpus(Record, frozen=True, kw_only=True):
    """What was read. ``languages`` are those of the originals of translations, ``flags`` what is odd about
    commentaries and how often; of ``sentences``, ``coded`` were coded by somebody, in ``commentaries_coded``.
    """

    commentaries: int
    sentences: int
    words: int
    coded: int
    commentaries_coded: int
    authors: dict[str, int]
    outlets: dict[str, int]
    first_date: str | None
    last_date: str | None
    without_date: int
    translated: int
    languages: dict[str, int]
    flags: dict[str, int]


class Design(Record, frozen=True, kw_only=True):
    """How the work was given out: the settings of the study."""

    unit: str
    order: str
    overlap: float
    test_share: float
    no_suggestion_share: float


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


class Leaks(Record, frozen=True, kw_only=True):
    """Whether anything could be known beforehand.

    ``alike`` commentaries share sentences with another, in ``groups``; ``across`` of them stood on both
    sides of a split of the evaluation, null where there was none. ``test_alike`` commentaries kept for the
    test share sentences with one to train on. Of ``test`` sentences kept for the test, ``test_suggested``
    were coded with a suggestion, and the commentaries of ``test_learned`` taught a model.
    """

    alike: int
    groups: int
    across: int | None
    test: int
    test_suggested: int
    test_alike: int
    test_learned: int


class Suggester(Record, frozen=True, kw_only=True):
    """A model that suggested: to how many ``sentences``, and what its folder says of it.

    ``known`` is whether the study has its folder; without, the rest is null. Of a language model there is
    ``asked`` alone. ``trained_on`` are sentences, ``trained_in`` their commentaries, ``versions`` the
    programs it was trained with.
    """

    sentences: int
    known: bool
    created: str | None = None
    codebook_version: str | None = None
    encoder: str | None = None
    asked: Disclosure | None = None
    trained_on: int | None = None
    trained_in: int | None = None
    versions: dict[str, str] = {}


class Help(Record, frozen=True, kw_only=True):
    """Machine help: of ``coded`` sentences, ``sentences`` were coded by somebody with a suggestion shown.

    ``coders`` are language models that are compared with people.
    """

    models: dict[str, Suggester]
    coders: dict[str, Disclosure] = {}
    sentences: int
    coded: int


class Frequency(Record, frozen=True, kw_only=True):
    """How often something occurs in texts nobody coded; ``way`` is the direction of a stance, or null."""

    layer: str
    target: str | None = None
    code: str | None = None
    way: str | None = None
    hits: int
    of: int
    counted: Estimate
    corrected: Estimate


class Prevalence(Record, frozen=True, kw_only=True):
    """What ``model`` says of ``sentences`` in ``commentaries`` nobody coded.

    ``measured`` are the sentences its errors were measured on, ``how`` is unseen or cross-validated.
    """

    model: str
    commentaries: int
    sentences: int
    how: str
    measured: int
    found: list[Frequency]


class Claim(Record, frozen=True, kw_only=True):
    """Something one may say with the study, or may not; ``change`` is what would change that."""

    may: bool
    about: str
    words: str
    figure: str
    change: str = ""


class StudyReport(Record, frozen=True, kw_only=True):
    """``reasons``: agreement, evaluation, audit or prevalence → why there is none."""

    study: str
    language: str
    codebook: str
    codebook_version: str
    codebook_versions: dict[str, int]
    corpus: Corpus
    design: Design
    people: list[Person]
    gold: Gold | None
    leaks: Leaks | None
    help: Help
    agreement: AgreementReport | None
    evaluation: EvaluationReport | None
    audit: AuditReport | None
    prevalence: Prevalence | None
    reasons: dict[str, str]
    claims: list[Claim]
