"""The pages of agree and evaluate: the report's chapters, with the tasks to look at."""

from html.parser import HTMLParser
from typing import Any

import pytest
from msgspec.structs import replace

from annotate.report.verb_pages import agreement_page, evaluation_page
from annotate.study.folder import Study
from exports.agreement.agree import agree
from exports.agreement.report import AgreementReport
from exports.agreement.report_text import Place
from schemas.jsonl import read_jsonl
from schemas.markup import VOID
from schemas.records import Annotation, GoldSentence
from train.evaluate import cross_validate
from train.evaluation.comparison import Comparison, Difference

ATTACK = "Er schrieb „<script>alert(1)</script>“ & ging."
NOTE = "left out 2 rows that stand there twice"


@pytest.fixture(scope="module")
def report(study: Study) -> AgreementReport:
    return agree(read_jsonl(study.annotations, Annotation), study.codebook(), draws=50)


def places(link: str) -> dict[str, Place]:
    return {f"k{t:02}:{n}": Place(text=ATTACK, links=(("anna", link),)) for t in range(14) for n in range(8)}


class Tags(HTMLParser):
    """Whether every tag that is opened is closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_nothing_in_it_runs(report: AgreementReport, study: Study) -> None:
    link = "http://localhost:8080/projects/3/data?task=7"
    pages = [agreement_page(report, study.codebook(), places(link), notes=[NOTE]) for _ in range(2)]
    tags = Tags()
    tags.feed(pages[0])
    assert not tags.open
    assert not {"script", "img", "link", "iframe"} & set(tags.seen)
    assert "&lt;script&gt;" in pages[0]
    assert NOTE in pages[0]
    assert f'<a href="{link}" rel="noreferrer">anna</a>' in pages[0]
    assert pages[0] == pages[1]


def test_the_page_shows_every_code_target_pair_and_suggestion(report: AgreementReport, study: Study) -> None:
    page = agreement_page(report, study.codebook(), {})
    for words in (
        "Forderung",
        "Ironie",
        "Soll ein Tempolimit gelten?",
        "anna – ben",
        "angekreuzt",
        "ohne Vorschlag",
    ):
        assert words in page


def test_the_page_is_in_the_language_of_the_codebook(report: AgreementReport, study: Study) -> None:
    page = agreement_page(report, replace(study.codebook(), language="en"), {})
    assert '<html lang="en">' in page
    assert "Should there be a speed limit?" in page
    assert "Übereinstimmung" not in page


def test_a_place_that_is_no_web_address_is_no_link(report: AgreementReport, study: Study) -> None:
    assert "href" not in agreement_page(report, study.codebook(), places("javascript:alert(1)")).replace(
        'href="#', ""
    )


def test_a_machine_alone_has_its_page(study: Study) -> None:
    rows = [row for row in read_jsonl(study.annotations, Annotation) if row.annotator == "anna"]
    machine = [replace(row, annotator="m-1", suggested=None) for row in rows]
    page = agreement_page(agree(rows, study.codebook(), machines=machine, draws=20), study.codebook(), {})
    assert "Menschen und Maschinen" in page
    assert "Was als Nächstes zu klären ist" not in page


def test_the_evaluation_has_codings_to_look_at_and_another_model(study: Study) -> None:
    rows = list(read_jsonl(study.gold, GoldSentence))
    found = cross_validate(rows, study.codebook(), folds=2)
    difference = Difference(
        macro_f1=0.6, against_macro_f1=0.5, difference=0.1, interval=(0.02, 0.2), p=0.01, real=True, n=9
    )
    against = Comparison(model_version="m-2", layers={"function": difference})
    page = evaluation_page(replace(found, against=against), study.codebook())
    assert "Im Vergleich mit m-2" in page
    assert "0,10 (0,02 bis 0,20)" in page
    assert "Was schon ohne das Modell gelingt" in page
