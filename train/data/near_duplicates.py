"""Which commentaries share sentences that are nearly the same, so that no fold may part them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from schemas.records import GoldSentence

RUN = 6  # words in a row that are compared

#: The part of the shorter sentence's runs that two sentences must share.
SHARE = 0.5

#: A run that stands in more texts than this is a formula, not a copy.
COMMON = 50

#: Shorter texts recur without being copied ("Warum?").
SHORTEST = 4

_WORD = re.compile(r"\w+")


class Clusters:
    """Things joined step by step (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        """The name that stands for the whole cluster."""
        root = name
        while (above := self._parent.get(root, root)) != root:
            root = above
        while name != root:
            self._parent[name], name = root, self._parent.get(name, name)
        return root

    def join(self, one: str, other: str) -> None:
        """Makes two clusters one, named after the one that sorts first."""
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first


def clusters_of(rows: Sequence[GoldSentence]) -> list[str]:
    """For each row, the cluster of commentaries that its own belongs to.

    Two commentaries belong together when a sentence of one, normalised, is equal to a sentence of
    the other, or shares half of its runs of six words with it.
    """
    clusters = Clusters()
    owners: dict[tuple[str, ...], str] = {}
    for row in rows:
        words = tuple(_WORD.findall(row.text.lower()))
        if len(words) >= SHORTEST:
            clusters.join(owners.setdefault(words, row.commentary_id), row.commentary_id)
    texts = [words for words in owners if len(words) >= RUN]
    for one, other in near_pairs(texts):
        clusters.join(owners[texts[one]], owners[texts[other]])
    return [clusters.find(row.commentary_id) for row in rows]


def inner_groups(rows: Sequence[GoldSentence]) -> list[str]:
    """What is held out together while a model is tuned: clusters, or commentaries where one cluster
    has more than half of the rows, so that little would be left to learn from.
    """
    clusters = clusters_of(rows)
    largest = max(Counter(clusters).values(), default=0)
    return clusters if 2 * largest <= len(rows) else [row.commentary_id for row in rows]


def near_pairs(texts: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs of different texts of which the shorter shares at least half of its runs."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, words in enumerate(texts):
        for run in _runs(words):
            places[run].append(index)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for found in places.values():
        if 1 < len(found) <= COMMON:
            for pair in _pairs(found):
                shared[pair] += 1
    for (one, other), count in sorted(shared.items()):
        if count >= SHARE * (min(len(texts[one]), len(texts[other])) - RUN + 1):
            yield one, other


def _runs(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {words[i : i + RUN] for i in range(len(words) - RUN + 1)}


def _pairs(found: Sequence[int]) -> Iterable[tuple[int, int]]:
    return ((one, other) for place, one in enumerate(found) for other in found[place + 1 :])
