"""How long a sentence stands on the screen, with suggestions and without."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

import numpy as np

from exports.audit.comparison import WITH, WITHOUT, Sums, compare, rounded, to_arms
from exports.audit.report import TimeAudit
from schemas.records import Annotation

#: Times an annotator's median, and seconds, from which somebody was not at the screen.
_TIMES, _SECONDS = 10, 1800


def time_on_screen(rows: Sequence[tuple[Annotation, int, int]], texts: int) -> TimeAudit:
    """Of annotations with their arm and the number of their commentary."""
    by_person: dict[str, list[float]] = defaultdict(list)
    for row, _, _ in rows:
        if row.lead_time:
            by_person[row.annotator].append(row.lead_time)
    limits = {name: min(_TIMES * median(times), _SECONDS) for name, times in by_person.items()}
    sums, times = Sums(texts), defaultdict(list)
    outliers = []
    for row, arm, text in rows:
        if not row.lead_time or row.lead_time <= 0:
            continue
        if row.lead_time > limits[row.annotator]:
            outliers.append(row.sentence_id)
            continue
        times[arm].append(row.lead_time)
        sums.add("log", arm, text, float(np.log(row.lead_time)))
    medians = {arm: rounded(median(times[arm])) if times[arm] else None for arm in (WITH, WITHOUT)}
    arms = to_arms([WITH] * texts, was_drawn=False, seed=0)
    found = compare(sums.hits["log"], sums.trials["log"], arms, is_share=False, bounded=False)
    is_known = found.shift is not None and found.interval is not None
    return TimeAudit(
        median_with=medians[WITH],
        median_without=medians[WITHOUT],
        ratio=rounded(float(np.exp(found.shift))) if found.shift is not None else None,
        interval=_exp(found.interval) if found.interval is not None else None,
        outliers=sorted(outliers),
        reason=None if is_known else found.reason,
    )


def _exp(bounds: tuple[float, float]) -> tuple[float, float]:
    low, high = (round(float(np.exp(bound)), 6) for bound in bounds)
    return low, high
