"""Tagged commentaries as one page a person reads: a single file that asks nothing of the network."""

import base64
import hashlib
import importlib.resources
from collections.abc import Sequence

from annotate.page.legend import legend
from annotate.page.overview import (
    cautions,
    key_section,
    key_to_signs,
    overview,
    proposals,
    summary_line,
    voice_line,
)
from annotate.page.panel import sentence_panel
from annotate.page.text import running_text, strip
from annotate.page.view import PieceView, TaggedPiece, view_piece
from annotate.page.words import day
from schemas.codebook import Codebook
from schemas.markup import Markup, join, tag

__all__ = ["TaggedPiece", "reading_page"]

UNCHECKED = "Maschinell codiert, nicht geprüft"


def reading_page(pieces: Sequence[TaggedPiece], codebook: Codebook, *, model_version: str) -> str:
    """One self-contained HTML page that shows tagged commentaries as they were written.

    Parameters
    ----------
    pieces
        In the order they are to be read. Predictions are found by the id of their sentence.
    codebook
        Labels, questions and definitions; any codebook serves, with or without voice and stance.
    model_version
        Named on top of the page.

    Returns
    -------
    str
        HTML in UTF-8. All texts are escaped; a Content-Security-Policy allows the page's own style
        and script by their hashes, and nothing else. The same input gives the same bytes.
    """
    views = [view_piece(piece, codebook, number=n) for n, piece in enumerate(pieces, start=1)]
    style, script = _resource("page.css"), _resource("page.js")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{_page_title(views)} – {UNCHECKED.lower()}"),
        tag("style", Markup(style)),
    )
    body = tag(
        "body",
        tag("a", "Zum Text", href="#inhalt", class_="skip"),
        _banner(model_version),
        tag("main", _contents(views, codebook), [_article(view, codebook) for view in views], id="inhalt"),
        tag("footer", legend(codebook)),
        tag("script", Markup(script)),
    )
    return f'<!DOCTYPE html>\n<html lang="de">\n{head}\n{body}\n</html>\n'


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode('utf-8')).digest()).decode('ascii')}"


def _resource(name: str) -> str:
    return importlib.resources.files("annotate.page").joinpath(name).read_text("utf-8")


def _page_title(views: Sequence[PieceView]) -> str:
    if len(views) == 1:
        return views[0].piece.commentary.title
    return f"{len(views)} Kommentare"


def _banner(model_version: str) -> Markup:
    words = tag("strong", f"{UNCHECKED}.")
    model = tag("span", f"Modell {model_version}", class_="model")
    return tag("header", words, " ", model, " ", tag("a", "Legende", href="#legende"), class_="banner")


def _contents(views: Sequence[PieceView], codebook: Codebook) -> Markup:
    """The head of the outline; where there are several pieces, what they are, each with its line."""
    if len(views) == 1:
        return tag("h1", "Maschinell codierter Kommentar", class_="vh")
    rows = [
        tag(
            "li",
            tag("a", view.piece.commentary.title, href=f"#p{view.number}"),
            tag("span", _byline(view), class_="by"),
            tag("p", summary_line(view, codebook)),
        )
        for view in views
    ]
    return tag(
        "nav", tag("h1", _page_title(views)), tag("ol", rows), class_="contents", aria_label="Kommentare"
    )


def _byline(view: PieceView) -> str:
    commentary = view.piece.commentary
    return " · ".join(part for part in (commentary.author, day(commentary.date), commentary.outlet) if part)


def _article(view: PieceView, codebook: Codebook) -> Markup:
    name = f"p{view.number}"
    return tag(
        "article",
        tag(
            "header",
            tag("h2", view.piece.commentary.title, id=f"{name}-title"),
            tag("p", _byline(view), class_="by") if _byline(view) else None,
            tag("p", summary_line(view, codebook), class_="summary"),
            tag("p", voice_line(view, codebook), class_="quiet"),
            [tag("p", remark, class_="caution") for remark in cautions(view, codebook)],
            key_section(view, codebook),
            proposals(view, codebook),
        ),
        _aside(view, codebook),
        tag(
            "div",
            key_to_signs(view, codebook),
            strip(view),
            running_text(view),
            _sources(view),
            class_="reader",
        ),
        id=name,
        class_="piece",
        aria_labelledby=f"{name}-title",
    )


def _aside(view: PieceView, codebook: Codebook) -> Markup:
    buttons = tag(
        "div",
        tag("button", "‹", type="button", class_="step", data_step="-1", aria_label="Satz davor"),
        tag("button", "›", type="button", class_="step", data_step="1", aria_label="Nächster Satz"),
        tag("button", "Schließen", type="button", class_="close"),
        class_="panel-buttons",
    )
    details = [sentence_panel(shown, view, codebook) for shown in view.sentences]
    panel = tag(
        "section",
        buttons,
        details,
        class_="panel",
        id=f"p{view.number}-panel",
        hidden=True,
        aria_label="Satz",
    )
    return tag("aside", tag("p", "", class_="matches", role="status"), panel, overview(view, codebook),
               aria_label="Auszählung und Satz")  # fmt: skip


def _sources(view: PieceView) -> Markup | None:
    """Where the text comes from; an address becomes a link only where it is one of the web."""
    commentary = view.piece.commentary
    if not commentary.url:
        return None
    is_web = commentary.url.startswith(("https://", "http://"))
    shown = (
        tag("a", commentary.url, href=commentary.url, rel="noreferrer") if is_web else join(commentary.url)
    )
    return tag("p", "Quelle: ", shown, class_="source")
