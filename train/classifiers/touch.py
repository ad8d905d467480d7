"""Whether a sentence touches a target: its words, its meaning, what stands around it, and the other layers.

Two steps, each a logistic regression over scores of held-out rows (stacking: Wolpert 1992). The first sums
what the words of the pair say and what the sentence and its commentary mean to that target. The second adds
how likely its neighbours touch the target and the sentence other targets, and the answers of other layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from train.arrays import Array, Bools, Floats, Ints
from train.folds import folds_by_code, splits

#: C of each target's regression on vectors; balanced. 3 and unbalanced were no better on demo and real texts.
_OWN_C = 1.0
#: Touches that a target needs to have a regression of its own.
_FEWEST = 5
#: Values of C of the second step to choose from, by the log-loss of held-out pairs: from some hundred touches
#: on its columns gain, with fewer they cost.
_GRID = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
#: How much more freely the second step may weigh the first than the rest.
_FREE = 10.0
#: Columns of `surroundings` and of `likeness`.
AROUND, LIKENESS = 9, 12
#: C of the regression on `likeness`.
_LIKENESS_C = 0.1
_LIMIT = 1e-4  # probabilities are kept so far from 0 and 1, and log-odds below
_FAR = float(np.log((1 - _LIMIT) / _LIMIT))


class Pairs(NamedTuple):
    """Pairs of a sentence and a target, as numbers.

    Parameters
    ----------
    row, target : int ndarray of shape (n_pairs,)
        The place of the sentence among the rows, of the target among the names.
    commentary, position : int ndarray of shape (n_rows,)
        The number of a sentence's commentary, and its place among the rows of it.
    names
        The targets' ids.
    """

    row: Ints
    target: Ints
    commentary: Ints
    position: Ints
    names: list[str]


class Meaning(NamedTuple):
    """What sentences and targets mean, by an encoder.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, 2 * size)
        As `with_commentary` has them.
    targets : ndarray of shape (n_names, n_texts, size)
        What the codebook says of each target of the pairs: zeros where it says nothing.
    """

    rows: Floats
    targets: Floats


@dataclass(frozen=True, eq=False)
class TouchModel:
    """What was learned: plain arrays.

    Parameters
    ----------
    targets_ : ndarray of str, shape (n_known,)
        Those with a regression of their own.
    coef_ : float32 ndarray of shape (n_known, 2 * size)
        Its weights for the sentence's vector and the commentary's mean vector.
    intercept_ : ndarray of shape (n_known,)
    base_ : ndarray of shape (3,)
        The first step: weights of the pair's log-odds and of the meaning's, and a constant.
    alone_ : ndarray of shape (3,)
        The same for targets without a regression of their own, of which no meaning is known.
    asked_ : ndarray of str, shape (n_asked,)
        The targets that were asked in training. Of another the words tell little, and it has no regression:
        with an encoder it is judged by how alike it is to the sentence.
    likeness_ : ndarray of shape (`LIKENESS` + 1,) or (0,)
        Weights for that and a constant; none without an encoder.
    mean_, weight_ : ndarray of shape (1 + `AROUND` + n_answers,)
        The second step: log-odds of the first, surroundings, answers of other layers, each less its mean.
    constant_ : ndarray of shape (1,)
    """

    targets_: Array
    coef_: Array
    intercept_: Floats
    base_: Floats
    alone_: Floats
    asked_: Array
    likeness_: Floats
    mean_: Floats
    weight_: Floats
    constant_: Floats

    def parts(self, words: Floats, meaning: Meaning | None, answers: Floats, pairs: Pairs) -> Floats:
        """What speaks for a touch: words, meaning, surroundings, other layers; shape (n_pairs, 4).

        Their sum, with `constant_`, are the log-odds of a touch.

        Parameters
        ----------
        words : ndarray of shape (n_pairs,)
            Log-odds by the words of each pair.
        answers : ndarray of shape (n_rows, n_answers)
            The probabilities of the other layers' codes.
        """
        base = np.where(self._among(self.targets_, pairs)[:, None], self.base_, self.alone_)
        meant = base[:, 1] * self._own(meaning, pairs)
        said = base[:, 0] * words + base[:, 2]
        is_new = ~self._among(self.asked_, pairs)
        if len(self.likeness_) and meaning is not None and is_new.any():
            alike = likeness(meaning, pairs) @ self.likeness_[:-1] + self.likeness_[-1]
            meant, said = np.where(is_new, alike, meant), np.where(is_new, 0.0, said)
        log_odds = np.clip(said + meant, -_FAR, _FAR)
        around = surroundings(probability(log_odds), pairs) - self.mean_[1 : 1 + AROUND]
        answered = answers[pairs.row] - self.mean_[1 + AROUND :]
        weight = self.weight_
        means = weight[0] * meant
        rest = weight[0] * (log_odds - self.mean_[0]) - means
        return np.column_stack(
            [rest, means, around @ weight[1 : 1 + AROUND], answered @ weight[1 + AROUND :]]
        )

    @staticmethod
    def _among(targets: Array, pairs: Pairs) -> Bools:
        """Whether each pair is of one of these targets."""
        found: Bools = np.isin(np.array(pairs.names, dtype=str), targets)[pairs.target]
        return found

    def words_weight(self, targets: Sequence[str]) -> Floats:
        """What the log-odds by the words of a pair are multiplied by, for pairs of these targets."""
        names = np.asarray(targets, dtype=str)
        base = np.where(np.isin(names, self.targets_), self.base_[0], self.alone_[0])
        if len(self.likeness_):
            base = np.where(np.isin(names, self.asked_), base, 0.0)
        found: Floats = self.weight_[0] * base
        return found

    def _own(self, meaning: Meaning | None, pairs: Pairs) -> Floats:
        """Log-odds by the targets' own regressions; 0 where there is none."""
        found = np.zeros(len(pairs.row))
        if meaning is None or not len(self.targets_):
            return found
        own = {name: i for i, name in enumerate(self.targets_.tolist())}
        column = np.array([own.get(name, -1) for name in pairs.names], dtype=np.int64)[pairs.target]
        scores = meaning.rows @ self.coef_.T.astype(np.float64) + self.intercept_
        known = column >= 0
        found[known] = scores[pairs.row[known], column[known]]
        return found

    def probabilities(self, parts: Floats) -> Floats:
        return probability(parts.sum(axis=1) + self.constant_[0])


def probability(log_odds: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return found


def log_odds_of(share: Floats) -> Floats:
    kept = np.clip(share, _LIMIT, 1 - _LIMIT)
    found: Floats = np.log(kept / (1 - kept))
    return found


def number_pairs(
    asked: Sequence[tuple[int, str]], commentaries: Sequence[str], indexes: Sequence[int | None]
) -> Pairs:
    """The pairs of a row's place and a target's id as numbers."""
    names = sorted({target for _, target in asked})
    column = {name: i for i, name in enumerate(names)}
    row, target = [i for i, _ in asked], [column[name] for _, name in asked]
    return place_pairs(
        np.array(row, dtype=np.int64), np.array(target, dtype=np.int64), names, commentaries, indexes
    )


def place_pairs(
    row: Ints, target: Ints, names: list[str], commentaries: Sequence[str], indexes: Sequence[int | None]
) -> Pairs:
    """Pairs with the places of their sentences, which stand by their index in a commentary."""
    _, commentary = np.unique(np.asarray(commentaries, dtype=str), return_inverse=True)
    order = np.array([i if index is None else index for i, index in enumerate(indexes)], dtype=np.int64)
    ranked = np.lexsort((np.arange(len(order)), order, commentary))
    position = np.empty(len(order), dtype=np.int64)
    starts = np.searchsorted(commentary[ranked], commentary[ranked])
    position[ranked] = np.arange(len(order)) - starts
    return Pairs(row, target, commentary, position, names)


def with_commentary(vectors: Floats, commentaries: Sequence[str]) -> Floats:
    """Each sentence's vector, and its commentary's mean of length one: shape (n_rows, 2 * size)."""
    _, group = np.unique(np.asarray(commentaries, dtype=str), return_inverse=True)
    total = np.zeros((int(group.max(initial=-1)) + 1, vectors.shape[1]))
    np.add.at(total, group, vectors)
    total /= np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
    return np.hstack([vectors, total[group]])


def likeness(meaning: Meaning, pairs: Pairs) -> Floats:
    """How alike sentence and commentary are to what the codebook says of the target: (n_pairs, `LIKENESS`).

    The cosines of both with each of its texts; of each their mean, and how far that is above the mean of the
    sentence's likeliest other target.
    """
    _, texts, size = meaning.targets.shape
    cosines = np.zeros((len(pairs.row), 2, texts))
    for column, target in enumerate(meaning.targets):
        at = np.flatnonzero(pairs.target == column)
        cosines[at] = meaning.rows[pairs.row[at]].reshape(-1, 2, size) @ target.T
    means = cosines.mean(axis=2)
    rivals = np.column_stack([_rival(column, pairs.row) for column in means.T])
    return np.column_stack([cosines.reshape(len(cosines), -1), means, means - rivals])


def surroundings(touched: Floats, pairs: Pairs) -> Floats:
    """What the other pairs say of each: shape (n_pairs, `AROUND`).

    The mean of the target over the commentary's other sentences, and over the three likeliest of all; one
    and two sentences before and behind (the mean where there is none); the target's share among those of the
    sentence, and its distance to the likeliest other; its share among those of the commentary.
    """
    width = max(len(pairs.names), 1)
    piece = pairs.commentary[pairs.row] * width + pairs.target
    _, piece = np.unique(piece, return_inverse=True)
    count = np.bincount(piece)
    total = np.bincount(piece, touched)
    mean = total / count
    others = (total[piece] - touched) / np.maximum(count[piece] - 1, 1)
    ranked = np.lexsort((-touched, piece))
    rank = np.arange(len(piece)) - np.searchsorted(piece[ranked], piece[ranked])
    best = np.bincount(piece[ranked], touched[ranked] * (rank < 3)) / np.minimum(count, 3)
    gap = int(pairs.position.max(initial=0)) + 3
    place = (pairs.commentary * gap + pairs.position)[pairs.row]
    key = place * width + pairs.target
    order = np.argsort(key)
    near = [_at(key[order], touched[order], key + step * width, mean[piece]) for step in (-1, 1, -2, 2)]
    in_sentence = np.bincount(pairs.row, touched)[pairs.row]
    whole = np.bincount(pairs.commentary[pairs.row], mean[piece] / count[piece])[pairs.commentary[pairs.row]]
    columns = (
        others, best[piece], *near, touched / (in_sentence + 1e-3),
        touched - _rival(touched, pairs.row),
        mean[piece] / (whole + 1e-3),
    )  # fmt: skip
    return np.column_stack(columns)


def _at(keys: Ints, values: Floats, wanted: Ints, otherwise: Floats) -> Floats:
    """The values at some keys, which are in order."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: Floats = np.where(keys[place] == wanted, values[place], otherwise)
    return found


def _rival(values: Floats, group: Ints) -> Floats:
    """For each value the highest of the others in its group; 0 where there is none, or it is below."""
    size = int(group.max(initial=-1)) + 1
    highest = np.zeros((2, size))
    ranked = np.lexsort((-values, group))
    rank = np.arange(len(group)) - np.searchsorted(group[ranked], group[ranked])
    for n in (0, 1):
        at = ranked[rank == n]
        highest[n, group[at]] = values[at]
    first, second = highest[:, group]
    found: Floats = np.where(values >= first, second, first)
    return found


def fit_touch(
    words: Floats,
    touched: Bools,
    meaning: Meaning | None,
    answers: Floats,
    pairs: Pairs,
    groups: Sequence[str],
    *,
    folds: int,
    seed: int,
) -> tuple[TouchModel, Floats]:
    """The model, and what it says of each pair while its group was held out.

    Parameters
    ----------
    words : ndarray of shape (n_pairs,)
        As in `TouchModel.parts`, each while its own group was held out.
    touched : bool ndarray of shape (n_pairs,)
        Both values occur.
    groups
        For each pair; those of one name are held out together.
    """
    fold = folds_by_code(touched.astype(np.int64), 2, groups, folds=folds, seed=seed)
    own, meant = _fit_own(touched, None if meaning is None else meaning.rows, pairs, fold)
    is_own = np.isin(np.array(pairs.names, dtype=str), own[0])[pairs.target]
    first = np.column_stack([words, meant])
    base = _regression(first[is_own], touched[is_own], 1e3)
    alone = np.insert(_regression(words[:, None], touched, 1e3), 1, 0.0)
    log_odds = (np.column_stack([first, np.ones(len(words))]) * np.where(is_own[:, None], base, alone)).sum(
        axis=1
    )
    log_odds = np.clip(log_odds, -_FAR, _FAR)
    columns = np.column_stack([log_odds, surroundings(probability(log_odds), pairs), answers[pairs.row]])
    scaled, mean, spread = _scaled(columns)
    scaled[:, 0] *= _FREE
    best, chosen = np.inf, _GRID[0]
    held_out: Floats = np.zeros(len(touched))
    for C in _GRID:
        said = _held_out(scaled, touched, fold, C)
        loss = -float(np.log(np.where(touched, said, 1 - said)).mean())
        if loss < best:
            best, held_out, chosen = loss, said, C
    fitted = _regression(scaled, touched, chosen)
    weight = fitted[:-1] / spread
    weight[0] *= _FREE
    asked = np.array(pairs.names, dtype=str)
    alike = np.zeros(0) if meaning is None else _fit_likeness(likeness(meaning, pairs), touched)
    return TouchModel(*own, base, alone, asked, alike, mean, weight, fitted[-1:]), held_out


def _fit_likeness(columns: Floats, touched: Bools) -> Floats:
    """A regression over all targets together, which a new one has too."""
    scaled, mean, spread = _scaled(columns)
    fitted = _regression(scaled, touched, _LIKENESS_C)
    weight = fitted[:-1] / spread
    return np.append(weight, fitted[-1] - weight @ mean)


def _scaled(columns: Floats) -> tuple[Floats, Floats, Floats]:
    """The columns less their mean, by their spread; with both. What never differs says nothing."""
    mean, spread = columns.mean(axis=0), columns.std(axis=0)
    spread[spread < 1e-9] = np.inf
    return (columns - mean) / spread, mean, spread


def _fit_own(
    touched: Bools, vectors: Floats | None, pairs: Pairs, fold: Ints
) -> tuple[tuple[Array, Array, Floats], Floats]:
    """The regressions of the targets on vectors, and the log-odds they give to held-out pairs."""
    names, coefs, intercepts = [], [], []
    meaning = np.zeros(len(touched))
    for column, name in enumerate(pairs.names if vectors is not None else ()):
        at = np.flatnonzero(pairs.target == column)
        hits = int(touched[at].sum())
        if hits < _FEWEST or hits == len(at):
            continue
        assert vectors is not None
        read = vectors[pairs.row[at]]
        for train, test in splits(fold[at]):
            found = _regression(read[train], touched[at[train]], _OWN_C, balanced=True)
            meaning[at[test]] = read[test] @ found[:-1] + found[-1]
        found = _regression(read, touched[at], _OWN_C, balanced=True)
        names.append(name)
        coefs.append(found[:-1])
        intercepts.append(found[-1])
    size = 0 if vectors is None else vectors.shape[1]
    coef = np.array(coefs, dtype=np.float32).reshape(len(coefs), size)
    return (np.array(names, dtype=str), coef, np.array(intercepts, dtype=np.float64)), meaning


def _held_out(columns: Floats, touched: Bools, fold: Ints, C: float) -> Floats:
    said = np.zeros(len(touched))
    for train, test in splits(fold):
        found = _regression(columns[train], touched[train], C)
        said[test] = probability(columns[test] @ found[:-1] + found[-1])
    return np.clip(said, _LIMIT, 1 - _LIMIT)


def _regression(X: Floats, y: Bools, C: float, *, balanced: bool = False) -> Floats:
    """Weights and, last, the constant of a logistic regression; of one class alone only a constant."""
    from sklearn.linear_model import LogisticRegression

    from train.classifiers.calibration import one_thread

    if y.all() or not y.any():
        share = (y.sum() + 1) / (len(y) + 2)
        return np.append(np.zeros(X.shape[1]), 0.0 if balanced else np.log(share / (1 - share)))
    model: Any = LogisticRegression(
        C=C, class_weight="balanced" if balanced else None, tol=1e-3, max_iter=500
    )
    with one_thread():
        model.fit(X, y)
    return np.append(model.coef_[0], model.intercept_[0])
