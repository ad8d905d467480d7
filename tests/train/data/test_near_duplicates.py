"""Near-duplicates join commentaries."""

import msgspec
import pytest

from schemas.records import GoldSentence
from train.data.near_duplicates import clusters_of, inner_groups, tuning_clusters

LONG = "Die Gemeinde am See hat gestern Abend ohne jede Not den alten Steg gesperrt."


def rows(*pairs: tuple[str, str]) -> list[GoldSentence]:
    return [
        GoldSentence(sentence_id=str(i), commentary_id=commentary, text=text, layers={})
        for i, (commentary, text) in enumerate(pairs)
    ]


def test_equal_sentences_join_their_commentaries() -> None:
    found = clusters_of(rows(("a", LONG), ("b", LONG.upper() + "!"), ("c", "Ganz etwas anderes steht hier.")))
    assert found[0] == found[1] != found[2]


def test_a_sentence_with_a_changed_ending_joins() -> None:
    found = clusters_of(rows(("a", LONG), ("b", LONG.replace("gesperrt", "geschlossen und abgebaut"))))
    assert found[0] == found[1]


def test_a_shared_turn_of_phrase_does_not_join() -> None:
    other = "Die Gemeinde am See hat gestern ein Fest gefeiert, zu dem aus allen Dörfern die Gäste kamen."
    assert len(set(clusters_of(rows(("a", LONG), ("b", other))))) == 2


def test_short_sentences_recur_without_joining() -> None:
    assert (
        len(set(clusters_of(rows(("a", "Warum?"), ("b", "Warum?"), ("c", "Na und?"), ("d", "Na und?"))))) == 4
    )


def test_joining_is_transitive_and_the_first_commentary_names_the_cluster() -> None:
    other = "Ganz etwas anderes steht hier."
    joined = rows(
        ("c", LONG),
        ("d", other),
        ("b", other),
        ("b", LONG),
        ("a", LONG),
        ("e", "Und noch etwas ganz anderes."),
    )
    assert clusters_of(joined) == ["a", "a", "a", "a", "a", "e"]


@pytest.mark.parametrize(("same", "joins"), [(6, False), (7, True)])
def test_exactly_half_of_the_runs_of_the_shorter_joins(same: int, joins: bool) -> None:
    shorter = [f"wort{n}" for n in range(9)]  # 4 runs of six words
    longer = [*shorter[:same], *(f"anderes{n}" for n in range(9))]
    clusters = clusters_of(rows(("a", " ".join(shorter)), ("b", " ".join(longer))))
    assert (clusters[0] == clusters[1]) is joins


def test_many_identical_sentences_cost_little() -> None:
    found = clusters_of(rows(*((f"k{i}", LONG) for i in range(20_000))))
    assert len(set(found)) == 1


def grouped(given: list[GoldSentence]) -> list[str]:
    return inner_groups(given, tuning_clusters(given))


def test_a_cluster_of_most_rows_is_split_for_tuning() -> None:
    given = rows(("a", LONG), ("b", LONG), ("c", LONG), ("d", "Ganz etwas anderes steht hier."))
    assert grouped(given) == ["a", "b", "c", "d"]


def test_a_smaller_cluster_stays_whole_for_tuning() -> None:
    given = rows(
        ("a", LONG), ("b", LONG), ("c", "Hier steht ein Satz."), ("d", "Dort steht ein anderer Satz.")
    )
    assert len(set(grouped(given))) == 3


def by(*authors: str | None) -> list[GoldSentence]:
    return [
        GoldSentence(
            sentence_id=str(i), commentary_id=f"k{i}", text=f"Satz Nummer {i}.", author=author, layers={}
        )
        for i, author in enumerate(authors)
    ]


def test_commentaries_of_one_author_are_held_out_together() -> None:
    found = grouped(by("A", "B", "A", *"CDEFGH", None, None))
    assert found == ["k0", "k1", "k0", *(f"k{i}" for i in range(3, 11))]


def test_authors_do_not_count_where_they_are_few_or_one_wrote_most() -> None:
    for authors in (("A", "A", "A", "B", "B", "B"), ("A", "A", "A", "A", "A", "A", "B", "C", "D", "E")):
        assert grouped(by(*authors)) == [f"k{i}" for i in range(len(authors))]


def test_an_author_joins_the_clusters_of_their_commentaries() -> None:
    given = [*rows(("a", LONG), ("b", LONG)), *by(*"ABCDEFGHIJA")]
    given[0] = msgspec.structs.replace(given[0], author="A")
    found = grouped(given)
    assert found[0] == found[1] == found[2] == found[12]
    assert len(set(found)) == 10
