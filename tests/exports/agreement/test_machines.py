"""A machine as a coder of its own kind."""

import pytest

from exports.agreement.agree import agree
from exports.agreement.report_text import machine_sentence, report_words
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import Annotation, SuggestionSnapshot

SHOWN = SuggestionSnapshot(model_version="m-1", layers={"voice": "author"})


def coded(who: str, values: str, *, shown: str = "", start: int = 0) -> list[Annotation]:
    """Codings of the layer voice: a for author, o for other; ``shown`` marks by x who saw a suggestion."""
    names = {"a": "author", "o": "other"}
    return [
        Annotation(
            sentence_id=f"k{n // 4}:{n}", commentary_id=f"k{n // 4}", annotator=who, codebook="probe",
            layers={"voice": names[value]}, suggested=SHOWN if shown[n - start : n - start + 1] == "x" else None,
        )
        for n, value in enumerate(values, start)
    ]  # fmt: skip


def test_one_person_and_one_machine_are_compared(codebook: Codebook) -> None:
    report = agree(coded("anna", "aoaoaoao"), codebook, machines=coded("m-1", "aoaoaaaa"))
    figure = report.machines["m-1"]["voice"]
    assert (figure.n, figure.observed) == (8, 0.75)
    assert figure.codes["other"].positive_agreement == pytest.approx(2 / 3, abs=1e-6)
    assert report.layers["voice"].alpha is None
    words = report_words(report, codebook, {})
    assert words.startswith("1 annotator (anna); 8 sentences, none coded by two")
    assert max(map(len, words.splitlines())) <= 80


def test_all_people_count_alike_and_are_not_compared_with_each_other(codebook: Codebook) -> None:
    people = [*coded("anna", "aaaa"), *coded("ben", "oooo")]
    report = agree(people, codebook, machines=coded("m-1", "aaaa"))
    assert report.machines["m-1"]["voice"].observed == 0.5
    assert report.layers["voice"].observed == 0.0
    assert {pair.annotators for pair in report.models["voice"]} == {("anna", "m-1"), ("ben", "m-1")}


def test_those_who_saw_no_suggestion_are_also_compared_alone(codebook: Codebook) -> None:
    people = coded("anna", "aaaaoooo", shown="xxxx")
    figure = agree(people, codebook, machines=coded("m-1", "aaaaaaaa")).machines["m-1"]["voice"]
    assert figure.observed == 0.5
    assert figure.without_suggestions is not None
    assert (figure.without_suggestions.n, figure.without_suggestions.observed) == (4, 0.0)


def test_a_machine_that_answered_other_sentences_is_refused(codebook: Codebook) -> None:
    with pytest.raises(DataError, match="m-1 answered 4 sentences, none of the 8 that people coded"):
        agree(coded("anna", "aoaoaoao"), codebook, machines=coded("m-1", "aaaa", start=8))


def test_it_is_said_where_a_machine_is_nearly_like_people(codebook: Codebook) -> None:
    values = "aoaaoaooaoaaoaooaoaaoaooaoaaoaoo"
    people = [*coded("anna", values), *coded("ben", values[:-2] + "ao")]
    like = agree(people, codebook, machines=coded("m-1", values))
    less = agree(people, codebook, machines=coded("m-1", values[::-1]))
    assert machine_sentence("m-1", like).startswith(
        "It agrees with people at most 0.1 alpha less than they with each other in voice"
    )
    assert machine_sentence("m-1", less).startswith("Surely less in voice")


def test_a_wide_interval_makes_no_machine_like_people(codebook: Codebook) -> None:
    people = [*coded("anna", "aoaoaoaoaoaoaoao"), *coded("ben", "aoaoaoaoaoaooaoa")]
    report = agree(people, codebook, machines=coded("m-1", "aoaooaaoaoaoaoao"))
    figure, ours = report.machines["m-1"]["voice"], report.layers["voice"]
    assert figure.interval and figure.alpha and ours.interval and ours.alpha
    assert figure.alpha > ours.interval[0] and figure.interval[0] < ours.alpha - 0.1
    assert machine_sentence("m-1", report).startswith("It cannot be said in voice")
