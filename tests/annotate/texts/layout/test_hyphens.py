"""What becomes of a hyphen at a line's end. A case a line: the text's other lines, the two lines, the result."""

import pytest

from annotate.texts.layout.hyphens import Hyphens, is_known
from annotate.texts.layout.rows import Row, joined

ENGLISH = "the end of the war and the state of the art is the point"
CASES = [
    # a word that was parted
    ("", "Die Regie-", "rung zögert.", "Die Regierung zögert."),
    ("", "Die Sicherheits-", "politik zögert.", "Die Sicherheitspolitik zögert."),
    ("", "Das Klimaschutz-", "gesetz kommt.", "Das Klimaschutzgesetz kommt."),
    ("", "Die Größen-", "ordnung", "Die Größenordnung"),
    ("", "„Die Regie-", "rung“ zögert", "„Die Regierung“ zögert"),
    ("", "Die Regie\u00ad", "rung zögert.", "Die Regierung zögert."),
    ("", "Die Regie‐", "rung zögert.", "Die Regierung zögert."),
    ("", "Die Regie¬", "rung zögert.", "Die Regierung zögert."),
    ("", "Das geht den-", "noch nicht.", "Das geht dennoch nicht."),
    ("", "Der Kür-", "bis reift.", "Der Kürbis reift."),
    ("", "Das gilt so-", "wie früher.", "Das gilt sowie früher."),
    ("", "MEINE MEI-", "NUNG", "MEINE MEI-NUNG"),
    ("MEINUNG", "MEINE MEI-", "NUNG", "MEINE MEINUNG"),
    ("", "KOMMEN-", "TARE", "KOMMENTARE"),
    # a hyphen of the word's own
    ("", "Der US-", "Präsident zögert.", "Der US-Präsident zögert."),
    ("", "In Baden-", "Württemberg", "In Baden-Württemberg"),
    ("", "Das Nord-Süd-", "Gefälle", "Das Nord-Süd-Gefälle"),
    ("", "Die US-", "amerikanische Seite", "Die US-amerikanische Seite"),
    ("", "Die CDU-", "geführte Regierung", "Die CDU-geführte Regierung"),
    ("", "Per E-", "mail kam", "Per E-mail kam"),
    ("", "Der 30-", "jährige Krieg", "Der 30-jährige Krieg"),
    ("", "Die Jahre 1990-", "1995 waren", "Die Jahre 1990-1995 waren"),
    ("", "Die deutsch-", "französische Achse", "Die deutsch-französische Achse"),
    ("", "Die russisch-", "ukrainische Grenze", "Die russisch-ukrainische Grenze"),
    ("", "Die schwarz-", "rote Koalition", "Die schwarz-rote Koalition"),
    ("", "Die US\u2011", "Regierung", "Die US\u2011Regierung"),
    ("", "EU-", "NATO", "EU-NATO"),
    # a part that waits for its rest
    ("", "In Ost-", "und Westeuropa", "In Ost- und Westeuropa"),
    ("", "Auf Bundes-", "oder Landesebene", "Auf Bundes- oder Landesebene"),
    ("", "Haupt-", "wie nebenamtlich", "Haupt- wie nebenamtlich"),
    ("", "Haus-", "statt Gartenarbeit", "Haus- statt Gartenarbeit"),
    ("", "Ein- und Aus-", "fuhr", "Ein- und Ausfuhr"),
    # the text's own words
    ("Die Rot-grün-Koalition war links-liberal.", "eine links-", "liberale Zeit und links-", "eine links-liberale Zeit und links-"),
    ("Er war links-liberal.", "Sie ist links-", "liberal.", "Sie ist links-liberal."),
    ("Das Blubbtrug stieg.", "Mit Blubb-", "trug", "Mit Blubbtrug"),
    ("Die e-mobile Welt", "e-", "mobile Leute", "e-mobile Leute"),
    # English
    (ENGLISH, "the govern-", "ment waits", "the government waits"),
    (ENGLISH, "a tightly-", "coupled one", "a tightly-coupled one"),
    (ENGLISH, "the repre-", "sentative", "the representative"),
    (ENGLISH, "a self-", "made man", "a self-made man"),
    (ENGLISH, "pre-", "and post-war", "pre- and post-war"),
    # no hyphen of a word
    ("", "Er kam –", "und ging.", "Er kam – und ging."),
    ("", "Er kam -", "und ging.", "Er kam - und ging."),
    ("", "Wer und/", "oder was", "Wer und/oder was"),
    ("", "Er kam", "und ging.", "Er kam und ging."),
]  # fmt: skip


@pytest.mark.parametrize(("others", "first", "second", "expected"), CASES)
def test_a_hyphen_at_a_line_end_is_undone_or_kept(
    others: str, first: str, second: str, expected: str
) -> None:
    hyphens = Hyphens([others, first, second])
    rows = [Row(first, 0, len(first), 0), Row(second, 0, len(second), -1)]
    assert joined(rows, hyphens).text == expected


def test_a_word_that_runs_over_three_lines_is_one() -> None:
    rows = [Row(text, 0, 10, -n) for n, text in enumerate(["Die Ver-", "sicherungs-", "gesellschaft zahlt."])]
    text, undone = joined(rows, Hyphens(row.text for row in rows))
    assert text == "Die Versicherungsgesellschaft zahlt."
    assert [(was, now) for _, was, now in undone] == [
        ("Ver-\nsicherungs-", "Versicherungs-"),
        ("Versicherungs-\ngesellschaft", "Versicherungsgesellschaft"),
    ]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Bundesverteidigungsminister", True),
        ("Klimaschutzgesetz", True),
        ("Westund", False),
        ("x" * 5000, False),
    ],
)
def test_a_german_compound_is_known_by_its_parts(word: str, expected: bool) -> None:
    assert is_known(word, "de") == expected


@pytest.mark.timeout(60)
@pytest.mark.parametrize("row", ["x-" * 500_000, "x" * 1_000_000 + "-", "- " * 500_000])
def test_a_line_made_to_hold_up_the_reader_does_not(row: str) -> None:
    Hyphens([row]).link(row, "rung")
