"""The report in words: what it says, and how wide it is."""

import re
from collections.abc import Callable

import pytest

from exports.agreement.agree import agree
from exports.agreement.report import AgreementReport
from exports.agreement.report_text import Place, figure_table, next_steps, report_words
from schemas.codebook import Codebook
from schemas.records import Annotation

Row = Callable[..., Annotation]

ATTACK = "Er schrieb „<script>alert(1)</script>“ & ging."


@pytest.fixture
def report(row: Row, codebook: Codebook) -> AgreementReport:
    """Voice is confused twice as often as rhetoric; all who see a target take one side."""
    rows = []
    for n in range(40):
        for who in ("anna", "bert"):
            is_odd = who == "bert" and n % 4 == 0
            layers = {
                "voice": "other" if is_odd else ("author", "mixed")[n % 2],
                "rhetoric": ["irony"]
                if n % 8 == 0 and who == "bert"
                else ["none"]
                if n % 3
                else ["metaphor"],
                "stance": {"tempolimit": "against" if n % 2 else "unrelated", "maut": "unrelated"},
            }
            month = f"2026-0{1 + n // 20}-01T10:00:00Z"
            rows.append(row(who, f"c{n // 5}:{n}", layers, updated_at=month, phase="main", task_id=n))
    return agree(rows, codebook, draws=100)


@pytest.fixture
def places() -> dict[str, Place]:
    link = "http://localhost:8080/projects/3/data?task="
    return {
        f"c{n // 5}:{n}": Place(text=f"{ATTACK} Satz {n}. " * 4, links=(("anna", f"{link}{n}"),))
        for n in range(40)
    }


def test_the_words_fit_eighty_columns_and_links_stay_whole(
    report: AgreementReport, codebook: Codebook, places: dict[str, Place]
) -> None:
    words = report_words(report, codebook, places)
    assert max(map(len, words.splitlines())) <= 80
    assert (
        "anna: http://localhost:8080/projects/3/data?task=0" in words.splitlines()[-1] or "task=0\n" in words
    )


def test_what_brings_most_comes_first(report: AgreementReport, codebook: Codebook) -> None:
    gains = [step.confusion.gain for step in next_steps(report, codebook)]
    assert gains == sorted(gains, reverse=True)
    assert next_steps(report, codebook)[0].layer.id == "voice"


def test_a_one_sided_target_is_named(report: AgreementReport) -> None:
    table = "\n".join(figure_table(report))
    (mark,) = re.findall(r"tempolimit (\[\d\])", table)
    assert f"{mark} its direction is undefined: only one direction observed: against" in table
