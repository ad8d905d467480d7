"""Near-duplicates join commentaries."""

from schemas.records import GoldSentence
from train.data.near_duplicates import Clusters, clusters_of, inner_groups

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


def test_joining_is_transitive() -> None:
    clusters = Clusters()
    clusters.join("a", "b")
    clusters.join("c", "d")
    clusters.join("b", "d")
    assert {clusters.find(name) for name in "abcd"} == {"a"}
    assert clusters.find("e") == "e"


def test_many_identical_sentences_cost_little() -> None:
    found = clusters_of(rows(*((f"k{i}", LONG) for i in range(20_000))))
    assert len(set(found)) == 1


def test_a_cluster_of_most_rows_is_split_for_tuning() -> None:
    given = rows(("a", LONG), ("b", LONG), ("c", LONG), ("d", "Ganz etwas anderes steht hier."))
    assert inner_groups(given) == ["a", "b", "c", "d"]


def test_a_smaller_cluster_stays_whole_for_tuning() -> None:
    given = rows(
        ("a", LONG), ("b", LONG), ("c", "Hier steht ein Satz."), ("d", "Dort steht ein anderer Satz.")
    )
    assert len(set(inner_groups(given))) == 3
