"""Who speaks in a relayed sentence: a table of sentences, and what makes no difference."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.analysis.speakers import one_name_each, speaker_at, speaker_of
from schemas.records import Entity, Sentence
from train.features.speech.signs import signs_of, verdict_of

TABLE = [
    tuple(part.strip() for part in line.rsplit("|", 1))
    for line in Path(__file__).with_name("speakers.txt").read_text("utf-8").splitlines()
    if "|" in line
]
#: Pairs of quotation marks, and spaces, that say the same.
QUOTES = ["„“", "“”", "»«", "«»", '""', "„”"]
SPACES = [" ", "  ", "\u00a0", "\u202f", "\t"]


@pytest.mark.parametrize(("text", "speaker"), TABLE)
def test_the_speaker_is_who_the_sentence_names(text: str, speaker: str) -> None:
    assert speaker_of(text) == (None if speaker == "-" else speaker)


@given(row=st.sampled_from(TABLE), quotes=st.sampled_from(QUOTES), space=st.sampled_from(SPACES))
def test_quotation_marks_and_spaces_make_no_difference(row: tuple[str, str], quotes: str, space: str) -> None:
    text = "".join(quotes[mark in "“«"] if mark in "„“»«" else mark for mark in _plain_quotes(row[0]))
    text = text.replace(" ", space)
    said, found = speaker_of(_plain_quotes(row[0])), speaker_of(text)
    assert _bare(found) == _bare(said)
    assert signs_of(text) == signs_of(_plain_quotes(row[0]))
    assert verdict_of(text) == verdict_of(row[0])


def _plain_quotes(text: str) -> str:
    """The text with German quotation marks in the place of all others."""
    opened, chars = False, []
    for char in text:
        if char in '"„“»«':
            opened = not opened
            char = "„" if opened else "“"
        chars.append(char)
    return "".join(chars)


def _bare(name: str | None) -> str | None:
    return name and "".join(char for char in name if char.isalnum())


@pytest.mark.parametrize(
    ("text", "before", "speaker"),
    [
        ("Das bleibe so.", "Der Minister sagte, das sei teuer.", "der Minister"),
        ("Die Beiträge seien gesichert.", "Die Expertin erklärte, dass genug da sei.", "die Expertin"),
        ("Wenn das so sei, werde man reden.", "Merz versicherte, man sei bereit.", "Merz"),
        ("Er werde gehen, sagte er.", "Merz erklärte, er sei müde.", "Merz"),
        ("Sie werde gehen, sagte sie.", "Der Minister erklärte, er sei müde.", None),
        ("Er werde gehen, sagte er.", "Die Ministerin erklärte, sie sei müde.", None),
        ("Er werde gehen, sagte er.", "Es regnet.", None),
        ("Das bleibt so.", "Der Minister sagte, das sei teuer.", None),
        ("Das stimmt nicht.", "Laut Merz ist das Geld da.", None),
    ],
)
def test_speech_runs_on_with_the_speaker_of_the_sentence_before(
    text: str, before: str, speaker: str | None
) -> None:
    assert speaker_of(text, before) == speaker


def _sentence(text: str, *entities: Entity) -> Sentence:
    return Sentence(
        sentence_id="p:1", commentary_id="p", index=0, start=10, end=10 + len(text), text=text, kind="sentence",
        continues=False, chain_id=None, block=0, entities=list(entities) or None,
    )  # fmt: skip


def test_a_name_that_a_tagger_found_is_taken_whole() -> None:
    text = "Laut Alexandria Ocasio y las Hijas ist alles gut."
    person = Entity(start=15, end=15 + len("Alexandria Ocasio y las Hijas"), label="PER")
    assert speaker_at(1, [_sentence(text, person)], {}) == "Alexandria Ocasio y las Hijas"


def test_another_spelling_is_the_same_person() -> None:
    spellings = {"Zelensky": "Selenskyj", "Zelenskyy": "Selenskyj"}
    texts = [
        "Selenskyj sagte, man warte.",
        "Laut Zelensky wird gewartet.",
        "Wolodymyr Zelenskyy mahnt, das reiche nicht.",
    ]
    names = [speaker_at(1, [_sentence(text)], spellings) for text in texts]
    assert names == ["Selenskyj", "Selenskyj", "Wolodymyr Selenskyj"]
    assert set(one_name_each([name for name in names if name]).values()) == {"Wolodymyr Selenskyj"}


def test_two_people_of_one_office_stay_two() -> None:
    names = ["der Minister", "der ukrainische Minister", "die Zeitung „Post“"]
    assert one_name_each(names) == {name: name for name in names}
