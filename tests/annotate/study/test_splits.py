"""Train, validation and test of an export."""

from collections import Counter

from annotate.study.splits import split_commentaries
from exports.formats.material import Unit

LONG = "Der Minister hat gestern in Berlin vor der Presse noch einmal alles versprochen, Nummer {}."


def units(texts: dict[str, list[str]]) -> list[Unit]:
    return [
        Unit(sentence_id=f"{name}:{n}", commentary_id=name, index=n, text=text)
        for name, of_one in texts.items()
        for n, text in enumerate(of_one)
    ]


def many(number: int = 40) -> dict[str, list[str]]:
    return {
        f"t{n}": [f"Der {n}. Text sagt auf seine Weise {n} mal etwas ganz Eigenes."] for n in range(number)
    }


def test_without_a_mark_a_tenth_is_the_test_and_a_tenth_the_validation() -> None:
    splits = split_commentaries(units(many()), [], seed=0)
    assert Counter(splits.of.values()) == {"train": 32, "validation": 4, "test": 4}
    assert "Nothing was marked as a test" in splits.words
    assert splits == split_commentaries(units(many()), [], seed=0)
    assert splits.of != split_commentaries(units(many()), [], seed=1).of


def test_near_duplicates_are_in_one_split() -> None:
    texts = {name: [*of_one, LONG.format("sieben")] for name, of_one in many(10).items()} | {
        f"x{n}": [f"Ein {n}. anderer Text schreibt {n} mal dagegen an, Wort für Wort."] for n in range(20)
    }
    splits = split_commentaries(units(texts), [], seed=0)
    assert len({splits.of[f"t{n}"] for n in range(10)}) == 1


def test_what_is_marked_is_the_test_with_what_is_like_it() -> None:
    texts = many() | {"copy": [many()["t3"][0]]}
    splits = split_commentaries(units(texts), {"t3"}, seed=0)
    assert {name for name, split in splits.of.items() if split == "test"} == {"t3", "copy"}
    assert Counter(splits.of.values())["validation"] == 3
    assert "and 1 that share sentences with those" in splits.words


def test_the_largest_part_is_learned_from() -> None:
    texts = {"gross": [f"Satz {n} von sehr vielen Sätzen hier." for n in range(50)]} | many(2)
    splits = split_commentaries(units(texts), [], seed=0)
    assert splits.of["gross"] == "train"
    assert sorted(splits.of.values()) == ["test", "train", "validation"]


def test_one_commentary_is_all_to_learn_from() -> None:
    assert split_commentaries(units(many(1)), [], seed=0).of == {"t0": "train"}
