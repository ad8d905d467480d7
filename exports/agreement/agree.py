"""Agreement of the annotators, layer by layer, with intervals; see docs/agreement.md.

Every figure rests on the codings of sentences that two or more annotators have coded. A skipped
sentence, or a layer that was not asked, is a missing value. Intervals are percentiles of a
bootstrap over commentaries, for sentences of one text are not independent. Of kappa and AC1 only how
common a value is rests on all codings, as Gwet (2014) defines them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from msgspec import UNSET, UnsetType, structs

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
from exports.agreement.confusion import code_confusions, set_confusions
from exports.agreement.ratings import (
    Frame,
    Ratings,
    code_ratings,
    joined,
    set_ratings,
    stacked,
    target_ratings,
    to_frame,
)
from exports.agreement.report import (
    AgreementReport,
    CodeFigure,
    Coefficients,
    LayerAgreement,
    PairFigure,
    TargetFigure,
)
from schemas.codebook import Codebook, Layer
from schemas.errors import DataError, SettingsError, near_hit
from schemas.records import UNRELATED, Annotation

#: The distance between values that a layer's alpha uses, by its kind.
METRICS = {"one": "nominal", "stance": "nominal", "scale": "ordinal", "set": "masi"}


def agree(
    annotations: Iterable[Annotation],
    codebook: Codebook,
    *,
    draws: int = 1000,
    seed: int = 0,
    chains: Mapping[str, str] | None = None,
    models: Collection[str] = (),
) -> AgreementReport:
    """The agreement of the annotators on every layer that a model can learn.

    Parameters
    ----------
    draws
        Bootstrap samples of commentaries behind an interval; 0 for none.
    chains
        Sentence id to chain id of the pieces of sentences that run over several blocks; the stance
        of such a sentence is then also compared as a whole.
    models
        Annotators that are no people: in no figure of people, compared with each of them apart.

    Raises
    ------
    DataError
        No sentence was coded by two annotators.
    SettingsError
        There is no coding by one of the models.
    """
    everything = list(annotations)
    _refuse_strangers(models, {row.annotator for row in everything})
    rows = [row for row in everything if row.annotator not in models]
    frame = to_frame(rows)
    shared = frame.shared
    if not shared.any():
        raise DataError(_nothing_shared(frame, len(rows)))
    texts = np.unique(frame.commentary[shared])
    resample = Draws(texts, len(frame.commentaries), number=draws, seed=seed)
    apart = partial(_apart, frame, codebook, draws, seed)
    layers = {layer.id: _agreement(frame, layer, codebook, resample) for layer in codebook.predicted_layers}
    return AgreementReport(
        annotators=frame.annotators,
        sentences=len(frame.sentences),
        shared=int(shared.sum()),
        commentaries=len(texts),
        layers=layers,
        phases=apart(lambda row: row.phase),
        versions=apart(lambda row: row.codebook_version),
        months=apart(lambda row: (row.updated_at or row.created_at or "")[:7]),
        chains=_by_chain(frame, codebook, chains, draws=draws, seed=seed) if chains else {},
        suggestions=apart(lambda row: "with" if row.suggested else "without"),
        models=_with_models(everything, codebook, models, draws=draws, seed=seed) if models else {},
    )


def _refuse_strangers(models: Collection[str], annotators: Collection[str]) -> None:
    for name in models:
        if name not in annotators:
            raise SettingsError(
                f'no coding by the model "{name}"{near_hit(name, annotators)}; '
                f"there are codings by {', '.join(sorted(annotators)) or 'nobody'}",
                flag="--model-account",
            )


def _with_models(
    rows: Sequence[Annotation], codebook: Codebook, models: Collection[str], *, draws: int, seed: int
) -> dict[str, list[PairFigure]]:
    """Each model with each person, layer by layer."""
    frame = to_frame(rows)
    texts = np.unique(frame.commentary[frame.shared])
    resample = Draws(texts, len(frame.commentaries), number=draws, seed=seed)
    return {
        layer.id: [
            pair
            for pair in _pair_figures(
                _ratings(frame, layer, codebook), frame.annotators, METRICS[layer.kind], resample
            )
            if len(set(pair.annotators) & set(models)) == 1
        ]
        for layer in codebook.predicted_layers
    }


def _by_chain(
    frame: Frame, codebook: Codebook, chains: Mapping[str, str], *, draws: int, seed: int
) -> dict[str, Coefficients]:
    """The figures of the stance layers with each chain as one sentence."""
    whole = to_frame(joined(frame.rows, chains))
    texts = np.unique(whole.commentary[whole.shared])
    resample = Draws(texts, len(whole.commentaries), number=draws, seed=seed)
    return {
        layer.id: _figure(_ratings(whole, layer, codebook), resample)
        for layer in codebook.predicted_layers
        if layer.kind == "stance"
    }


def _apart(
    frame: Frame, codebook: Codebook, draws: int, seed: int, kind: Callable[[Annotation], str | None]
) -> dict[str, dict[str, Coefficients]]:
    """The figures of the layers for the rows of each kind alone; none where there is one kind."""
    kinds = sorted({name for row in frame.rows if (name := kind(row))})
    found = {}
    for name in kinds if len(kinds) > 1 else []:
        part = to_frame(row for row in frame.rows if kind(row) == name)
        if part.shared.any():
            texts = np.unique(part.commentary[part.shared])
            resample = Draws(texts, len(part.commentaries), number=draws, seed=seed)
            found[name] = {
                layer.id: _figure(_ratings(part, layer, codebook), resample, METRICS[layer.kind])
                for layer in codebook.predicted_layers
            }
    return found


def _nothing_shared(frame: Frame, n_rows: int) -> str:
    if not frame.rows:
        return f"nothing to compare: {n_rows} annotations, none of them with a coding"
    if len(frame.annotators) == 1:
        who = frame.annotators[0]
        return f"nothing to compare: all {len(frame.rows)} codings are by {who}, expected two annotators"
    return (
        f"nothing to compare: {len(frame.annotators)} annotators coded {len(frame.sentences)} sentences, "
        "none of them in common"
    )


def _agreement(frame: Frame, layer: Layer, codebook: Codebook, draws: Draws) -> LayerAgreement:
    ratings = _ratings(frame, layer, codebook)
    figure = _figure(ratings, draws, METRICS[layer.kind])
    shared = ratings.values[ratings.shared]
    more = {"set": _set_part, "stance": _stance_part}.get(layer.kind)
    confusions = (
        set_confusions(ratings, frame.sentences, alpha=figure.alpha)
        if layer.kind == "set"
        else code_confusions(
            ratings,
            frame.sentences,
            metric=METRICS[layer.kind],
            targets=codebook.target_ids if layer.kind == "stance" else (),
        )
    )
    return LayerAgreement(
        **structs.asdict(figure),
        kind=layer.kind,
        annotators=int((shared != MISSING).any(axis=0).sum()),
        alpha_masi=figure.alpha if layer.kind == "set" else UNSET,
        parents=_parents_figure(ratings, layer, draws),
        codes=_code_figures(ratings, draws),
        pairs=list(_pair_figures(ratings, frame.annotators, METRICS[layer.kind], draws)),
        confusions=confusions,
        **(more(frame, layer, codebook, ratings, draws) if more else {}),
    )


def _ratings(frame: Frame, layer: Layer, codebook: Codebook) -> Ratings:
    if layer.kind == "set":
        return set_ratings(frame, layer)
    if layer.kind == "stance":
        # a codebook that has no targets yet has no stances either
        targets = codebook.target_ids or [""]
        return stacked([target_ratings(frame, layer, target) for target in targets])
    return code_ratings(frame, layer)


def _set_part(
    frame: Frame, layer: Layer, codebook: Codebook, ratings: Ratings, draws: Draws
) -> dict[str, Any]:
    jaccard = alpha_estimate(ratings, "jaccard", draws)
    return {"alpha_jaccard": _round(jaccard.alpha), "interval_jaccard": _bounds(jaccard.interval)}


def _stance_part(
    frame: Frame, layer: Layer, codebook: Codebook, ratings: Ratings, draws: Draws
) -> dict[str, Any]:
    by_target = {target: target_ratings(frame, layer, target) for target in codebook.target_ids}
    return {
        "touched": _figure(_touched(ratings), draws),
        "direction": _direction_figure(ratings, draws),
        "targets": {target: _target_figure(held, draws) for target, held in by_target.items()},
    }


def _parents_figure(ratings: Ratings, layer: Layer, draws: Draws) -> Coefficients | UnsetType:
    """Agreement on the topmost codes, where codes have parents."""
    if layer.kind not in ("one", "set") or not any(code.parent for code in layer.codes):
        return UNSET
    tops = [[code, *layer.parents(code)][-1] for code in layer.code_ids]
    codes = list(dict.fromkeys(tops))
    numbers = [codes.index(top) for top in tops]
    return _figure(ratings.raised(numbers, codes), draws, METRICS[layer.kind])


def _figure(ratings: Ratings, draws: Draws, metric: str = "nominal") -> Coefficients:
    estimate = alpha_estimate(ratings, metric, draws)
    # kappa and AC1 are of single values: a set is compared code by code
    is_set = metric in ("masi", "jaccard")
    counts = None if is_set else coefficients.count_values(ratings.values, len(ratings.codes))
    of_kappa, of_ac1 = (
        (None, None) if counts is None else kappa_and_ac1_intervals(counts, ratings.group, draws)
    )
    return Coefficients(
        alpha=_round(estimate.alpha),
        observed=_observed(ratings),
        interval=_bounds(estimate.interval),
        interval_observed=_bounds(observed_interval(ratings, draws)),
        kappa=None if counts is None else _round(coefficients.fleiss_kappa(counts)),
        interval_kappa=_bounds(of_kappa),
        ac1=None if counts is None else _round(coefficients.gwet_ac1(counts)),
        interval_ac1=_bounds(of_ac1),
        shared=len(np.unique(ratings.unit[ratings.shared])),
        n=int(ratings.shared.sum()),
        reason=estimate.reason or UNSET,
    )


def _touched(ratings: Ratings) -> Ratings:
    """The same stances as touched or not."""
    numbers = [int(code != UNRELATED) for code in ratings.codes]
    return ratings.recoded(numbers, [UNRELATED, "touched"])


def _direction_figure(ratings: Ratings, draws: Draws) -> Coefficients:
    """Agreement on the direction, where all who coded the unit took its target for touched."""
    untouched = ratings.codes.index(UNRELATED)
    touched = ratings.where(~(ratings.values == untouched).any(axis=1))
    figure = _figure(touched, draws)
    used = np.unique(touched.values[touched.shared])
    sides = [ratings.codes[n] for n in used if n != MISSING]
    if len(sides) == 1:
        return structs.replace(figure, reason=f"undefined: only one direction observed: {sides[0]}")
    if not figure.shared:
        return structs.replace(figure, reason="undefined: no sentence that all took for touched")
    return figure


def _target_figure(ratings: Ratings, draws: Draws) -> TargetFigure:
    return TargetFigure(
        **structs.asdict(_figure(ratings, draws)),
        touched=_figure(_touched(ratings), draws),
        direction=_direction_figure(ratings, draws),
    )


def _code_figures(ratings: Ratings, draws: Draws) -> dict[str, CodeFigure]:
    counts, sizes = code_counts(ratings)
    positive = coefficients.positive_agreement(counts, sizes)
    given = counts[sizes > 1].sum(axis=0)
    estimates = code_estimates(ratings, draws)
    found = {}
    intervals = code_intervals(ratings, draws)
    for c, (code, estimate, bounds) in enumerate(zip(ratings.codes, estimates, intervals, strict=True)):
        against_rest = np.stack([counts[:, c], sizes - counts[:, c]], axis=1)
        found[code] = CodeFigure(
            alpha=_round(estimate.alpha),
            interval=_bounds(estimate.interval),
            positive_agreement=_round(float(positive[c])),
            interval_positive_agreement=_bounds(bounds[0]),
            ac1=_round(coefficients.gwet_ac1(against_rest)),
            interval_ac1=_bounds(bounds[1]),
            n=int(given[c]),
            reason=estimate.reason or UNSET,
        )
    return found


def _pair_figures(
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
                observed=_round(float((first[both] == second[both]).mean())),
                interval_observed=_bounds(observed_interval(theirs, draws)),
                kappa=_round(coefficients.cohen_kappa(first, second)),
                interval_kappa=_bounds(cohen_interval(first, second, ratings.group, draws)),
                alpha=_round(estimate.alpha),
                interval=_bounds(estimate.interval),
            )


def _observed(ratings: Ratings) -> float | None:
    """The share of equal values among pairs of annotators; of sets, whole sets are compared."""
    equal, m = equal_shares(ratings.values[ratings.shared])
    return _round(float(equal.sum() / m.sum())) if len(m) else None


def _round(number: float | None) -> float | None:
    return None if number is None or np.isnan(number) else round(float(number), 6) + 0.0


def _bounds(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (round(interval[0], 6) + 0.0, round(interval[1], 6) + 0.0)
