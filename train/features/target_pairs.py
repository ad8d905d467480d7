"""What a target looks for in a sentence: its mentions, the words near them, its question's words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.codebook import Codebook, Target
from train.features.analyzers import single_words, tokens
from train.features.lexicons import count_lexicons, read_lexicon
from train.features.passages import Passage
from train.features.token_counts import CrossItems, FeatureCross
from train.features.topics import profile_step

#: Words to the left and right of a mention that count as near it.
_WINDOW = 4
#: Mentions in a thousand characters of the commentary: steps of how much it is about the target.
_RATES = (0.001, 0.3, 0.6, 1.0, 1.5, 2.5, 4.0)
_ENDING = re.compile(r"(?:ungen|innen|en|er|es|n|e|s)$")


class PairTokens(NamedTuple):
    """The tokens of a sentence and a target.

    ``mention``: whether and how the sentence names it, and the lists its words are on; ``topic``: how
    much the commentary is about it; ``cross``: the sentence's words, for this target or this kind of
    question.
    """

    mention: FeatureCross
    topic: list[str]
    cross: FeatureCross


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


class Words:
    """The words of a passage, found once for all targets."""

    def __init__(self, passage: Passage) -> None:
        self.lower = passage.text.lower()
        self.around = passage.around.lower()
        self.row = tokens(self.lower)
        self.lists = CrossItems(sorted(count_lexicons(self.row)), ":")
        self.once = CrossItems(sorted(set(self.row)), "|")


def pair_tokens(
    passages: Sequence[Passage],
    cues: Mapping[str, TargetCues],
    pairs: Sequence[tuple[int, str]],
    profiles: Mapping[str, Mapping[str, float]],
) -> list[PairTokens]:
    """The tokens of each pair of a passage's place and a target's id.

    Pairs of one passage follow one another, so that its words are found once.

    Parameters
    ----------
    profiles
        For each whole text, the guessed share of sentences that touch a target (`train.features.topics`).
    """
    wholes = {passages[row].whole for row, _ in pairs}
    topics = {whole: _topics(whole.lower(), cues, profiles.get(whole, {})) for whole in wholes}
    tokens, last, words = [], -1, Words(Passage("", "", "", "", ""))
    for row, target in pairs:
        if row != last:
            last, words = row, Words(passages[row])
        tokens.append(_pair(cues[target], words, topics[passages[row].whole].get(target, [])))
    return tokens


def _topics(whole: str, cues: Mapping[str, TargetCues], profile: Mapping[str, float]) -> dict[str, list[str]]:
    """For each target, how much the commentary is about it, and whether about no known one more."""
    rates = {name: cue.rate(whole) for name, cue in cues.items() if cue.stems}
    topics = {name: [f"rate={_step(rate)}"] for name, rate in rates.items()}
    for name, share in profile.items():
        topics.setdefault(name, []).extend((f"profile={profile_step(share)}", f"share={int(10 * share)}"))
    for kind, values in (("rate", rates), ("profile", profile)):
        most = max((value for name, value in values.items() if cues[name].known), default=0.0)
        for name, value in values.items():
            topics[name].append(f"{kind}=first" if value >= most and value > 0 else f"{kind}=later")
    return topics


def _pair(target: TargetCues, words: Words, topics: list[str]) -> PairTokens:
    stems = [stem for stem in target.stems if stem in words.lower]
    overlap = [stem for stem in target.content if stem in words.lower]
    state = "named" if stems else "overlap" if overlap else "silent"
    mention = [*_mention(target, words, stems, overlap, state), *(f"{topic}_{state}" for topic in topics)]
    if named := stems or overlap:
        mention += _near(named, words.row)
    if target.known:
        mention += _own(target, stems, state)
    # what kind of sentence it is counts where the commentary is about the target
    beside = (state, *target.wants, *(topic for topic in topics if "=first" in topic))
    across = (*target.wants, target.id) if target.known else tuple(target.wants)
    return PairTokens(
        FeatureCross(mention, beside, words.lists), topics, FeatureCross([], across, words.once)
    )


def _mention(
    target: TargetCues, words: Words, named: Sequence[str], overlap: Sequence[str], state: str
) -> Iterator[str]:
    yield f"state={state}"
    yield f"named={min(len(named), 3)}"
    yield f"overlap={min(len(overlap), 5)}"
    yield f"share={int(5 * len(overlap) / max(len(target.content), 1))}"
    if any(stem in words.around for stem in (*target.stems, *target.content)):
        yield f"{state}_around"
    yield f"type={target.type}"


def _own(target: TargetCues, named: Sequence[str], state: str) -> list[str]:
    return [f"target={target.id}", f"target={target.id}_{state}", *(f"alias={stem}" for stem in named)]


def _near(named: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    heads = {stem.split()[0] for stem in named}
    places = [i for i, word in enumerate(row) if any(head in word for head in heads)]
    near = {j for i in places for j in range(max(i - _WINDOW, 0), min(i + _WINDOW + 1, len(row)))}
    window = [row[j] for j in sorted(near - set(places))]
    yield from (f"near={word}" for word in window)
    yield from (f"near:{name}" for name in sorted(count_lexicons(window)))


def _step(rate: float) -> int:
    return sum(rate >= limit for limit in _RATES)


def _stem(word: str) -> str:
    """The word without its inflection, so that it is found in compounds and other cases.

    >>> _stem("sanktionen"), _stem("druck auf moskau"), _stem("zölle")
    ('sanktion', 'druck auf moskau', 'zöll')
    """
    bare = word if " " in word else _ENDING.sub("", word)
    return bare if len(bare) > 3 else word
