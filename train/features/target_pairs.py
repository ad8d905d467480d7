"""What a target looks for in a sentence: its mentions, the words near them, its question's words."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from schemas.codebook import Codebook, Target
from train.arrays import Array, Ints
from train.features.analyzers import single_words
from train.features.lexicons import count_lexicons, lexicons_of, read_lexicon
from train.features.passages import Passages
from train.features.token_counts import Cross, TokenLists, TokenTable, count_tokens
from train.features.topics import profile_step

#: Words to the left and right of a mention that count as near it.
_WINDOW = 4
#: Mentions in a thousand characters of the commentary: steps of how much it is about the target.
_RATES = (0.001, 0.3, 0.6, 1.0, 1.5, 2.5, 4.0)
#: How a sentence names a target: not at all, by words of its question, by an alias.
_STATES = ("silent", "overlap", "named")
_SILENT, _OVERLAP, _NAMED = range(3)
_ENDING = re.compile(r"(?:ungen|innen|en|er|es|n|e|s)$")


class PairTokens(NamedTuple):
    """The tokens of pairs of a sentence and a target.

    ``mention``: whether and how the sentence names it, and the lists its words are on; ``topic``: how
    much the commentary is about it; ``cross``: the sentence's words, for this target or this kind of
    question.
    """

    mention: TokenTable
    topic: TokenTable
    cross: TokenTable


class TargetCues:
    """A target's question and aliases, made ready to be looked for.

    Parameters
    ----------
    known
        Whether training has enough sentences on the target for words of its own.
    """

    def __init__(self, target: Target, codebook: Codebook, *, known: bool) -> None:
        question = single_words(codebook.say(target.question))
        self.id, self.known = target.id, known
        self.type = target.type or "none"
        self.stems = sorted({_stem(alias.lower()) for alias in target.aliases if alias.strip()})
        function_words = read_lexicon("function_words")
        self.content = sorted({_stem(w) for w in question if len(w) > 3 and w not in function_words})
        lists = count_lexicons(question)
        self.wants = [name for name in ("increase", "decrease", "negation") if lists[name]] or ["plain"]

    def rate(self, whole: str) -> float:
        """How often a text, in lower case, names the target: mentions in a thousand characters."""
        stems = self.stems or self.content
        return 1000 * sum(whole.count(stem) for stem in stems) / max(len(whole), 1)


class _Said:
    """What sentences say of targets, found once for all of them.

    Attributes
    ----------
    rows
        The words of each sentence, in lower case.
    named, overlap : int ndarray of shape (n_rows, n_targets)
        How many of a target's aliases, and of its question's words, stand in the sentence.
    around : bool ndarray of shape (n_rows, n_targets)
        Whether one of either stands in the rest of its paragraph.
    """

    def __init__(self, passages: Passages, cues: Sequence[TargetCues]) -> None:
        self.lower = [text.lower() for text in passages.column("text")]
        self.rows = [single_words(text) for text in passages.column("text")]
        paragraphs: dict[str, int] = {}
        of_paragraph = [paragraphs.setdefault(text, len(paragraphs)) for text in passages.column("paragraph")]
        stems = list(dict.fromkeys(stem for cue in cues for stem in (*cue.stems, *cue.content)))
        in_text, in_paragraph = _stem_counts(stems, self.lower, [text.lower() for text in paragraphs])
        place = {stem: n for n, stem in enumerate(stems)}
        # NumPy multiplies floating numbers many times as fast as whole ones
        by_name, by_question = np.zeros((2, len(stems), len(cues)), dtype=np.float32)
        for n, cue in enumerate(cues):
            by_name[[place[stem] for stem in cue.stems], n] = 1
            by_question[[place[stem] for stem in cue.content], n] = 1
        is_in = (in_text > 0).astype(np.float32)
        self.named, self.overlap = ((is_in @ of).astype(np.int64) for of in (by_name, by_question))
        is_around = (in_paragraph[of_paragraph] > in_text).astype(np.float32)
        self.around = is_around @ (by_name + by_question) > 0


def pair_tokens(
    passages: Passages,
    cues: Sequence[TargetCues],
    row: Ints,
    target: Ints,
    profiles: Mapping[str, Mapping[str, float]],
) -> PairTokens:
    """The tokens of pairs: what is known of a sentence and of a target is found once, not pair by pair.

    Parameters
    ----------
    row, target : int ndarray of shape (n_pairs,)
        The place of a passage, and of a target among the cues.
    profiles
        For each whole text, the guessed share of sentences that touch a target (`train.features.topics`).
    """
    used, at = np.unique(row, return_inverse=True)
    passages = passages.only(used.tolist())
    wholes: dict[str, int] = {}
    of_whole = [wholes.setdefault(whole, len(wholes)) for whole in passages.column("whole")]
    said = _Said(passages, cues)
    named, overlap, around = said.named[at, target], said.overlap[at, target], said.around[at, target]
    state = np.where(named > 0, _NAMED, np.where(overlap > 0, _OVERLAP, _SILENT))
    topics: dict[tuple[int, tuple[str, ...]], int] = {}
    topic_of = np.array([_topics(whole, cues, profiles.get(whole, {}), topics) for whole in wholes])
    topic = topic_of.reshape(len(wholes), len(cues))[np.array(of_whole, dtype=np.int64)[at], target]
    of_topic_state = topic * len(_STATES) + state
    topics_in_state = [(n, names, name) for n, names in topics for name in _STATES]
    mention = [
        _mentions(cues, target, state, np.minimum(named, 3), overlap, around.astype(np.int64)),
        TokenLists(
            [[f"{one}_{name}" for one in names] for _, names, name in topics_in_state], of_topic_state
        ),
        _own_words(cues, said, at, target, state),
    ]
    # what kind of sentence it is counts where the commentary is about the target
    beside = [
        (name, *cues[n].wants, *(one for one in names if "=first" in one))
        for n, names, name in topics_in_state
    ]
    across = [(*cue.wants, cue.id) if cue.known else tuple(cue.wants) for cue in cues]
    on_lists = TokenLists([lexicons_of(words) for words in said.rows], at)
    once = TokenLists([list(set(words)) for words in said.rows], at)
    return PairTokens(
        TokenTable(mention, Cross(TokenLists(beside, of_topic_state), on_lists, ":")),
        TokenTable([TokenLists([names for _, names in topics], topic)]),
        TokenTable([], Cross(TokenLists(across, target), once, "|")),
    )


def _stem_counts(stems: Sequence[str], *columns: Sequence[str]) -> list[Array]:
    """How many words of each text have each stem: for each column of texts shape (n_texts, n_stems).

    Of a stem of several words: how often it stands in the text.
    """
    single = [(place, stem) for place, stem in enumerate(stems) if stem.split() == [stem]]
    parted = [(place, stem) for place, stem in enumerate(stems) if stem.split() != [stem]]
    words = [[text.split() for text in column] for column in columns]
    by_word = _stems_by_word(single, set().union(*chain.from_iterable(words)))
    known = {word: number for number, word in enumerate(by_word)}
    row = np.repeat(np.arange(len(by_word)), [len(places) for places in by_word.values()])
    column = np.fromiter(chain.from_iterable(by_word.values()), np.int64, len(row))
    holds = sp.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(by_word), len(stems)))
    found: list[Array] = []
    for texts, rows in zip(columns, words, strict=True):
        counts = (count_tokens(rows, known, len(known)) @ holds).toarray()
        for place, stem in parted:
            counts[:, place] = [text.count(stem) for text in texts]
        found.append(counts)
    return found


def _stems_by_word(stems: Sequence[tuple[int, str]], words: Iterable[str]) -> dict[str, list[int]]:
    """The numbers of the stems that stand in a word, for each word that has one.

    Each stem is looked for in all words at once.
    """
    listed = list(words)
    text = "\n".join(listed)
    ends = list(accumulate(len(word) + 1 for word in listed))
    found: dict[str, list[int]] = {}
    for number, stem in stems:
        at = text.find(stem)
        while at >= 0:
            n = bisect_right(ends, at)
            found.setdefault(listed[n], []).append(number)
            at = text.find(stem, ends[n])
    return found


def _topics(
    whole: str,
    cues: Sequence[TargetCues],
    profile: Mapping[str, float],
    numbers: dict[tuple[int, tuple[str, ...]], int],
) -> list[int]:
    """For each target, how much the commentary is about it, and whether about no known one more.

    Each target with its tokens has a number; new ones are added to ``numbers``.
    """
    lower = whole.lower()
    rates = {cue.id: cue.rate(lower) for cue in cues if cue.stems}
    topics = {name: [f"rate={_step(rate)}"] for name, rate in rates.items()}
    for name, share in profile.items():
        topics.setdefault(name, []).extend((f"profile={profile_step(share)}", f"share={int(10 * share)}"))
    known = {cue.id for cue in cues if cue.known}
    for kind, values in (("rate", rates), ("profile", profile)):
        most = max((value for name, value in values.items() if name in known), default=0.0)
        for name, value in values.items():
            topics[name].append(f"{kind}=first" if value >= most and value > 0 else f"{kind}=later")
    keys = [(n, tuple(topics.get(cue.id, ()))) for n, cue in enumerate(cues)]
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _mentions(cues: Sequence[TargetCues], *facts: Ints) -> TokenLists:
    """Whether and how pairs name their target: a list for each combination of what is known of one.

    Parameters
    ----------
    facts : int ndarray of shape (n_pairs,)
        Target, state, how many aliases and words of the question are named, and whether one is around.
    """
    sizes = [int(fact.max(initial=0)) + 1 for fact in facts]
    found, of = np.unique(np.ravel_multi_index(facts, sizes), return_inverse=True)
    counts = zip(*(column.tolist() for column in np.unravel_index(found, sizes)), strict=True)
    return TokenLists([list(_mention(cues[n], *rest)) for n, *rest in counts], of)


def _mention(target: TargetCues, state: int, named: int, overlap: int, around: int) -> Iterator[str]:
    name = _STATES[state]
    yield f"state={name}"
    yield f"named={named}"
    yield f"overlap={min(overlap, 5)}"
    yield f"share={int(5 * overlap / max(len(target.content), 1))}"
    if around:
        yield f"{name}_around"
    yield f"type={target.type}"
    if target.known:
        yield f"target={target.id}"
        yield f"target={target.id}_{name}"


def _own_words(cues: Sequence[TargetCues], said: _Said, at: Ints, target: Ints, state: Ints) -> TokenLists:
    """The words near what names the target, and by which alias it is named."""
    lists: list[list[str]] = [[]]
    of = np.zeros(len(at), dtype=np.int64)
    for pair in np.flatnonzero(state != _SILENT).tolist():
        cue, row = cues[target[pair]], at[pair]
        stems = [stem for stem in cue.stems if stem in said.lower[row]]
        found = stems or [stem for stem in cue.content if stem in said.lower[row]]
        of[pair] = len(lists)
        lists.append([*_near(found, said.rows[row]), *(f"alias={stem}" for stem in stems if cue.known)])
    return TokenLists(lists, of)


def _near(named: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    heads = {stem.split()[0] for stem in named}
    places = {i for head in heads for i, word in enumerate(row) if head in word}
    near = {j for i in places for j in range(max(i - _WINDOW, 0), min(i + _WINDOW + 1, len(row)))}
    window = [row[j] for j in sorted(near - places)]
    yield from (f"near={word}" for word in window)
    yield from (f"near:{name}" for name in lexicons_of(window))


def _step(rate: float) -> int:
    return sum(rate >= limit for limit in _RATES)


def _stem(word: str) -> str:
    """The word without its inflection, so that it is found in compounds and other cases.

    >>> _stem("sanktionen"), _stem("druck auf moskau"), _stem("zölle")
    ('sanktion', 'druck auf moskau', 'zöll')
    """
    bare = word if " " in word else _ENDING.sub("", word)
    return bare if len(bare) > 3 else word
