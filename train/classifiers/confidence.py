"""How often a coder who says how sure they are is right: Platt's sigmoid, with a term for each code.

For answers that no classifier of ours gave, such as a language model's. A commentary's own codings have no
part in what is said of its answers: they are parted into folds by commentary.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from train.arrays import Floats

#: Answers and commentaries below which nothing is fitted.
MIN_ANSWERS, MIN_COMMENTARIES = 50, 5
FOLDS = 5
_EDGE = 1e-4  # a share of repeated answers may be 0 or 1


class Outcome(NamedTuple):
    """An answer of which it is known whether it was right; ``score`` is how sure its coder was, 0 to 1."""

    code: str
    score: float
    right: bool
    commentary: str


class Confidence:
    """The probability that an answer is right; in a set, that a code applies."""

    def __init__(self, codes: Sequence[str], by_fold: dict[int, Any], of_all: Any) -> None:
        self._codes = {code: n for n, code in enumerate(codes)}
        self._by_fold, self._of_all = by_fold, of_all

    @property
    def fingerprint(self) -> str:
        """What was fitted, in words that change with it."""
        numbers = np.append(self._of_all.coef_.ravel(), self._of_all.intercept_)
        return f"{list(self._codes)} {[round(float(number), 6) for number in numbers]}"

    def probability(self, code: str, score: float, commentary: str) -> float:
        """The probability for an answer in a commentary, fitted without what was coded there."""
        fitted = self._by_fold.get(_fold(commentary)) or self._of_all
        return float(fitted.predict_proba(_features([code], [score], self._codes))[0, 1])


def fit_confidence(found: Sequence[Outcome]) -> Confidence | None:
    """What the outcomes teach; None where they are fewer than `MIN_ANSWERS` of `MIN_COMMENTARIES`."""
    if len(found) < MIN_ANSWERS or len({one.commentary for one in found}) < MIN_COMMENTARIES:
        return None
    codes = sorted({one.code for one in found})
    parts: dict[int, list[Outcome]] = defaultdict(list)
    for one in found:
        parts[_fold(one.commentary)].append(one)
    by_fold = {
        fold: _fit([one for other, part in parts.items() if other != fold for one in part], codes)
        for fold in parts
    }
    return Confidence(codes, by_fold, _fit(found, codes))


def _fit(found: Sequence[Outcome], codes: Sequence[str]) -> Any:
    from sklearn.linear_model import LogisticRegression

    places = {code: n for n, code in enumerate(codes)}
    X = _features([one.code for one in found], [one.score for one in found], places)
    y = np.array([one.right for one in found])
    # one answer of each sort beside them: a coder who was never wrong may be so yet
    middle = X.mean(axis=0, keepdims=True) if len(X) else np.zeros((1, len(codes) + 1))
    return LogisticRegression(max_iter=1000).fit(np.vstack([X, middle, middle]), np.append(y, [True, False]))


def _features(codes: Sequence[str], scores: Sequence[float], places: dict[str, int]) -> Floats:
    score = np.clip(np.asarray(scores, dtype=float), _EDGE, 1 - _EDGE)
    X = np.zeros((len(codes), len(places) + 1))
    X[:, 0] = np.log(score / (1 - score)) / 4
    for row, code in enumerate(codes):
        if code in places:
            X[row, places[code] + 1] = 1.0
    return X


def _fold(commentary: str) -> int:
    return int(hashlib.sha256(commentary.encode("utf-8")).hexdigest()[:8], 16) % FOLDS
