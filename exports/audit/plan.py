"""What shift a study will be able to show, before anybody sees a suggestion (`audit --plan`)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from exports.audit.comparison import rounded
from schemas.codebook import Codebook
from schemas.records import Annotation, Assignment, Record

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)
#: How often a code is given.
PREVALENCES = (0.05, 0.1, 0.3)
#: Error of the first kind, and the chance to see a shift that is there.
_ALPHA, _POWER = 0.05, 0.8
#: How alike sentences of a commentary are where nothing was coded yet: the mean over the demo's codes.
_USUAL = 0.05
_LEAST = 3  # commentaries in an arm


class PlannedShare(Record, frozen=True, kw_only=True):
    """``detectable``: how often a code is given → the shift that is seen with a chance of four in five."""

    share: float
    commentaries: int
    is_current: bool
    detectable: dict[str, float | None]


class AuditPlan(Record, frozen=True, kw_only=True):
    """``correlation`` is that of a code within a commentary; ``measured`` says whether codings gave it."""

    commentaries: int
    sentences: int
    annotations: int
    correlation: float
    measured: bool
    current: float
    shares: list[PlannedShare]


def plan_audit(
    assignments: Sequence[Assignment],
    commentary_of: Mapping[str, str],
    codebook: Codebook,
    *,
    coded: Sequence[Annotation] = (),
) -> AuditPlan:
    """The shifts that shares of commentaries without suggestions can show.

    Parameters
    ----------
    commentary_of
        Sentence id → commentary id.
    coded
        What was coded so far; its correlation within commentaries takes the place of the usual one.
    """
    texts = sorted({commentary_of[a.sentence_id] for a in assignments})
    without = {commentary_of[a.sentence_id] for a in assignments if not a.suggest}
    correlation = within_commentaries(coded, codebook)
    rho = _USUAL if correlation is None else correlation
    current = len(without) / len(texts) if texts else 0.0
    shares = sorted({*SHARES, round(current, 4)} - {0.0})
    return AuditPlan(
        commentaries=len(texts),
        sentences=len({a.sentence_id for a in assignments}),
        annotations=len(assignments),
        correlation=round(rho, 4),
        measured=correlation is not None,
        current=round(current, 4),
        shares=[
            PlannedShare(
                share=share,
                commentaries=round(share * len(texts)),
                is_current=share == round(current, 4),
                detectable={
                    f"{p:g}": detectable(len(texts), round(share * len(texts)), len(assignments), p, rho)
                    for p in PREVALENCES
                },
            )
            for share in shares
        ],
    )


def detectable(
    texts: int, without: int, annotations: int, prevalence: float, correlation: float
) -> float | None:
    """The shift of a share that a two-sided test at 5 % shows with a chance of 80 %; None: too few texts.

    Of two means of clusters of one size (Donner & Klar 2000, chapter 5): the variance of a share times
    1 + (size - 1) × correlation, with Student's t.
    """
    if min(without, texts - without) < _LEAST:
        return None
    size = annotations / texts
    inflated = prevalence * (1 - prevalence) * (1 + max(size - 1, 0) * correlation) / size
    error = (inflated * (1 / without + 1 / (texts - without))) ** 0.5
    freedom = texts - 2
    quantiles = stats.t.ppf(1 - _ALPHA / 2, freedom) + stats.t.ppf(_POWER, freedom)
    return rounded(min(float(quantiles * error), 1.0))


def within_commentaries(rows: Sequence[Annotation], codebook: Codebook) -> float | None:
    """The mean over codes of the correlation of two codings of a commentary; None where too little is coded.

    The estimator of the analysis of variance for clusters of unequal size (Donner & Klar 2000).
    """
    given = [row for row in rows if not row.skipped]
    place = {name: n for n, name in enumerate(sorted({row.commentary_id for row in given}))}
    text = np.array([place[row.commentary_id] for row in given])
    found = []
    for layer in codebook.predicted_layers:
        for code in layer.code_ids:
            values = [_has(row, layer.id, code) for row in given]
            known = np.array([value is not None for value in values], dtype=bool)
            if known.sum():
                found.append(_correlation(np.array([float(v) for v in values if v is not None]), text[known]))
    known_ones = [value for value in found if value is not None]
    return float(np.mean(known_ones)) if known_ones else None


def _has(row: Annotation, layer_id: str, code: str) -> bool | None:
    value = row.layers.get(layer_id)
    if value is None:
        return None
    if isinstance(value, dict):
        return code in value.values()
    return code in value if isinstance(value, list) else str(value) == code


def _correlation(values: Any, text: Any) -> float | None:
    sizes = np.bincount(text)
    sizes = sizes[sizes > 0]
    n, groups = len(values), len(sizes)
    if groups < _LEAST or n <= groups or not 5 <= values.sum() <= n - 5:
        return None
    means = np.bincount(text, values)[np.bincount(text) > 0] / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (groups - 1)
    within = (sizes * means * (1 - means)).sum() / (n - groups)
    usual = (n - (sizes**2).sum() / n) / (groups - 1)
    total = between + (usual - 1) * within
    return max(0.0, float((between - within) / total)) if total else None
