"""The report of `exports.agreement.agree`: what is said of a layer, a code, a target, a pair."""

from msgspec import UNSET, UnsetType

from exports.agreement.confusion import Confusion
from schemas.records import Record

Interval = tuple[float, float]


class Coefficients(Record, frozen=True, kw_only=True):
    """Agreement on something.

    ``observed`` is the share of equal values among pairs of annotators, of sets whole sets;
    ``shared`` are the sentences two or more annotators coded, ``n`` the units behind the figure: of
    a stance these are pairs of sentence and target, else the sentences. ``kappa`` is Fleiss'; it and
    ``ac1`` are null for sets, which are compared code by code. ``interval`` is alpha's.
    """

    alpha: float | None
    observed: float | None
    interval: Interval | None
    interval_observed: Interval | None = None
    kappa: float | None = None
    interval_kappa: Interval | None = None
    ac1: float | None = None
    interval_ac1: Interval | None = None
    shared: int
    n: int
    reason: str | UnsetType = UNSET


class CodeFigure(Record, frozen=True, kw_only=True):
    """Agreement on one code against all others; ``n`` are the codings that have it."""

    alpha: float | None
    interval: Interval | None
    positive_agreement: float | None
    interval_positive_agreement: Interval | None = None
    ac1: float | None
    interval_ac1: Interval | None = None
    n: int
    reason: str | UnsetType = UNSET


class PairFigure(Record, frozen=True, kw_only=True):
    """Two annotators and the units both coded; ``kappa`` is Cohen's, of sets that of whole sets."""

    annotators: tuple[str, str]
    n: int
    observed: float | None
    interval_observed: Interval | None = None
    kappa: float | None
    interval_kappa: Interval | None = None
    alpha: float | None
    interval: Interval | None = None


class TargetFigure(Coefficients, frozen=True, kw_only=True):
    """Agreement on the stance toward one target."""

    touched: Coefficients
    direction: Coefficients


class LayerAgreement(Coefficients, frozen=True, kw_only=True):
    """Agreement on one layer.

    A set layer has ``alpha_masi`` (which is also its ``alpha``) and ``alpha_jaccard``; a stance
    layer ``touched``, ``direction`` and ``targets``; a layer of codes with parents ``parents``, the
    agreement on the topmost codes.
    """

    kind: str
    annotators: int
    alpha_masi: float | UnsetType | None = UNSET
    alpha_jaccard: float | UnsetType | None = UNSET
    interval_jaccard: Interval | UnsetType | None = UNSET
    parents: Coefficients | UnsetType = UNSET
    touched: Coefficients | UnsetType = UNSET
    direction: Coefficients | UnsetType = UNSET
    targets: dict[str, TargetFigure] | UnsetType = UNSET
    codes: dict[str, CodeFigure]
    pairs: list[PairFigure]
    confusions: list[Confusion]


class MachineFigure(Coefficients, frozen=True, kw_only=True):
    """Agreement of a machine with people on one layer; ``n`` are pairs of a person's coding and its own.

    ``without_suggestions`` rests on codings of people who saw no suggestion, where others saw one.
    """

    codes: dict[str, CodeFigure]
    without_suggestions: Coefficients | None = None


class Kept(Record, frozen=True, kw_only=True):
    """How often something was suggested, and how often it was then coded so."""

    shown: int
    kept: int


class AgreementReport(Record, frozen=True, kw_only=True):
    """Agreement on all layers; ``shared`` are sentences two or more annotators have coded.

    ``phases``, ``versions`` (of the codebook) and ``months`` (of the last change) hold the layers'
    figures where there is more than one, each from codings of its own alone; ``chains`` those of
    stance layers with the pieces of a sentence taken together. ``suggestions`` holds the figures by what
    stood on the screen, where that differed (`exports.agreement.kept.shown_kind`), ``kept`` how often it
    was coded so. The figures are of people: ``machines`` holds those of each account or file that was
    named as a machine's with all people, ``models`` those with each person.
    """

    annotators: list[str]
    sentences: int
    shared: int
    commentaries: int
    layers: dict[str, LayerAgreement]
    phases: dict[str, dict[str, Coefficients]] = {}
    versions: dict[str, dict[str, Coefficients]] = {}
    months: dict[str, dict[str, Coefficients]] = {}
    chains: dict[str, Coefficients] = {}
    suggestions: dict[str, dict[str, Coefficients]] = {}
    kept: dict[str, dict[str, Kept]] = {}
    models: dict[str, list[PairFigure]] = {}
    machines: dict[str, dict[str, MachineFigure]] = {}
