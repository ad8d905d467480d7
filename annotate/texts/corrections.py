"""Corrections of what a file says of its commentaries, made visibly (``data/corrections.yaml``)."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from annotate.texts.blocks import with_kinds
from annotate.texts.dates import iso_date
from annotate.texts.sources import Line, lines_of
from schemas.errors import DataError, near_hit
from schemas.files import decode_utf8, read_bytes
from schemas.records import Block, BlockKind, Commentary, Record
from schemas.yaml_file import parse_yaml

FIELDS = (
    "title", "author", "date", "source", "url", "outlet", "medium", "original_language",
    "translator", "license", "language", "translation_of", "text",
)  # fmt: skip
#: What a line is: no sentence, one after all, or where another commentary begins. ``was`` is the line.
LINE_FIELDS = ("left_out", "kept", "title_line")
_UNSET_FIELDS = ("language", "translation_of")
_NOTHING = ("", "null", "~")
_KINDS: dict[str, BlockKind] = {"left_out": "left_out", "kept": "paragraph"}


class Correction(Record, frozen=True, kw_only=True):
    """In a commentary's field, ``is_`` stands for ``was``; in ``text``, for that stretch of it.

    Of a line, ``was`` is the line: `LINE_FIELDS`.
    """

    commentary: str
    field: str
    was: str = ""
    is_: str = msgspec.field(name="is", default="")
    reason: str = ""


def read_corrections(path: str | Path) -> list[Correction]:
    """The corrections of a file: a list of ``{commentary, field, was, is, reason}``.

    Raises
    ------
    DataError
        The file is no such list, or a field is not one that can be corrected.
    """
    text = decode_utf8(read_bytes(path), path)
    if not text.strip():
        return []
    # the YAML rules of codebooks hold for a mapping: the list becomes one
    wrapped, places = parse_yaml("corrections:\n" + text, path)
    if len(wrapped) > 1:
        raise DataError("not a list of corrections: expected lines that begin with a dash", path=path)
    try:
        corrections = msgspec.convert(wrapped["corrections"] or [], list[Correction])
    except msgspec.ValidationError as error:
        raise DataError(f"not a list of corrections: {error}", path=path) from error
    for n, correction in enumerate(corrections):
        line = places["corrections", n][0] - 1
        if correction.field not in (*FIELDS, *LINE_FIELDS):
            hit = near_hit(correction.field, (*FIELDS, *LINE_FIELDS))
            raise DataError(f'field "{correction.field}" cannot be corrected{hit}', path=path, line=line)
        if correction.field == "date" and correction.is_ not in _NOTHING and not iso_date(correction.is_):
            raise DataError(f'"{correction.is_}" is no date, expected 2025-10-21', path=path, line=line)
    return corrections


def corrected(commentary: Commentary, corrections: Iterable[Correction]) -> Commentary:
    """The commentary with its corrections made, each named in its flags as ``corrected:<field>``.

    Raises
    ------
    DataError
        What stands there is not what a correction says there was.
    """
    for correction in corrections:
        if correction.commentary == commentary.commentary_id and correction.field not in LINE_FIELDS:
            change = _change(commentary, correction)
            flag = f"corrected:{correction.field}"
            flags = commentary.flags if flag in commentary.flags else [*commentary.flags, flag]
            commentary = msgspec.structs.replace(commentary, **change, flags=flags)
    return commentary


def corrected_blocks(commentary: Commentary, corrections: Iterable[Correction]) -> Commentary:
    """The commentary with the blocks that corrections leave out or keep, named in its flags.

    Raises
    ------
    DataError
        No block says what a correction says.
    """
    made = [correction for correction in corrections if correction.field in _KINDS]
    if not made:
        return commentary
    kinds: dict[int, BlockKind] = {}
    for correction in made:
        words = " ".join(correction.was.split())
        found = [n for n, block in enumerate(commentary.blocks) if _words(commentary, block) == words]
        if not found:
            raise _mismatch(correction, "is no whole line or paragraph of the text")
        kinds |= dict.fromkeys(found, _KINDS[correction.field])
    flags = dict.fromkeys([*commentary.flags, *(f"corrected:{correction.field}" for correction in made)])
    return msgspec.structs.replace(
        commentary, blocks=with_kinds(commentary.text, commentary.blocks, kinds), flags=list(flags)
    )


def divided(
    corrections: Iterable[Correction], before: str, *, at: str
) -> tuple[list[Correction], list[Correction]]:
    """The corrections of what stands before a new title line, and those of lines behind it."""
    rest = [correction for correction in corrections if _reading(correction) != at]
    said = " ".join(before.split())
    behind = [c for c in rest if c.field in LINE_FIELDS and " ".join(c.was.split()) not in said]
    return [correction for correction in rest if correction not in behind], behind


def title_line_in(text: str, corrections: Iterable[Correction]) -> tuple[Line, str] | None:
    """The first line of a text that corrections make a title line, and how it is to be read.

    Raises
    ------
    DataError
        The line does not stand in the text, or more than once.
    """
    made = [correction for correction in corrections if correction.field == "title_line"]
    lines = lines_of(text) if made else []
    found = []
    for correction in made:
        words = " ".join(correction.was.split())
        places = [line for line in lines if " ".join(text[line.start : line.end].split()) == words]
        if len(places) != 1:
            raise _mismatch(correction, f"stands on {len(places)} lines, expected one")
        found.append((places[0], _reading(correction) or words))
    return min(found, default=None)


def _reading(correction: Correction) -> str | None:
    """How a title line is to be read: as it stands, unless the correction says it otherwise."""
    return (correction.is_ or " ".join(correction.was.split())) if correction.field == "title_line" else None


def _words(commentary: Commentary, block: Block) -> str:
    return " ".join(commentary.text[block.start : block.end].split())


def unused_corrections(
    corrections: Sequence[Correction], commentaries: Iterable[Commentary]
) -> list[Correction]:
    """The corrections whose commentary is not among those given."""
    known = {commentary.commentary_id for commentary in commentaries}
    return [correction for correction in corrections if correction.commentary not in known]


def _change(commentary: Commentary, correction: Correction) -> dict[str, Any]:
    field, was, now = correction.field, _value(correction, correction.was), _value(correction, correction.is_)
    current: str | None = getattr(commentary, field) or None
    if field == "text":
        count = commentary.text.count(was) if was else 0
        if count != 1:
            raise _mismatch(correction, f"occurs {count} times, expected once")
        return {"text": commentary.text.replace(was or "", now or "")}
    if current == (now or None):
        return {}
    if current != (was or None):
        raise _mismatch(correction, f'does not stand there; found "{current or ""}"')
    return {field: msgspec.UNSET if now is None and field in _UNSET_FIELDS else now}


def _value(correction: Correction, text: str) -> str | None:
    if correction.field == "text":
        return text
    if text in _NOTHING:
        return None
    return iso_date(text) or text if correction.field == "date" else text


def _mismatch(correction: Correction, words: str) -> DataError:
    return DataError(f'correction of {correction.commentary}, {correction.field}: "{correction.was}" {words}')
