"""Draws the pictures of README and docs/ from the real thing: `python tests/tools/draw_pictures.py`, some minutes.

A study of the demo's material is coded, decided and learned from, on a Label Studio of its own (installed in
`.test-home` by the tests): the coding screen, the start page, the report and the reading page of a text that nobody
coded. Needs Chromium and its driver, which `sh tests/install-packages.sh` installs.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

#: The disputes of the pictures: with three targets each has its rule beside it on the coding screen.
PIECES, TARGETS, KEYS = "tempolimit|smartphone|vier", 3, ("qay", "wsx", "edc")
#: The pieces that are new: nobody has coded them. The coding screen shows the first, the reading page the second.
NEW = ("der-wehrfuehrer-zaehlt-anders", "zwischen-schliessfach-und-freiem-lauf")
#: What the numbers of docs/anleitung.md stand beside.
NUMBERED = (".sp-meta", ".sp-text", ".sp-row", ".sp-stance", ".sp-foot", "button[name=submit]")
NUMBER = """
const box = document.querySelector(arguments[0]).getBoundingClientRect(), mark = document.createElement('span');
mark.textContent = arguments[1];
mark.style.cssText = `position:fixed;z-index:9999;left:${box.left - 27}px;top:${box.top + 2}px;width:20px;height:20px;
  border-radius:50%;background:#7a2e2a;color:#fff;font:bold 12px/20px sans-serif;text-align:center`;
document.body.append(mark);
"""


class Made(NamedTuple):
    """A study with all that is drawn of it, and where its coding screen is."""

    folder: Path
    link: str


def main() -> None:
    from real_browser import set_screen, started_chromium

    with tempfile.TemporaryDirectory() as place, a_label_studio() as server:
        made = make_study(Path(place) / "studie", server)
        with started_chromium(Path(place) / "profile") as browser:
            browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
            set_screen(browser, 1440, 740)
            show_coding_screen(browser, server, made)
            save(browser, "anleitung")
            set_screen(browser, 1280, 800)
            start = made.folder / "reports" / "start.html"  # no picture shows a folder of whoever drew it
            start.write_text(start.read_text("utf-8").replace(str(made.folder.resolve()), "studie"), "utf-8")
            pages = {
                "start-page": "reports/start.html",
                "report": "reports/report.html",
                "reading-page": "page.html",
            }
            for name, page in pages.items():
                browser.get((made.folder / page).as_uri())
                save(browser, name)


@contextmanager
def a_label_studio() -> Iterator[Any]:
    """One with nothing in it, beside that of the tests."""
    from annotate.label_studio import local_server
    from running import own_home

    home = Path(os.environ.get("STANDPUNKT_TEST_HOME") or ROOT / ".test-home")
    os.environ["STANDPUNKT_HOME"] = str(home)
    local_server.install(print)
    own = own_home(home, "pictures")
    os.environ["STANDPUNKT_HOME"] = str(own)
    shutil.rmtree(own / "label-studio" / "data", ignore_errors=True)
    (own / "label-studio" / "studio.json").unlink(missing_ok=True)
    try:
        yield local_server.start(print)
    finally:
        local_server.stop()


def make_study(folder: Path, server: Any) -> Made:
    """The loop, from texts to suggestions and a report; the demo's codings arrive under their annotators' accounts."""
    from annotate.demo.material import ANNOTATORS, CODEBOOK, codings, copy_commentaries
    from annotate.label_studio.client import Studio, stream_link
    from annotate.study.folder import init_study
    from annotate.study.projects import find_projects
    from person import Person, let_codings_arrive
    from schemas.studio_json import to_result

    write_targets(folder.parent / "ziele.yaml")
    study = init_study(
        folder, codebook=CODEBOOK, targets=folder.parent / "ziele.yaml", annotators=ANNOTATORS, name="verkehr"
    )
    copy_commentaries(study.commentary_folder)
    for path in study.commentary_folder.iterdir():
        if not re.match(PIECES, path.name):
            path.unlink()
    settings = re.sub(r"^(\w+_share): .*$", r"\1: 0", (folder / "study.yaml").read_text("utf-8"), flags=re.M)
    (folder / "study.yaml").write_text(settings, "utf-8")
    run(folder, "split")
    run(folder, "push")
    owner = Studio(server.url, server.token)
    people = {name: Person(server, owner).studio for name in ANNOTATORS}
    let_codings_arrive(folder, people, but=NEW)
    for words in (
        "pull",
        "agree --html reports/agreement.html",
        "adjudicate",
        "train",
        "prelabel",
        "report",
        "open --static --no-browser",
    ):
        run(folder, *words.split())
    run(folder, "tag", "commentaries/smartphone-6.txt", "--to", "html", "-o", "page.html")

    # what stands before the sentence that shows most is coded, so that the screen opens with that
    project = find_projects(owner, study, ANNOTATORS)[ANNOTATORS[0]].id
    shows = {
        one.task: (sum(result["from_name"].startswith("stance__") for result in one.result), len(one.result))
        for one in owner.predictions(project)
    }
    new_tasks = [task for task in owner.tasks(project) if task.data["commentary_id"].startswith(NEW[0])]
    best = max(new_tasks, key=lambda task: shows.get(task.id, (0, 0)))
    given = codings(ANNOTATORS[0])
    for task in new_tasks:
        if task.id < best.id:
            layers = given[task.data["sentence_id"]].layers
            people[ANNOTATORS[0]].create_annotation(task.id, to_result(layers, study.codebook()))
    return Made(folder, stream_link(server.url, project))


def write_targets(path: Path) -> None:
    """The last three of the demo, with keys: on its own screen there is no room for eight."""
    import yaml

    from schemas.codebooks import codebook_text

    book = yaml.safe_load(codebook_text("ziele-demo", None))
    book["targets"] = [
        {**target, "keys": dict(zip(("favor", "against", "open"), keys, strict=True))}
        for target, keys in zip(book["targets"][-TARGETS:], KEYS, strict=True)
    ]
    path.write_text(yaml.safe_dump(book, allow_unicode=True, sort_keys=False), "utf-8")


def run(folder: Path, *words: str) -> None:
    sys.stdout.write(f"{words[0]}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "annotate", *words]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


def show_coding_screen(browser: Any, server: Any, made: Made) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    from real_browser import sign_in

    sign_in(browser, server)
    browser.get(made.link)
    WebDriverWait(browser, 60).until(
        lambda b: b.execute_script("return document.querySelector('.sp .lsf-choice')")
    )
    time.sleep(2)  # the instruction opens by itself a moment later
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    time.sleep(2)
    for number, selector in enumerate(NUMBERED, 1):
        browser.execute_script(NUMBER, selector, str(number))


def save(browser: Any, name: str) -> None:
    """The picture in at most 256 colours: a few dozen kilobytes."""
    from PIL import Image

    image = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(ROOT / "docs" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
