"""From counts over a corpus to its figures: shares with intervals, corrected where errors are known."""

from typing import Any, Literal

from msgspec.structs import replace

from annotate.analysis.prevalence import Errors, Estimate, estimate
from annotate.corpus.counts import (
    COMMENTARIES,
    HELD,
    OPEN,
    SENTENCES,
    UNDECIDED,
    Stance,
    Sums,
)
from annotate.pages.periods import Unit, has_trend
from schemas.codebook import Codebook
from schemas.records import Record

#: Names of what is no period: all rows, and those of commentaries without a sure day.
ALL, UNDATED = "all", "undated"
#: Why nothing is corrected: no hand-coded sentences, no model at hand that made the parts, one that answers
#: beside a file of predictions, what was wrong with them, or that the model has learned from these texts.
Why = Literal["no-gold", "no-model", "beside", "failed", "learned"]


class Basis(Record, frozen=True, kw_only=True):
    """What a correction rests on; ``why`` says why there is none, ``words`` what went wrong."""

    how: Literal["unseen", "cross-validated"] | None = None
    sentences: int = 0
    why: Why | None = None
    words: str | None = None


class Figure(Record, frozen=True, kw_only=True):
    """A share: what was counted, and the estimate."""

    hits: int
    of: int
    estimate: Estimate


class TargetPeriod(Record, frozen=True, kw_only=True):
    """A target in a period: sentences that touch it surely, and each code among those with a direction.

    ``direction_open`` are touched, by no code; ``undecided`` touch it perhaps; ``held`` do in another's
    voice. A figure is null where there is nothing to divide by.
    """

    period: str
    commentaries: int
    sentences: int
    touched: Figure | None
    codes: dict[str, Figure | None]
    direction_open: int
    undecided: int
    held: int


class TargetFigures(Record, frozen=True, kw_only=True):
    layer: str
    target: str
    whole: TargetPeriod
    periods: list[TargetPeriod]


class DeviceFigures(Record, frozen=True, kw_only=True):
    """A code of a set, among all sentences."""

    layer: str
    code: str
    whole: Figure
    periods: dict[str, Figure]


class CorpusIndex(Record, frozen=True, kw_only=True):
    """All that an index says.

    ``periods`` of targets and codes are empty where there is no trend (`annotate.pages.periods.has_trend`);
    what is without a sure day is the last of them. ``learned`` counts commentaries the model has learned
    from, null where the model is not at hand.
    """

    codebook: str
    codebook_version: str
    model_version: str
    commentaries: int
    sentences: int
    first: str | None
    last: str | None
    undated_commentaries: int
    undated_sentences: int
    by: Unit
    has_trend: bool
    basis: Basis
    learned: int | None
    parts_missing: list[str]
    unlisted: list[str]
    targets: list[TargetFigures]
    devices: list[DeviceFigures]


def index_of(
    sums: Sums,
    book: Codebook,
    *,
    by: Unit,
    errors: Errors | None,
    basis: Basis,
    model_version: str,
    learned: int | None = None,
    parts_missing: list[str] | None = None,
    unlisted: list[str] | None = None,
) -> CorpusIndex:
    """The figures of all that was counted; what is touched most comes first."""
    place = sums.plan.place
    undated = int(sums.undated[place[COMMENTARIES]])
    commentaries = int(sums.whole[place[COMMENTARIES]])
    is_trend = has_trend(sums.first, sums.last, commentaries - undated)
    groups: dict[str, Any] = dict(sorted(sums.periods.items())) if is_trend else {}
    if is_trend and undated:
        groups[UNDATED] = sums.undated
    figures = _Figures(sums, errors, basis)
    targets = [
        TargetFigures(
            layer=stance.layer,
            target=stance.target,
            whole=figures.target(stance, ALL, sums.whole),
            periods=[figures.target(stance, name, counts) for name, counts in groups.items()],
        )
        for stance in sums.plan.stances
        if sums.whole[place[f"{stance.key}.#{SENTENCES}"]]
    ]
    devices = [
        DeviceFigures(
            layer=device.layer,
            code=device.code,
            whole=whole,
            periods={
                name: figure
                for name, counts in groups.items()
                if (figure := figures.figure(device.key, counts))
            },
        )
        for device in sums.plan.devices
        if (whole := figures.figure(device.key, sums.whole))
    ]
    return CorpusIndex(
        codebook=book.codebook,
        codebook_version=book.version,
        model_version=model_version,
        commentaries=commentaries,
        sentences=int(sums.whole[place[SENTENCES]]),
        first=sums.first,
        last=sums.last,
        undated_commentaries=undated,
        undated_sentences=int(sums.undated[place[SENTENCES]]),
        by=by,
        has_trend=is_trend,
        basis=basis,
        learned=learned,
        parts_missing=parts_missing or [],
        unlisted=unlisted or [],
        targets=sorted(
            targets, key=lambda one: -(one.whole.touched.estimate.share if one.whole.touched else 0.0)
        ),
        devices=devices,
    )


class _Figures:
    """Figures of counts."""

    def __init__(self, sums: Sums, errors: Errors | None, basis: Basis) -> None:
        self._sums, self._errors, self._basis = sums, errors, basis
        self._questions = {key: (hits, of) for key, hits, of, _ in sums.plan.questions()}

    def target(self, stance: Stance, period: str, counts: Any) -> TargetPeriod:
        place = self._sums.plan.place

        def count(name: str) -> int:
            return int(counts[place[f"{stance.key}.#{name}"]])

        return TargetPeriod(
            period=period,
            commentaries=int(counts[place[COMMENTARIES]]),
            sentences=count(SENTENCES),
            touched=self.figure(stance.key, counts),
            codes={code: self.figure(f"{stance.key}.{code}", counts) for code in stance.codes},
            direction_open=count(OPEN),
            undecided=count(UNDECIDED),
            held=count(HELD),
        )

    def figure(self, key: str, counts: Any) -> Figure | None:
        place, (hits, of) = self._sums.plan.place, self._questions[key]
        found, size = int(counts[place[hits]]), int(counts[place[of]])
        if not size:
            return None
        said = estimate(found, size, self._errors, key, spread=self._sums.spread[key].effect)
        if self._errors is None:  # not for want of hand-coded sentences in every case
            said = replace(said, reason=self._basis.why)
        return Figure(hits=found, of=size, estimate=said)
