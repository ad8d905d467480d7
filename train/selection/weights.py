"""What a coded sentence stands for, so that shares of a corpus can be told from what was selected."""

from collections.abc import Collection, Mapping, Sequence

from schemas.records import Assignment


def selection_weights(assignments: Sequence[Assignment]) -> dict[str, float]:
    """Sentence id → its weight, for totals over all that could have been selected in the first batch.

    Each batch tells a total by itself: what earlier batches took counts once, what it picked counts one over
    its probability (Des Raj 1956, "Some estimators in sampling with varying probabilities without
    replacement"). The weights are those of the mean of these estimates, which has no bias. Test sentences
    and what was not selected (strategy ``all``) have no weight: they are from other draws.
    """
    rows = {a.sentence_id: a for a in assignments if a.strategy != "all" and not a.test}
    batches = sorted({a.batch for a in rows.values()})
    later = {batch: len(batches) - 1 - n for n, batch in enumerate(batches)}
    return {name: (1 / row.probability + later[row.batch]) / len(batches) for name, row in rows.items()}


def weighted_share(has: Collection[str], weights: Mapping[str, float]) -> float | None:
    """The share of the corpus that has something, told from the coded sentences that have it."""
    total = sum(weights.values())
    return sum(weights[name] for name in has if name in weights) / total if total else None
