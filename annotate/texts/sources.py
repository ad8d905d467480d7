"""A file that is read: its text or rows as they stand in it, and what a reader makes of them first."""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple, TypeVar

from annotate.texts.layout.mends import Mend, said
from schemas.errors import DataError, SettingsError
from schemas.files import ArchiveMember, PathName, decode_utf8, read_bytes
from schemas.files import reading as reading_file
from schemas.jsonl import read_jsonl
from schemas.records import Block, BlockKind

R = TypeVar("R")
READABLE = (
    ".txt, .md, .jsonl, .json, .html, .pdf, .docx, .odt, .rtf, .epub, .eml, .mhtml, .csv, .tsv, .xlsx, "
    ".rss, .atom, .xml (feed, TEI, Bundestag), or one of these as .gz or in a .zip"
)
ADVICE = {
    **dict.fromkeys((".xmi", ".qdpx"), "`standpunkt import` reads texts and codings of other tools"),
    **dict.fromkeys(
        (".doc", ".pages", ".ott", ".dotx", ".docm"),
        "save it as .docx, .odt or plain text (.txt, UTF-8)",
    ),
    **dict.fromkeys((".xls", ".ods", ".numbers"), "save it as .xlsx or .csv"),
    ".msg": "save it as .eml, or its text as .txt",
    **dict.fromkeys((".yaml", ".yml"), "it holds settings; texts are .txt, records with a text .jsonl"),
    **dict.fromkeys((".srt", ".vtt", ".tex"), "hand in its text as .txt, without times and commands"),
}
_MAGIC = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff")
HEAD = 4096
_JSON = "records with a text belong into a .json, or one a line into a .jsonl"
#: How files begin that are no plain text, whatever their name says, and where they belong.
_FOREIGN = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (
            r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b",
            "a web page: name it .html",
        ),
        (r"<(?:\?xml|!doctype|[a-z][\w:.-]*[\s>/])", "XML: name it .xml"),
        (r"\\(?:documentclass|begin|section|usepackage)\b", "LaTeX: hand in its text as .txt"),
        (r"WEBVTT|\d+\s*\n\d\d:\d\d:\d\d[,.]\d+ --> ", "subtitles: take the times out"),
        (r"#FORMAT=WebAnno|T\d+\t\w+ \d+ \d+\t", "codings of another tool, not a text"),
        (r'\{\s*"[^"\n]*"\s*:|\[\s*\{\s*"', f"JSON: {_JSON}"),
        (
            r"(?=(?:[\w-]+:.*\n(?:[ \t].*\n)*)*MIME-Version:)",
            "a mail or a saved web page: name it .eml or .mhtml",
        ),
    )
)
#: Word's break within a paragraph: behind a sentence, or before a list mark or another one, it parts lines.
_SOFT_BREAK = re.compile(
    r"(?P<apart>(?<=[.!?…:»“\"\n])[\u2028\x0b]|[\u2028\x0b](?=[\u2028\x0b\n•◦▪–—*-]|\d{1,3}[.)]\s))|[\u2028\x0b]"
)
_TAG = re.compile(r"</?[a-z][^<>\n]*>", re.IGNORECASE)
_TAGS = 10  # in the first `HEAD` characters; fewer may be a slip, and are flagged
#: Characters of a text: some five thousand commentaries. JSON Lines are read a row at a time, and hold more.
MAX_TEXT = 10_000_000


class Source(NamedTuple):
    """A file to read (``-`` is standard input), its name in records, and which reader reads it."""

    path: PathName
    name: str
    format: str
    suffix: str = ""

    @property
    def stem(self) -> str:
        """The name without folder and endings."""
        return self.name.rpartition("/")[2].removesuffix(".gz").removesuffix(self.suffix)


class FileRead:
    """What was read of a file: its text before it was parted, where the reader has one.

    ``counted`` says what a number of a line counts, ``around`` what lines are that are in no commentary.
    """

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.text: str | None = None
        self.counted = "lines" if source.format in ("text", "markdown") else "paragraphs"
        self.around = "markup" if source.format == "markdown" else "database"


class FilesRead:
    """The files in the order they are read, and the number of each commentary's file, by its id.

    Texts are kept of the first files alone, and ids of the first commentaries, where there are limits;
    ``unlisted`` is how many commentaries came besides.
    """

    def __init__(self, *, most_files: int | None = None, most_commentaries: int | None = None) -> None:
        self.files: list[FileRead] = []
        self.owners: dict[str, int] = {}
        self.unlisted = 0
        self._most_files, self._most_commentaries = most_files, most_commentaries

    def begin(self, source: Source) -> None:
        self.files.append(FileRead(source))

    def saw(self, text: str) -> None:
        if self._most_files is None or len(self.files) <= self._most_files:
            self.files[-1].text = text

    def own(self, commentary_id: str) -> None:
        is_wanted = self._most_files is None or len(self.files) <= self._most_files
        if is_wanted and (self._most_commentaries is None or len(self.owners) < self._most_commentaries):
            self.owners[commentary_id] = len(self.files) - 1
        else:
            self.unlisted += 1


class Reading(NamedTuple):
    """How sources are read, and where to tell what was noticed.

    ``encoding`` is that of files that are not UTF-8. An error of a single row goes to ``passed_over``
    where that is given, and is raised else; what a user should know of a file goes to ``notes``.
    ``columns`` are the headings of a table's columns by field, where they are named. What was changed in a
    text, because the layout of a page had put it there, goes to ``mended``; ``files`` keeps what was read,
    for who wants to look.
    """

    encoding: str | None = None
    passed_over: list[DataError] | None = None
    notes: list[str] | None = None
    columns: Mapping[str, str] = {}
    mended: list[Mend] | None = None
    files: FilesRead | None = None

    def saw(self, text: str) -> None:
        """Keeps the text of the file that is being read, as its lines are to be counted."""
        if self.files is not None:
            self.files.saw(text)

    def pass_over(self, error: DataError) -> None:
        if self.passed_over is None:
            raise error
        self.passed_over.append(error)

    def note(self, source: Source, words: str) -> None:
        if self.notes is not None:
            self.notes.append(f"{source.name}: {words}")

    def mend(self, source: Source, mends: Sequence[Mend]) -> None:
        if mends:
            self.note(source, said(mends))
            if self.mended is not None:
                self.mended.extend(mends)


def read_text(source: Source, reading: Reading = Reading()) -> str:
    """The text of a source, line ends as line feeds.

    Raises
    ------
    DataError
        As `text_of`; or it is mark-up or another format than its name says.
    """
    text = text_of(read_bytes(source.path, at_most=4 * MAX_TEXT), source, reading.encoding)
    _refuse_foreign(text, source)
    return text


def text_of(data: bytes, source: Source, encoding: str | None = None) -> str:
    """Bytes as text, line ends as line feeds; ``encoding`` is believed of what is not UTF-8.

    Raises
    ------
    DataError
        It is empty, a binary format, longer than `MAX_TEXT`, or not in the encoding: names the byte.
    """
    text = decoded(data, source, encoding)
    if len(text) > MAX_TEXT:
        raise too_long(len(text), path=source.path)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = without_soft_breaks(text)
    if not text.strip():
        raise DataError("is empty, expected a commentary", path=source.path)
    if text.count("\0", 0, HEAD) > len(text[:HEAD]) // 10:
        raise DataError(
            "has many NUL characters: UTF-16? Read it with --encoding utf-16-le", path=source.path
        )
    return text


def decoded(data: bytes, source: Source, encoding: str | None) -> str:
    """Bytes as they stand, as text, which may be long; else like `text_of`."""
    if data.startswith(_MAGIC):
        raise refusal(Path(source.path), "looks like a binary format")
    is_other = encoding is not None and not _is_utf8(data, _codec(encoding))
    return _decoded(data, source, encoding) if encoding and is_other else decode_utf8(data, source.path)


def without_soft_breaks(text: str) -> str:
    """The text with Word's breaks within a paragraph as a space, or as a line feed where they part lines."""
    if "\u2028" not in text and "\x0b" not in text:
        return text
    return _SOFT_BREAK.sub(lambda found: "\n" if found["apart"] else " ", text)


def _is_utf8(data: bytes, codec: str) -> bool:
    """Whether bytes are UTF-8, and not a text in a codec that writes with plain bytes, such as utf-16."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _is_not(codec, is_ascii=data.isascii(), has_nul=b"\0" in data)


def _is_not(codec: str, *, is_ascii: bool, has_nul: bool) -> bool:
    """Whether what can be read as UTF-8 cannot well have been written in a codec."""
    if codec.startswith(("utf-16", "utf-32")):
        return not has_nul
    keeps_ascii = bytes(range(128)).decode(codec, "replace") == bytes(range(128)).decode()
    return keeps_ascii or not is_ascii


def _refuse_foreign(text: str, source: Source) -> None:
    head = text[:HEAD].lstrip()
    what = next((what for begins, what in _FOREIGN if begins.match(head)), None)
    if what is None and source.format == "text" and len(_TAG.findall(head)) >= _TAGS:
        what = "mark-up: hand in its text, or name it .html"
    if what:
        raise DataError(f"is named as plain text and looks like {what}", path=source.path)


def too_long(length: int, *, path: PathName) -> DataError:
    words = f"a text of {length:,} characters, expected at most {MAX_TEXT:,}: divide it"
    return DataError(words, path=path)


def read_rows(
    source: Source, record: type[R], reading: Reading, *, prepare: Callable[[Any], Any] | None = None
) -> Iterator[R]:
    """The records of JSON Lines, one at a time however long the file is; ``prepare`` as in `read_jsonl`."""
    encoding = reading.encoding
    codec = codec_of(source, reading)
    try:
        yield from read_jsonl(
            source.path, record, passed_over=reading.passed_over, encoding=codec, prepare=prepare
        )
    except UnicodeError as error:
        raise DataError(f"not {encoding}: {error}", path=source.path) from error
    except DataError as error:
        if not error.message.startswith("not UTF-8"):
            raise
        words = f"{error.message}; read it with --encoding, such as cp1252"
        raise DataError(words, path=error.path, line=error.line) from error


def codec_of(source: Source, reading: Reading) -> str:
    """In what a file that is streamed is written: in UTF-8 where it can be, else as ``reading`` says."""
    codec = _codec(reading.encoding or "utf-8")
    return "utf-8" if codec != "utf-8" and _is_utf8_file(source.path, codec) else codec


def _is_utf8_file(path: PathName, codec: str) -> bool:
    """Like `_is_utf8`, of a file of any size; standard input can be read only once, and is not looked at."""
    if not isinstance(path, ArchiveMember) and (str(path) == "-" or not Path(path).is_file()):
        return False
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii, has_nul = True, False
    try:
        with reading_file(path) as file:
            while part := file.read(2**20):
                decoder.decode(part)
                is_ascii, has_nul = is_ascii and part.isascii(), has_nul or b"\0" in part
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return _is_not(codec, is_ascii=is_ascii, has_nul=has_nul)


def _decoded(data: bytes, source: Source, encoding: str) -> str:
    try:
        text = data.decode(_codec(encoding))
        text.encode("utf-8")  # utf-7 lets halves of characters through
        return text
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = (
            f"byte {error.start} is 0x{data[error.start]:02x}" if error.start < len(data) else "it ends early"
        )
        raise DataError(f"not {encoding}: {byte}", path=source.path, line=line) from error
    except UnicodeError as error:
        raise DataError(f"not {encoding}: {error}", path=source.path) from error


def _codec(encoding: str) -> str:
    try:
        "".encode(encoding)  # refuses what is no encoding of text, such as "hex"
        return codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise SettingsError(
            f'unknown encoding "{encoding}", expected one such as utf-8, cp1252 or latin-1', flag="--encoding"
        ) from error


def suffix_of(path: PurePath) -> str:
    """The last suffix in small letters, without that of a packed file."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def refusal(path: Path, words: str) -> DataError:
    advice = ADVICE.get(suffix_of(path), f"expected {READABLE}")
    return DataError(f"{words}: {advice}", path=path)


_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


class Line(NamedTuple):
    """A stretch of text without a line break and without the white space around it."""

    start: int
    end: int


def lines_of(text: str) -> list[Line]:
    """The lines of a text that are not blank, trimmed."""
    lines = []
    for match in _LINE.finditer(text):
        row = match.group()
        if stripped := row.strip():
            start = match.start() + len(row) - len(row.lstrip())
            lines.append(Line(start, start + len(stripped)))
    return lines


class Draft(NamedTuple):
    """A commentary before it has an id and blocks. ``title_line`` is where its title stands.

    ``kinds`` are the kinds of lines that a reader knows, by what the lines say.
    """

    fields: dict[str, Any]
    own_id: str | None = None
    title_line: Line | None = None
    layout: str = "text"
    blocks: list[Block] | None = None
    kinds: Mapping[str, BlockKind] = {}
