"""The page of an index over a corpus in a real browser: wide, on a phone, in the dark."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from selenium import webdriver

from annotate.analysis.table_rows import lean_rows_of
from annotate.corpus.chapters import to_document
from annotate.corpus.run import index_corpus
from annotate.report.page import report_page
from annotate.tag.formats import FORMATS
from reading_pieces import answers, codebook
from real_browser import violations

from .conftest import commentary

pytestmark = pytest.mark.browser
Open = Callable[[int, bool], webdriver.Chrome]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years, so that the tables of months are folded."""
    folder, form = tmp_path_factory.mktemp("corpus"), FORMATS["parts"]
    assert form is not None
    said = [answers(tempolimit="favor", smartphone="open"), answers(tempolimit="against"), answers()]
    pieces = [
        commentary(n, said[: 1 + n % 3], day=(date(2022, 1, 1) + timedelta(days=10 * n)).isoformat())
        for n in range(110)
    ]
    form.write_all(f"{folder}/part", lean_rows_of(pieces, codebook()), codebook())
    index, parts = index_corpus(folder)
    path = folder / "index.html"
    path.write_text(report_page(to_document(index, parts.book, "de")), "utf-8")
    return path


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(open_page: Open, width: int, dark: bool) -> None:
    shown = open_page(width, dark)
    assert violations(shown) == []


@pytest.mark.parametrize("width", [1440, 1280, 390])
def test_the_page_never_scrolls_sideways_with_its_tables_open(open_page: Open, width: int) -> None:
    shown = open_page(width, False)
    folded = shown.find_elements("css selector", "summary")
    assert len(folded) == 2
    for one in folded:
        one.click()
    assert shown.find_element("css selector", "details table").is_displayed()
    assert shown.execute_script("return document.documentElement.scrollWidth") <= width
    assert [line for line in shown.get_log("browser") if "favicon" not in line["message"]] == []
