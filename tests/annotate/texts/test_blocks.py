"""Blocks of a text: paragraphs, list items, captions, URLs, and sentences that run over several."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.texts.blocks import find_blocks, is_wrapped_text

WRAPPED = """\
Der Winter kommt früh in diesem Jahr, und die Regierung
hat das lange gewusst. Trotzdem fehlt es an Gas und an
Geld – und nicht nur daran, wie man in den Städten sieht
– und niemand will es gewesen sein. So ist das immer.

Wer trägt dafür die Schuld? Das fragt man sich im ganzen
Land, und zwar seit Jahren:

- die Regierung, die alles das wusste und doch gar nichts
  davon sagte,
- die Opposition.
"""


def pieces(text: str, **options: object) -> list[tuple[str, str]]:
    return [(b.kind, text[b.start : b.end]) for b in find_blocks(text, **options)]  # type: ignore[arg-type]


def continuing(text: str) -> list[str]:
    return [text[b.start : b.end] for b in find_blocks(text) if b.continues]


@pytest.mark.parametrize(
    ("line", "kind", "block"),
    [
        ("  • Gas,", "list_item", "Gas,"),
        ("  • \u00a0Gas,\u00a0", "list_item", "Gas,"),
        ("– wenn es um Gas geht,", "list_item", "wenn es um Gas geht,"),
        ("- Gas", "list_item", "Gas"),
        ("* Gas", "list_item", "Gas"),
        ("— Gas", "list_item", "Gas"),
        ("•Gas", "list_item", "Gas"),
        ("-5 Grad sind kalt.", "paragraph", "-5 Grad sind kalt."),
        ("•", "paragraph", "•"),
        ("Er kam – und ging.", "paragraph", "Er kam – und ging."),
        ("23. Oktober war ein Tag.", "paragraph", "23. Oktober war ein Tag."),
        ("https://beispiel.de/a?b=c", "url", "https://beispiel.de/a?b=c"),
        ("www.beispiel.de", "url", "www.beispiel.de"),
        ("Mehr auf www.beispiel.de", "paragraph", "Mehr auf www.beispiel.de"),
        (
            "Ein Ofen in Bonn. Foto: Karl Roth / Agentur",
            "caption",
            "Ein Ofen in Bonn. Foto: Karl Roth / Agentur",
        ),
        ("Ein Ofen (Bild: dpa)", "caption", "Ein Ofen (Bild: dpa)"),
        ("© Karl Roth", "caption", "© Karl Roth"),
        (
            "Er zeigte ein Foto: Es war alt. Dann ging er.",
            "paragraph",
            "Er zeigte ein Foto: Es war alt. Dann ging er.",
        ),
        ("Foto:", "paragraph", "Foto:"),
        ("\u00a0Text. \u00a0", "paragraph", "Text."),
    ],
)
def test_a_line_is_a_block_of_its_kind(line: str, kind: str, block: str) -> None:
    assert pieces(line) == [(kind, block)]


def test_counted_items_are_a_list_where_they_count_on() -> None:
    assert pieces("1. Gas\n2. Öl\n\n7. Mai") == [
        ("list_item", "Gas"),
        ("list_item", "Öl"),
        ("paragraph", "7. Mai"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Er hofft,\n\n• dass es hält,\n• dass es dauert.", ["dass es hält,", "dass es dauert."]),
        ("Die Orte –\n\ndie Orte der Tat.", ["die Orte der Tat."]),
        ("Er führt vor allem\n\n• Krieg gegen alle.", ["Krieg gegen alle."]),
        ("Er nennt drei Dinge:\n\n• Lieferung von Gas;\n• reale Hilfe.", ["reale Hilfe."]),
        ("Er sagt:\n\nDas Ziel ist klar.", []),
        ("Er sagt:\n\ndas Ziel ist klar.", ["das Ziel ist klar."]),
        ("Er spricht von „Krieg“\n\nDas ist neu.", []),
        ("Er ging.\n\nSie kam.", []),
        ("Er ging!“\n\nSie kam.", []),
        ("Die Lage im Land\n\nRussland greift an.", []),
        (
            "Das gilt für Gas, für Öl und vor allem auch für die Frage nach der Zukunft der\n\nUkraine.",
            ["Ukraine."],
        ),
        ("Er hofft,\n\nwww.a.de\n\nFoto: dpa\n\ndass es hält.", ["dass es hält."]),
        ("und so beginnt es.", []),
    ],
)
def test_a_block_continues_the_sentence_of_the_one_before(text: str, expected: list[str]) -> None:
    assert continuing(text) == expected


def test_wrapped_lines_are_joined_and_a_dash_in_a_sentence_is_no_list_mark() -> None:
    assert is_wrapped_text(WRAPPED)
    found = pieces(WRAPPED)
    assert [kind for kind, _ in found] == ["paragraph", "paragraph", "list_item", "list_item"]
    assert found[0][1].endswith("sieht\n– und niemand will es gewesen sein. So ist das immer.")


@pytest.mark.parametrize(
    "text",
    [
        "Eine Zeile.\nNoch eine Zeile.\nUnd noch eine, die etwas länger ist als die anderen.\nEnde.",
        "\n".join(
            f"Das ist die Zeile Nummer {n}, und sie ist so lang wie alle anderen Zeilen." for n in range(9)
        ),
        "\n\n".join(["Ein Absatz ohne Umbruch, der so lang ist wie eine Zeile eben lang ist."] * 5),
    ],
)
def test_one_paragraph_a_line_is_not_taken_for_wrapped(text: str) -> None:
    assert not is_wrapped_text(text)
    assert len(find_blocks(text)) == len([line for line in text.split("\n") if line])


@settings(deadline=None)
@given(
    st.text(alphabet=" \n\r\t\u00a0\u2028ab.•–-*#>!1:[]()", max_size=120),
    st.sampled_from(["text", "markdown", "lines"]),
)
def test_blocks_are_sorted_trimmed_and_within_the_text(text: str, layout: str) -> None:
    blocks = find_blocks(text, layout=layout)
    edges = [edge for block in blocks for edge in (block.start, block.end)]
    assert edges == sorted(edges)
    assert all(text[b.start : b.end] == text[b.start : b.end].strip() != "" for b in blocks)
