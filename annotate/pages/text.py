"""The commentary as it was written, each sentence with its marks, and the strip in its margin."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from annotate.analysis.piece import Lens, Mark, PieceView, SentenceView
from annotate.analysis.speakers import is_relayed, speaker_at
from annotate.pages.originals import aligned_blocks
from schemas.markup import Child, Markup, join, tag
from schemas.records import Block, Commentary

BULLETS = frozenset("-*•–—·◦▪‣+")
WORD_JOINER = "\u2060"  # no line break between a sentence and its sign
STRIP_GAP = 30  # what stands for the white between two blocks, in characters


def running_text(view: PieceView) -> Markup:
    """The blocks in order: paragraphs, lists and captions apart; the title stands elsewhere."""
    commentary = view.piece.commentary
    blocks = [item for item in enumerate(commentary.blocks) if not _is_headline(item[1], view)]
    parts: list[Markup] = []
    original = aligned_blocks(view)
    for is_list, group in groupby(blocks, key=lambda item: item[1].kind == "list_item"):
        shown = [join([_block(n, block, view), original.get(n)]) for n, block in group]
        parts.append(tag("ul", shown) if is_list else join(shown))
    # a caption that came beside the text, not in it
    loose = [caption for caption in commentary.captions if caption not in commentary.text]
    parts += [tag("p", caption, class_="caption") for caption in loose]
    return tag("div", parts, class_="text")


def strip(view: PieceView) -> Markup:
    """The whole piece at a glance: a segment a sentence, as long as the sentence."""
    rects, at, block = [], 0, None
    for shown in view.sentences:
        at += STRIP_GAP if block not in (None, shown.sentence.block) else 0
        block = shown.sentence.block
        length = max(len(shown.sentence.text), 1)
        tone = tone_of(shown, view.chosen)
        rects.append(
            tag("rect", y=at, height=length, data_n=shown.number, data_voice=shown.voice, data_tone=tone)
        )
        at += length
    box = tag("svg", rects, viewBox=f"0 0 20 {max(at, 1)}", preserveAspectRatio="none", aria_hidden="true")
    return tag("div", box, class_="strip")


def tone_of(shown: SentenceView, lens: Lens | None) -> str | None:
    mark = shown.marks.get(lens.key) if lens else None
    return mark.tone if mark else None


def _is_headline(block: Block, view: PieceView) -> bool:
    """Whether a block holds the title, which stands on top already; other titles are headings."""
    commentary = view.piece.commentary
    return (
        block.kind == "title"
        and block == commentary.blocks[0]
        and commentary.title.strip().casefold() in commentary.text[block.start : block.end].casefold()
    )


def _block(number: int, block: Block, view: PieceView) -> Markup:
    inside = [shown for shown in view.sentences if shown.sentence.block == number]
    content = _content(block, inside, view)
    if block.kind == "title":
        return tag("h3", content)
    if block.kind == "list_item":
        marker = _marker(view.piece.commentary, block)
        sign = tag("span", marker, class_="marker") if marker else None
        return tag("li", sign, " " if sign else None, content, class_="numbered" if marker else None)
    return tag("p", content, class_=block.kind if block.kind != "paragraph" else None)


def _content(block: Block, inside: Sequence[SentenceView], view: PieceView) -> list[Child]:
    """The text of a block, sentences marked, what stands between them kept."""
    text, at, parts = view.piece.commentary.text, block.start, list[Child]()
    for shown in sorted(inside, key=lambda shown: shown.sentence.start):
        parts += [text[at : shown.sentence.start], _sentence(shown, view)]
        at = shown.sentence.end
    return [*parts, text[at : block.end]]


def _marker(commentary: Commentary, block: Block) -> str:
    """What stands before a list item in its line, such as „1.“, where it is more than a bullet."""
    line = commentary.text.rfind("\n", 0, block.start) + 1
    marker = commentary.text[line : block.start].strip()
    return "" if marker in BULLETS or len(marker) > 6 else marker


def _sentence(shown: SentenceView, view: PieceView) -> Markup:
    voice = f"{shown.voice_label}: " if shown.voice in ("other", "mixed", "undecided") else None
    return tag(
        "span",
        tag("span", voice, class_="vh") if voice else None,
        tag("span", shown.sentence.text, class_="t"),
        [" ", tag("span", speaker, class_="speaker")] if (speaker := _speaker(shown, view)) else None,
        [[" ", tag("span", device, class_="device")] for device in shown.devices],
        [" ", _checked_sign()] if shown.checked else None,
        tag("span", WORD_JOINER, _button(shown, view), class_="end"),
        class_="s rhetoric" if shown.devices else "s",
        id=f"p{view.number}-s{shown.number}",
        data_n=shown.number,
        data_voice=shown.voice,
        data_tone=tone_of(shown, view.chosen),
        data_c=" ".join(shown.tokens),
    )


def _checked_sign() -> Markup:
    said = tag("span", "von Menschen geprüft", class_="vh")
    return tag(
        "span", tag("span", "✓", aria_hidden="true"), said, class_="checked", title="von Menschen geprüft"
    )


def _speaker(shown: SentenceView, view: PieceView) -> str | None:
    """Who is relayed, where the sentence names them: read off by a rule, so not among what people coded.

    Where only the voice is open, a speaker is named beside a complete frame of reported speech.
    """
    sentences, spellings = view.piece.sentences, view.piece.spellings
    is_open = shown.voice == "undecided" and is_relayed(shown.number, sentences)
    has_speaker = shown.voice in ("other", "mixed") or is_open
    return speaker_at(shown.number, sentences, spellings) if has_speaker and view.codes != "people" else None


def _button(shown: SentenceView, view: PieceView) -> Markup:
    # what it opens is said by the script, without which it opens nothing
    return tag("button", list(_signs(shown, view)), type="button", class_="open")


def _signs(shown: SentenceView, view: PieceView) -> Iterator[Markup]:
    """A sign for each lens that says something of the sentence; only the chosen one shows."""
    for key, mark in shown.marks.items():
        hidden = view.chosen is None or key != view.chosen.key
        yield sign(mark, class_="sign", data_lens=key, data_tone=mark.tone, hidden=hidden)


def sign(mark: Mark, **attributes: str | bool) -> Markup:
    """A mark's sign for the eye, its meaning for the ear and under the mouse; a label is both."""
    if mark.sign == mark.label:
        return tag("span", mark.label, tag("span", ". ", class_="vh"), **attributes)
    said = tag("span", f"{mark.label}. ", class_="vh")
    return tag("span", tag("span", mark.sign, aria_hidden="true"), said, title=mark.label, **attributes)
