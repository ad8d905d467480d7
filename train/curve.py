"""The learning curve: what more coding would bring, seen from what less would have."""

from collections.abc import Sequence

import numpy as np

from schemas.records import GoldSentence, Record

#: Shares of the training commentaries beside all of them.
SHARES = (0.125, 0.25, 0.5)
#: Up to so many sentences the curve is drawn without being asked for: it nearly doubles the time.
SMALL = 3000


class CurvePoint(Record, frozen=True, kw_only=True):
    """Macro-F1 a layer of models that learned from a share of the commentaries (means a split)."""

    share: float
    sentences: int
    commentaries: int
    macro_f1: dict[str, float | None]


def part_of(rows: Sequence[GoldSentence], share: float, seed: int) -> list[GoldSentence]:
    """The sentences of a share of the commentaries; a larger share contains the smaller."""
    names = sorted({row.commentary_id for row in rows})
    order = np.random.default_rng(seed).permutation(len(names))
    kept = {names[i] for i in order[: max(1, round(share * len(names)))]}
    return [row for row in rows if row.commentary_id in kept]
