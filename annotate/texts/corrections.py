"""Corrections of what a file says of its commentaries, made visibly (``data/corrections.yaml``)."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from annotate.texts.dates import iso_date
from schemas.errors import DataError, near_hit
from schemas.files import decode_utf8, read_bytes
from schemas.records import Commentary, Record
from schemas.yaml_file import parse_yaml

FIELDS = (
    "title", "author", "date", "source", "url", "outlet", "medium", "original_language",
    "translator", "license", "language", "translation_of", "text",
)  # fmt: skip
_UNSET_FIELDS = ("language", "translation_of")
_NOTHING = ("", "null", "~")


class Correction(Record, frozen=True, kw_only=True):
    """In a commentary's field, ``is_`` stands for ``was``; in ``text``, for that stretch of it."""

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
        if correction.field not in FIELDS:
            hit = near_hit(correction.field, FIELDS)
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
        if correction.commentary == commentary.commentary_id:
            change = _change(commentary, correction)
            flag = f"corrected:{correction.field}"
            flags = commentary.flags if flag in commentary.flags else [*commentary.flags, flag]
            commentary = msgspec.structs.replace(commentary, **change, flags=flags)
    return commentary


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
