"""A report as a page: one file, readable in print, on a phone, in light and dark."""

from collections.abc import Iterator, Sequence

from annotate.pages.shell import page
from annotate.report.document import Chapter, Document, Drawing, Paragraph, Part, Quotes, Table
from schemas.markup import Child, Markup, link, tag

_CONTENTS = {"de": "Inhalt", "en": "Contents"}
_TASK = {"de": "Aufgabe", "en": "task"}


def report_page(document: Document) -> str:
    """The HTML text."""
    head = tag("header", tag("h1", document.title), tag("p", document.subtitle, class_="quiet"))
    contents = tag(
        "nav",
        tag("ol", [tag("li", tag("a", c.title, href=f"#{c.name}")) for c in document.chapters]),
        aria_label=_CONTENTS[document.language],
    )
    body = tag(
        "main", head, contents, [_chapter(chapter, document.language) for chapter in document.chapters]
    )
    return page(
        document.title,
        body,
        styles=("evaluation.css", "report.css"),
        language=document.language,
        has_figures=True,
    )


def _chapter(chapter: Chapter, language: str) -> Markup:
    parts = [_part(part, language) for part in chapter.parts]
    return tag("section", tag("h2", chapter.title), parts, id=chapter.name)


def _part(part: Part, language: str) -> Markup:
    match part:
        case Paragraph(words, is_note):
            return tag("p", words, class_="quiet" if is_note else None)
        case Drawing(svg, _):
            return svg
        case Quotes(rows, caption):
            return _quotes(rows, caption, language)
        case Table():
            return _table(part)


def _table(table: Table) -> Markup:
    def cells(name: str, row: Sequence[str], scope: str | None = None) -> Iterator[Markup]:
        for n, words in enumerate(row):
            yield tag(name, words, scope=scope, class_="n" if n in table.numbers else None)

    body = [tag("tr", list(cells("td", row))) for row in table.rows]
    inner = tag(
        "table",
        tag("caption", table.caption),
        tag("thead", tag("tr", list(cells("th", table.head, "col")))),
        tag("tbody", body),
    )
    return tag("div", inner, class_="wide", tabindex=0, role="region", aria_label=table.caption)


def _quotes(rows: Sequence[tuple[str, str, Sequence[str]]], caption: str, language: str) -> Markup:
    items: list[Child] = []
    for text, about, links in rows:
        where = [[" ", link(url, f"{_TASK[language]} {n}")] for n, url in enumerate(links, 1)]
        items.append(tag("li", tag("blockquote", text), tag("p", about, where, class_="quiet")))
    return tag("div", tag("h3", caption), tag("ul", items, class_="quotes"))
