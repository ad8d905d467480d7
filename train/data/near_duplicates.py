"""Which commentaries share sentences that are nearly the same, so that no fold may part them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from schemas.records import ContextSentence, GoldSentence
from train.arrays import Array, Ints

RUN = 6  # words in a row that are compared
#: The part of the shorter sentence's runs that two sentences must share.
SHARE = 0.5
#: A run that stands in more texts than this is a formula, not a copy.
COMMON = 50
#: Groups by author that are held out in turn, or authors do not count.
FEWEST = 10
#: Shorter texts recur without being copied ("Warum?").
SHORTEST = 4

_WORD = re.compile(r"\w+")


def clusters_of(rows: Sequence[ContextSentence]) -> list[str]:
    """For each row, the cluster of commentaries that its own belongs to, named after its first.

    Two commentaries belong together when a sentence of one, normalised, is equal to a sentence of
    the other, or shares half of its runs of six words with it.
    """
    names = sorted({row.commentary_id for row in rows})
    index = {name: i for i, name in enumerate(names)}
    owners: dict[tuple[str, ...], int] = {}
    pairs: set[tuple[int, int]] = set()
    for row in rows:
        words = tuple(_WORD.findall(row.text.lower()))
        if len(words) >= SHORTEST:
            commentary = index[row.commentary_id]
            pairs.add((owners.setdefault(words, commentary), commentary))
    texts = [words for words in owners if len(words) >= RUN]
    pairs.update((owners[texts[first]], owners[texts[second]]) for first, second in near_pairs(texts))
    edges = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    first = _first_connected(len(names), edges)
    return [names[first[index[row.commentary_id]]] for row in rows]


def _first_connected(size: int, edges: Ints) -> Ints:
    """For each of so many nodes the first that it is connected with, by edges of shape (2, n_edges).

    Edges may lead to nodes beyond, each of which is connected with some of these.
    """
    nodes = max(size, int(edges.max(initial=-1)) + 1)
    graph = sp.coo_matrix((np.ones(edges.shape[1]), edges), shape=(nodes, nodes))
    labels = connected_components(graph, directed=False)[1][:size]
    first: Ints = np.unique(labels, return_index=True)[1][labels]
    return first


def tuning_clusters(rows: Sequence[GoldSentence]) -> list[str]:
    """The clusters; the commentaries where one of those has more than half of the rows."""
    clusters = clusters_of(rows)
    return clusters if _largest(clusters) * 2 <= len(rows) else [row.commentary_id for row in rows]


def inner_groups(rows: Sequence[GoldSentence], clusters: Sequence[str]) -> list[str]:
    """What is held out together while a model is tuned, so that it is not tuned to know a hand again.

    Clusters (`tuning_clusters`), joined where they are by one author; where that leaves less than ten groups,
    or one with more than half of the rows, clusters.
    """
    by_author = _joined(clusters, [row.author or row.commentary_id for row in rows])
    if len(set(by_author)) >= FEWEST and _largest(by_author) * 2 <= len(rows):
        return by_author
    return list(clusters)


def _joined(clusters: Sequence[str], authors: Sequence[str]) -> list[str]:
    """The clusters, those with an author in common under the name of the first."""
    names, cluster = np.unique(clusters, return_inverse=True)
    _, author = np.unique(authors, return_inverse=True)
    first = _first_connected(len(names), np.stack([cluster, len(names) + author]))
    joined: list[str] = names[first[cluster]].tolist()
    return joined


def _largest(groups: Sequence[str]) -> int:
    return max(Counter(groups).values(), default=0)


def earlier_copies(texts: Sequence[str]) -> list[int | None]:
    """For each text the place of an earlier one that it repeats, nearly or word for word; None for the first.

    What is itself a copy is nobody's original. Short texts recur without being copied.
    """
    originals: list[int | None] = [None] * len(texts)
    places: dict[tuple[str, ...], int] = {}
    for place, text in enumerate(texts):
        words = tuple(_WORD.findall(text.lower()))
        if len(words) >= SHORTEST and (first := places.setdefault(words, place)) != place:
            originals[place] = first
    long = [(words, place) for words, place in places.items() if len(words) >= RUN]
    for first, second in near_pairs([words for words, _ in long]):
        if originals[long[first][1]] is None and originals[long[second][1]] is None:
            originals[long[second][1]] = long[first][1]
    return originals


def repeated(texts: Sequence[str], known: Iterable[str]) -> set[str]:
    """Those of the texts that repeat a known one, nearly or word for word; short ones recur without that."""
    words = {text: tuple(_WORD.findall(text.lower())) for text in texts}
    seen = {tuple(_WORD.findall(text.lower())) for text in known}
    found = {text for text, own in words.items() if len(own) >= SHORTEST and own in seen}
    long = [own for own in seen if len(own) >= RUN]
    asked = [text for text in words if text not in found and len(words[text]) >= RUN]
    for first, second in near_pairs([*long, *(words[text] for text in asked)]):
        if first < len(long) <= second:
            found.add(asked[second - len(long)])
    return found


def near_pairs(texts: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs of different texts of which the shorter shares at least half of its runs."""
    texts_with: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, start in _recurring_runs(texts):
        indexes = texts_with[texts[index][start : start + RUN]]
        if not indexes or indexes[-1] != index:
            indexes.append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for indexes in texts_with.values():
        if len(indexes) <= COMMON:
            shared.update(combinations(indexes, 2))
    for (first, second), count in sorted(shared.items()):
        if count >= SHARE * (min(len(texts[first]), len(texts[second])) - RUN + 1):
            yield first, second


def _recurring_runs(texts: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Text and place of each run that stands in several places, by number: nearly all runs stand in one."""
    number: dict[str, int] = {}
    words: Array = np.array(
        [number.setdefault(word, len(number)) for text in texts for word in text], np.uint64
    )
    sizes = np.array([len(text) for text in texts], np.int64)
    if len(words) < RUN:
        return
    numbers: Array = np.zeros(len(words) - RUN + 1, np.uint64)
    for place in range(RUN):  # overflow is meant: it is a hash, the runs themselves are compared later
        numbers = numbers * np.uint64(0x9E3779B97F4A7C15) + words[place : place + len(numbers)] + np.uint64(1)
    owners = np.repeat(np.arange(len(texts)), sizes)
    starts = np.arange(len(words)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    inside = np.flatnonzero(owners[: len(numbers)] == owners[RUN - 1 :])
    _, inverse, counts = np.unique(numbers[inside], return_inverse=True, return_counts=True)
    for at in inside[counts[inverse] > 1].tolist():
        yield int(owners[at]), int(starts[at])
