"""What was read of files, as a page to look through before coding: its ticks make a corrections.yaml."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from annotate.pages.shell import document
from annotate.texts.check import CheckReport, CommentaryCheck, FileCheck, LeftOut, Odd
from schemas.markup import Child, Markup, tag
from schemas.records import Block, Commentary, Sentence

KINDS = {
    "subhead": "Zwischentitel",
    "section": "Rubrik",
    "byline": "Autorenzeile",
    "date_line": "Datumszeile",
    "credit": "Bildnachweis",
    "agency": "Agentur",
    "note": "Lesehinweis",
    "teaser": "Lesehinweis",
    "furniture": "Beiwerk der Seite",
    "address": "Adresse",
    "database": "Zeile der Datenbank",
    "markup": "Auszeichnung der Datei",
    "corrected": "von Hand ausgelassen",
}
ODD = {
    "no_title": "Kein Titel gefunden; benannt nach der Datei.",
    "no_date": "Kein Datum.",
    "date_unreadable": "Ein Datum, das es nicht gibt.",
    "date_out_of_line": "Das Datum passt nicht zu den Nachbarn.",
    "same_author_and_date": "Zweiter Text desselben Autors von diesem Tag.",
    "no_text": "Nur Titel und Bildzeilen, kein Text.",
    "blocks_read_again": "Die mitgelieferten Absätze passten nicht zum Text.",
    "looks_like_title_line": "Sieht aus wie eine Titelzeile.",
    "looks_like_subhead": "Sieht aus wie ein Zwischentitel.",
    "looks_like_note": "Sieht aus wie ein Lesehinweis.",
    "long_sentence": "Sehr langer Satz",
    "title_in_text": "Der Titel steht noch einmal im Text.",
    "several_languages": "Andere Sprache",
    "other_language": "Andere Sprache als eingestellt",
    "twice": "Steht schon da, fast oder ganz gleich",
    "markup": "Reste von Auszeichnung",
    "wrongly_decoded": "Falsch dekodierte Zeichen",
    "broken_characters": "Kaputte Zeichen",
}
_WITH_FOUND = (
    "several_languages",
    "other_language",
    "twice",
    "markup",
    "wrongly_decoded",
    "broken_characters",
)
_BODY = ("paragraph", "list_item")
_TITLE_LINE = 150  # characters; a longer line is offered no button for a title line

Piece = tuple[Commentary, list[Sentence]]


def check_page(report: CheckReport, pieces: Sequence[Piece]) -> str:
    """One self-contained German page: each commentary as it was read, with what was left out where it stood.

    What is pressed and edited on it becomes the text of a `data/corrections.yaml`, to copy or to download.
    """
    by_id = {commentary.commentary_id: (commentary, sentences) for commentary, sentences in pieces}
    size = sum(len(file.commentaries) for file in report.files)
    numbers = iter(range(1, size + 1))
    files = [_file(file, by_id, numbers) for file in report.files]
    body = [
        tag("a", "Zum Text", href="#inhalt", class_="skip"),
        tag("header", tag("strong", "Vor dem Codieren."), " ",
            tag("span", f"{_count(size)}, nichts ist geschrieben", class_="model"), " ",
            tag("span", "", class_="seen", role="status"), " ",
            tag("a", "Korrekturen", href="#korrekturen"), class_="banner"),
        tag("main", _intro(report, size), files, _corrections(), id="inhalt", class_="check"),
    ]  # fmt: skip
    title = report.files[0].file if len(report.files) == 1 else f"{len(report.files)} Dateien"
    return document(
        title, body, styles=("page.css", "check.css"), script="check.js", remark="vor dem Codieren"
    )


def _count(size: int) -> str:
    return "1 Kommentar" if size == 1 else f"{size} Kommentare"


def _intro(report: CheckReport, size: int) -> Markup:
    rows = [
        tag("li", tag("a", checked.title, href=f"#k{n}"), " ", tag("span", _remark(checked), class_="quiet"))
        for n, checked in enumerate((c for file in report.files for c in file.commentaries), start=1)
    ]
    failed = [tag("li", failure.reason, lang="en") for failure in report.failed]
    return tag(
        "section",
        tag("h1", "Was gelesen wurde"),
        tag("p", "Grau steht, was kein Satz ist und nicht codiert wird. Jede Zeile lässt sich auslassen oder "
            "behalten; Titel, Autor und Datum lassen sich ändern. Daraus entsteht unten der Text für ",
            tag("code", "data/corrections.yaml"), "."),
        tag("ol", rows, class_="list") if size > 1 else None,
        [tag("h2", "Nicht gelesen"), tag("ul", failed)] if failed else None,
        class_="intro",
    )  # fmt: skip


def _remark(checked: CommentaryCheck) -> str:
    parts = [f"{checked.sentences} {'Satz' if checked.sentences == 1 else 'Sätze'}"]
    parts += [f"{len(checked.left_out)} ausgelassen"] if checked.left_out else []
    parts += [f"{len(checked.odd)} auffällig"] if checked.odd else []
    return " · ".join(parts)


def _file(file: FileCheck, by_id: Mapping[str, Piece], numbers: Iterator[int]) -> Markup:
    outside = list(file.left_out)
    articles: list[Child] = []
    for checked in file.commentaries:
        before = [row for row in outside if row.line and checked.first_line and row.line < checked.first_line]
        outside = outside[len(before) :]
        articles += [
            _outside(before),
            _article(checked, by_id[checked.commentary_id], next(numbers), file.counted),
        ]
    return tag("section", tag("h2", file.file), articles, _outside(outside), class_="file")


def _outside(rows: Sequence[LeftOut]) -> Markup | None:
    """Lines of the file that are in no commentary."""
    if not rows:
        return None
    kind = KINDS[rows[0].kind]
    words = f"1 {kind}" if len(rows) == 1 else f"{len(rows)} Zeilen: {kind}"
    shown = [tag("p", tag("span", str(row.line or ""), class_="n"), " ", row.text) for row in rows]
    return tag("details", tag("summary", words), shown, class_="outside")


def _article(checked: CommentaryCheck, piece: Piece, number: int, counted: str) -> Markup:
    commentary, sentences = piece
    name = f"k{number}"
    text = {n for n, block in enumerate(commentary.blocks) if block.kind in _BODY}
    general = [odd for odd in checked.odd if odd.block not in text]
    return tag(
        "article",
        tag("h3", checked.title, id=f"{name}-titel"),
        tag("p", _remark(checked), class_="quiet"),
        tag("div",
            _field("Titel", f"{name}-title", "title", checked.title, checked.title_line, counted),
            _field("Autor", f"{name}-author", "author", checked.author, checked.author_line, counted),
            _field("Datum", f"{name}-date", "date", checked.date, checked.date_line, counted),
            class_="fields"),
        tag("ul", [tag("li", _odd(odd)) for odd in general], class_="odd") if general else None,
        tag("div", list(_rows(checked, commentary, sentences)), class_="rows"),
        tag("label", tag("input", type="checkbox", class_="done"), " Durchgesehen", class_="tick"),
        id=name, class_="commentary", data_id=checked.commentary_id, aria_labelledby=f"{name}-titel",
    )  # fmt: skip


def _field(label: str, name: str, field: str, value: str | None, line: int | None, counted: str) -> Markup:
    unit = "Zeile" if counted == "lines" else "Absatz"
    place = f"{unit} {line}" if line else ("nicht im Text" if value else "nicht gefunden")
    return tag(
        "p",
        tag("label", label, for_=name),
        tag("input", type="text", id=name, value=value or "", data_field=field, data_was=value or "",
            autocomplete="off", placeholder="JJJJ-MM-TT" if field == "date" else None),
        tag("span", place, class_="quiet"),
    )  # fmt: skip


def _rows(
    checked: CommentaryCheck, commentary: Commentary, sentences: Sequence[Sentence]
) -> Iterator[Markup]:
    """The blocks in their order, each with what may be done with it."""
    left_out = {row.block: row for row in checked.left_out}
    inside = {n: list(rows) for n, rows in groupby(sentences, key=lambda sentence: sentence.block)}
    for n, block in enumerate(commentary.blocks):
        if block.kind in _BODY:
            words = commentary.text[block.start : block.end]
            yield _body(block, words, inside.get(n, []), [row for row in checked.odd if row.block == n])
        elif n in left_out:
            yield _beside(left_out[n])


def _body(block: Block, words: str, sentences: Sequence[Sentence], odd: Sequence[Odd]) -> Markup:
    marked: list[Child] = [[tag("span", sentence.text, class_="satz"), " "] for sentence in sentences] or [
        words
    ]
    buttons = [_button("left_out", "auslassen")]
    if len(words) <= _TITLE_LINE:
        buttons.append(_button("title_line", "Titelzeile"))
    return tag(
        "div",
        tag("p", "– " if block.kind == "list_item" else None, marked, class_="words"),
        tag("ul", [tag("li", _odd(row)) for row in odd], class_="odd") if odd else None,
        tag("div", buttons, class_="do"),
        class_="row",
        data_was=" ".join(words.split()),
    )


def _beside(row: LeftOut) -> Markup:
    return tag(
        "div",
        tag("p", tag("span", KINDS[row.kind], class_="kind"), " ", row.text, class_="words"),
        tag("div", _button("kept", "behalten"), class_="do"),
        class_="row beside",
        data_was=" ".join(row.text.split()),
    )


def _button(field: str, words: str) -> Markup:
    return tag("button", words, type="button", data_field=field, aria_pressed="false")


def _odd(odd: Odd) -> str:
    words = ODD[odd.kind]
    if odd.kind == "long_sentence":
        return f"{words}: {(odd.found or '').split()[0]} Wörter."
    return f"{words}: {odd.found}." if odd.kind in _WITH_FOUND and odd.found else words


def _corrections() -> Markup:
    return tag(
        "section",
        tag("h2", "Korrekturen"),
        tag("p", "Ans Ende von ", tag("code", "data/corrections.yaml"), " setzen, dann noch einmal ",
            tag("code", "standpunkt split --check"), ".", class_="quiet"),
        tag("label", "Text der Datei", for_="yaml", class_="vh"),
        tag("textarea", "", id="yaml", rows=6, readonly=True, spellcheck="false"),
        tag("p", tag("button", "Kopieren", type="button", id="copy", disabled=True), " ",
            tag("button", "Herunterladen", type="button", id="save", disabled=True), " ",
            tag("span", "Noch keine.", id="said", role="status", class_="quiet")),
        id="korrekturen", class_="corrections",
    )  # fmt: skip
