"""The index of a folder: figures, and the pages of sentences behind them."""

import re
from pathlib import Path

from annotate.analysis.piece import view_piece
from annotate.analysis.prevalence import counts_of
from annotate.analysis.summary import summary_of
from annotate.tag.folder import piece_hits
from annotate.tag.folder_index import write_index
from annotate.tag.ledger import Finished, Ledger
from annotate.tag.report import counts_in
from reading_pieces import answers, codebook, piece, touches


def index_of(folder: Path, *stances: str, day: str | None = "2025-01-11") -> str:
    """The words of an index over one piece; ``~`` is a touch with an open direction."""
    book, ledger = codebook(), Ledger(folder / ".tagged.sqlite", "probe")
    rows = [
        (f"Satz {n}.", answers(tempolimit=touches() if stance == "~" else stance))
        for n, stance in enumerate(stances)
    ]
    one = piece(*rows)
    view, summary = view_piece(one, book, number=1), summary_of(one, book, model_version="probe-1")
    done = Finished(
        key="0", day=day, page="t.html", report=counts_in(one, book), model_version="probe-1",
        summarised=summary, counts=counts_of(view, book),
    )  # fmt: skip
    ledger.add(done, 0, list(piece_hits(view, summary)))
    path = write_index(folder, ledger, book, measure=None, failed=[], model_version="probe-1")
    return re.sub(r"<[^>]+>", "", path.read_text("utf-8")).replace("\u00a0", " ")


def test_an_open_direction_is_counted_apart_and_leads_to_its_sentences(tmp_path: Path) -> None:
    words = index_of(tmp_path, "favor", "against", "~", "unrelated")
    assert "Gezählt: Ja 1, Nein 1, Offen 0, berührt, Richtung unklar 1; unentschieden 0" in words
    assert re.search(r"Berührt: 75\D", words)
    assert re.search(r"Davon Ja: 50\D.* der berührten Sätze mit Richtung", words)
    sentences = (tmp_path / "saetze" / "stance.tempolimit.direction-open.html").read_text("utf-8")
    assert re.findall(r"<q>(.*?)</q>", sentences) == ["Satz 2."]


def test_an_index_without_open_directions_has_no_word_of_them(tmp_path: Path) -> None:
    assert "Richtung unklar" not in index_of(tmp_path, "favor", "unrelated")


def test_an_index_leads_with_the_answer_given_most_and_says_it_once(tmp_path: Path) -> None:
    words = index_of(tmp_path, "against", "against", "favor", "~")
    finding = words.index("Nein in 2 von 3 Sätzen")
    assert finding < words.index("nicht um die Fehler des Modells bereinigt") < words.index("Berührt: ")
    assert words.count("Nein in 2 von 3 Sätzen") == 1
    assert words.count("Kein Verlauf") == 1


def test_touches_without_a_direction_are_the_finding_where_there_is_no_other(tmp_path: Path) -> None:
    assert "berührt in 2 Sätzen, Richtung unklar" in index_of(tmp_path, "~", "~")


def test_a_date_in_doubt_is_marked(tmp_path: Path) -> None:
    assert "(Datum unsicher)" in index_of(tmp_path, "favor", day=None)
    assert "(Datum unsicher)" not in index_of(tmp_path / "b", "favor")
