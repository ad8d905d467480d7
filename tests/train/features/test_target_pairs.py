"""What a target looks for in a sentence."""

import random
from collections import Counter
from typing import NamedTuple

import msgspec
import numpy as np
import pytest

import plain_features as plain
from schemas.codebook import Codebook, Target
from train.features.passages import Passage, as_passages
from train.features.target_pairs import TargetCues, pair_tokens


class Tokens(NamedTuple):
    mention: list[str]
    topic: list[str]
    cross: list[str]


def written_out(
    passages: list[Passage], cues: list[TargetCues], profiles: dict[str, dict[str, float]]
) -> list[Tokens]:
    """The tokens of each passage with each target, in their order."""
    row, target = np.divmod(np.arange(len(passages) * len(cues)), len(cues))
    tables = pair_tokens(as_passages(passages), cues, row, target, profiles)
    return [Tokens(*row) for row in zip(*(table.tokens(range(len(row))) for table in tables), strict=True)]


def pair(text: str, target: Target, book: Codebook, *, known: bool = True, whole: str = "") -> Tokens:
    passage = Passage(text=text, before="", after="", paragraph=text, whole=whole or text)
    return written_out([passage], [TargetCues(target, book, known=known)], {})[0]


@pytest.fixture
def limit(codebook: Codebook) -> Target:
    target = codebook.target("tempolimit")
    assert target
    return target


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Das Tempolimit kommt.", "state=named"),
        ("Die Tempolimits kommen.", "state=named"),
        ("Ein Autobahntempolimit kommt.", "state=named"),
        ("Auf der Autobahn ist Stau.", "state=overlap"),
        ("Es regnet.", "state=silent"),
    ],
)
def test_a_mention_is_found_in_other_cases_and_in_compounds(
    text: str, state: str, limit: Target, codebook: Codebook
) -> None:
    assert state in pair(text, limit, codebook).mention


def test_words_near_a_mention_are_marked(limit: Target, codebook: Codebook) -> None:
    mention = pair("Morgen, so heißt es, kommt nie ein Tempolimit in dieses Land.", limit, codebook).mention
    assert "near=nie" in mention
    assert "near:negation" in mention
    assert "near=morgen" not in mention


def test_only_a_known_target_has_words_of_its_own(limit: Target, codebook: Codebook) -> None:
    own = pair("Das kommt.", limit, codebook)
    stranger = pair("Das kommt.", limit, codebook, known=False)
    assert "tempolimit|kommt" in own.cross
    assert not [token for token in (*stranger.mention, *stranger.cross) if "tempolimit" in token]


@pytest.mark.parametrize(
    ("question", "token"),
    [
        ("Soll der Ausbau weitergehen?", "increase|kommt"),
        ("Soll die Steuer abgeschafft werden?", "decrease|kommt"),
        ("Soll es nicht mehr gelten?", "negation|kommt"),
        ("Ist Berlin schön?", "plain|kommt"),
    ],
)
def test_what_the_question_wants_crosses_the_words(
    question: str, token: str, limit: Target, codebook: Codebook
) -> None:
    target = msgspec.structs.replace(limit, question=question)
    assert token in pair("Das kommt.", target, codebook).cross


def test_the_commentary_tells_which_target_it_is_about(codebook: Codebook) -> None:
    cues = [TargetCues(target, codebook, known=True) for target in codebook.targets]
    passage = Passage("Das hilft.", "", "", "", "Das hilft. Die Rente sinkt. Wer will die Rente so?")
    found = written_out([passage], cues, {})
    assert [cue.id for cue, one in zip(cues, found, strict=True) if "rate=first" in one.topic] == ["rente"]


WORDS = [
    "Das",
    "Tempolimit",
    "die",
    "Rente",
    "kommt",
    "nie",
    "nicht",
    "mehr",
    "müssen",
    "Autobahntempolimit",
    "Telefone",
    "Schulen",
    ".",
    ",",
    "?",
    "„",
    "“",
    "Seebrücke",
    "Gewinn",
    "deshalb",
    "vielleicht",
    "laut",
    "Höchstgeschwindigkeit",
    "regnet",
    "Autobahn",
    "Straße",
    "İzmir",
    "ÄRGER",
    "nein",
    "30",
]


def made_up(seed: int) -> list[Passage]:
    chance = random.Random(seed)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(0, 14))) for _ in range(60)]
    whole = [" ".join(texts[i : i + 20]) for i in (0, 20, 40)]
    return [
        Passage(text, "", "", f"{chance.choice(texts)} {text}".strip(), whole[i // 20])
        for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_have_the_tokens_of_the_plain_reference(seed: int, codebook: Codebook) -> None:
    passages = made_up(seed)
    cues = [TargetCues(target, codebook, known=target.id != "rente") for target in codebook.targets]
    pairs = [(passage, cue) for passage in passages for cue in cues]
    profiles = {passage.whole: {"tempolimit": 0.31, "seebruecke": 0.02} for passage in passages}
    found = written_out(passages, cues, profiles)
    for (passage, cue), (mention, topic, cross) in zip(pairs, found, strict=True):
        text = passage.text
        around = passage.paragraph.removesuffix(text)
        assert Counter(mention) == plain.mention_tokens(cue, text, around, topic), (text, cue.id)
        assert Counter(cross) == plain.cross_tokens(cue, text)
