"""The sentences behind a figure, each with the way to its text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from annotate.pages.german import day as written
from annotate.pages.german import sentences
from annotate.pages.shell import banner, document
from schemas.markup import Markup, tag

if TYPE_CHECKING:
    from annotate.analysis.piece import Evidence

PART = 1000  # sentences, from which a group has a page of its own


def evidence_page(
    title: str,
    groups: Sequence[tuple[str, str, list["Evidence"]]],
    labels: dict[str, str],
    links: Sequence[tuple[str, str]] = (),
    *,
    model_version: str,
    home: str,
) -> str:
    """A page of groups (anchor, name, sentences), and links to groups with pages of their own."""
    parts = [_group(anchor, name, rows, labels) for anchor, name, rows in groups]
    more = [tag("li", tag("a", name, href=href)) for href, name in links]
    body = [
        banner(model_version, tag("a", "Übersicht", href=home)),
        tag(
            "main",
            tag("h1", title),
            parts if parts or more else tag("p", "Kein Satz."),
            tag("ul", more) if more else None,
            class_="evidence",
        ),
    ]
    return document(title, body, styles=("page.css", "index.css"))


def _group(anchor: str, name: str, rows: list["Evidence"], labels: dict[str, str]) -> Markup:
    return tag(
        "section",
        tag("h2", name, " ", tag("small", sentences(len(rows)))),
        tag("ol", [_row(row, labels) for row in rows]),
        id=anchor,
    )


def _row(row: "Evidence", labels: dict[str, str]) -> Markup:
    source = ", ".join(part for part in (row.author, written(row.day)) if part)
    label = labels.get(row.code)
    return tag(
        "li",
        tag("b", f"{label} ", class_="code") if label else None,
        tag("q", row.text),
        " ",
        tag("a", f"{row.title}, Satz {row.number}", href=f"../texte/{row.page}#p1-s{row.number}"),
        tag("span", f" {source}", class_="quiet") if source else None,
    )
