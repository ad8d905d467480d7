"""The page of ``split --check`` in a real browser: what is pressed and edited becomes a corrections.yaml."""

from collections.abc import Callable
from pathlib import Path

import pytest
from press_texts import NEXIS, PAGE
from selenium import webdriver
from selenium.webdriver.common.by import By

from annotate.pages.check import check_page
from annotate.texts.check import Checker, CheckReport
from annotate.texts.commentaries import read_commentaries
from annotate.texts.corrections import read_corrections
from annotate.texts.sentences import split_sentences
from annotate.texts.sources import FilesRead
from real_browser import set_screen, violations

pytestmark = pytest.mark.browser

PAYLOAD = '<script>window.pwned=1</script><img src=x onerror=window.pwned=1>"onmouseover="window.pwned=1'
ODD = f"Hier {PAYLOAD} | Anna Weiß. 25.10.2025.\n\nEs regnet: {PAYLOAD}\n\nDer Sommer; Karl Roth; 26.10.2025\n\nEs hagelt.\n"
Open = Callable[..., webdriver.Chrome]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    for name, text in (("a.txt", PAGE), ("b.txt", NEXIS), ("c.txt", ODD)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def open_page(chrome: webdriver.Chrome, texts: Path, tmp_path: Path) -> Open:
    def open_at(*, width: int = 1440, height: int = 900, dark: bool = False) -> webdriver.Chrome:
        read = FilesRead()
        checker = Checker(read, language="de")
        found = read_commentaries(sorted(texts.glob("*.txt")), files_read=read)
        pieces = [(commentary, split_sentences(commentary)) for commentary in found]
        for piece in pieces:
            checker.add(*piece)
        page = tmp_path / "seite.html"
        page.write_text(check_page(CheckReport(files=checker.report()), pieces), "utf-8")
        set_screen(chrome, width, height, dark=dark)
        chrome.get_log("browser")
        chrome.get(page.as_uri())
        return chrome

    return open_at


def press(page: webdriver.Chrome, field: str, row: str) -> None:
    rows = page.find_elements(By.CSS_SELECTOR, ".row")
    [found] = [one for one in rows if one.get_dom_attribute("data-was") == row]
    found.find_element(By.CSS_SELECTOR, f"[data-field='{field}']").click()


def yaml(page: webdriver.Chrome) -> str:
    return page.find_element(By.ID, "yaml").get_property("value")  # type: ignore[return-value]


def test_what_is_pressed_and_edited_is_a_corrections_file_that_can_be_made(
    open_page: Open, texts: Path, tmp_path: Path
) -> None:
    page = open_page()
    press(page, "left_out", "BERLIN. Seit Wochen reden die Fachleute.")
    press(page, "kept", "Der Preis")
    press(page, "title_line", "Der Sommer; Karl Roth; 26.10.2025")
    author = page.find_element(By.ID, "k2-author")
    author.clear()
    author.send_keys('Erika "E." Beispiel: neu')
    written = tmp_path / "corrections.yaml"
    written.write_text(yaml(page), "utf-8")
    corrections = read_corrections(written)
    assert sorted(correction.field for correction in corrections) == [
        "author",
        "kept",
        "left_out",
        "title_line",
    ]
    found = list(read_commentaries(sorted(texts.glob("*.txt")), corrections=corrections))
    assert [commentary.author for commentary in found] == [
        "Erika Beispiel",
        'Erika "E." Beispiel: neu',
        "Hans Muster",
        "Anna Weiß",
        "Karl Roth",
    ]
    said = [sentence.text for sentence in split_sentences(found[0])]
    assert said[:2] == ["Der Preis", "Das ist teuer."]
    assert page.find_element(By.ID, "said").text == "4 Korrekturen."


def test_what_is_pressed_twice_is_as_before_and_a_wrong_date_is_no_correction(open_page: Open) -> None:
    page = open_page()
    press(page, "kept", "Der Preis")
    press(page, "kept", "Der Preis")
    date = page.find_element(By.ID, "k1-date")
    date.clear()
    date.send_keys("morgen")
    assert (yaml(page), date.get_dom_attribute("aria-invalid")) == ("", "true")
    assert not page.find_element(By.ID, "save").is_enabled()


def test_a_commentary_can_be_ticked_as_looked_through(open_page: Open) -> None:
    page = open_page()
    page.find_element(By.CSS_SELECTOR, "#k1 .done").click()
    assert page.find_element(By.CSS_SELECTOR, ".banner .seen").text == "1 von 4 durchgesehen"


@pytest.mark.parametrize(
    ("width", "height", "dark"), [(1440, 900, False), (1440, 900, True), (1280, 720, False), (390, 844, False), (390, 844, True)]
)  # fmt: skip
def test_the_page_is_sound(open_page: Open, width: int, height: int, dark: bool) -> None:
    page = open_page(width=width, height=height, dark=dark)
    press(page, "kept", "Der Preis")
    assert page.get_log("browser") == []
    assert page.execute_script("return typeof window.pwned") == "undefined"
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
    wide = page.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]
    assert violations(page) == []
