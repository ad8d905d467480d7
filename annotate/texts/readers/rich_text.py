"""Rich Text (.rtf), as Word, Nexis and Factiva write it; RTF 1.9.1 has the control words."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from annotate.texts.readers.parts import Part, drafts_of_parts, lines_apart
from annotate.texts.readers.press_exports import factiva_row
from annotate.texts.sources import Draft, Reading, Source, refusal
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.records import BlockKind

MAX_RTF = 2**27  # bytes; pictures stand in it as figures
_DEPTH = 500
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\"
)
#: Groups that hold no text of the document.
_UNREAD = frozenset(
    ("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "objdata", "header", "headerl", "headerr",
     "headerf", "footer", "footerl", "footerr", "footerf", "fldinst", "listtable", "listoverridetable",
     "rsidtbl", "revtbl", "generator", "xmlnstbl", "themedata", "latentstyles", "colorschememapping",
     "datastore", "filetbl", "bkmkstart", "bkmkend", "tc", "xe", "nonesttables", "shpinst", "sp", "template")
)  # fmt: skip
_LEFT_OUT = {"footnote": "footnotes", "annotation": "comments", "shptxt": "text boxes", "pict": "pictures"}
_MARKS = frozenset(("listtext", "pntext"))
_SIGNS = {
    "tab": "\t", "line": "\v", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "-": "", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}
_ENDS = frozenset(("par", "sect", "page", "\n"))
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_FONT = re.compile(r"\\f(\d{1,5})\b[^;{}]{0,200}?\\fcharset(\d{1,3})")


class _Group(NamedTuple):
    is_read: bool = True
    skip: int = 1  # characters that stand for one in Unicode where a reader does not know it
    font: str = ""
    is_hidden: bool = False


def read_rich_text(source: Source, reading: Reading) -> Iterator[Draft]:
    data = read_bytes(source.path, at_most=MAX_RTF)
    if not data.startswith(b"{\\rtf"):
        raise refusal(Path(source.path), "is no .rtf file: damaged, or not what its name says")
    left_out: Counter[str] = Counter()
    parts = list(_Reader(data.decode("latin-1"), source, left_out).parts())
    yield from drafts_of_parts(parts, source, reading, left_out)


class _Reader:
    """One pass over the text; groups change what holds for what is in them."""

    def __init__(self, text: str, source: Source, left_out: Counter[str]) -> None:
        self._text, self._source, self._left_out = text, source, left_out
        self._group, self._stack = _Group(), list[_Group]()
        self._codec = "cp1252"
        self._fonts = {font: _CHARSETS.get(int(number)) for font, number in _FONT.findall(text[: 2**20])}
        self._words: list[str] = []
        self._cells: list[str] = []  # of a table's row
        self._bytes = bytearray()
        self._to_skip = 0
        self._kind: BlockKind = "paragraph"
        self._in_table = self._is_new = False

    def parts(self) -> Iterator[Part]:
        at, end = 0, len(self._text)
        while at < end and (token := _TOKEN.match(self._text, at)):
            at = token.end()
            if token["word"] == "bin" and token["number"]:
                at += max(0, int(token["number"]))
            if token["brace"]:
                self._brace(token["brace"])
            elif token["text"] is not None:
                self._say(token["text"].encode("latin-1"))
            elif token["hex"]:
                self._say(bytes((int(token["hex"], 16),)))
            elif word := token["word"] or token["sign"]:
                word = _SYMBOLS.get(word, word)
                if word in _ENDS and self._group.is_read:
                    yield from self._paragraph()
                elif word == "row" and self._group.is_read:
                    yield from self._row()
                else:
                    self._control(word, int(token["number"] or 1), has_number=bool(token["number"]))
        yield from self._paragraph()

    def _paragraph(self) -> Iterator[Part]:
        self._flush()
        if self._in_table:
            self._words.append("\n\n")
            return
        yield from lines_apart(self._kind, self._said())
        self._kind = "paragraph" if self._kind == "list_item" else self._kind

    def _row(self) -> Iterator[Part]:
        line = factiva_row(self._cells)
        if line:
            yield Part("paragraph", line)
        else:
            self._left_out["rows of tables"] += 1
        self._cells.clear()
        self._words.clear()
        self._in_table = False

    def _said(self) -> str:
        """The words since the last break."""
        self._flush()
        words = "".join(self._words)
        self._words.clear()
        # characters beyond U+FFFF come as two halves
        return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _brace(self, brace: str) -> None:
        self._flush()
        self._to_skip = 0
        if brace == "{":
            if len(self._stack) >= _DEPTH:
                raise DataError(f"has groups more than {_DEPTH} deep: damaged", path=self._source.path)
            self._stack.append(self._group)
        elif self._stack:
            self._group = self._stack.pop()
        self._is_new = brace == "{"

    def _control(self, word: str, number: int, *, has_number: bool) -> None:
        is_new, self._is_new = self._is_new, word == "*"
        if word == "u" and has_number:
            self._flush()
            if self._group.is_read and not self._group.is_hidden:
                self._words.append(chr(number % 0x10000))  # above 32767 they are written as negative
            self._to_skip = self._group.skip
            return
        self._flush()
        if word in ("*", "deleted"):
            self._group = self._group._replace(
                is_read=self._group.is_read and word == "deleted" and number == 0
            )
        elif is_new and (word in _UNREAD or word in _LEFT_OUT or word in _MARKS):
            self._pass_over(word)
        elif word in _SIGNS or word in _SYMBOLS.values():
            if self._group.is_read and not self._group.is_hidden:
                self._words.append(_SIGNS.get(word, word))
        else:
            self._set(word, number, has_number=has_number)

    def _pass_over(self, word: str) -> None:
        if word in _LEFT_OUT and self._group.is_read:
            self._left_out[_LEFT_OUT[word]] += 1
        if word in _MARKS and self._group.is_read and self._kind == "paragraph":
            self._kind = "list_item"
        self._group = self._group._replace(is_read=False)

    def _set(self, word: str, number: int, *, has_number: bool) -> None:
        group = self._group
        if word == "uc":
            self._group = group._replace(skip=max(0, min(number, 9)) if has_number else 1)
        elif word == "f":
            self._group = group._replace(font=str(number))
        elif word == "v":
            self._group = group._replace(is_hidden=not has_number or number != 0)
        elif word == "ansicpg":
            self._codec = _known_codec(f"cp{number}", self._codec)
        elif not group.is_read:
            return
        elif word == "pard":
            self._kind, self._in_table = "paragraph", False
        elif word == "outlinelevel" and number < 9:
            self._kind = "title"
        elif word == "intbl":
            self._in_table = True
        elif word == "cell":
            self._cells.append(self._said())

    def _say(self, data: bytes) -> None:
        self._is_new = False
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        if self._group.is_read and not self._group.is_hidden:
            self._bytes += data

    def _flush(self) -> None:
        if self._bytes:
            codec = self._fonts.get(self._group.font) or self._codec
            self._words.append(self._bytes.decode(codec, "replace"))
            self._bytes.clear()


def _known_codec(name: str, otherwise: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return otherwise
