"""Which way a touched target is seen: what its author said elsewhere, and what was coded in the commentary.

Of some hundred coded sentences words tell the direction no better than chance, but an author seldom changes
sides: counts with a Dirichlet prior, which is what the words say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from train.arrays import Bools, Floats
from train.novelty import author_hash

#: How much the words count: as one coded sentence.
PRIOR = 1.0
#: What a commentary counts for at most, among those of its author.
_MOST = 2.0

#: By hash of the author and by target, how often each direction was coded.
Authors = dict[str, dict[str, dict[str, float]]]


class Touch(NamedTuple):
    """A touched target of a sentence: whose, where, which way."""

    author: str | None
    commentary: str
    target: str
    code: str


def learn_authors(touches: Iterable[Touch]) -> Authors:
    """What each author's commentaries say; a commentary counts for two sentences at most."""
    found: Authors = {}
    for (author, target, _), counts in _by_commentary(touches).items():
        codes = found.setdefault(author, {}).setdefault(target, {})
        for code, weight in _capped(counts).items():
            codes[code] = round(codes.get(code, 0.0) + weight, 6)
    return found


def known_directions(
    authors: Authors, asked: Sequence[tuple[str | None, str]], codes: Sequence[str]
) -> Floats:
    """How often each direction was coded for the author and target of each pair: shape (n_pairs, n_codes)."""
    hashes = {author: author_hash(author) for author in {author for author, _ in asked if author}}
    nothing = np.zeros(len(codes))
    table: dict[tuple[str | None, str], Floats] = {}
    for author, target in set(asked):
        counts = authors.get(hashes.get(author or "", ""), {}).get(target, {})
        table[author, target] = np.array([counts.get(code, 0.0) for code in codes]) if counts else nothing
    return np.array([table[pair] for pair in asked]).reshape(len(asked), len(codes))


def held_out_directions(
    touches: Sequence[Touch], asked: Sequence[tuple[str | None, str, str]], codes: Sequence[str]
) -> Floats:
    """As `known_directions` for pairs of author, commentary and target, each without its own commentary."""
    known = known_directions(learn_authors(touches), [(a, t) for a, _, t in asked], codes)
    own = {key: _capped(counts) for key, counts in _by_commentary(touches).items()}
    hashes = {author: author_hash(author) for author in {author for author, *_ in asked if author}}
    for i, (author, commentary, target) in enumerate(asked):
        counts = own.get((hashes.get(author or "", ""), target, commentary))
        if counts:
            known[i] -= [counts.get(code, 0.0) for code in codes]
    found: Floats = np.maximum(known, 0.0)
    return found


def earlier_directions(
    asked: Sequence[tuple[str, int, str]], values: Sequence[str], codes: Sequence[str]
) -> Floats:
    """How often each direction was coded for the target in earlier sentences of the same commentary.

    Parameters
    ----------
    asked
        For each pair the commentary, the sentence's place in it, and the target.
    values
        What was coded of each pair.
    """
    column = {code: i for i, code in enumerate(codes)}
    so_far: dict[tuple[str, str], Floats] = defaultdict(lambda: np.zeros(len(codes)))
    found = np.zeros((len(asked), len(codes)))
    for i in sorted(range(len(asked)), key=lambda i: asked[i]):
        commentary, _, target = asked[i]
        found[i] = so_far[commentary, target]
        if values[i] in column:
            so_far[commentary, target][column[values[i]]] += 1
    return found


def directions(words: Floats, counts: Floats) -> Floats:
    """Probabilities of the directions: shape (n_pairs, n_codes).

    Parameters
    ----------
    words : ndarray of shape (n_pairs, n_codes)
        What the words say: the mean of the Dirichlet prior, which counts as `PRIOR` sentences.
    counts : ndarray of shape (n_pairs, n_codes)
    """
    total = PRIOR * words + counts
    shares: Floats = total / total.sum(axis=1, keepdims=True)
    return shares


def is_known(counts: Floats) -> Bools:
    """Whether a direction rests on more than words."""
    found: Bools = counts.sum(axis=1) > 1e-6
    return found


def _by_commentary(touches: Iterable[Touch]) -> dict[tuple[str, str, str], Counter[str]]:
    by: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for touch in touches:
        if touch.author:
            by[author_hash(touch.author), touch.target, touch.commentary][touch.code] += 1
    return by


def _capped(counts: Mapping[str, int]) -> dict[str, float]:
    factor = min(1.0, _MOST / sum(counts.values()))
    return {code: count * factor for code, count in counts.items()}
