"""WebAnno TSV 3.3: a token a line, a column for each feature of a layer, as INCEpTION imports it.

By the user guide of INCEpTION (appendix "WebAnno TSV 3.3 File format"). Of what stands between two sentences
it has the length alone, and whoever reads it puts a space for one character: so a line break counts two.
Offsets count units of UTF-16; a tab stands behind each column, as INCEpTION writes it. Its reader takes an id
for that of all sentences that follow, so a sentence without one says that it has none.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from exports.formats.cas import TYPES, features_of, import_map, spans, type_of, type_system
from exports.formats.material import Answers, Material
from exports.formats.options import Options
from exports.formats.passages import (
    Document,
    Passage,
    by_coder,
    documents,
    folders_of,
    tokens,
    utf16_units,
    write_import_map,
)

_IN_VALUES = re.compile(r"->|[\\\[\]|_;\t\n*]")
_IN_TEXT = re.compile(r"[\x00-\x1f\\]")
SPACED = "texts in which a line break is two characters long, so that offsets differ"
_CONTROL = {"\t": "t", "\n": "n", "\r": "r", "\f": "f", "\b": "b"}


class _Column(NamedTuple):
    layer: str
    feature: str


def write(material: Material, folder: Path, options: Options) -> None:
    """``annotations.zip``, a document for each text and coder; ``TypeSystem.xml`` makes the layers."""
    said, folders = material.by_unit(), folders_of(material)
    types = type_system(material)
    (folder / TYPES).write_text(types, "utf-8")
    write_import_map(folder, import_map(material))
    with ZipFile(folder / "annotations.zip", "w") as archive:
        archive.writestr(TYPES, types)
        known = documents(material)
        texts = [_spaced(document) for document in known]
        changed = sum(len(one.text) != len(other.text) for one, other in zip(known, texts, strict=True))
        if changed:
            material.left_out[SPACED] = changed
        for document in texts:
            write_one = _writer(material, document)
            for coder, rows in by_coder(document, said).items():
                archive.writestr(f"{folders[coder]}/{document.name}.tsv", write_one(rows))


def _spaced(document: Document) -> Document:
    """The document with one space between sentences of a line, and two line feeds or more between lines."""
    parts: list[str] = []
    passages: list[Passage] = []
    length = before = 0
    for start, end, unit in document.passages:
        gap = document.text[before:start]
        space = "\n" * max(2, len(gap)) if "\n" in gap else gap and " "
        parts += [space, document.text[start:end]]
        length += len(space)
        passages.append(Passage(length, length + end - start, unit))
        length, before = length + end - start, end
    return document._replace(text="".join(parts), passages=passages)


def _writer(material: Material, document: Document) -> Callable[[dict[str, Answers]], str]:
    """Gives what a coder says of a text as TSV; words and places are the same for all."""
    text, place = document.text, utf16_units(document.text)
    columns = [
        _Column(layer.id, feature)
        for layer in material.codebook.layers
        for feature in features_of(material, layer)
    ]
    head = [
        f"#T_SP={type_of(layer)}|{'|'.join(features)}\n"
        for layer in material.codebook.layers
        if (features := features_of(material, layer))
    ]
    heads: list[str] = []
    rows_of: list[list[str]] = []
    for n, (start, end, unit) in enumerate(document.passages, 1):
        name = f"#Sentence.id={_text(unit.sentence_id) if unit else ''}\n"
        lines = "".join(f"#Text={_text(line)}\n" for line in text[start:end].split("\n"))
        heads.append(f"\n{name}{lines}")
        rows_of.append(
            [
                f"{n}-{k}\t{place(a)}-{place(b)}\t{text[a:b]}\t"
                for k, (a, b) in enumerate(tokens(text, start, end), 1)
            ]
        )

    def written(rows: dict[str, Answers]) -> str:
        parts = ["#FORMAT=WebAnno TSV 3.3\n", *head, "\n"]
        numbers = iter(range(1, 10**9))
        for passage, lead, lines in zip(document.passages, heads, rows_of, strict=True):
            row = rows.get(passage.unit.sentence_id) if passage.unit else None
            cells = _cells(material, row, columns, numbers, len(lines))
            parts += [lead, *(f"{line}{cells}\n" for line in lines)]
        return "".join(parts)

    return written


def _cells(
    material: Material, row: Answers | None, columns: list[_Column], numbers: Iterator[int], length: int
) -> str:
    """The columns of each token of a sentence; what runs over several tokens or is stacked has a number."""
    found = spans(material, row) if row else []
    times = Counter(span.layer.id for span in found)
    marks: dict[str, list[tuple[dict[str, str], str]]] = {}
    for span in found:
        number = f"[{next(numbers)}]" if length > 1 or times[span.layer.id] > 1 else ""
        marks.setdefault(span.layer.id, []).append((span.values, number))
    cells = [
        "|".join(
            f"{_value(values[column.feature]) if column.feature in values else '*'}{number}"
            for values, number in marks.get(column.layer, ())
        )
        or "_"
        for column in columns
    ]
    return "".join(f"{cell}\t" for cell in cells)


def _value(words: str) -> str:
    """A value with a backslash before what means something in a cell."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    return _IN_VALUES.sub(lambda match: "\\" + _CONTROL.get(match[0], match[0]), plain)


def _text(line: str) -> str:
    return _IN_TEXT.sub(lambda match: "\\" + _CONTROL.get(match[0], match[0]), line)
