"""The figures of some ratings: their coefficients with intervals, by code and by pair of annotators."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from msgspec import UNSET, structs

from exports.agreement import coefficients
from exports.agreement.bootstrap import (
    Draws,
    alpha_estimate,
    code_counts,
    code_estimates,
    code_intervals,
    cohen_interval,
    equal_shares,
    kappa_and_ac1_intervals,
    observed_interval,
)
from exports.agreement.coefficients import MISSING
from exports.agreement.ratings import Ratings
from exports.agreement.report import CodeFigure, Coefficients, PairFigure, TargetFigure
from schemas.records import UNRELATED


def layer_figure(ratings: Ratings, draws: Draws, metric: str = "nominal") -> Coefficients:
    estimate = alpha_estimate(ratings, metric, draws)
    # kappa and AC1 are of single values: a set is compared code by code
    is_set = metric in ("masi", "jaccard")
    counts = None if is_set else coefficients.count_values(ratings.values, len(ratings.codes))
    of_kappa, of_ac1 = (
        (None, None) if counts is None else kappa_and_ac1_intervals(counts, ratings.group, draws)
    )
    return Coefficients(
        alpha=rounded(estimate.alpha),
        observed=_observed(ratings),
        interval=rounded_bounds(estimate.interval),
        interval_observed=rounded_bounds(observed_interval(ratings, draws)),
        kappa=None if counts is None else rounded(coefficients.fleiss_kappa(counts)),
        interval_kappa=rounded_bounds(of_kappa),
        ac1=None if counts is None else rounded(coefficients.gwet_ac1(counts)),
        interval_ac1=rounded_bounds(of_ac1),
        shared=len(np.unique(ratings.unit[ratings.shared])),
        n=int(ratings.shared.sum()),
        reason=estimate.reason or UNSET,
    )


def as_touched(ratings: Ratings) -> Ratings:
    """The same stances as touched or not."""
    numbers = [int(code != UNRELATED) for code in ratings.codes]
    return ratings.recoded(numbers, [UNRELATED, "touched"])


def direction_figure(ratings: Ratings, draws: Draws) -> Coefficients:
    """Agreement on the direction, where all who coded the unit took its target for touched."""
    untouched = ratings.codes.index(UNRELATED)
    touched = ratings.where(~(ratings.values == untouched).any(axis=1))
    figure = layer_figure(touched, draws)
    used = np.unique(touched.values[touched.shared])
    sides = [ratings.codes[n] for n in used if n != MISSING]
    if len(sides) == 1:
        return structs.replace(figure, reason=f"undefined: only one direction observed: {sides[0]}")
    if not figure.shared:
        return structs.replace(figure, reason="undefined: no sentence that all took for touched")
    return figure


def target_figure(ratings: Ratings, draws: Draws) -> TargetFigure:
    return TargetFigure(
        **structs.asdict(layer_figure(ratings, draws)),
        touched=layer_figure(as_touched(ratings), draws),
        direction=direction_figure(ratings, draws),
    )


def code_figures(ratings: Ratings, draws: Draws) -> dict[str, CodeFigure]:
    counts, sizes = code_counts(ratings)
    positive = coefficients.positive_agreement(counts, sizes)
    given = counts[sizes > 1].sum(axis=0)
    estimates = code_estimates(ratings, draws)
    figures = {}
    intervals = code_intervals(ratings, draws)
    for c, (code, estimate, bounds) in enumerate(zip(ratings.codes, estimates, intervals, strict=True)):
        against_rest = np.stack([counts[:, c], sizes - counts[:, c]], axis=1)
        figures[code] = CodeFigure(
            alpha=rounded(estimate.alpha),
            interval=rounded_bounds(estimate.interval),
            positive_agreement=rounded(float(positive[c])),
            interval_positive_agreement=rounded_bounds(bounds[0]),
            ac1=rounded(coefficients.gwet_ac1(against_rest)),
            interval_ac1=rounded_bounds(bounds[1]),
            n=int(given[c]),
            reason=estimate.reason or UNSET,
        )
    return figures


def pair_figures(
    ratings: Ratings, annotators: Sequence[str], metric: str, draws: Draws
) -> Iterator[PairFigure]:
    """The pairs of annotators who share a unit; of sets, whole sets are compared but for alpha."""
    for a, b in combinations(range(len(annotators)), 2):
        first, second = ratings.values[:, a], ratings.values[:, b]
        both = (first != MISSING) & (second != MISSING)
        if both.any():
            theirs = structs.replace(ratings.where(both), values=ratings.values[both][:, (a, b)])
            estimate = alpha_estimate(theirs, metric, draws)
            yield PairFigure(
                annotators=(annotators[a], annotators[b]),
                n=int(both.sum()),
                observed=rounded(float((first[both] == second[both]).mean())),
                interval_observed=rounded_bounds(observed_interval(theirs, draws)),
                kappa=rounded(coefficients.cohen_kappa(first, second)),
                interval_kappa=rounded_bounds(cohen_interval(first, second, ratings.group, draws)),
                alpha=rounded(estimate.alpha),
                interval=rounded_bounds(estimate.interval),
            )


def _observed(ratings: Ratings) -> float | None:
    """The share of equal values among pairs of annotators; of sets, whole sets are compared."""
    equal, m = equal_shares(ratings.values[ratings.shared])
    return rounded(float(equal.sum() / m.sum())) if len(m) else None


def rounded(number: float | None) -> float | None:
    return None if number is None or np.isnan(number) else round(float(number), 6) + 0.0


def rounded_bounds(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (round(interval[0], 6) + 0.0, round(interval[1], 6) + 0.0)
