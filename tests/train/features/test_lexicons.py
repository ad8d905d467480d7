"""The word lists: how they are written, and what they find."""

from importlib import resources

import pytest

from train.features.lexicons import count_lexicons, lexicon_names, read_lexicon


def lines(name: str) -> list[str]:
    text = resources.files("train.features.lexicon").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", lexicon_names())
def test_a_list_holds_each_entry_once_and_trimmed(name: str) -> None:
    found = lines(name)
    assert found
    assert [line for line in found if line != line.strip()] == []
    assert len({line.lower() for line in found}) == len(found)


def test_comments_are_no_entries() -> None:
    assert not [entry for name in lexicon_names() for entry in read_lexicon(name) if "#" in entry]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("das müsste man ändern", "subjunctive"),
        ("er sagte , es sei vorbei", "reported_speech"),
        ("laut bericht ist es vorbei", "reported_speech"),
        ("das hat niemand gewollt", "negation"),
        ("weil es regnet", "cause"),
        ("doch es regnet", "contrast"),
        ("falls es regnet", "condition"),
        ("wie wir wissen , regnet es", "consensus"),
        ("die sogenannte reform", "irony"),
        ("es wirkt wie ein kartenhaus", "comparison"),
        ("bald wird es regnen", "forecast"),
        ("wir fordern regen", "demand"),
        ("warum regnet es", "question_words"),
    ],
)
def test_words_of_a_list_are_found(sentence: str, name: str) -> None:
    assert count_lexicons(sentence.split())[name] >= 1


def test_a_phrase_is_found_at_word_boundaries_only() -> None:
    assert count_lexicons(["im", "gegenteil"])["contrast"] == 1
    assert count_lexicons(["im", "gegenteiligen"])["contrast"] == 0


def test_every_list_can_fire() -> None:
    for name in lexicon_names():
        if name != "function_words":
            for entry in sorted(read_lexicon(name)):
                assert count_lexicons(entry.split())[name] >= 1, (name, entry)
