"""What was taken out of files and what was not: to be looked at before anything is coded.

Of each file: its commentaries with what was taken for title, author and date, and where that stands; what
is no sentence, by its kind; and what looks odd. Lines are counted in files that have them, else paragraphs.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from annotate.texts.commentaries import Failed
from annotate.texts.dates import find_dates
from annotate.texts.lines import is_agency, is_section, kind_of_line, read_head
from annotate.texts.oddities import Found, Twins, odd_in
from annotate.texts.readers.title_lines import read_dated_byline
from annotate.texts.sources import FileRead, FilesRead, lines_of
from schemas.records import Block, Commentary, Record, Sentence

_WORD = re.compile(r"\w+")
_BODY = ("paragraph", "list_item")


class LeftOut(Record, frozen=True, kw_only=True):
    """A line that is in no sentence.

    ``kind``: subhead, section, byline, date_line, credit, agency, note, teaser (to which a note leads),
    furniture, address; database and markup for lines of a file that are in no commentary; corrected.
    """

    line: int | None
    kind: str
    text: str
    block: int | None = None


class Odd(Record, frozen=True, kw_only=True):
    """Something to look at: where, what, and what was found; ``block`` is the index of its block."""

    line: int | None
    kind: str
    found: str | None = None
    block: int | None = None


class CommentaryCheck(Record, frozen=True, kw_only=True):
    commentary_id: str
    title: str
    title_line: int | None
    author: str | None
    author_line: int | None
    date: str | None
    date_line: int | None
    first_line: int | None
    last_line: int | None
    sentences: int
    left_out: list[LeftOut]
    odd: list[Odd]


class FileCheck(Record, frozen=True, kw_only=True):
    """``counted`` says what numbers count: lines of the file, or paragraphs of what was read of it."""

    file: str
    counted: str
    commentaries: list[CommentaryCheck]
    left_out: list[LeftOut]


class CheckReport(Record, frozen=True, kw_only=True):
    files: list[FileCheck]
    notes: list[str] = []
    failed: list[Failed] = []


class Checker:
    """Looks at commentaries as they come; of their texts it keeps what is reported."""

    def __init__(self, files: FilesRead, *, language: str, with_twins: bool = True) -> None:
        self._files, self._language = files, language
        self._twins = Twins() if with_twins else None
        self._seen: dict[int, _FileSoFar] = {}

    def add(self, commentary: Commentary, sentences: Sequence[Sentence]) -> None:
        number = self._files.owners.get(commentary.commentary_id)
        if number is None:
            return
        if number not in self._seen:
            self._seen[number] = _FileSoFar(self._files.files[number])
        odd = list(odd_in(commentary, sentences, self._language))
        if self._twins and (twin := self._twins.like(commentary)):
            odd.append(Found(0, "twice", twin))
        self._seen[number].add(commentary, len(sentences), odd)

    def report(self) -> list[FileCheck]:
        return [self._seen[number].report() for number in sorted(self._seen)]


class _Row(NamedTuple):
    number: int
    text: str
    key: str


class _Place(NamedTuple):
    """A commentary and the rows of the file in which it stands, by their positions."""

    commentary: CommentaryCheck
    first: int
    last: int


class _FileSoFar:
    """The lines of a file, matched with those of its commentaries in their order."""

    def __init__(self, file: FileRead) -> None:
        self._file = file
        self._rows = _rows(file.text or "", file.counted)
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for position, row in enumerate(self._rows):
            self._by_key[row.key].append(position)
        self._next = 0
        self._used: set[int] = set()
        self._places: list[_Place] = []

    def add(self, commentary: Commentary, sentences: int, odd: Sequence[Found]) -> None:
        lines = lines_of(commentary.text)
        starts = [line.start for line in lines]
        positions = [self._position(commentary.text[line.start : line.end]) for line in lines]
        if self._file.text is None:
            numbers: list[int | None] = list(range(1, len(lines) + 1))
        else:
            numbers = [None if position is None else self._rows[position].number for position in positions]

        def line_at(offset: int | None) -> int | None:
            index = bisect_left(starts, offset + 1) - 1 if offset is not None else -1
            return numbers[index] if 0 <= index < len(numbers) else None

        def block_at(offset: int | None) -> int | None:
            inside = (
                n
                for n, block in enumerate(blocks)
                if offset is not None and block.start <= offset < block.end
            )
            return next(inside, None)

        blocks = commentary.blocks
        title_block = _title_block(commentary)
        heads = [block for block in blocks if block.kind not in _BODY]
        rows = [(line_at(block.start), commentary.text[block.start : block.end]) for block in heads]
        known = [position for position in positions if position is not None]
        checked = CommentaryCheck(
            commentary_id=commentary.commentary_id,
            title=commentary.title,
            title_line=line_at(title_block.start) if title_block else None,
            author=commentary.author,
            author_line=_where(rows, author=commentary.author),
            date=commentary.date,
            date_line=_where(rows, date=commentary.date),
            first_line=next((n for n in numbers if n is not None), None),
            last_line=next((n for n in reversed(numbers) if n is not None), None),
            sentences=sentences,
            left_out=[
                LeftOut(line=line_at(blocks[n].start), kind=kind, text=_words(commentary, blocks[n]), block=n)
                for n, kind in _left_out(commentary, title_block)
            ],
            odd=[
                Odd(line=line_at(at), kind=kind, found=found, block=block_at(at)) for at, kind, found in odd
            ],
        )
        self._places.append(_Place(checked, min(known, default=-1), max(known, default=-1)))

    def report(self) -> FileCheck:
        """The file's commentaries; what their own lines do not say is looked for beside them."""
        from msgspec.structs import replace

        commentaries = []
        for n, place in enumerate(self._places):
            before = self._places[n - 1].last + 1 if n else 0
            after = self._places[n + 1].first if n + 1 < len(self._places) else len(self._rows)
            beside = [
                position
                for position in (*range(before, place.first), *range(place.last + 1, after))
                if position not in self._used
            ]
            checked = place.commentary
            commentaries.append(
                replace(
                    checked,
                    title_line=checked.title_line or self._beside(beside, title=checked.title),
                    author_line=checked.author_line or self._beside(beside, author=checked.author),
                    date_line=checked.date_line or self._beside(beside, date=checked.date),
                )
            )
        rest = [row for position, row in enumerate(self._rows) if position not in self._used]
        return FileCheck(
            file=self._file.name,
            counted=self._file.counted,
            commentaries=commentaries,
            left_out=[LeftOut(line=row.number, kind=self._file.around, text=row.text) for row in rest],
        )

    def _position(self, line: str) -> int | None:
        positions = self._by_key.get(_key(line), [])
        index = bisect_left(positions, self._next)
        if index == len(positions):
            return None
        self._next = positions[index] + 1
        self._used.add(positions[index])
        return positions[index]

    def _beside(self, positions: Sequence[int], **field: str | None) -> int | None:
        line = _where(
            [(self._rows[position].number, self._rows[position].text) for position in positions], **field
        )
        self._used.update(position for position in positions if self._rows[position].number == line)
        return line


def _rows(text: str, counted: str) -> list[_Row]:
    rows = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    rows = [(number, line) for number, line in rows if line]
    if counted == "paragraphs":
        rows = [(number, line) for number, (_, line) in enumerate(rows, start=1)]
    return [_Row(number, line, _key(line)) for number, line in rows]


def _key(line: str) -> str:
    """A line without the marks that readers take away."""
    return (
        "".join(_WORD.findall(re.sub(r"\]\([^)]*\)|\[\^[^\]]*\]|^(?:HD|LP|TD)\t|^\d{1,3}[.)] ", "", line)))
        or line
    )


def _where(
    rows: Sequence[tuple[int | None, str]],
    *,
    title: str | None = None,
    author: str | None = None,
    date: str | None = None,
) -> int | None:
    """The first line that holds what is looked for."""
    if date:
        return next(
            (number for number, line in rows if any(found.iso == date for found in find_dates(line))), None
        )
    words = title or author
    return next((number for number, line in rows if words in line), None) if words else None


def _title_block(commentary: Commentary) -> Block | None:
    titles = [block for block in commentary.blocks if block.kind == "title"]
    key = _key(commentary.title)
    return next((b for b in titles if key in _key(commentary.text[b.start : b.end])), None)


def _left_out(commentary: Commentary, title: Block | None) -> Iterator[tuple[int, str]]:
    """The places of the blocks that are neither text nor title, each with its kind."""
    kind = ""
    for n, block in enumerate(commentary.blocks):
        if block.kind in _BODY:
            kind = ""
        elif block is not title:
            kind = _kind(block, _words(commentary, block), is_led=kind in ("note", "teaser"))
            yield n, kind


def _words(commentary: Commentary, block: Block) -> str:
    return commentary.text[block.start : block.end]


def _kind(block: Block, words: str, *, is_led: bool) -> str:
    if block.kind in ("caption", "url"):
        return "address" if block.kind == "url" else "agency" if is_agency(words) else "credit"
    if head := read_head(words) or read_dated_byline(words):
        return "byline" if head.author else "date_line"
    if block.kind == "title":
        return "subhead"
    if is_section(words):
        return "section"
    return kind_of_line(words) or ("teaser" if is_led else "corrected")
