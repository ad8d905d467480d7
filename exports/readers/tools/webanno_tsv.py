"""WebAnno TSV 3.x, as INCEpTION and WebAnno write it: a token a line, a column for each feature of a layer.

The format is described in the user guide of INCEpTION (appendix "WebAnno TSV 3.3 file format"). It has the
text in sentences: what stood between two of them is not said, and is made of spaces and line feeds.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from exports.readers.tools.files import Member, decoded
from exports.readers.tools.imported import Mark
from exports.readers.tools.layers import Found, is_about_document, is_of_words, marks_of
from exports.readers.tools.offsets import code_points
from schemas.errors import DataError

LINKS = "links to other annotations, and lists"
FORMAT = "#FORMAT=WebAnno TSV 3."
_TOKEN = re.compile(r"\d+-\d+(\.\d+)?")
_SPAN = re.compile(r"(\d+)-(\d+)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}
_STACKED = re.compile(r"((?:\\.|[^\\|])*)(\||$)", re.DOTALL)
_NUMBERED = re.compile(r"((?:\\.|[^\\])*?)(?:\[(\d+)\])?", re.DOTALL)


class _Layer(NamedTuple):
    """A layer of the header: its type, what kind it is (SP, CH, RL), its features and first column."""

    type: str
    kind: str
    features: list[str]
    column: int


class _Token(NamedTuple):
    begin: int
    end: int
    form: str
    cells: list[str]
    is_part: bool


def read_tsv(member: Member) -> tuple[str, list[Mark], Counter[str]]:
    """The text of a document, what is marked in it, and what of it is not taken over.

    Raises
    ------
    DataError
        It is not WebAnno TSV 3: says the line.
    """
    lines = decoded(member).split("\n")
    layers = list(_header(lines, member))
    text, tokens = _body(lines, member, columns=sum(len(layer.features) for layer in layers))
    lost: Counter[str] = Counter()
    marks: list[Mark] = []
    place = code_points(text)
    for layer in layers:
        short = layer.type.rpartition(".")[2]
        number, found = _annotations(layer, tokens)
        if layer.kind == "RL":
            lost["relations between spans"] += number
        elif layer.kind == "CH":
            lost["chains"] += number
        elif is_of_words(layer.type) and not is_about_document(layer.type):
            lost[f"annotations of words: {short}"] += number
        elif not is_about_document(layer.type):
            kept = _kept(layer.features)
            lost[LINKS] += sum(
                any(one.values[n] for n in range(len(one.values)) if n not in kept) for one in found
            )
            own = [one._replace(values=[one.values[n] for n in kept]) for one in found]
            marks += marks_of(layer.type, [layer.features[n] for n in kept], own, place)
    return text, marks, lost


def _kept(features: list[str]) -> list[int]:
    """The columns of a layer without those of slots: the role, and right of it what fills it."""
    slots = {n for n, feature in enumerate(features) if feature.startswith("ROLE_")}
    return [n for n in range(len(features)) if not {n, n - 1} & slots]


def _header(lines: list[str], member: Member) -> Iterator[_Layer]:
    if not lines[0].startswith(FORMAT):
        raise DataError(f"found {lines[0][:40]!r}, expected {FORMAT}3", path=member.place, line=1)
    column = 0
    for line in lines[1:]:
        if not (match := re.fullmatch(r"#T_(SP|CH|RL)=([^|\r]+)\|?([^\r]*)\r?", line)):
            if line.strip():
                break
            continue
        kind, type_name, features = match.groups()
        names = features.split("|")
        yield _Layer(type_name, kind, names, column)
        column += len(names)


def _body(lines: list[str], member: Member, *, columns: int) -> tuple[str, list[_Token]]:
    """The text, put together of its sentences, and its tokens."""
    text = _Text()
    tokens: list[_Token] = []
    said: list[str] = []
    held: list[_Token] = []
    for number, line in enumerate([*lines, ""], 1):
        line = line.removesuffix("\r")
        if line.startswith("#Text="):
            said.append(line.removeprefix("#Text="))
        elif _TOKEN.match(line):
            held.append(_token(line, member, number, columns))
        elif not line.strip() and held:
            try:
                text.add(said, held)
            except ValueError as error:
                raise DataError(f"the sentence before it: {error}", path=member.place, line=number) from error
            tokens += held
            said, held = [], []
    return str(text), tokens


def _token(line: str, member: Member, number: int, columns: int) -> _Token:
    name, *cells = line.split("\t")
    span = _SPAN.fullmatch(cells[0]) if cells else None
    if span is None or len(cells) < 2:
        raise DataError(
            f"found {line[:40]!r}, expected a token with its place and form", path=member.place, line=number
        )
    if len(cells) - 2 < columns:
        words = f"has {len(cells) - 2} columns of annotations, expected {columns} by the head of the file"
        raise DataError(words, path=member.place, line=number)
    return _Token(int(span[1]), int(span[2]), _plain(cells[1]), cells[2:], "." in name)


class _Text:
    """Sentences put where their tokens say; places count UTF-16 units, as Java does."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0

    def add(self, said: list[str], tokens: list[_Token]) -> None:
        whole = [token for token in tokens if not token.is_part]
        begin = whole[0].begin if whole else tokens[0].begin
        gap = begin - self._length
        if gap < 0:
            raise ValueError(f"it begins at {begin}, before the end of the one before at {self._length}")
        sentence = next((one for one in _wordings(said) if _has(one, whole, begin)), None)
        if sentence is None:
            sentence = _of_tokens(whole, begin)
        self._parts += ["\n" * gap if gap > 1 else " " * gap, sentence]
        self._length = begin + _units(sentence)

    def __str__(self) -> str:
        return "".join(self._parts)


def _wordings(said: list[str]) -> Iterator[str]:
    joined = "\n".join(said)
    yield _plain(joined)
    yield joined


def _has(sentence: str, tokens: list[_Token], begin: int) -> bool:
    data = sentence.encode("utf-16-le", "surrogatepass")
    return bool(sentence) and all(
        data[2 * (token.begin - begin) : 2 * (token.end - begin)]
        == token.form.encode("utf-16-le", "surrogatepass")
        for token in tokens
    )


def _of_tokens(tokens: list[_Token], begin: int) -> str:
    text = ""
    for token in tokens:
        gap = token.begin - begin - _units(text)
        if gap < 0 or token.end - token.begin != _units(token.form):
            raise ValueError(f"{token.form[:20]!r} does not fit {token.begin}-{token.end}")
        text += " " * gap + token.form
    return text


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _annotations(layer: _Layer, tokens: Iterable[_Token]) -> tuple[int, list[Found]]:
    """The annotations of a layer: those of several tokens have a number there."""
    numbered: dict[str, Found] = {}
    found: list[Found] = []
    for token in tokens:
        cells = token.cells[layer.column : layer.column + len(layer.features)]
        if not cells or cells[0] in ("_", ""):
            continue
        stacked = [_values(cell) for cell in cells]
        for n in range(max(map(len, stacked))):
            values = [column[n] if n < len(column) else ("", "") for column in stacked]
            number = next((number for _, number in values if number), "")
            if number and number in numbered:
                before = numbered[number]
                numbered[number] = before._replace(end=max(before.end, token.end))
                continue
            one = Found(token.begin, token.end, [value for value, _ in values])
            if number:
                numbered[number] = one
            else:
                found.append(one)
    every = sorted([*numbered.values(), *found], key=lambda one: (one.begin, one.end))
    return len(every), every


def _values(cell: str) -> list[tuple[str, str]]:
    """The values that are stacked in a cell, each with the number of its annotation."""
    values = []
    for part in _STACKED.finditer(cell):
        if match := _NUMBERED.fullmatch(part[1]):
            value, number = match.groups()
            values.append(("" if value in ("*", "_") else _plain(value), number or ""))
        if not part[2]:
            break
    return values


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: _CONTROL.get(match[1], match[1]), text)
