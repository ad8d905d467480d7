"""Who coded stays known when somebody changes an imported annotation on the screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from annotate.label_studio.client import Studio, task_link
from annotate.label_studio.download import fetch
from annotate.label_studio.local_server import LocalStudio
from exports.formats.write import write_export
from exports.readers.annotations import read_codings
from real_browser import sign_in, started_chromium
from schemas.codebook import Codebook

from .conftest import Gather
from .test_studio import tasks

pytestmark = [pytest.mark.studio, pytest.mark.browser, pytest.mark.slow]
BUTTON = "//div[contains(@class,'sp')]//*[contains(@class,'lsf-choice__checkbox')][contains(.,'Bericht')]"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    with started_chromium(tmp_path / "profile") as chrome:
        yield chrome


def test_a_change_on_the_screen_keeps_who_coded_and_what_was_not_asked(
    material_of: Gather, book: Codebook, server: LocalStudio, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    write_export(material_of(), "studio", str(tmp_path / "out"))
    studio = Studio(server.url, server.token)
    config = (tmp_path / "out" / "config.xml").read_text("utf-8")
    number = studio.create_project(title="Von anderen", description="", label_config=config, instruction="")
    studio.import_tasks(number, tasks(tmp_path / "out" / "tasks.json"))
    task = next(task for task in studio.tasks(number) if task.data["sentence_id"] == "zwei:0")

    sign_in(browser, server)
    browser.get(task_link(server.url, number, task.id))
    WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.XPATH, BUTTON))
    assert "coder1" not in browser.find_element(By.TAG_NAME, "body").text
    browser.find_element(By.XPATH, BUTTON).click()
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()

    def changed(_: webdriver.Chrome) -> bool:
        fetch(studio, number, tmp_path / "export.json", whole=True)
        rows = read_codings([tmp_path / "export.json"], book).annotations
        return {row.layers["function"] for row in rows if row.sentence_id == "zwei:0"} == {"report"}

    WebDriverWait(browser, 30).until(changed)
    [row] = [
        row
        for row in read_codings([tmp_path / "export.json"], book).annotations
        if row.sentence_id == "zwei:0"
    ]
    assert row.annotator == "coder1"
    assert "stance" not in row.layers
    assert row.incomplete == []
