"""PDF with a text layer, read by PDFium: columns in reading order, without heads and feet of pages.

What the file says of itself is believed where its first page shows it: its title is often the name of a
file, its author who saved it, and its dates are those of the file.
"""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from annotate.texts.layout.columns import in_reading_order, is_same_line
from annotate.texts.layout.hyphens import Hyphens
from annotate.texts.layout.mends import Mend
from annotate.texts.layout.rows import Row, joined, lines_of_rows, paragraphs
from annotate.texts.layout.running_lines import EdgeLine, is_page_number, running_lines
from annotate.texts.layout.signs import with_plain_signs
from annotate.texts.readers.packed import MAX_PACKED
from annotate.texts.readers.parts import Part, drafts_of_parts
from annotate.texts.readers.press_exports import read_press_export
from annotate.texts.readers.title_lines import is_title_line
from annotate.texts.sources import MAX_TEXT, Draft, Reading, Source, refusal, too_long
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.files import reading as reading_file
from schemas.records import BlockKind

_OCR = "make one with ocrmypdf (ocrmypdf -l deu OLD.pdf NEW.pdf) or another text recognition"
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0xAD: "-"}  # PDFium's sign for one at a line's end; fonts' own
#: TeX's fonts where they do not say their letters: its ligatures, quotes, dashes and bullet.
_TEX = {
    0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl", 0x10: "“", 0x11: "”", 0x12: "„", 0x13: "«", 0x14: "»",
    0x15: "–", 0x16: "—", 0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl", 0x88: "•",
}  # fmt: skip
_SPACES = frozenset((0x20, 0x09, 0x0A, 0x0D, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000))
_WIDE = 1.0  # of the size of letters: a space that may part columns
_WIDEST = 5.0  # where both sides were drawn in one, as in a line that is stretched to a width
_RAISED = (0.12, 0.7)  # of the size of letters: how far a footnote mark stands above its line
_SMALL = 0.8  # of the size of letters: a mark
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_UNITS = re.compile(r"(?<!\w)[kcmd]?m$")  # before a raised figure that is no footnote mark
_UNREADABLE = 0.2  # of the characters: fonts that do not say which letters theirs are
_NOTE = 0.92  # of the text's size: letters of footnotes and captions
_HEADING = 1.12
_LONGEST_HEADING, _LONGEST_CAPTION = 250, 400
_FOOTNOTE = re.compile(r"[*†‡]|\(?(?P<n>\d{1,3})(?!\d)[.)]?\s*\S")
_FIELD = re.compile(
    r"[A-Z]{2,3}(?: {2}|$)|[A-ZÄÖÜ][\w/-]*(?: [\w/-]+)?: "
)  # of an export of a press database
_EXPORT = 5  # pages by which one is known
_APART = 2  # of the text's size: the gap between a head of a page and the text
_INITIAL = 1.8  # of the text's size: a letter at the beginning of a text, over several lines
_FIRST_LINE = 120
_SENTENCE_END = re.compile(r"[.!?:,;…][\"“”»«’)\]]*$")
_FULL_STOP = re.compile(r"[.:…][\"“”»«’]*$")
_NO_TITLE = re.compile(
    r"microsoft|word|untitled|unbenannt|ohne titel|unknown|(?:dokument|document)\d*$|druck|print"
    r"|.*\.\w{2,5}$|[\W\d_]*$",
    re.IGNORECASE,
)


def read_pdf(source: Source, reading: Reading) -> Iterator[Draft]:
    left_out: Counter[str] = Counter()
    with _opened(source) as document:
        pages = _pages(document, source, left_out, marks := Counter[str]())
        named = document.get_metadata_dict(skip_empty=True)
    empty = [n for n, page in enumerate(pages, start=1) if not page]
    if len(empty) == len(pages):
        raise DataError(f"has no text layer: {_OCR}", path=source.path)
    if empty:
        reading.note(source, f"no text on {len(empty)} of {len(pages)} pages, the first is page {empty[0]}")
    mends: list[Mend] = []
    size = _text_size(pages)
    if is_export := _is_export(pages):  # what its articles begin with is no head of a page
        pages = [[row for row in page if not is_page_number(row.text)] for page in pages]
        lines = [list(in_reading_order(page, has_columns=False)) for page in pages]
    else:
        pages = _without_running_lines(pages, size, source, mends)
        lines = [list(in_reading_order(_with_initials(page, size))) for page in pages]
    rows = _numbered(column for page in lines for column in page)
    rows = _without_footnotes(rows, size, marks, source, mends)
    left_out["footnote marks"] = marks.total()
    rows = [row._replace(text=with_plain_signs(row.text, source.name, mends, page=row.page)) for row in rows]
    parts, fields = _with_title(_laid_out(rows, size, source, mends, is_export=is_export), named)
    reading.mend(source, mends)
    yield from drafts_of_parts(parts, source, reading, left_out, **fields)


@contextmanager
def _opened(source: Source) -> Iterator[Any]:
    """A document of PDFium; where that is only a file it is not read into memory."""
    import pypdfium2

    is_plain = isinstance(source.path, str | Path) and Path(source.path).suffix.lower() == ".pdf"
    if is_plain:
        with reading_file(source.path) as file:
            is_plain = file.seekable()
            head = file.read(1024) if is_plain else b""
    data: Any = Path(source.path) if is_plain else read_bytes(source.path, at_most=MAX_PACKED)
    if b"%PDF-" not in (head if is_plain else data[:1024]):
        raise refusal(Path(source.path), "is no .pdf file: damaged, or not what its name says")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        words = "is damaged: save it anew with the program that made it, or its text as .txt"
        if "password" in str(error).lower():
            words = "is protected by a password: open it with that and print it into a new .pdf"
        elif "security" in str(error).lower():
            words = "is protected in a way that is not known: print it into a new .pdf"
        raise DataError(words, path=source.path) from error
    try:
        yield document
    except pypdfium2.PdfiumError as error:
        raise DataError(f"is damaged: {error}", path=source.path) from error
    finally:
        document.close()


def _pages(document: Any, source: Source, left_out: Counter[str], marks: Counter[str]) -> list[list[Row]]:
    """The pieces of lines on each page; footnote marks in them are counted and left out."""
    import pypdfium2

    pages: list[list[Row]] = []
    length = unread = 0
    for number in range(len(document)):
        try:
            page = document[number]
            text_page = page.get_textpage()
        except pypdfium2.PdfiumError:
            left_out["damaged pages"] += 1
            pages.append([])
            continue
        count = text_page.count_chars()
        length += count
        if length > 2 * MAX_TEXT:
            raise too_long(length, path=source.path)
        pieces = _Pieces(number + 1, left_out, marks)
        for letter in _letters(text_page, count):
            pieces.add(letter)
        pages.append(pieces.finished())
        unread += pieces.unread
        text_page.close()
        page.close()
    if length and unread > _UNREADABLE * length:
        raise DataError(
            f"has a text layer whose fonts do not say their letters: {_OCR}, with --force-ocr",
            path=source.path,
        )
    return pages


class _Letter(NamedTuple):
    sign: str  # a space, or what PDFium put in for a line's end
    left: float
    right: float
    base: float
    size: float
    is_bold: bool
    is_upright: bool
    drawn: int | None  # in which operation; what was drawn in one stands in one column


def _letters(text_page: Any, count: int) -> Iterator[_Letter]:
    from pypdfium2 import raw

    page = text_page.raw
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    name = ctypes.create_string_buffer(128)
    flags, matrix = ctypes.c_int(), raw.FS_MATRIX()
    size, font = 1.0, (0.0, 0.0)
    drawn: int | None = None
    is_bold, is_upright, is_new = False, True, True
    half = 0  # the first of two that are one character
    for n in range(count):
        code = raw.FPDFText_GetUnicode(page, n)
        if code in _SPACES:
            is_new = True
            yield _Letter(" ", 0, 0, 0, 1, is_bold, is_upright, drawn)
            continue
        if 0xD800 <= code < 0xDC00:
            half = code
            continue
        if 0xDC00 <= code < 0xE000:
            code, half = (0x10000 + ((half - 0xD800) << 10) + code - 0xDC00 if half else 0xFFFD), 0
        if is_new:
            raw.FPDFText_GetFontInfo(page, n, name, len(name), flags)
            weight = raw.FPDFText_GetFontWeight(page, n)
            is_bold = weight >= 600 or bool(_BOLD.search(name.value.decode("utf-8", "replace")))
            drawn = ctypes.cast(raw.FPDFText_GetTextObject(page, n), ctypes.c_void_p).value
            is_upright = abs(raw.FPDFText_GetCharAngle(page, n)) % 6.283 < 0.2
            is_new = False
        raw.FPDFText_GetCharOrigin(page, n, x, y)
        raw.FPDFText_GetLooseCharBox(page, n, box)
        if (found := (raw.FPDFText_GetFontSize(page, n), box.top - box.bottom)) != font:
            font = found
            raw.FPDFText_GetMatrix(page, n, matrix)  # a font of size 1 may be drawn ten times as large
            size = font[0] * math.hypot(matrix.c, matrix.d) or 1
        sign = _HYPHENS.get(code) or _TEX.get(code) or chr(code)
        yield _Letter(sign, box.left, box.right, y.value, size, is_bold, is_upright, drawn)


class _Pieces:
    """Letters become pieces of lines: each ends at a wide space, another line or another font."""

    def __init__(self, page: int, left_out: Counter[str], marks: Counter[str]) -> None:
        self._page, self._left_out, self._marks = page, left_out, marks
        self._mark = ""  # figures of one that has begun
        self._found: list[Row] = []
        self._signs: list[str] = []
        self._left = self._right = self._base = self._letter_left = 0.0
        self._size = 1.0
        self._drawn: int | None = None
        self._bold = 0
        self._has_space, self._is_upright, self._was_upright = False, True, True
        self.unread = 0

    def add(self, letter: _Letter) -> None:
        if letter.sign == " ":
            self._has_space = True
            return
        code = ord(letter.sign[0])
        if code == 0xFFFD or code < 0x20 or 0xE000 <= code < 0xF900:
            self.unread += 1
            return
        if self._signs and self._goes_on(letter):
            if self._is_mark(letter):
                self._mark += letter.sign
                self._right = max(self._right, letter.right)
                return
            if self._has_space:
                self._signs.append(" ")
        else:
            self._end()
            self._left, self._base, self._size = letter.left, letter.base, letter.size
            self._is_upright = letter.is_upright
        self._end_mark()
        if letter.size > self._size:
            self._base, self._size = letter.base, letter.size
        self._signs.append(letter.sign)
        self._bold += letter.is_bold
        self._drawn = letter.drawn
        self._letter_left, self._right, self._has_space = letter.left, letter.right, False

    def finished(self) -> list[Row]:
        self._end()
        return self._found

    def _goes_on(self, letter: _Letter) -> bool:
        size = max(self._size, letter.size)
        ratio = size / min(self._size, letter.size)
        gap = letter.left - self._right
        wide = _WIDEST if letter.drawn == self._drawn else _WIDE
        # the letters of a ligature have one place
        is_near = -0.6 * size < gap < wide * size or letter.left == self._letter_left
        # a raised figure, or an initial: never two sizes of a line's text
        is_alike = ratio < 1.6 or letter.sign.isdigit()
        return (
            is_near
            and is_alike
            and abs(letter.base - self._base) < _RAISED[1] * size
            and (letter.is_upright == self._is_upright)
        )

    def _is_mark(self, letter: _Letter) -> bool:
        raised = (letter.base - self._base) / self._size
        return (
            letter.sign.isdigit()
            and letter.size < _SMALL * self._size
            and _RAISED[0] < raised < _RAISED[1]
            and not _UNITS.search("".join(self._signs[-4:]))
        )

    def _end_mark(self) -> None:
        if self._mark:
            self._marks[self._mark] += 1
            self._mark = ""

    def _end(self) -> None:
        self._end_mark()
        text = "".join(self._signs).strip()
        if text and self._is_upright:
            is_bold = 2 * self._bold > len(text.replace(" ", ""))
            self._found.append(
                Row(text, self._left, self._right, self._base, self._size, self._page, is_bold=is_bold)
            )
        elif text and self._was_upright:
            self._left_out["lines that are not upright"] += 1
        if text:
            self._was_upright = self._is_upright
        self._signs, self._bold, self._has_space = [], 0, False


def _text_size(pages: Sequence[Sequence[Row]]) -> float:
    """The size of most letters."""
    sizes: Counter[float] = Counter()
    for row in (row for page in pages for row in page):
        sizes[round(row.size, 1)] += len(row.text)
    return sizes.most_common(1)[0][0]


def _without_running_lines(
    pages: Sequence[Sequence[Row]], size: float, source: Source, mends: list[Mend]
) -> list[list[Row]]:
    lines = [lines_of_rows(page, is_same_line) for page in pages]
    edges = [list(_edge_lines(page, size)) for page in lines]
    found: list[list[Row]] = []
    for number, (page, texts, running) in enumerate(
        zip(lines, edges, running_lines(edges), strict=True), start=1
    ):
        mends += [
            Mend(source=source.name, page=number, kind="running_line", was=texts[n].text, is_="")
            for n in sorted(running)
        ]
        removed = {row for n in running for row in page[n]}
        found.append([row for row in pages[number - 1] if row not in removed])
    return found


def _edge_lines(page: Sequence[Sequence[Row]], size: float) -> Iterator[EdgeLine]:
    heights = [line[0].base for line in page]
    gaps = [a - b for a, b in pairwise(heights)]
    for n, line in enumerate(page):
        gap = gaps[n] if 2 * n < len(gaps) else gaps[n - 1] if n else math.inf
        words = " ".join(row.text for row in line)
        letters = line[0].size / size
        yield EdgeLine(words, heights[n], letters > _HEADING, gap > _APART * size, letters < _NOTE)


def _is_export(pages: Sequence[Sequence[Row]]) -> bool:
    """Whether the rows of the first pages are those of an export of a press database."""
    columns = (column for page in pages[:_EXPORT] for column in in_reading_order(page, has_columns=False))
    return read_press_export("\n".join(row.text for column in columns for row in column)) is not None


def _numbered(columns: Iterable[Sequence[Row]]) -> list[Row]:
    return [row._replace(column=n) for n, column in enumerate(columns) for row in column]


def _with_initials(page: Sequence[Row], size: float) -> list[Row]:
    """The pieces with each initial, a letter over several lines, before the first of these lines."""
    rows = list(page)
    for initial in [
        row for row in page if row.size > _INITIAL * size and re.fullmatch(r"\W?[^\W\d_]", row.text)
    ]:
        beside = [
            row
            for row in rows
            if -0.3 * size < row.left - initial.right < 2 * size
            and initial.base - 0.3 * size < row.base < initial.base + initial.size
            and row is not initial
        ]
        if beside:
            first = max(beside, key=lambda row: row.base)
            rows.remove(initial)
            # the lines beside begin where the column does, or each would be an indent
            for row in beside:
                text = f"{initial.text}{row.text}" if row is first else row.text
                rows[rows.index(row)] = row._replace(text=text, left=initial.left)
    return rows


def _without_footnotes(
    rows: Sequence[Row], size: float, marks: Container[str], source: Source, mends: list[Mend]
) -> list[Row]:
    """The lines without those in small letters at a column's end, if the first has a mark of the text's."""

    def is_first(row: Row) -> bool:
        match = _FOOTNOTE.match(row.text)
        return match is not None and (match["n"] is None or match["n"] in marks)

    found: list[Row] = []
    for _, column in groupby(rows, key=lambda row: row.column):
        own = list(column)
        end = len(own)
        while end and own[end - 1].size < _NOTE * size:
            end -= 1
        while end < len(own) and not is_first(own[end]):
            end += 1
        if end:
            mends += [
                Mend(source=source.name, page=row.page, kind="footnote", was=row.text, is_="")
                for row in own[end:]
            ]
            own = own[:end]
        found += own
    return found


class _Laid(NamedTuple):
    """A paragraph, and its first line on the page."""

    part: Part
    row: Row


def _laid_out(
    rows: Sequence[Row], size: float, source: Source, mends: list[Mend], *, is_export: bool
) -> list[_Laid]:
    hyphens = Hyphens(row.text for row in rows)
    is_bold = 2 * sum(row.is_bold for row in rows) > len(rows)
    found: list[_Laid] = []

    def begins(row: str) -> bool:
        return is_export and _FIELD.match(row) is not None

    for paragraph in paragraphs(rows, is_alone=is_title_line, begins=begins):
        text, undone = joined(paragraph, hyphens)
        mends += [
            Mend(source=source.name, page=row.page, kind="hyphen", was=was, is_=now)
            for row, was, now in undone
        ]
        found.append(_Laid(Part(_kind(paragraph, text, size, is_bold=is_bold), text), paragraph[0]))
    return found


def _kind(paragraph: Sequence[Row], text: str, size: float, *, is_bold: bool) -> BlockKind:
    """What a paragraph in other letters than the text's is."""
    first = paragraph[0]
    if first.size < _NOTE * size and len(text) <= _LONGEST_CAPTION:
        return "caption"
    is_large = first.size > _HEADING * size
    is_head = is_large or (first.is_bold and not is_bold and len(paragraph) <= 2)
    if is_head and len(text) <= _LONGEST_HEADING and not _FULL_STOP.search(text):
        return "title"
    return "paragraph"


def _with_title(laid: list[_Laid], named: Mapping[str, str]) -> tuple[list[Part], dict[str, str | None]]:
    """The parts with title and author: the largest heading of the first page, else the file's own title.

    Where there is neither, a first line that is no sentence is the title.
    """
    head = [one for one in laid if one.row.page == laid[0].row.page]
    page = " ".join(one.part.text for one in head).casefold()
    title, author = (" ".join(named.get(name, "").split()) for name in ("Title", "Author"))
    fields: dict[str, str | None] = {"author": author if author and author.casefold() in page else None}
    headings = [one for one in head if one.part.kind == "title"]
    parts = [one.part for one in laid]
    if title and title.casefold() in page:
        fields["title"] = title
    elif headings:
        fields["title"] = max(headings, key=lambda one: one.row.size).part.text
    elif " " in title and not _NO_TITLE.match(title):
        fields["title"] = title
    elif len(parts) > 1 and len(parts[0].text) <= _FIRST_LINE and not _SENTENCE_END.search(parts[0].text):
        fields["title"] = parts[0].text
        parts[0] = Part("title", parts[0].text)
    return parts, fields
