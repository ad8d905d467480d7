"""The original of a translated commentary, shown with it: paragraph by paragraph where they fit."""

from annotate.analysis.piece import PieceView
from schemas.markup import Markup, tag
from schemas.records import Block, Commentary

_BODY = ("paragraph", "list_item")
_LANGUAGES = {"uk": "Ukrainisch", "ru": "Russisch", "en": "Englisch", "fr": "Französisch", "pl": "Polnisch"}


def switch(view: PieceView) -> Markup | None:
    """What the text is a translation of, and whether the original is shown; the style sheet does it."""
    commentary, original = view.piece.commentary, view.piece.original
    if original is None:
        name = commentary.translation_of
        return tag("p", f"Übersetzung von {name}", class_="quiet") if name else None
    language = _LANGUAGES.get(original.language or "")
    words = f"Original zeigen ({language})" if language else "Original zeigen"
    box = tag("input", type="checkbox", checked=True)
    title = tag("span", original.title, lang=original.language or None)
    return tag("p", "Übersetzung von „", title, "“ ", tag("label", box, " ", words), class_="quiet originals")


def aligned_blocks(view: PieceView) -> dict[int, Markup]:
    """For each block its counterpart, where both texts have as many; nothing where they have not."""
    original = view.piece.original
    if original is None:
        return {}
    ours, theirs = _body(view.piece.commentary), _body(original)
    if len(ours) != len(theirs):
        return {}
    pairs = zip(ours, theirs, strict=True)
    return {
        number: tag(
            "li" if block.kind == "list_item" else "p",
            original.text[other.start : other.end],
            class_="original",
            lang=original.language or None,
        )
        for (number, block), (_, other) in pairs
    }


def unaligned(view: PieceView) -> Markup | None:
    """The whole original behind the text, where its paragraphs do not fit."""
    original = view.piece.original
    if original is None or aligned_blocks(view):
        return None
    paragraphs = [tag("p", original.text[block.start : block.end]) for _, block in _body(original)]
    return tag(
        "section", tag("h3", "Original"), paragraphs, class_="original", lang=original.language or None
    )


def _body(commentary: Commentary) -> list[tuple[int, Block]]:
    return [(n, block) for n, block in enumerate(commentary.blocks) if block.kind in _BODY]
