"""The report in a real browser: wide, on a phone, in the dark, on paper."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium import webdriver

from annotate.report.chapters import to_document
from annotate.report.gather import gather
from annotate.report.page import report_page
from annotate.study.folder import Study
from real_browser import violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_page(to_document(gather(study), study.codebook(), {})), "utf-8")
    return path


Open = Callable[[int, bool], webdriver.Chrome]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(open_page: Open, width: int, dark: bool) -> None:
    shown = open_page(width, dark)
    assert violations(shown) == []


@pytest.mark.parametrize("width", [1440, 1280, 390])
def test_the_page_never_scrolls_sideways_and_its_policy_refuses_nothing(open_page: Open, width: int) -> None:
    shown = open_page(width, False)
    assert shown.execute_script("return document.documentElement.scrollWidth") <= width
    assert [line for line in shown.get_log("browser") if "favicon" not in line["message"]] == []


def test_it_prints_on_white_without_its_contents(open_page: Open) -> None:
    shown = open_page(1280, True)
    pdf = base64.b64decode(shown.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 3
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    shown.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": features})
    paper = "return getComputedStyle(document.documentElement).getPropertyValue('--paper')"
    assert shown.execute_script(paper).strip() == "#fff"
    assert not shown.find_element("css selector", "nav").is_displayed()
