"""A report as a page: one file, readable in print, on a phone, in light and dark."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from annotate.pages.shell import page
from annotate.report.document import Chapter, Document, Drawing, Paragraph, Part, Quote, Quotes, Table
from schemas.markup import Child, Markup, link, tag

_CONTENTS = {"de": "Inhalt", "en": "Contents"}


def report_page(document: Document) -> str:
    """The HTML text."""
    head = tag("header", tag("h1", document.title), tag("p", document.subtitle, class_="quiet"))
    places = [tag("li", tag("a", c.title, href=f"#{c.name}")) for c in document.chapters]
    contents = tag("nav", tag("ol", places), aria_label=_CONTENTS[document.language])
    chapters = [_chapter(chapter) for chapter in document.chapters]
    body = tag("main", head, contents if len(places) > 2 else None, chapters)
    styles = ("evaluation.css", "report.css")
    return page(document.title, body, styles=styles, language=document.language, has_figures=True)


def _chapter(chapter: Chapter) -> Markup:
    parts: list[Markup] = []
    for is_narrow, group in groupby(chapter.parts, lambda part: isinstance(part, Table) and part.is_narrow):
        found = [_part(part) for part in group]
        parts += [tag("div", found, class_="beside")] if is_narrow else found
    return tag("section", tag("h2", chapter.title), parts, id=chapter.name)


def _part(part: Part) -> Markup:
    match part:
        case Paragraph(words, is_note):
            return tag("p", words, class_="quiet" if is_note else None)
        case Drawing(svg, _):
            return svg
        case Quotes(rows, caption):
            return _quotes(rows, caption)
        case Table():
            return _table(part)


def _table(table: Table) -> Markup:
    def cell(name: str, n: int, words: str, scope: str | None = None) -> Markup:
        return tag(name, words, scope=scope, class_="n" if n in table.numbers else None)

    def line(row: Sequence[str]) -> Iterator[Markup]:
        for n, words in enumerate(row):
            yield cell("td", n, words) if n or 0 in table.numbers else cell("th", n, words, "row")

    heads = [cell("th", n, words, "col") for n, words in enumerate(table.head)]
    inner = tag(
        "table",
        None if table.is_folded else tag("caption", table.caption),
        tag("thead", tag("tr", heads)),
        tag("tbody", [tag("tr", list(line(row))) for row in table.rows]),
    )
    wide = tag("div", inner, class_="wide", tabindex=0, role="region", aria_label=table.caption)
    return tag("details", tag("summary", table.caption), wide) if table.is_folded else wide


def _quotes(rows: Sequence[Quote], caption: str) -> Markup:
    items: list[Child] = []
    for text, about, links in rows:
        where = [[" ", link(url, words)] for words, url in links]
        items.append(tag("li", tag("blockquote", text), tag("p", about, where, class_="quiet")))
    return tag("div", tag("h3", caption), tag("ul", items, class_="quotes"))
