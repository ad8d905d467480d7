"""Exports of press databases: many articles in one text, each with head and tail lines of the database.

Nexis (``1 of 2 DOCUMENTS`` … ``LOAD-DATE:``, and ``Body`` … ``End of Document``), Factiva (``HD``, ``BY``,
``TD``) and GENIOS/WISO (``Quelle: …`` … ``Dauerhafte Adresse des Dokuments: …``). Of each article the words
stay, and what its head says of title, author, date and outlet.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from annotate.texts.dates import find_date
from annotate.texts.sources import Draft


class PressExport(NamedTuple):
    """The database, and a draft an article."""

    name: str
    drafts: list[Draft]


def read_press_export(text: str) -> PressExport | None:
    """The articles of an export; None where the text is none."""
    for name, (signs, read) in _DATABASES.items():
        if all(sign.search(text) for sign in signs) and (drafts := list(read(text))):
            return PressExport(name, drafts)
    return None


def _draft(body: str, **fields: Any) -> Draft:
    """An article; what its head does not say is None, and a title that is missing is flagged later."""
    named = {name: " ".join(value.split()) if value else None for name, value in fields.items()}
    date = find_date(named.get("date") or "")
    flags = ["date_unreadable"] if named.get("date") and date is None else []
    author = _BY.sub("", named.get("author") or "") or None
    return Draft(
        {**named, "author": author, "date": date.iso if date else None, "text": body, "flags": flags}
    )


_BY = re.compile(r"^(?:von|by)\s+(?=[^\W\d_])|[;,\s]+$", re.IGNORECASE)

_NEXIS_START = re.compile(
    r"^[ \t\f]*(?:\d+ of \d+ DOCUMENTS?|\d+ von \d+ DOKUMENTEN?|Do[ck]ument \d+ (?:of|von) \d+)[ \t]*$",
    re.MULTILINE | re.I,
)
_NEXIS_END = re.compile(r"^[ \t]*(?:End of Document|Ende des Dokuments)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_NEXIS_HEAD = {
    "byline": "author", "autor": "author", "verfasser": "author", "author": "author",
    "headline": "title", "titel": "title",
    **dict.fromkeys(
        ("length", "länge", "section", "rubrik", "ressort", "dateline", "highlight", "distribution", "series",
         "edition", "ausgabe", "quelle", "pub-type", "seite"), "",
    ),
}  # fmt: skip
_NEXIS_TAIL = re.compile(
    r"^[ \t]*(?:(?:LOAD-DATE|LANGUAGE|SPRACHE|PUBLICATION-TYPE|JOURNAL-CODE|GRAPHIC|UPDATE|URL|NOTES"
    r"|CORRECTION-DATE|UPDATE-DATE|COPYRIGHT|TYPE|DOCUMENT-TYPE|Load-Date|Language|Publication-Type|Subject"
    r"|Journal Code):.*|Classification|Graphic|Notes|Copyright (?:©|\(c\)|\d{4}).*|All Rights Reserved)"
    r"[ \t]*$",
    re.MULTILINE,
)
_NEXIS_BODY = re.compile(r"^[ \t]*(?:BODY:|Body:?|VOLLTEXT:|Volltext:?)[ \t]*$", re.MULTILINE)
_LABEL = re.compile(r"([^\W\d_][^\W\d_ -]*(?:[ -][^\W\d_]+)?):\s*(.*)")
_RIGHTS = re.compile(
    r"Copyright\b.*|All Rights Reserved\.?|Alle Rechte vorbehalten.*|\W*©.*|\(c\).*", re.IGNORECASE
)


def _nexis(text: str) -> Iterator[Draft]:
    first, *parts = _NEXIS_START.split(text)
    for part in parts or [first]:  # before the first stands the cover of the export
        yield from (_nexis_document(document) for document in _NEXIS_END.split(part) if document.strip())


def _nexis_document(document: str) -> Draft:
    """An article; where no head is known, all of it is text."""
    paragraphs = [row.strip() for row in re.split(r"\n[ \t]*\n|\f", document) if row.strip()]
    if body := _NEXIS_BODY.search(document):
        head = [row.strip() for row in document[: body.start()].splitlines() if row.strip()]
        rest = document[body.end() :]
    else:
        labelled = [n for n, row in enumerate(paragraphs) if _nexis_label(row)]
        first = labelled[0] if labelled else 0
        last = next(
            (n for n in range(first, len(paragraphs)) if not _nexis_label(paragraphs[n])), len(paragraphs)
        )
        if not labelled or last == len(paragraphs):
            return _draft(document.strip())
        head = [
            line.strip()
            for row in paragraphs[:last]
            for line in (row.split("\n") if _nexis_label(row) else [row])
        ]
        rest = document[document.index(paragraphs[last - 1]) + len(paragraphs[last - 1]) :]
    tail = _NEXIS_TAIL.search(rest)
    words = rest[: tail.start()] if tail else rest
    return _draft(words.strip() or document.strip(), **_nexis_fields(head))


def _nexis_label(row: str) -> str | None:
    match = _LABEL.match(row)
    label = match[1].casefold() if match else ""
    return label if label in _NEXIS_HEAD else None


def _nexis_fields(head: Sequence[str]) -> dict[str, str | None]:
    """Title, author, date and outlet of head lines: outlet, date, title; or title, outlet, date."""
    fields: dict[str, str | None] = dict.fromkeys(("title", "author", "date", "outlet"))
    plain: list[str] = []
    for row in head:
        if label := _nexis_label(row):
            name, value = _NEXIS_HEAD[label], row.partition(":")[2].strip()
            if name and value:
                fields[name] = value
        elif not _RIGHTS.fullmatch(row):
            plain.append(row)
    at = next((n for n, row in enumerate(plain) if len(row) < 80 and find_date(row)), None)
    if at is None:
        fields["title"] = fields["title"] or (plain[0] if plain else None)
        return fields
    before, after = plain[:at], plain[at + 1 :]
    fields["date"] = plain[at]
    if not after and len(before) > 1:
        before, after = before[1:], before[:1]
    fields["outlet"] = before[-1] if before else None
    fields["title"] = fields["title"] or (after[0] if after else None)
    return fields


_FACTIVA_CODES = (
    "SE|HD|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|CT|CO|IN|NS|RE|IPD|IPC|PUB|AN|BY|RF|ART|CLM|CX|DLN|RST|GC"
)
_FACTIVA_FIELD = re.compile(rf"^({_FACTIVA_CODES})(?:[ \t]*\n|[ \t]{{2,}}|\t)", re.MULTILINE)
_FACTIVA_SIGNS = tuple(
    re.compile(rf"^(?:{codes})(?:[ \t]*$|[ \t]{{2,}}|\t)", re.MULTILINE) for codes in ("HD", "LP|TD")
)
_FACTIVA_END = re.compile(r"\n[ \t]*(?:Document [A-Za-z0-9]{10,}|Search Summary)\b[\s\S]*\Z")


def factiva_row(cells: Sequence[str]) -> str | None:
    """The row of a table in a document from Factiva as a line of its text; None of any other table."""
    is_field = len(cells) == 2 and re.fullmatch(_FACTIVA_CODES, cells[0].strip()) is not None
    return f"{cells[0].strip()}\t{cells[1].strip()}" if is_field else None


def _factiva(text: str) -> Iterator[Draft]:
    marks = list(_FACTIVA_FIELD.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    article: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        if mark[1] == "HD" and "HD" in article:
            yield from _factiva_article(article)
            article = {}
        article[mark[1]] = _FACTIVA_END.sub("", "\n" + text[mark.end() : end]).strip()
    yield from _factiva_article(article)


def _factiva_article(article: dict[str, str]) -> Iterator[Draft]:
    body = "\n\n".join(article[code] for code in ("LP", "TD") if article.get(code))
    if body:
        yield _draft(
            body,
            title=article.get("HD"),
            author=article.get("BY"),
            date=article.get("PD"),
            outlet=article.get("SN"),
        )


_GENIOS_TAIL = ("dokumentnummer", "dauerhafte adresse des dokuments", "alle rechte vorbehalten")
_GENIOS_LABEL = re.compile(
    r"(Titel|Untertitel|Autor(?:en|in)?|Verfasser|Quelle|Datum|Ressort|Rubrik|Ausgabe|Seite|ISSN|Nummer|Jahrgang"
    r"|Region|Schlagwort(?:e|er)?|Branche|Person|Firma|Land|Länder|Abstract|Dokumentnummer"
    r"|Dauerhafte Adresse des Dokuments|Alle Rechte vorbehalten)\s*:\s*(.*)"
)
_GENIOS_SIGN = re.compile(
    r"^[ \t]*Dauerhafte Adresse des Dokuments\s*:|^[ \t]*©? ?GBI-Genios\b", re.MULTILINE
)
_GENIOS_LEFT = re.compile(r"https?://\S+|(?:©|\(c\)|\W*GBI-Genios).*|_{5,}|-{5,}|\*{5,}|Seite \d+ von \d+")


def _genios(text: str) -> Iterator[Draft]:
    """Each article ends with its address, rights and the owner of the database."""
    rows: list[str] = []
    is_ending = False
    for line in [*text.split("\n"), "Ende"]:
        row = line.strip()
        match = _GENIOS_LABEL.fullmatch(row)
        is_tail = bool(_GENIOS_LEFT.fullmatch(row)) or (
            match is not None and match[1].casefold() in _GENIOS_TAIL
        )
        if is_ending and row and not is_tail:
            yield from _genios_article(rows)
            rows, is_ending = [], False
        is_ending = is_ending or (match is not None and match[1].casefold() == _GENIOS_TAIL[1])
        if not is_tail:
            rows.append(line)


def _genios_article(rows: list[str]) -> Iterator[Draft]:
    labels: dict[str, str] = {}
    words: list[str] = []
    for row in rows:
        if match := _GENIOS_LABEL.fullmatch(row.strip()):
            labels.setdefault(match[1], match[2])
        else:
            words.append(row)
    text = "\n".join(words).strip()
    first, _, rest = text.partition("\n")
    source = labels.get("Quelle") or ""
    if len(first) < 200 and find_date(first) and re.search(r"\bvom\b|,\s*(?:Nr|S)\.", first):
        source, text = source or first, rest.strip()
    title = labels.get("Titel")
    if not title:
        title, _, text = text.partition("\n")
    author = next(
        (labels[name] for name in ("Autor", "Autorin", "Autoren", "Verfasser") if labels.get(name)), None
    )
    outlet = re.split(r"\s+vom\s+|,|\s+\d", source, maxsplit=1)[0] or None
    if text.strip():
        yield _draft(
            text.strip(), title=title, author=author, date=labels.get("Datum") or source, outlet=outlet
        )


_DATABASES: dict[str, tuple[Sequence[re.Pattern[str]], Callable[[str], Iterator[Draft]]]] = {
    "Nexis": ((re.compile(f"{_NEXIS_START.pattern}|{_NEXIS_END.pattern}", _NEXIS_END.flags),), _nexis),
    "Factiva": (_FACTIVA_SIGNS, _factiva),
    "GENIOS": ((_GENIOS_SIGN,), _genios),
}
