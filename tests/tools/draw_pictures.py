"""Draws docs/reading-page.png from the demo's own texts and model: `python tests/tools/draw_pictures.py`.

Needs Chromium and its driver, which `sh tests/install-packages.sh` installs. The picture of the coding screen,
docs/anleitung.png, is taken by hand from a real Label Studio.
"""

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

WIDTH, HEIGHT = 1280, 800


def picture(page: Path, to: Path) -> None:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for word in ("--headless=new", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}"):
        options.add_argument(word)
    browser = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(shutil.which("chromedriver") or "")
    )
    try:
        browser.get(page.as_uri())
        browser.set_window_size(WIDTH, HEIGHT + 143)  # what the window itself takes of it
        browser.save_screenshot(str(to))
    finally:
        browser.quit()


def main() -> None:
    from typer.testing import CliRunner

    from annotate.cli import app

    run = CliRunner().invoke
    with tempfile.TemporaryDirectory() as made:
        study, page = Path(made) / "studie", Path(made) / "page.html"
        for words in (
            ["demo", str(study), "--study-only"],
            ["adjudicate", "--study", str(study)],
            ["train", "--study", str(study)],
            ["tag", str(study / "commentaries" / "smartphone-6.txt"), "--study", str(study),
             "--to", "html", "-o", str(page)],
        ):  # fmt: skip
            done = run(app, words)
            assert done.exit_code == 0, done.output
        picture(page, ROOT / "docs" / "reading-page.png")


if __name__ == "__main__":
    main()
