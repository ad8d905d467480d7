"""What became of suggestions, in studies where it is known."""

import msgspec
import numpy as np
import pytest

from exports.audit.audit import audit
from exports.audit.words import audit_sentences, audit_words
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import Annotation, SuggestionSnapshot

from .conftest import Study, audited, made_study


def annotation(sentence: str, value: object, shown: object = None, **more: object) -> Annotation:
    suggested = shown and SuggestionSnapshot(model_version="probe-1", layers={"rhetoric": shown})
    return Annotation(
        sentence_id=sentence, commentary_id=sentence[0], annotator="anna", codebook="probe",
        layers={"rhetoric": value}, suggested=suggested, **more,
    )  # type: ignore[arg-type]  # fmt: skip


def test_kept_dropped_and_added_codes_are_counted(book: Codebook) -> None:
    rows = [
        annotation("a:1", ["irony"], ["irony"]),
        annotation("a:2", ["attack"], ["irony"]),
        annotation("b:1", [], ["attack"]),
        annotation("b:2", ["irony", "attack"], ["irony"]),
        annotation("b:3", ["irony"], ["irony"], skipped=True),
    ]
    found = {code.code: code for code in audit(rows, book).codes}
    assert (found["irony"].kept.n, found["irony"].kept.share) == (3, pytest.approx(2 / 3, abs=1e-6))
    assert (found["irony"].dropped, found["irony"].added) == (1, 0)
    assert (found["attack"].kept.n, found["attack"].dropped, found["attack"].added) == (1, 1, 2)


def test_without_any_suggestion_there_is_nothing_to_audit(book: Codebook) -> None:
    with pytest.raises(DataError, match="found 1 annotations, none of them made with a suggestion"):
        audit([annotation("a:1", ["irony"])], book)


def test_what_was_coded_before_the_first_suggestion_is_in_no_comparison(book: Codebook) -> None:
    rows = [
        annotation("a:1", ["irony"], created_at="2026-01-01T10:00:00Z"),
        annotation("a:2", ["irony"], ["irony"], created_at="2026-01-02T10:00:00Z"),
        annotation("b:1", ["attack"], created_at="2026-01-03T10:00:00Z"),
    ]
    report = audit(rows, book)
    assert (report.before, report.with_suggestions, report.without) == (1, 1, 1)
    assert report.compared == "seen"


def test_what_was_coded_before_is_compared_apart_and_untested(book: Codebook) -> None:
    study = made_study(9, habits={"anna": "accepts"}, texts=60, control=0.0, attacks=0.4)
    rows = study.annotations
    early = [
        msgspec.structs.replace(
            row, suggested=None, created_at="2025-12-01T10:00:00Z", commentary_id=f"v{row.commentary_id}",
            sentence_id=f"v{row.sentence_id}", layers={"function": "report", "rhetoric": []},
        )
        for row in rows[::3]
    ]  # fmt: skip
    report = audit([*early, *rows], book)
    found = {code.code: code.since_before for code in report.codes}
    attack, reported = found["attack"], found["report"]
    assert attack is not None and attack.interval is not None and attack.interval[0] > 0.2
    assert reported is not None and reported.without == 1.0 and reported.p is None
    assert report.before == len(early)
    assert any("vor dem ersten Vorschlag sind" in line for line in audit_sentences(report, book))
    assert audit(rows, book).codes[0].since_before is None


def test_without_a_control_arm_it_is_said_how_to_get_one(book: Codebook) -> None:
    report = audited(made_study(control=0.0), book)
    assert (report.compared, report.reason) == ("nothing", "no_control")
    assert "no_suggestion_share in study.yaml" in audit_sentences(report, book)[0]


@pytest.mark.parametrize("habit", ["accepts", "leans", "ignores"])
def test_what_annotators_do_with_suggestions_is_recognised(book: Codebook, habit: str) -> None:
    study = made_study(1, habits={"anna": habit, "ben": "leans"}, texts=60)
    assert audited(study, book).annotators["anna"].habit == habit


def test_a_code_that_is_suggested_too_often_is_said_first(book: Codebook) -> None:
    study = made_study(2, habits={"anna": "accepts", "ben": "accepts"}, texts=60, attacks=0.3)
    first = audit_sentences(audited(study, book), book)[0]
    assert first.startswith("Vorschläge haben den Anteil von „Abwertung“ um ")
    assert " Punkte erhöht (" in first


def test_where_nothing_was_drawn_differences_are_no_effects(book: Codebook) -> None:
    study = made_study(3)
    report = audit(study.annotations, book, predictions=study.predictions)
    assert report.compared == "seen"
    assert all(code.shift.p is None for code in report.codes)
    assert "keine Wirkung" in audit_sentences(report, book)[0]


def test_few_commentaries_are_said_to_be_few(book: Codebook) -> None:
    report = audited(made_study(4, texts=6), book)
    assert {code.shift.shift for code in report.codes} == {None}
    assert report.codes[0].shift.reason == "4 commentaries with suggestions and 2 without: expected 3 of each"
    assert audit_sentences(report, book)[0] == (
        "Ob Vorschläge die Codierungen verschieben, ist nicht zu sagen: Es gibt zu wenige Kommentare oder Codierungen."
    )


def test_scores_and_thirds_part_what_was_kept(book: Codebook) -> None:
    report = audited(made_study(5), book)
    assert [(part.low, part.high) for part in report.scores] == [(0.6, 0.7), (0.8, 0.9)]
    assert sum(part.kept.n for part in report.scores) == sum(part.n for part in report.thirds)


def test_time_on_the_screen_is_compared_without_whoever_went_away(book: Codebook) -> None:
    study = made_study(6)
    away = msgspec.structs.replace(study.annotations[0], lead_time=4000.0)
    time = audited(study._replace(annotations=[away, *study.annotations[1:]]), book).time
    assert time.outliers == [away.sentence_id]
    assert time.interval is not None and time.interval[0] < np.exp(-0.5) < time.interval[1]


def test_the_order_of_the_rows_does_not_matter(book: Codebook) -> None:
    study = made_study(7)
    turned = Study(study.annotations[::-1], study.assignments[::-1], study.predictions)
    assert audited(turned, book) == audited(study, book)


def test_words_fit_the_terminal(book: Codebook) -> None:
    words = audit_words(audited(made_study(8), book), book)
    assert max(map(len, words.splitlines())) <= 80
