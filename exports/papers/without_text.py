"""What puts the texts back into an export that was made without them: `rehydrate.json.gz` beside it.

The file holds all that the export was made of but the texts, so that the same export is written again
once they are found: in any format, and with the same bytes as if they had never been left out.
"""

import gzip
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from exports.formats.material import WITHOUT_TEXT, Answers, Material, Splits, Unit, What, text_hash
from exports.papers.background import Background
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.files import read_bytes
from schemas.records import Commentary, Record, Sentence

NAME = "rehydrate.json.gz"


class Kept(Record, frozen=True, kw_only=True):
    """An export without its texts; fields as in `Material`."""

    format: str
    german: bool
    background: Background
    what: What
    codebook: Codebook
    units: list[Unit]
    rows: list[Answers]
    commentaries: list[Commentary]
    splits: Splits
    language: str
    left_out: dict[str, int]
    text_hashes: dict[str, str]


class Restored(NamedTuple):
    """Ids of sentences: whose text is back; those of them that stand elsewhere in a text that was changed;
    whose text is not in its commentary; whose commentary is not there.
    """

    back: list[str]
    moved: list[str]
    differ: list[str]
    missing: list[str]


def kept_file(material: Material, to: str, *, german: bool, background: Background) -> bytes:
    """The file's content, of a material that no format has been written of yet."""
    kept = Kept(
        format=to,
        german=german,
        background=background,
        what=material.what,
        codebook=material.codebook,
        units=list(material.units.values()),
        rows=material.rows,
        commentaries=list(material.commentaries.values()),
        splits=material.splits,
        language=material.language,
        left_out=dict(material.left_out),
        text_hashes=dict(material.text_hashes),
    )
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(msgspec.json.encode(kept))
    return packed.getvalue()


def find_kept(export: Path) -> Path:
    """The file beside an export: in its folder, or under its stem.

    Raises
    ------
    DataError
        There is none: the export was made with its texts.
    """
    if export.name.endswith(NAME):
        return export
    place = export / NAME if export.is_dir() else export.with_name(f"{export.stem}-{NAME}")
    if not export.exists():
        raise DataError("no such export", path=export)
    if not place.is_file():
        words = f"holds no {NAME}, expected an export made with `standpunkt export --without-text`"
        raise DataError(words, path=export)
    return place


def read_kept(path: Path) -> Kept:
    """The content of ``rehydrate.json.gz``.

    Raises
    ------
    DataError
        It is damaged, or of another version of Standpunkt.
    """
    try:
        return msgspec.json.decode(read_bytes(path), type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not an export without texts: {error}", path=path) from error


def with_texts(kept: Kept, pieces: Iterable[tuple[Commentary, list[Sentence]]]) -> tuple[Material, Restored]:
    """The material of an export with the texts of its sentences, as far as they are found.

    A commentary is found by its text's hash, else by its id. In a text that was changed a sentence is
    found by its id, or by its hash, among those it is split into. Each is verified by its own hash.
    """
    found = _found(kept, pieces)
    restored = Restored([], [], [], [])
    units = {unit.sentence_id: _unit(unit, kept, found, restored) for unit in kept.units}
    commentaries = {known.commentary_id: known for known in kept.commentaries}
    for name in kept.text_hashes:
        if name in found:
            text, _ = found[name]
            commentaries[name] = replace(
                commentaries[name], text=text.text, blocks=text.blocks, captions=text.captions
            )
    left_out = Counter(kept.left_out)
    left_out[WITHOUT_TEXT] = len(restored.differ) + len(restored.missing)
    material = Material(
        kept.what,
        kept.codebook,
        units,
        kept.rows,
        commentaries,
        kept.splits,
        +left_out,
        language=kept.language,
    )
    return material, restored


_Found = Mapping[str, tuple[Commentary, Mapping[str, Sentence]]]


def _found(kept: Kept, pieces: Iterable[tuple[Commentary, list[Sentence]]]) -> _Found:
    wanted = {known.commentary_id for known in kept.commentaries}
    by_hash: dict[str, list[str]] = {}
    for name, digest in kept.text_hashes.items():
        by_hash.setdefault(digest, []).append(name)
    found: dict[str, tuple[Commentary, Mapping[str, Sentence]]] = {}
    sure: set[str] = set()
    for commentary, sentences in pieces:
        same = by_hash.get(text_hash(commentary.text), [])
        names = [*same, *({commentary.commentary_id} & wanted)]
        for name in names:
            if name not in sure:
                found[name] = commentary, _by_id_and_hash(sentences)
        sure.update(same)
    return found


def _by_id_and_hash(sentences: Sequence[Sentence]) -> dict[str, Sentence]:
    """A commentary may have got another id, and its sentences with it."""
    by_hash = {text_hash(sentence.text): sentence for sentence in reversed(sentences)}
    return by_hash | {sentence.sentence_id: sentence for sentence in sentences}


def _unit(unit: Unit, kept: Kept, found: _Found, restored: Restored) -> Unit:
    if unit.commentary_id not in found:
        restored.missing.append(unit.sentence_id)
        return unit
    commentary, sentences = found[unit.commentary_id]
    is_same = kept.text_hashes.get(unit.commentary_id) == text_hash(commentary.text)
    if is_same and unit.start is not None and unit.end is not None:
        text, start, end = commentary.text[unit.start : unit.end], unit.start, unit.end
    elif (sentence := sentences.get(unit.sentence_id) or sentences.get(unit.sha256 or "")) is not None:
        text, start, end = sentence.text, sentence.start, sentence.end
    else:
        restored.differ.append(unit.sentence_id)
        return replace(unit, start=None, end=None)
    if unit.sha256 is not None and text_hash(text) != unit.sha256:
        restored.differ.append(unit.sentence_id)
        return replace(unit, start=None, end=None)
    restored.back.append(unit.sentence_id)
    if unit.start is None:  # never known where it stands: the export says no more than it did
        return replace(unit, text=text, sha256=None)
    if (start, end) != (unit.start, unit.end):
        restored.moved.append(unit.sentence_id)
    return replace(unit, text=text, start=start, end=end, sha256=None)
