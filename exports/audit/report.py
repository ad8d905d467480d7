"""The report of `exports.audit.audit`."""

from exports.audit.comparison import Share, Shift
from schemas.records import Record


class CodeAudit(Record, frozen=True, kw_only=True):
    """A code, of a stance toward one target.

    ``kept`` is the share of its suggestions that were coded so, ``dropped`` those that were not, ``added``
    how often it was coded where it was not suggested; ``shift`` compares how often it was coded.
    ``since_before`` compares it with what was coded before the first suggestion: other texts and less
    practice, so no effect by itself; null where nothing was.
    """

    layer: str
    target: str | None = None
    code: str
    kept: Share
    dropped: int
    added: int
    shift: Shift
    since_before: Shift | None = None


class LayerAudit(Record, frozen=True, kw_only=True):
    """``between_people`` compares agreement between annotators, ``with_model`` that with the model's answers,
    which it also gave for sentences where nobody saw them. ``since_before`` is agreement between annotators
    since the first suggestion and before it.
    """

    kept: Share
    dropped: int
    added: int
    between_people: Shift
    with_model: Shift
    since_before: Shift | None = None


class PersonAudit(Record, frozen=True, kw_only=True):
    """``habit``: accepts, leans, ignores, or unclear (`exports.audit.habits`)."""

    kept: Share
    with_model: Shift
    habit: str


class ScoreAudit(Record, frozen=True, kw_only=True):
    """What was kept of suggestions whose score is from ``low`` up to ``high``."""

    low: float
    high: float
    kept: Share


class TimeAudit(Record, frozen=True, kw_only=True):
    """Seconds on the screen: medians, and how many times longer it took with suggestions.

    ``ratio`` is of geometric means over commentaries, without ``outliers``: sentence ids with more than ten
    times the annotator's median, or half an hour.
    """

    median_with: float | None
    median_without: float | None
    ratio: float | None = None
    interval: tuple[float, float] | None = None
    outliers: list[str] = []
    reason: str | None = None


class AuditReport(Record, frozen=True, kw_only=True):
    """``compared``: ``drawn`` (the control arm of the study, or its test commentaries), ``seen`` (what stood
    on the screen, for nothing was drawn) or ``nothing``: ``reason`` is
    ``not_yet`` (nothing without suggestions was coded since the first of them) or ``no_control``.

    ``before`` are annotations from before an annotator's first suggestion, or of one who never had any: they
    are compared apart (``since_before``). ``thirds`` is
    what was kept in the first, second and last third of each annotator's suggestions.
    """

    compared: str
    reason: str | None
    annotations: int
    with_suggestions: int
    without: int
    before: int
    commentaries_with: int
    commentaries_without: int
    layers: dict[str, LayerAudit]
    codes: list[CodeAudit]
    annotators: dict[str, PersonAudit]
    models: dict[str, Share]
    scores: list[ScoreAudit]
    thirds: list[Share]
    time: TimeAudit
    notes: list[str] = []
