"""The running text around a sentence, and a commentary's sentences as the rows a model reads."""

from collections.abc import Sequence

from schemas.records import Block, Commentary, ContextSentence, Sentence


def running_text(commentary: Commentary, sentences: Sequence[Sentence]) -> list[tuple[str, str]]:
    """The text before and after each sentence, as it stands in the commentary.

    ``before + sentence.text + after`` is a slice of ``commentary.text``: the paragraph, or the
    whole list with its lead-in, or all blocks of a sentence that runs over several; at least two
    sentences before and one after where there are any. The title stays outside.

    Parameters
    ----------
    sentences
        All sentences of this commentary, in order.
    """
    spans = _block_spans(commentary.blocks, sentences)
    contexts = []
    for i, sentence in enumerate(sentences):
        low, high = spans[sentence.block]
        start = min(low, sentences[max(0, i - 2)].start)
        end = max(high, sentences[min(len(sentences) - 1, i + 1)].end)
        text = commentary.text
        contexts.append((text[start : sentence.start], text[sentence.end : end]))
    return contexts


def to_rows(commentary: Commentary, sentences: Sequence[Sentence]) -> list[ContextSentence]:
    """The sentences with the running text around each."""
    around = running_text(commentary, sentences)
    return [
        ContextSentence(
            sentence_id=s.sentence_id,
            commentary_id=s.commentary_id,
            index=s.index,
            text=s.text,
            before=before,
            after=after,
            author=commentary.author,
            date=commentary.date,
        )
        for s, (before, after) in zip(sentences, around, strict=True)
    ]


def _block_spans(blocks: Sequence[Block], sentences: Sequence[Sentence]) -> dict[int, tuple[int, int]]:
    """For each block the stretch of text that is shown with a sentence of it."""
    groups = _together(blocks, sentences)
    spans: dict[int, tuple[int, int]] = {}
    for group in groups:
        # a lead-in that is its paragraph's last sentence brings that sentence, not the paragraph
        first = group[0]
        inside = [s for s in sentences if s.block == first]
        low = (
            inside[-1].start
            if len(group) > 1 and blocks[first].kind != "list_item" and inside
            else blocks[first].start
        )
        for b in group:
            spans[b] = (min(low, blocks[b].start), blocks[group[-1]].end)
    return spans


def _together(blocks: Sequence[Block], sentences: Sequence[Sentence]) -> list[list[int]]:
    """Blocks that are read as one: a list with its lead-in, a sentence that runs over blocks."""
    groups: list[list[int]] = []
    for b, block in enumerate(blocks):
        if block.kind not in ("paragraph", "list_item"):
            continue
        joins = bool(groups) and _joins(blocks, groups[-1][-1], b)
        if joins:
            groups[-1].append(b)
        else:
            groups.append([b])
    return groups


def _joins(blocks: Sequence[Block], before: int, now: int) -> bool:
    if any(blocks[b].kind not in ("paragraph", "list_item") for b in range(before, now)):
        return False
    return blocks[now].continues or blocks[now].kind == "list_item"
