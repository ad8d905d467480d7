"""A kind of layer that annotate does not know is shown as one answer; its words come from one class."""

import pytest

import number_kind
import schemas.kinds
from annotate import kinds
from annotate.analysis.piece import lenses
from annotate.analysis.summary import summary_of
from annotate.analysis.table_rows import columns_of, rows_of
from annotate.pages.reading import reading_page
from annotate.sync.adjudication_screen import coding_words
from annotate.sync.suggestions import keep_shared
from annotate.tag.report import counts_in
from reading_pieces import answers, codebook, piece, says
from schemas.codebook import Codebook, Layer
from schemas.records import CodePrediction


class Number(kinds.Kind):
    """A number, worded in per cent."""

    def words(self, layer: Layer, value: float, codebook: Codebook) -> str:
        return f"{value:.0%}"


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Codebook:
    monkeypatch.setitem(schemas.kinds.KINDS, "number", number_kind.Number())
    monkeypatch.setitem(kinds.KINDS, "number", Number())
    return codebook(layers=[*codebook().layers, Layer(id="certainty", kind="number", label="Sicherheit")])


def number(value: float, *, abstained: bool = False) -> CodePrediction:
    return CodePrediction(code=value, score=0.9, threshold=0.5, abstained=abstained, scores={})  # type: ignore[arg-type]


def test_its_answers_are_shown_counted_and_written(book: Codebook) -> None:
    tagged = piece(
        ("Das Tempolimit muss kommen.", {**answers(tempolimit="favor"), "certainty": number(0.25)}),
        ("Ob es kommt?", {**answers(function=says("claim")), "certainty": number(0.5, abstained=True)}),
    )
    assert "certainty" in [lens.key for lens in lenses(book)]
    assert [name for name, _ in columns_of(book)][-3:] == [
        "certainty",
        "certainty__score",
        "certainty__abstained",
    ]
    assert [row["certainty"] for row in rows_of([tagged], book)] == ["0.25", "0.5"]
    assert counts_in(tagged, book).abstained["certainty"] == 1
    assert summary_of(tagged, book, model_version="probe-1").sentences == 2
    page = reading_page([tagged], book, model_version="probe-1")
    assert "Sicherheit" in page
    assert "<b>0.25</b>" in page


def test_its_codings_are_worded_and_suggested(book: Codebook) -> None:
    assert coding_words({"certainty": 0.25}, ["certainty"], book) == "≠ Sicherheit: 25%"
    assert keep_shared({"certainty": 0.25}, [], book) == {"certainty": 0.25}
    assert keep_shared({"certainty": 25.0}, [], book) == {}
