"""Signs that nobody sees, and letters that a font draws as one. A case a line."""

import pytest

from annotate.texts.layout.mends import Mend
from annotate.texts.layout.signs import with_plain_signs


@pytest.mark.parametrize(
    ("text", "expected", "kinds"),
    [
        ("Die Regierung", "Die Regierung", []),
        ("Die Re\u00adgie\u00adrung", "Die Regierung", ["invisible"]),
        ("e\ufb03zient, \ufb02ott, \ufb00", "effizient, flott, ff", ["ligature", "ligature", "ligature"]),
        ("und/\u200boder", "und/oder", ["invisible"]),
        ("Auf\u200clage", "Auflage", ["invisible"]),
        ("👩\u200d🔬 forscht", "👩\u200d🔬 forscht", []),
        ("می\u200cخواهم", "می\u200cخواهم", []),
        ("ein\u2060mal \ufefflinks\u200e", "einmal links", ["invisible", "invisible"]),
        ("Of\ufb01\u00adzier", "Offizier", ["invisible"]),
    ],
)
def test_signs_become_plain(text: str, expected: str, kinds: list[str]) -> None:
    mends: list[Mend] = []
    assert with_plain_signs(text, "a.txt", mends) == expected
    assert [mend.kind for mend in mends] == kinds
    assert all(mend.was in text and mend.is_ in expected and mend.line == 1 for mend in mends)


def test_a_soft_hyphen_at_a_line_end_stays_where_it_parts_a_word() -> None:
    assert with_plain_signs("Re\u00adgie\u00ad\nrung", "a.txt", [], keeps_ends=True) == "Regie\u00ad\nrung"
