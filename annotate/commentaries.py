"""Files and folders become commentaries with typed blocks and exact offsets."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from annotate.corrections import Correction, corrected
from annotate.dates import out_of_line
from annotate.inputs import Source, find_sources, read_rows, read_text
from annotate.layout import Line, find_blocks, lines_of
from annotate.markdown import read_front_matter
from annotate.titles import TitleLine, iso_date, read_title_line
from schemas.errors import DataError, SettingsError
from schemas.records import Block, Commentary, IdRegister, Record

_RECORD_FIELDS = (
    "source", "url", "outlet", "medium", "original_language", "translator", "license",
)  # fmt: skip


class CommentaryRow(Record, frozen=True, kw_only=True):
    """What a line of JSON Lines may say of a commentary; only ``text`` has to be there."""

    text: str
    id: str | int | None = None
    commentary_id: str | int | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    source: str | None = None
    url: str | None = None
    outlet: str | None = None
    medium: str | None = None
    original_language: str | None = None
    translator: str | None = None
    license: str | None = None
    blocks: list[Block] | None = None
    captions: list[str] = []
    flags: list[str] = []


class _Draft(NamedTuple):
    """A commentary before it has an id and blocks. ``title_line`` is where its title stands."""

    fields: dict[str, Any]
    own_id: str | None = None
    title_line: Line | None = None
    layout: str = "text"
    blocks: list[Block] | None = None


def read_commentaries(
    inputs: Iterable[str | Path],
    *,
    encoding: str | None = None,
    author: str | None = None,
    date: str | None = None,
    corrections: Sequence[Correction] = (),
    passed_over: list[DataError] | None = None,
) -> Iterator[Commentary]:
    """The commentaries of files, folders and ``-``, one at a time.

    Parameters
    ----------
    inputs
        ``.txt``, ``.md`` with YAML front matter, ``.jsonl``, ``.html``, each also as ``.gz``;
        folders; ``-`` for standard input. JSON Lines are streamed.
    encoding
        Of the files; None is UTF-8.
    author, date
        For what names none.
    corrections
        Made visibly: a correction leaves a flag (`annotate.corrections`).
    passed_over
        Where it is given, what cannot be read (an input, a file of a folder, a row) is added to it
        as an error instead of raised, and the rest is read.

    Raises
    ------
    DataError
        A file that cannot be read, or a correction that does not fit.
    """
    if date is not None and iso_date(date) is None:
        raise SettingsError(f'"{date}" is no date, expected one such as 2025-10-21', flag="--date")
    given = {"author": author, "date": iso_date(date) if date else None}
    ids = IdRegister()
    by_id: dict[str, list[Correction]] = {}
    for correction in corrections:
        by_id.setdefault(correction.commentary, []).append(correction)
    for source in _sources(inputs, passed_over):
        try:
            is_rows = source.format == "jsonl"
            drafts = (
                _read_rows(source, encoding, passed_over)
                if is_rows
                else _READERS[source.format](source, encoding)
            )
            finished = (_finished(draft, source, ids, given, by_id) for draft in drafts)
            yield from finished if is_rows else _with_neighbours(list(finished))
        except DataError as error:
            if passed_over is None:
                raise
            passed_over.append(error)


def _sources(inputs: Iterable[str | Path], passed_over: list[DataError] | None) -> Iterator[Source]:
    for item in inputs:
        try:
            yield from find_sources([item])
        except DataError as error:
            if passed_over is None:
                raise
            passed_over.append(error)


def flag_rows(
    commentaries: Sequence[Commentary], corrections: Sequence[Correction] = ()
) -> list[dict[str, object]]:
    """What the flags of commentaries say, with what was found: rows for the report of ``split``."""
    made = {(c.commentary, f"corrected:{c.field}"): c for c in corrections}
    rows: list[dict[str, object]] = []
    for n, commentary in enumerate(commentaries):
        for flag in commentary.flags:
            row: dict[str, object] = {"commentary": commentary.commentary_id, "flag": flag}
            if flag == "date_out_of_line":
                around = (*commentaries[max(0, n - 1) : n], *commentaries[n + 1 : n + 2])
                row |= {"found": commentary.date, "neighbours": [other.date for other in around]}
            elif flag in ("same_author_and_date", "date_unreadable"):
                row |= {"found": commentary.date or _title_text(commentary)}
            elif correction := made.get((commentary.commentary_id, flag)):
                row |= {"was": correction.was, "is": correction.is_, "reason": correction.reason}
            rows.append(row)
    return rows


def _title_text(commentary: Commentary) -> str:
    title = next((block for block in commentary.blocks if block.kind == "title"), None)
    return commentary.text[title.start : title.end] if title else commentary.title


def _read_plain(source: Source, encoding: str | None) -> Iterator[_Draft]:
    """The parts of a text file, each from its title line to the next."""
    text = read_text(source, encoding=encoding)
    rows = ((line, read_title_line(text[line.start : line.end])) for line in lines_of(text))
    titled = [(line, found) for line, found in rows if found]
    starts = [*(line.start for line, _ in titled), len(text)]
    if text[: starts[0]].strip():
        yield _Draft(
            {"title": source.stem, "text": text[: starts[0]].strip("\n"), "flags": ["no_title_line"]}
        )
    for (line, found), end in zip(titled, starts[1:], strict=True):
        yield _part(text, line, found, end)


def _part(text: str, line: Line, found: TitleLine, end: int) -> _Draft:
    start = text.rfind("\n", 0, line.start) + 1
    fields = {
        "title": found.title,
        "author": found.author,
        "date": found.date,
        "text": text[start:end].rstrip("\n"),
        "flags": [] if found.date else ["date_unreadable"],
    }
    return _Draft(fields, title_line=Line(line.start - start, line.end - start))


def _read_markdown(source: Source, encoding: str | None) -> Iterator[_Draft]:
    matter, text = read_front_matter(read_text(source, encoding=encoding), source.path)
    own_id = matter.pop("id", None) or matter.pop("commentary_id", None)
    yield _Draft(_dated({**matter, "text": text}), own_id=own_id, layout="markdown")


def _read_rows(
    source: Source, encoding: str | None, passed_over: list[DataError] | None = None
) -> Iterator[_Draft]:
    row = None
    for row in read_rows(source, CommentaryRow, encoding=encoding, passed_over=passed_over):
        text = unicodedata.normalize("NFC", row.text)
        names = ("title", "author", "date", "captions", *_RECORD_FIELDS)
        fields = {name: getattr(row, name) for name in names} | {"text": text, "flags": list(row.flags)}
        own_id = row.id if row.id is not None else row.commentary_id
        blocks = row.blocks
        if blocks is not None and not _fits(blocks, text, len(row.text)):
            blocks = None
            fields["flags"].append("blocks_read_again")
        yield _Draft(_dated(fields), own_id=None if own_id is None else str(own_id), blocks=blocks)
    if row is None and not passed_over:
        raise DataError("is empty, expected a commentary a line", path=source.path)


def _read_page(source: Source, encoding: str | None) -> Iterator[_Draft]:
    from annotate.pages import read_page

    yield _Draft(_dated(read_page(read_text(source, encoding=encoding), source.path)), layout="lines")


_READERS: dict[str, Callable[[Source, str | None], Iterator[_Draft]]] = {
    "text": _read_plain,
    "markdown": _read_markdown,
    "jsonl": _read_rows,
    "html": _read_page,
}


def _fits(blocks: list[Block], text: str, length: int) -> bool:
    """Whether blocks that came with a record are in order and within its text."""
    edges = [edge for block in blocks for edge in (block.start, block.end)]
    return edges == sorted(edges) and (not edges or (edges[0] >= 0 and edges[-1] <= len(text) == length))


def _dated(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the date in ISO form; one that cannot be read is flagged."""
    found = fields.get("date")
    iso = iso_date(found) if found else None
    flags = [*fields.get("flags", []), *(["date_unreadable"] if found and not iso else [])]
    return {**fields, "date": iso, "flags": flags}


def _finished(
    draft: _Draft,
    source: Source,
    ids: IdRegister,
    given: dict[str, str | None],
    by_id: dict[str, list[Correction]],
) -> Commentary:
    fields = dict(draft.fields)
    flags = list(fields.pop("flags", []))
    for name, value in given.items():
        fields[name] = fields.get(name) or value
    fields["source"] = fields.get("source") or source.name
    if not fields.get("title"):
        fields["title"] = draft.own_id or source.stem
        flags += [flag for flag in ["no_title"] if flag not in flags]
    name = ids.commentary(fields["title"], fields["author"], draft.own_id)
    commentary = Commentary(commentary_id=name, blocks=[], flags=flags, **fields)
    commentary = corrected(commentary, by_id.get(name, ()))
    changed = commentary.text != fields["text"]
    return _with_blocks(commentary, draft, changed=changed)


def _with_blocks(commentary: Commentary, draft: _Draft, *, changed: bool) -> Commentary:
    title_line = draft.title_line
    if changed and title_line:
        first = lines_of(commentary.text)[:1]
        title_line = first[0] if first else None
    blocks = draft.blocks
    if blocks is None or changed:
        blocks = find_blocks(commentary.text, title=title_line, layout=draft.layout)
    captions = [commentary.text[block.start : block.end] for block in blocks if block.kind == "caption"]
    flags = list(commentary.flags)
    if not any(block.kind in ("paragraph", "list_item") for block in blocks) and "no_text" not in flags:
        flags.append("no_text")
    if commentary.date is None and "no_date" not in flags:
        flags.append("no_date")
    return msgspec.structs.replace(
        commentary, blocks=blocks, captions=captions or commentary.captions, flags=flags
    )


def _with_neighbours(commentaries: list[Commentary]) -> Iterator[Commentary]:
    """The commentaries of a file, flagged for dates out of line and for a second text of a day."""
    strange = out_of_line([commentary.date for commentary in commentaries])
    seen: set[tuple[str | None, str]] = set()
    for commentary, is_strange in zip(commentaries, strange, strict=True):
        flags = ["date_out_of_line"] if is_strange else []
        if commentary.date is not None:
            key = (commentary.author, commentary.date)
            flags += ["same_author_and_date"] if key in seen else []
            seen.add(key)
        yield msgspec.structs.replace(commentary, flags=[*commentary.flags, *flags]) if flags else commentary
