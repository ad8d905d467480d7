"""The format that finished pieces rest on is raised when what is made of a text changes."""

import hashlib
import re
from pathlib import Path
from typing import Any

import msgspec

from annotate.analysis.piece import view_piece
from annotate.analysis.prevalence import counts_of
from annotate.analysis.summary import summary_of
from annotate.analysis.table_rows import columns_of, lean_rows_of, rows_of
from annotate.demo import material
from annotate.pages.reading import reading_page
from annotate.tag.folder import piece_hits
from annotate.tag.ledger import ROWS_FORMAT
from annotate.texts.commentaries import read_commentaries
from annotate.texts.sentences import split_sentences
from reading_pieces import answers, codebook, devices, piece, says
from recorded import hold_format

RECORDED = Path(__file__).with_name("formats.json")
_SHELL = re.compile(r"<(style|script)\b.*?</\1>|<meta http-equiv.*?>", re.DOTALL)


def test_finished_pieces_change_with_their_format() -> None:
    book = codebook()
    tagged = piece(
        ("Das Tempolimit muss kommen.", answers(tempolimit="favor", rhetoric=devices("irony"))),
        ("Der Minister sagte, es schade nur.", answers("other", tempolimit=says("against", 0.9))),
        (
            "Ob Smartphones in Schulen stören?",
            answers("mixed", function=says("report", 0.4, abstained=True), smartphone=says("open", 0.5)),
        ),
        ("Grete Halm zweifelt an Anton Berg.", answers(None)),
        reasons={"function": [("cue: modal: muss", 0.4)], "stance__tempolimit": [("target: named", 0.3)]},
    )
    view, summary = view_piece(tagged, book, number=1), summary_of(tagged, book, model_version="probe-1")
    outputs = {
        "sentences": {text.name: _digest(_sentences(text)) for text in _texts()},
        "rows": list(rows_of([tagged], book)),
        "lean rows": list(lean_rows_of([tagged], book)),
        "columns": [name for name, _ in columns_of(book)],
        "summary": _plain(summary),
        "counts": _plain(counts_of(view, book)),
        "hits": _plain(list(piece_hits(view, summary))),
        "page": _digest(_SHELL.sub("", reading_page([tagged], book, model_version="probe-1"))),
    }
    hold_format(
        RECORDED, "rows", ROWS_FORMAT, outputs, constant="annotate.tag.ledger.ROWS_FORMAT", within=1e-9
    )  # fmt: skip


def _texts() -> list[Path]:
    return sorted((Path(material.__file__).parent / "commentaries").glob("*.txt"))


def _sentences(path: Path) -> list[Any]:
    return [_plain([c, split_sentences(c)]) for c in read_commentaries([str(path)])]


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)


def _digest(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:16]
