"""A real browser, without a window."""

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from annotate.label_studio.local_server import LocalStudio

#: What axe may say of a violation.
IMPACTS = ("minor", "moderate", "serious", "critical")

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--lang=de",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def started_chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """Chromium with an empty profile in that folder; the test is skipped where it is not installed."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield started
    finally:
        started.quit()


def set_screen(browser: webdriver.Chrome, width: int, height: int = 900, *, dark: bool = False) -> None:
    """The size of the window (below 600 pixels that of a phone), light or dark, and nothing that moves."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [scheme, still]})


def violations(browser: webdriver.Chrome, impacts: Collection[str] = ("serious", "critical")) -> list[str]:
    """What axe finds wrong with the page that is shown: rule and place; skipped where axe is not installed."""
    axe = pytest.importorskip("axe_selenium_python", reason="axe-selenium-python is not installed")
    browser.execute_script(next(Path(axe.__file__).parent.rglob("axe.min.js")).read_text("utf-8"))
    found = browser.execute_async_script("axe.run(document).then(arguments[0])")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in impacts]


def sign_in(browser: webdriver.Chrome, server: LocalStudio, email: str = "", password: str = "") -> None:
    """Signs in, as the owner of a Label Studio where nobody else is named."""
    browser.get(f"{server.url}/user/login/")
    browser.find_element(By.NAME, "email").send_keys(email or server.email)
    browser.find_element(By.NAME, "password").send_keys(password or server.password)
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    WebDriverWait(browser, 30).until(lambda b: "/login" not in b.current_url)
