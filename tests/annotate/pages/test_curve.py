"""A curve draws what was counted and nothing in between; an index says what its model learned from."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from annotate.analysis.piece import view_piece
from annotate.analysis.prevalence import Estimate, counts_of
from annotate.analysis.summary import summary_of
from annotate.pages.curve import Point, curve
from annotate.tag.folder_index import write_index
from annotate.tag.ledger import Finished, Ledger
from annotate.tag.report import counts_in
from reading_pieces import answers, codebook, piece
from train.novelty import commentary_hash


def points(*found: tuple[int, float | None]) -> list[Point]:
    def estimate(share: float) -> Estimate:
        return Estimate(share=share, interval=(share - 0.05, share + 0.05), corrected=False)

    return [Point(f"Monat {place}", place, None if s is None else estimate(s)) for place, s in found]


@pytest.mark.parametrize(
    ("found", "lengths"),
    [
        ([(0, 0.2), (1, 0.3), (2, 0.4)], [3]),
        ([(0, 0.2), (1, None), (2, 0.4)], [1, 1]),
        ([(0, 0.2), (1, 0.3), (4, 0.4), (5, 0.4)], [2, 2]),
        ([(0, 0.2)], [1]),
    ],
)
def test_a_period_without_a_figure_breaks_the_line(
    found: Sequence[tuple[int, float | None]], lengths: list[int]
) -> None:
    lines = re.findall(r'<polyline points="([^"]+)"', curve(points(*found), label="Anteil"))
    assert [len(line.split()) for line in lines] == lengths


def test_a_higher_share_stands_higher_and_the_band_holds_it() -> None:
    drawn = curve(points((0, 0.2), (1, 0.4)), label="Anteil", top=1.0)
    (line,) = re.findall(r'<polyline points="([^"]+)"', drawn)
    (first_x, first_y), (last_x, last_y) = (map(float, pair.split(",")) for pair in line.split())
    assert first_x < last_x
    assert first_y > last_y
    (band,) = re.findall(r'<polygon points="([^"]+)"', drawn)
    heights = [float(pair.split(",")[1]) for pair in band.split()]
    assert heights[0] < first_y < heights[3]
    assert heights[1] < last_y < heights[2]


def test_places_are_in_proportion_to_time() -> None:
    drawn = curve(points((0, 0.2), (1, 0.2), (4, 0.2)), label="Anteil")
    x = [float(found) for found in re.findall(r'<circle cx="([^"]+)"', drawn)]
    assert (x[2] - x[0]) == pytest.approx(4 * (x[1] - x[0]), abs=0.3)


def test_the_label_is_escaped_and_heard() -> None:
    drawn = curve(points((0, 0.2)), label='"><script>')
    assert "<script>" not in drawn
    assert 'role="img"' in drawn


def index_of(folder: Path, pieces: int, *, learned: int) -> str:
    """The index of pieces of as many months, the first of them known to the model."""
    ledger, book, known = Ledger(folder / ".tagged.sqlite", "probe"), codebook(), []
    for n in range(pieces):
        one = piece((f"Ein Limit tut not {n}.", answers(tempolimit="favor")), title=f"Text {n}")
        summary = replace(summary_of(one, book, model_version="probe-1"), commentary_id=f"text-{n}")
        done = Finished(
            key=str(n), day=f"2025-{1 + n:02}-11", page=f"t{n}.html", report=counts_in(one, book),
            model_version="probe-1", summarised=summary, counts=counts_of(view_piece(one, book, number=1), book),
        )  # fmt: skip
        ledger.add(done, n, [])
        known += [commentary_hash(summary.commentary_id)] if n < learned else []
    write_index(folder, ledger, book, measure=None, failed=[], model_version="probe-1", trained_on=set(known))
    ledger.close()
    return (folder / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("learned", "words"), [(0, None), (1, "Aus 1 von 10 Texten hier"), (10, "Aus allen Texten hier")]
)
def test_an_index_says_from_how_many_of_its_pieces_the_model_has_learned(
    tmp_path: Path, learned: int, words: str | None
) -> None:
    page = index_of(tmp_path, 10, learned=learned)
    assert ("schmeicheln" in page) == (learned > 0)
    assert words is None or f"{words} hat das Modell gelernt" in page


def test_ten_dated_pieces_have_curves_and_nine_have_none(tmp_path: Path) -> None:
    assert "<polyline" in index_of(tmp_path / "zehn", 10, learned=0)
    nine = index_of(tmp_path / "neun", 9, learned=0)
    assert "<polyline" not in nine
    assert "Kein Verlauf" in nine
