"""What is odd about commentaries and wants a decision, and how one is kept: as a correction."""

from collections.abc import Iterable, Sequence

import msgspec

from annotate.start.facts import Doubt
from annotate.study.folder import Study
from annotate.study.split import corrections_of
from annotate.texts.commentaries import flag_rows
from annotate.texts.corrections import Correction, read_corrections
from annotate.texts.dates import iso_date
from schemas.errors import DataError
from schemas.files import decode_utf8, read_bytes, write_text
from schemas.records import Commentary

_DATES = ("date_out_of_line", "date_unreadable", "same_author_and_date", "no_date")
_LINES = ("looks_like_title_line",)


def doubts_of(commentaries: Sequence[Commentary], corrections: Sequence[Correction]) -> list[Doubt]:
    """The flags of ``split`` that a person can decide and has not, in the order of the commentaries."""
    by_id = {c.commentary_id: c for c in commentaries}
    decided = {
        (c.commentary, "date" if c.field == "date" else "title_line")
        for c in corrections
        if c.field in ("date", "title_line", "kept", "left_out")
    }
    found: dict[tuple[str, str], Doubt] = {}
    for row in flag_rows(commentaries, corrections):
        name, flag = str(row["commentary"]), str(row["flag"])
        field = "date" if flag in _DATES else "title_line" if flag in _LINES else None
        if field and (name, field) not in decided and (field == "date" or row.get("found")):
            doubt = Doubt(
                commentary=name, title=by_id[name].title, flag=flag, field=field, date=by_id[name].date,
                found=None if row.get("found") is None else str(row["found"]),
                neighbours=list(row.get("neighbours") or []),  # type: ignore[call-overload]
            )  # fmt: skip
            found.setdefault((name, field), doubt)
    return list(found.values())


def correction_of(doubt: Doubt, answer: str, *, date: str | None) -> Correction:
    """What a decision becomes in ``corrections.yaml``.

    Parameters
    ----------
    answer
        Of a date ``right``, ``none`` or ``other``; of a line ``title`` or ``text``.
    date
        The other date.

    Raises
    ------
    DataError
        The other date is none; or there is no such answer.
    """
    if doubt.field == "title_line" and answer in ("title", "text"):
        field = "title_line" if answer == "title" else "kept"
        return Correction(
            commentary=doubt.commentary, field=field, was=doubt.found or "", reason="entschieden"
        )
    if doubt.field != "date" or answer not in ("right", "none", "other"):
        raise DataError(f'"{answer}" is no answer to {doubt.flag}')
    was = doubt.date or ""
    now = {"right": was, "none": ""}.get(answer, date or "")
    if answer == "other" and not iso_date(now):
        raise DataError(f'"{now}" is no date, expected one such as 2025-10-21')
    return Correction(commentary=doubt.commentary, field="date", was=was, is_=now, reason="entschieden")


def keep_correction(study: Study, correction: Correction) -> None:
    """Adds a correction at the end of ``corrections.yaml``, which is as it was where it does not fit.

    Raises
    ------
    DataError
        The file has an error.
    """
    path = study.corrections
    corrections_of(study)  # an error that stands there already is named, and nothing is added
    before = decode_utf8(read_bytes(path), path) if path.exists() else ""
    fields = msgspec.to_builtins(correction)
    lines = [f"{key}: {_quoted(value)}" for key, value in fields.items() if value or key == "is"]
    entry = "- " + "\n  ".join(lines) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, before + ("" if not before or before.endswith("\n") else "\n") + entry)
    try:
        read_corrections(path)
    except DataError:
        write_text(path, before)
        raise


def _quoted(value: str) -> str:
    """A JSON string is one of YAML as well."""
    return msgspec.json.encode(value).decode("utf-8")


def find_doubt(doubts: Iterable[Doubt], commentary: str, field: str) -> Doubt:
    """The doubt of this commentary and field.

    Raises
    ------
    DataError
        There is none: somebody decided it meanwhile.
    """
    for doubt in doubts:
        if (doubt.commentary, doubt.field) == (commentary, field):
            return doubt
    raise DataError(f"nothing is open about the {field} of {commentary}: it was decided meanwhile")
