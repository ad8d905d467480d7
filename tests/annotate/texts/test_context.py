"""The running text around a sentence: paragraph, list with its lead-in, chain, two before, one after."""

import pytest

from annotate.texts.context import running_text
from schemas.records import Block, Commentary, Sentence

TEXT = (
    "Der Titel\n\n"
    "Eins kam. Zwei ging. Drei blieb.\n\n"
    "Vier war allein.\n\n"
    "Fünf zuvor. Sechs zählt auf:\n\n"
    "• Punkt sieben;\n• Punkt acht.\n\n"
    "Neun schließt."
)
PIECES = ["Eins kam.", "Zwei ging.", "Drei blieb.", "Vier war allein.", "Fünf zuvor.", "Sechs zählt auf:",
          "Punkt sieben;", "Punkt acht.", "Neun schließt."]  # fmt: skip
BLOCK_OF = [1, 1, 1, 2, 3, 3, 4, 5, 6]


def commentary() -> Commentary:
    stretches = ["Der Titel", "Eins kam. Zwei ging. Drei blieb.", "Vier war allein.", "Fünf zuvor. Sechs zählt auf:",
                 "• Punkt sieben;", "• Punkt acht.", "Neun schließt."]  # fmt: skip
    kinds = ["title", "paragraph", "paragraph", "paragraph", "list_item", "list_item", "paragraph"]
    blocks = [
        Block(kind=kind, start=TEXT.index(part), end=TEXT.index(part) + len(part))  # type: ignore[arg-type]
        for kind, part in zip(kinds, stretches, strict=True)
    ]
    return Commentary(commentary_id="p", title="Der Titel", text=TEXT, blocks=blocks)


def sentences() -> list[Sentence]:
    return [
        Sentence(
            sentence_id=f"p:{n}", commentary_id="p", index=n, start=TEXT.index(t), end=TEXT.index(t) + len(t),
            text=t, kind="list_item" if "Punkt" in t else "sentence", continues=False, chain_id=None, block=b,
        )
        for n, (t, b) in enumerate(zip(PIECES, BLOCK_OF, strict=True))
    ]  # fmt: skip


def around(n: int) -> tuple[str, str]:
    return running_text(commentary(), sentences())[n]


def test_before_sentence_and_after_are_a_slice_of_the_text() -> None:
    for sentence, (before, after) in zip(sentences(), running_text(commentary(), sentences()), strict=True):
        assert TEXT[: sentence.start].endswith(before)
        assert TEXT[sentence.end :].startswith(after)


def test_the_title_stays_outside() -> None:
    assert around(0)[0] == ""


@pytest.mark.parametrize(
    ("n", "before", "after"),
    [
        (1, "Eins kam. ", " Drei blieb."),  # its paragraph
        (3, "Zwei ging. Drei blieb.\n\n", "\n\nFünf zuvor."),  # two before, one after
        (6, "Fünf zuvor. Sechs zählt auf:\n\n• ", "\n• Punkt acht."),  # the list with its lead-in
        (7, "Sechs zählt auf:\n\n• Punkt sieben;\n• ", "\n\nNeun schließt."),
        (
            5,
            "Vier war allein.\n\nFünf zuvor. ",
            "\n\n• Punkt sieben;\n• Punkt acht.",
        ),  # the lead-in sees its list
    ],
)
def test_context(n: int, before: str, after: str) -> None:
    assert around(n) == (before, after)
