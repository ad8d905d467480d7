"""Tagged commentaries as one page a person reads: a single file that asks nothing of the network."""

from collections.abc import Iterator, Sequence

from annotate.analysis.piece import PieceView, TaggedPiece, view_piece
from annotate.pages import originals
from annotate.pages.german import coded_by, day, doubtful_day
from annotate.pages.legend import legend
from annotate.pages.overview import (
    cautions,
    key_section,
    key_to_signs,
    overview,
    proposals,
    summary_line,
    voice_line,
)
from annotate.pages.panel import sentence_panel
from annotate.pages.shell import banner, document
from annotate.pages.text import running_text, strip
from annotate.texts.dates import has_sure_date
from schemas.codebook import Codebook
from schemas.markup import Child, Markup, join, link, tag

__all__ = ["TaggedPiece", "reading_page"]

#: Around what is new about a piece: no text can hold them, for a text is escaped.
NEWS_START, NEWS_END = Markup("<!--neu-->"), Markup("<!--/neu-->")


def reading_page(
    pieces: Sequence[TaggedPiece],
    codebook: Codebook,
    *,
    model_version: str,
    news: Sequence[Sequence[str]] | None = None,
    home: str | None = None,
) -> str:
    """One self-contained HTML page that shows tagged commentaries as they were written.

    Parameters
    ----------
    pieces
        In the order they are to be read. Predictions are found by the id of their sentence.
    codebook
        Labels, questions and definitions; any codebook serves, with or without voice and stance.
    model_version
        Named on top of the page.
    news
        For each piece, lines on what sets it apart from its author's earlier ones.
    home
        The address of the index the page belongs to.

    Returns
    -------
    str
        HTML in UTF-8. All texts are escaped; a Content-Security-Policy allows the page's own style
        and script by their hashes, and nothing else. The same input gives the same bytes.
    """
    views = [view_piece(piece, codebook, number=n, codes="both") for n, piece in enumerate(pieces, start=1)]
    return page_of_views(views, codebook, model_version=model_version, news=news, home=home)


def page_of_views(
    views: Sequence[PieceView], codebook: Codebook, *, model_version: str,
    news: Sequence[Sequence[str]] | None = None, home: str | None = None,
) -> str:  # fmt: skip
    """As `reading_page`, of pieces as they are shown."""
    said = news or [[]] * len(views)
    articles = [_article(view, codebook, words) for view, words in zip(views, said, strict=True)]
    people, size = sum(view.checked for view in views), sum(len(view.sentences) for view in views)
    coded = coded_by(people, size)
    body = [
        tag("a", "Zum Text", href="#inhalt", class_="skip"),
        banner(model_version, _switch(views), tag("a", "Übersicht", href=home) if home else None, " ",
               tag("a", "Legende", href="#legende"), coded=coded),
        tag("main",
            tag("div", _contents(views, codebook), articles, class_="both mixed" if people else "both"),
            _checked_only(views, codebook), id="inhalt"),
        tag("footer", legend(codebook)),
    ]  # fmt: skip
    return document(_page_title(views), body, styles=("page.css",), script="page.js", remark=coded)


def with_news(page: str, words: Sequence[str]) -> str:
    """The page of one piece with other words of what is new about it."""
    start, end = page.index(NEWS_START) + len(NEWS_START), page.index(NEWS_END)
    return page[:start] + _news(words) + page[end:]


def _switch(views: Sequence[PieceView]) -> Markup | None:
    """The switch that leaves only what people coded; none where nobody's codes were given.

    The style sheet does what it says, so that it works without a script as well.
    """
    if all(view.piece.checked is None for view in views):
        return None
    checked, size = sum(view.checked for view in views), sum(len(view.sentences) for view in views)
    words = (
        f"Nur Geprüftes ({checked} von {size} Sätzen)"
        if checked
        else "Nur Geprüftes: hier ist nichts geprüft"
    )
    box = tag("input", type="checkbox", id="nur-geprueftes", disabled=not checked)
    by_people = tag("span", "Nur von Menschen geprüfte Codes.", class_="by-people")
    return join([by_people, tag("label", box, tag("span", words), class_="only")])


def _checked_only(views: Sequence[PieceView], codebook: Codebook) -> Markup | None:
    """The same texts a second time, with people's codes alone: no code of a machine can be left over."""
    if not any(view.checked for view in views):
        return None
    checked_pieces = [
        view_piece(view.piece, codebook, number=view.number + len(views), codes="people") for view in views
    ]
    articles = [_article(view, codebook, ()) for view in checked_pieces]
    return tag("div", _contents(checked_pieces, codebook), articles, class_="people")


def _head(view: PieceView, codebook: Codebook, news: Sequence[str]) -> Iterator[Child]:
    if view.codes != "people":
        yield [NEWS_START, _news(news), NEWS_END]
    yield [tag("p", remark, class_="caution") for remark in cautions(view, codebook)]


def _news(words: Sequence[str]) -> Markup:
    return join([tag("p", line, class_="news") for line in words])


def _page_title(views: Sequence[PieceView]) -> str:
    if len(views) == 1:
        return views[0].piece.commentary.title
    return f"{len(views)} Kommentare"


def _contents(views: Sequence[PieceView], codebook: Codebook) -> Markup:
    """The head of the outline; where there are several pieces, what they are, each with its line."""
    if len(views) == 1:
        (view,) = views
        is_of_people = view.codes == "people"
        words = "Von Menschen codierte Sätze" if is_of_people else coded_by(view.checked, len(view.sentences))
        return tag("h1", words, class_="vh")
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
    written = day(commentary.date) if has_sure_date(commentary) else doubtful_day(commentary.date)
    return " · ".join(part for part in (commentary.author, written, commentary.outlet) if part)


def _article(view: PieceView, codebook: Codebook, news: Sequence[str]) -> Markup:
    name = f"p{view.number}"
    return tag(
        "article",
        tag(
            "header",
            tag("h2", view.piece.commentary.title, id=f"{name}-title"),
            tag("p", _byline(view), class_="by") if _byline(view) else None,
            tag("p", summary_line(view, codebook), class_="summary"),
            tag("p", voice_line(view, codebook), class_="quiet"),
            originals.switch(view),
            list(_head(view, codebook, news)),
            key_section(view, codebook),
            proposals(view, codebook),
        ),
        _aside(view, codebook),
        tag(
            "div",
            key_to_signs(view, codebook),
            strip(view),
            running_text(view),
            originals.unaligned(view),
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
    """Where the text comes from."""
    url = view.piece.commentary.url
    return tag("p", "Quelle: ", link(url, url), class_="source") if url else None
