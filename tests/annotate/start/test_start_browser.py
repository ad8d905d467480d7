"""The start page in a real browser: six states, wide and on a phone, light and dark; what is pressed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait

from annotate.start.server import serve_page
from annotate.study.folder import Study
from real_browser import IMPACTS, set_screen, violations

pytestmark = pytest.mark.browser

STATES = ("empty", "split", "pushed", "half", "trained", "published")
StateOf = Callable[[str], Study]


@contextmanager
def served(folder: Path, url: str | None = None) -> Iterator[str]:
    """The address of a study's page, for one visit."""
    stop, lines, ready = threading.Event(), list[str](), threading.Event()

    def show(address: str) -> None:
        lines.append(address)
        ready.set()

    running = threading.Thread(
        target=serve_page,
        args=(folder,),
        kwargs={"url": url, "port": 0, "say": print, "show": show, "stop": stop},
    )
    running.start()
    try:
        assert ready.wait(30)
        yield lines[0]
    finally:
        stop.set()
        running.join(30)
    assert not running.is_alive()


def text(chrome: webdriver.Chrome, selector: str = "main") -> str:
    """The words of an element, in one step: the page may be loaded anew meanwhile."""
    return str(
        chrome.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)
    )


def wait(chrome: webdriver.Chrome, words: str) -> None:
    WebDriverWait(chrome, 60).until(lambda _: words in text(chrome))


def press(chrome: webdriver.Chrome, selector: str) -> None:
    chrome.find_element("css selector", selector).click()


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_shown_without_anything_refused(
    chrome: webdriver.Chrome, state_of: StateOf, state: str
) -> None:
    with served(state_of(state).folder) as address:
        chrome.get_log("browser")
        chrome.get(address)
        assert "ticket" not in chrome.current_url
        for details in chrome.find_elements("css selector", "details"):
            chrome.execute_script("arguments[0].open = true", details)
        for width in (1440, 1280, 390):
            for dark in (False, True):
                set_screen(chrome, width, dark=dark)
                assert chrome.execute_script("return document.documentElement.scrollWidth") <= width
                if width != 1280:
                    assert violations(chrome, IMPACTS) == []
        assert [line for line in chrome.get_log("browser") if "favicon" not in line["message"]] == []
        assert text(chrome, "header h1") == "demo"
        assert text(chrome, ".next h2")


def test_a_verb_is_run_by_a_press_and_followed_until_it_has_ended(
    chrome: webdriver.Chrome, state_of: StateOf
) -> None:
    set_screen(chrome, 1280)
    study = state_of("half")
    with served(study.folder) as address:
        chrome.get(address)
        assert "200 Sätze sind codiert" in text(chrome, ".next")
        press(chrome, ".next button.main")
        wait(chrome, "Entscheiden: fertig")
        assert "Ein Modell trainieren" in text(chrome, ".next")
        press(chrome, ".job summary")
        assert "200 sentences: 167 decided" in text(chrome, ".job pre")
        press(chrome, ".job form button")
        WebDriverWait(chrome, 60).until(lambda _: "Entscheiden: fertig" not in text(chrome))
    assert study.gold.exists()


def test_a_date_is_decided_by_a_press(chrome: webdriver.Chrome, state_of: StateOf) -> None:
    set_screen(chrome, 1280)
    with served(state_of("split").folder) as address:
        chrome.get(address)
        assert "Eine Stelle ist zu entscheiden" in text(chrome, "#texts")
        press(chrome, ".doubts button[value=right]")
        assert "Die Texte noch einmal teilen" in text(chrome, ".next")
        assert not chrome.find_elements("css selector", ".doubts")


def test_the_other_language_is_a_press_away_and_stays(chrome: webdriver.Chrome, state_of: StateOf) -> None:
    set_screen(chrome, 1280)
    with served(state_of("half").folder) as address:
        chrome.get(address)
        press(chrome, ".top nav a")
        assert "Decide what counts" in text(chrome, ".next")
        press(chrome, ".next button.main")
        wait(chrome, "Adjudicate: done")


def test_pages_open_and_their_scripts_have_no_right_of_the_study(
    chrome: webdriver.Chrome, state_of: StateOf
) -> None:
    set_screen(chrome, 1280)
    study = state_of("published")
    script = (
        "let is = self.origin; try { is += document.cookie } catch { is += ' refused' } document.title = is"
    )
    page = f"<!DOCTYPE html><title>Fremd</title><script>{script}</script>"
    (study.reports / "fremd.html").write_text(page, "utf-8")
    with served(study.folder) as address:
        chrome.get(address)
        chrome.find_element("link text", "Bericht der Studie").click()
        assert chrome.find_elements("css selector", "figure svg")
        chrome.back()
        chrome.find_element("link text", "Fremd").click()
        WebDriverWait(chrome, 10).until(lambda _: chrome.title == "null refused")
        chrome.back()
        chrome.find_element("link text", "Regeln des Codierens").click()
        assert "Satzart" in chrome.find_element("css selector", "body").text


def test_a_server_that_is_down_is_said_and_the_figures_are_those_of_the_last_pull(
    chrome: webdriver.Chrome, state_of: StateOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "k")
    set_screen(chrome, 1280)
    with served(state_of("half").folder, url="http://127.0.0.1:9") as address:
        chrome.get(address)
        wait(chrome, "Von Label Studio kam keine Auskunft")
        assert "200 von 653" in text(chrome, "#coding")
        press(chrome, ".server summary")
        assert "http://127.0.0.1:9" in text(chrome, ".server")


def test_another_browser_is_not_let_in(chrome: webdriver.Chrome, state_of: StateOf) -> None:
    with served(state_of("empty").folder) as address:
        chrome.get(address)
        chrome.delete_all_cookies()
        chrome.get(address)
        assert "Der Link gilt einmal" in text(chrome)
