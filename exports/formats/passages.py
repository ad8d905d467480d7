"""Coded passages of texts, for formats whose codings are marks in a text: REFI-QDA, UIMA CAS, WebAnno TSV."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from exports.formats.material import ABSTAINED, Answers, Material, Unit, codes_of
from schemas.errors import DataError
from schemas.layer import Layer
from schemas.records import Commentary

WITHHELD = "answers below their threshold, left out"
TOGETHER = "commentaries whose text is not known, put together from their sentences"
ASIDE = "annotations whose phase, seconds and suggestions have no place"
SCORES = "sentences whose scores and probabilities have no place"
EMPTY = "sets without a code, in which nothing is marked"
REPLACED = "characters that XML cannot hold, replaced by \ufffd"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_NAME = re.compile(r"[^\w.-]+")


class Passage(NamedTuple):
    """``text[start:end]``, without space around it; ``unit`` is None between sentences that have a row."""

    start: int
    end: int
    unit: Unit | None


class Document(NamedTuple):
    """A commentary with its text and all passages of it; ``name`` is a file name that no other has."""

    commentary: Commentary
    name: str
    text: str
    passages: list[Passage]


class Coded(NamedTuple):
    """An answer that marks a passage: a code, toward a target where the layer asks so, or words."""

    layer: Layer
    target: str | None
    code: str


def documents(material: Material) -> list[Document]:
    """The texts of a material; counts what has no place in any text.

    Raises
    ------
    DataError
        The text of a sentence is not known.
    """
    unknown = [unit.sentence_id for unit in material.units.values() if unit.text is None]
    if unknown:
        raise DataError(
            f"the text of {len(unknown):,} of {len(material.units):,} sentences is not known, first "
            f"{unknown[0]}: give it with --sentences",
            path=material.what,
        )
    taken: set[str] = set()
    found = [_document(commentary, units, taken) for commentary, units in material.by_commentary()]
    left_out, rows = material.left_out, material.rows
    for what in (ABSTAINED, REPLACED):
        left_out.pop(what, None)
    counted = {
        WITHHELD: sum(len(row.abstained) for row in rows),
        TOGETHER: sum(document.text != document.commentary.text for document in found),
        ASIDE: sum(bool(row.phase or row.lead_time or row.suggested) for row in rows),
        SCORES: sum(bool(row.scores) for row in rows),
        EMPTY: sum(value == [] for row in rows for value in row.layers.values()),
    }
    left_out.update({what: number for what, number in counted.items() if number})
    return found


def _document(commentary: Commentary, units: list[Unit], taken: set[str]) -> Document:
    text, places = commentary.text, [(unit.start or 0, unit.end or 0) for unit in units]
    if any(not unit.text or text[a:b] != unit.text for unit, (a, b) in zip(units, places, strict=True)):
        text, places = _put_together(units)
    passages: list[Passage] = []
    before = 0
    for (start, end), unit in sorted(zip(places, units, strict=True), key=lambda one: one[0]):
        passages += _between(text, before, start)
        start, end = _trimmed(text, start, end)
        passages += [Passage(start, end, unit)] if start < end else []
        before = end
    passages += _between(text, before, len(text))
    return Document(commentary, _file_name(commentary.commentary_id, taken), text, passages)


def _put_together(units: list[Unit]) -> tuple[str, list[tuple[int, int]]]:
    """A sentence a line."""
    places = []
    start = 0
    for unit in units:
        end = start + len(unit.text or "")
        places.append((start, end))
        start = end + 1
    return "\n".join(unit.text or "" for unit in units), places


def _between(text: str, start: int, end: int) -> Iterator[Passage]:
    """What stands between sentences, a line each."""
    for line in re.finditer(r"\S(?:[^\n]*\S)?", text[start:end]):
        yield Passage(start + line.start(), start + line.end(), None)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def _file_name(words: str, taken: set[str]) -> str:
    plain = _NO_NAME.sub("-", words).strip(".-") or "text"
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name.lower())
    return name


def folders_of(material: Material) -> dict[str, str]:
    """Coder → the folder of an archive in which their documents are, a file a text."""
    taken: set[str] = set()
    return {coder: f"annotators/{_file_name(coder, taken)}" for coder in material.coders}


def coded(material: Material, row: Answers) -> Iterator[Coded]:
    """What a row says, without answers that a model withholds."""
    for layer in material.codebook.layers:
        if layer.id not in row.layers:
            continue
        for target, code in codes_of(layer, row.layers[layer.id]):
            name = f"{layer.id}__{target}" if target else layer.id
            if code is not None and not {name, f"{layer.id}__{code}"} & {*row.abstained}:
                yield Coded(layer, target, code)


def by_coder(document: Document, said: dict[str, list[Answers]]) -> dict[str, dict[str, Answers]]:
    """Coder → sentence → what they say; those who have a row in the text, in the order of the rows."""
    found: dict[str, dict[str, Answers]] = {}
    for passage in document.passages:
        if passage.unit is not None:
            for row in said[passage.unit.sentence_id]:
                found.setdefault(row.coder, {})[row.sentence_id] = row
    return found


def write_import_map(folder: Path, controls: dict[str, dict[str, Any]]) -> None:
    """``import-map.yaml``: with it `import --codebook` puts all codes where they were."""
    if controls:
        text = yaml.safe_dump({"controls": controls}, allow_unicode=True, sort_keys=False, width=100)
        (folder / "import-map.yaml").write_text(
            f"# standpunkt import … --codebook codebook.yaml --map import-map.yaml\n{text}", "utf-8"
        )


def for_xml(material: Material, words: str) -> str:
    """The words with a mark for each character that XML has no way to write; as many as before."""
    plain, number = _NO_XML.subn("\ufffd", words)
    if number:
        material.left_out[REPLACED] += number
    return plain


def utf16_units(text: str) -> Callable[[int], int]:
    """A function from an offset in code points to the one in UTF-16 units, as programs in Java count.

    >>> place = utf16_units("a😀b")
    >>> place(1), place(2), place(3)
    (1, 3, 4)
    """
    wide = [n for n, char in enumerate(text) if char > "\uffff"]
    return lambda offset: offset + bisect_left(wide, offset)


#: A word with what is in it ("E-Mail", "z.B", "3,5"), or a sign.
_TOKEN = re.compile(r"\w+(?:[-'’.,:/]\w+)*|[^\w\s]")


def tokens(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where words and signs stand in a part of a text; every character but space is in one.

    >>> [text[a:b] for text in ["Rund 3,5 E-Mails."] for a, b in tokens(text, 0, len(text))]
    ['Rund', '3,5', 'E-Mails', '.']
    """
    return [match.span() for match in _TOKEN.finditer(text, start, end)]
