"""Files and folders become commentaries with typed blocks and exact offsets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from annotate.texts.blocks import find_blocks, whole_block
from annotate.texts.corrections import Correction, corrected, corrected_blocks, divided, title_line_in
from annotate.texts.damage import damage_in
from annotate.texts.dates import iso_date, out_of_line
from annotate.texts.inputs import find_sources, sources_in
from annotate.texts.languages import LanguageNotes
from annotate.texts.layout.mends import Mend
from annotate.texts.readers import READERS
from annotate.texts.readers.title_lines import guess_title_line, suspected_title_lines
from annotate.texts.sources import Draft, FilesRead, Line, Reading, Source, lines_of
from schemas.errors import DataError, SettingsError
from schemas.files import readable
from schemas.records import Commentary, IdRegister, Record


class Failed(Record, frozen=True, kw_only=True):
    """An input, or a row of one, that cannot be read."""

    input: str
    reason: str

    @classmethod
    def of(cls, error: DataError) -> "Failed":
        return cls(input=readable(error.path or ""), reason=readable(str(error)))


def read_commentaries(
    inputs: Iterable[str | Path],
    *,
    encoding: str | None = None,
    author: str | None = None,
    date: str | None = None,
    corrections: Sequence[Correction] = (),
    passed_over: list[DataError] | None = None,
    notes: list[str] | None = None,
    columns: Mapping[str, str] | None = None,
    mended: list[Mend] | None = None,
    files_read: FilesRead | None = None,
    language: str | None = None,
    default_language: str | None = None,
) -> Iterator[Commentary]:
    """The commentaries of files, folders and ``-``, one at a time.

    Parameters
    ----------
    inputs
        Files of the formats in `READERS`, each also as ``.gz``; folders; ``-`` for standard input.
        JSON Lines and tables are streamed.
    encoding
        Of the files that are not UTF-8.
    author, date
        For what names none.
    corrections
        Made visibly: a correction leaves a flag (`annotate.texts.corrections`).
    passed_over
        Where it is given, what cannot be read (an input, a file of a folder, a row) is added to it
        as an error instead of raised, and the rest is read.
    notes
        Where it is given, what a user should know is added to it: what was taken for what in a
        file, and what was left out.
    columns
        Field → the heading of its column, for tables whose headings do not say it.
    mended
        Where it is given, what was changed in the texts because the layout of a page had put it
        there is added to it: hyphens at line ends, heads and feet of pages, invisible signs.
    files_read
        Where it is given, what was read of each file is kept in it (`annotate.texts.check`).
    language
        Of all that name none. None: it is guessed.
    default_language
        Of the study, where the guess is not sure. None: German, outside of a study.

    Raises
    ------
    DataError
        A file that cannot be read, or a correction that does not fit.
    """
    if date is not None and iso_date(date) is None:
        raise SettingsError(f'"{date}" is not a date, expected one such as 2025-10-21', flag="--date")
    defaults = {"author": author, "date": iso_date(date) if date else None, "language": language}
    reading = Reading(encoding, passed_over, notes, columns or {}, mended, files_read)
    ids = IdRegister()
    by_id: dict[str, list[Correction]] = {}
    for correction in corrections:
        by_id.setdefault(correction.commentary, []).append(correction)
    for source in _sources(inputs, reading):
        if files_read is not None:
            files_read.begin(source)
        try:
            reader = READERS[source.format]
            drafts = reader.read(source, reading)
            languages = LanguageNotes(default_language)
            finished = (
                languages.told(commentary)
                for draft in drafts
                for commentary in _finished(draft, source, ids, defaults, by_id)
            )
            for commentary in finished if reader.is_stream else _with_neighbours(list(finished)):
                if files_read is not None:
                    files_read.own(commentary.commentary_id)
                yield commentary
            for words in languages.notes():
                reading.note(source, words)
        except DataError as error:
            reading.pass_over(error)


def _sources(inputs: Iterable[str | Path], reading: Reading) -> Iterator[Source]:
    for item in inputs:
        try:
            for source in find_sources([item]):
                yield from sources_in(source, reading)
        except DataError as error:
            reading.pass_over(error)


def flag_rows(
    commentaries: Sequence[Commentary], corrections: Sequence[Correction] = ()
) -> list[dict[str, object]]:
    """What the flags of commentaries say, with what was found: rows for the report of ``split``."""
    made = {(c.commentary, f"corrected:{c.field}"): c for c in corrections}
    rows: list[dict[str, object]] = []
    for n, commentary in enumerate(commentaries):
        for flag in commentary.flags:
            row: dict[str, object] = {
                "commentary": commentary.commentary_id, "flag": flag, "title": commentary.title,
            }  # fmt: skip
            if flag == "date_out_of_line":
                around = (*commentaries[max(0, n - 1) : n], *commentaries[n + 1 : n + 2])
                row |= {"found": commentary.date, "neighbours": [other.date for other in around]}
            elif flag in ("same_author_and_date", "date_unreadable"):
                row |= {"found": commentary.date or _title_text(commentary)}
            elif flag == "looks_like_title_line":
                row |= {"found": next(iter(suspects(commentary)), None)}
            elif found := damage_in(commentary.text).get(flag):
                row |= {"found": found}
            elif correction := made.get((commentary.commentary_id, flag)):
                row |= {"was": correction.was, "is": correction.is_, "reason": correction.reason}
            rows.append(row)
    return rows


def suspects(commentary: Commentary) -> list[str]:
    """The lines of a commentary that look like title lines, and are text."""
    beside = {
        commentary.text[b.start : b.end]
        for b in commentary.blocks
        if b.kind not in ("paragraph", "list_item")
    }
    return [line for line in suspected_title_lines(commentary.text) if line not in beside]


def _title_text(commentary: Commentary) -> str:
    title = next((block for block in commentary.blocks if block.kind == "title"), None)
    return commentary.text[title.start : title.end] if title else commentary.title


def _finished(
    draft: Draft,
    source: Source,
    ids: IdRegister,
    defaults: dict[str, str | None],
    by_id: dict[str, list[Correction]],
    handed_on: Sequence[Correction] = (),
) -> Iterator[Commentary]:
    """The commentary of a draft; several where corrections make lines of it title lines.

    ``handed_on`` are corrections of lines that were given for the commentary before it was parted.
    """
    fields = dict(draft.fields)
    flags = list(fields.pop("flags", []))
    for name, value in defaults.items():
        fields[name] = fields.get(name) or value
    fields["source"] = fields.get("source") or source.name
    if not fields.get("title"):
        fields["title"] = draft.own_id or source.stem
        flags += [flag for flag in ["no_title"] if flag not in flags]
    for name in ("language", "translation_of"):
        if fields.get(name) is None:
            fields.pop(name, None)
    name = ids.commentary(fields["title"], fields["author"], draft.own_id)
    corrections = [*by_id.get(name, ()), *handed_on]
    rest = None
    if title_line := title_line_in(fields["text"], corrections):
        line, words = title_line
        rest = _from_title_line(draft, line, words)
        fields["text"] = fields["text"][: line.start].rstrip("\n")
        draft = draft._replace(blocks=None)
        corrections, handed_on = divided(corrections, fields["text"], at=words)
    commentary = Commentary(commentary_id=name, blocks=[], flags=flags, **fields)
    commentary = corrected(commentary, corrections)
    changed = commentary.text != fields["text"]
    yield _with_blocks(commentary, draft, corrections, changed=changed)
    if rest:
        yield from _finished(rest, source, ids, defaults, by_id, handed_on)


def _from_title_line(draft: Draft, line: Line, words: str) -> Draft:
    """The commentary that begins with a line within another; what that line does not say is open."""
    said = guess_title_line(words)
    fields = {
        "title": said.title,
        "author": said.author,
        "date": said.date,
        "outlet": said.outlet or draft.fields.get("outlet"),
        "source": draft.fields.get("source"),
        "text": draft.fields["text"][line.start :],
        "flags": ["corrected:title_line"],
    }
    return draft._replace(fields=fields, own_id=None, title_line=Line(0, line.end - line.start), blocks=None)


def _with_blocks(
    commentary: Commentary, draft: Draft, corrections: Sequence[Correction], *, changed: bool
) -> Commentary:
    title_line = draft.title_line
    if changed and title_line:
        first = lines_of(commentary.text)[:1]
        title_line = first[0] if first else None
    blocks = draft.blocks
    if changed and blocks and blocks[0].whole:
        blocks = [whole_block(commentary.text)]
    elif blocks is None or changed:
        blocks = find_blocks(commentary.text, title=title_line, layout=draft.layout, kinds=draft.kinds)
    commentary = corrected_blocks(msgspec.structs.replace(commentary, blocks=blocks), corrections)
    blocks = commentary.blocks
    captions = [commentary.text[block.start : block.end] for block in blocks if block.kind == "caption"]
    flags = [
        *commentary.flags,
        *(flag for flag in damage_in(commentary.text) if flag not in commentary.flags),
    ]
    if not any(block.kind in ("paragraph", "list_item") for block in blocks) and "no_text" not in flags:
        flags.append("no_text")
    if commentary.date is None and "no_date" not in flags:
        flags.append("no_date")
    return msgspec.structs.replace(commentary, captions=captions or commentary.captions, flags=flags)


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
