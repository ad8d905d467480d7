"""Frequent names that no target covers: what a codebook might ask about next.

Without a tagger: a name is a capitalised word that mostly stands without an article. German plurals
stand so as well, which is no harm: both may be worth a target.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from annotate.texts.wordlists import read_words
from schemas.codebook import Codebook
from schemas.records import Record

_TOKEN = re.compile(r"\w+(?:-\w+)*|[^\w\s]")
_ENDINGS = ("ung", "ungen", "heit", "keit", "schaft", "ismus", "ieren", "chen", "lein", "nis", "nisse")
_OPENERS = frozenset('„“"»«.!?:–—-()…')
OFTEN = 3  # sentences a name must stand in
_BARE = 0.7
_STEM = 5
_FIRST = 0.6


class Mention(Record, frozen=True, kw_only=True):
    """A word that may be a name: how often it stands, how often without an article, and where.

    ``sentences`` are numbers from 1.
    """

    name: str
    n: int
    bare: int
    sentences: list[int]


def mentions_in(texts: Sequence[str]) -> list[Mention]:
    """The capitalised words inside the sentences of a piece; a genitive goes with its name."""
    return list(_mentions_in(tuple(texts)))


@lru_cache(maxsize=1)  # the summary of a piece asks, and then its page
def _mentions_in(texts: tuple[str, ...]) -> list[Mention]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    where: dict[str, list[int]] = defaultdict(list)
    followers: dict[str, list[str]] = defaultdict(list)
    small: set[str] = set()
    for number, text in enumerate(texts, start=1):
        tokens = _TOKEN.findall(text)
        small.update(token for token in tokens if token[0].islower())
        for name, is_bare, follower in _candidates(tokens):
            followers[name].append(follower.removesuffix("s"))
            counts[name][0] += 1
            counts[name][1] += is_bare
            if not where[name] or where[name][-1] != number:
                where[name].append(number)
    for name in [name for name in counts if name.endswith("s") and name[:-1] in counts]:
        base = name[:-1]
        counts[base] = [a + b for a, b in zip(counts[base], counts.pop(name), strict=True)]
        where[base] = sorted({*where[base], *where.pop(name)})
    return [
        Mention(name=name, n=n, bare=bare, sentences=where[name])
        for name, (n, bare) in sorted(counts.items())
        if name.lower() not in small and not _is_first_name(followers[name], n)
    ]


def uncovered(mentions: Iterable[Mention], codebook: Codebook, *, often: int = OFTEN) -> list[Mention]:
    """The frequent names that no target's question or aliases hold, most frequent first."""
    known = _target_words(codebook)
    candidates = [
        m
        for m in mentions
        if len(m.sentences) >= often
        and m.bare >= _BARE * m.n
        and not m.name.endswith(_ENDINGS)
        and not any(_is_same(part, word) for part in m.name.lower().split("-") for word in known)
    ]
    return sorted(candidates, key=lambda m: (-len(m.sentences), m.name))


def _is_first_name(followers: Sequence[str], n: int) -> bool:
    """Whether mostly one and the same name follows: that one then stands for both."""
    counts = Counter(followers) if len(followers) > 1 else dict.fromkeys(followers, 1)
    name = max(counts, key=lambda follower: counts[follower])
    return bool(name) and counts[name] >= _FIRST * n


def _candidates(tokens: Sequence[str]) -> Iterable[tuple[str, bool, str]]:
    """Word, whether without an article, and the capitalised word behind it."""
    articles, common = read_words("de/articles.txt"), read_words("de/common_nouns.txt")
    for at, token in enumerate(tokens):
        if not at or len(token) < 3 or not token[0].isupper() or token in common:
            continue
        before = tokens[at - 1]
        if before in _OPENERS:
            continue
        second = tokens[at - 2].lower() if at > 1 else ""
        behind_adjective = before.endswith(("en", "er", "es", "em", "e")) and second in articles
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        follower = after if len(after) > 2 and after[0].isupper() else ""
        yield token, before.lower() not in articles and not behind_adjective, follower


def _target_words(codebook: Codebook) -> set[str]:
    said = [codebook.say(target.question) for target in codebook.targets]
    said += [alias for target in codebook.targets for alias in target.aliases]
    return {word.lower() for words in said for word in re.findall(r"\w{3,}", words) if word[0].isupper()}


def _is_same(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    return one == other or (shorter >= _STEM and one[:shorter] == other[:shorter])
