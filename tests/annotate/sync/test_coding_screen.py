"""What an annotator sees and does, in a real browser on a real Label Studio."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import msgspec
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from annotate.label_studio.answers import HeldTask
from annotate.label_studio.client import Studio, stream_link
from annotate.label_studio.local_server import LocalStudio
from annotate.sync.adjudication_screen import adjudicator_screen, coding_words, open_marks
from real_browser import sign_in, started_chromium
from running import Ran
from schemas.codebook import KEY, Codebook, load_codebook
from schemas.codebooks import codebook_text
from schemas.controls import PLACE_KEYS
from schemas.guidelines import guidelines_page
from schemas.jsonl import read_jsonl
from schemas.labeling import instructions, labeling_config
from schemas.records import Annotation
from schemas.studio_json import AUTHOR_MARK, AUTHOR_NOTE, TOUCHED_MARK

pytestmark = [pytest.mark.studio, pytest.mark.browser, pytest.mark.slow]
TICKED = """return [...document.querySelectorAll('.sp input:checked')].map(
    input => input.closest('.lsf-choice__checkbox').innerText.replace(/\\s*\\[.*/s, '').trim())"""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    with started_chromium(tmp_path / "profile") as chrome:
        yield chrome


def see(browser: webdriver.Chrome, width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def open_stream(browser: webdriver.Chrome, link: str) -> None:
    browser.get(link)
    wait_for(browser, ".sp .lsf-choice__checkbox")
    time.sleep(1)  # the instruction opens by itself a moment later
    press(browser, Keys.ESCAPE)


def wait_for(browser: webdriver.Chrome, css: str) -> None:
    WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, css))


def press(browser: webdriver.Chrome, *keys: str, wait: float = 0.25) -> None:
    for key in keys:
        ActionChains(browser).send_keys(key).perform()
        time.sleep(wait)


def submit(browser: webdriver.Chrome) -> None:
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
    time.sleep(2)


class Labelled(NamedTuple):
    """A study of a demo piece, pushed and pre-labelled, and the task that its stream opens with."""

    folder: Path
    link: str
    task: HeldTask
    model_version: str


@pytest.fixture
def labelled(
    demo: dict[str, Any], server: LocalStudio, standpunkt: Callable[..., Ran], tmp_path: Path
) -> Labelled:
    folder = tmp_path / "s"
    name = f"bildschirm-{tmp_path.name}"[-40:].strip("-_").lower()
    standpunkt("init", folder, "--targets", "ziele-demo", "--annotators", "anna", "--name", name)
    source = sorted((Path(demo["study"]) / "commentaries").glob("*.txt"))[0]
    (folder / "commentaries" / source.name).write_bytes(source.read_bytes())
    standpunkt("split", "--study", folder)
    pushed = standpunkt("push", "--study", folder, "--json").json["projects"][0]
    ran = standpunkt("prelabel", "-m", demo["train"]["model_dir"], "--study", folder, "--json")
    assert ran.code == 0, ran.err
    studio = Studio(server.url, server.token)
    suggested = {p.task for p in studio.predictions(pushed["project"])}
    tasks = sorted(studio.tasks(pushed["project"]), key=lambda task: task.id)
    for task in tasks:  # what stands before the first suggestion is coded, so that the stream opens there
        if task.id in suggested:
            return Labelled(folder, pushed["link"], task, demo["train"]["model_version"])
        studio.create_annotation(task.id, [])
    pytest.fail("no suggestion in the piece")


def test_an_annotator_sees_the_suggestion_changes_it_with_keys_and_pull_finds_just_that(
    labelled: Labelled,
    server: LocalStudio,
    browser: webdriver.Chrome,
    standpunkt: Callable[..., Ran],
    studio_home: Path,
) -> None:
    people = msgspec.json.decode((studio_home / "label-studio" / "demo-accounts.json").read_bytes())
    first = labelled.task
    see(browser, 1440, 900)
    sign_in(browser, server, people["anna"]["email"], people["anna"]["password"])
    open_stream(browser, labelled.link)
    body = browser.find_element(By.CSS_SELECTOR, ".sp").text
    assert first.data["text"].split()[0] in body
    assert "Mit Vorschlag" in body
    ticked = browser.execute_script(TICKED)
    assert ticked, "the suggestion is not shown"
    assert browser.execute_script("return document.documentElement.scrollHeight <= window.innerHeight")

    # clear what is ticked, then code with keys alone
    while browser.execute_script(TICKED):
        button = browser.find_element(By.CSS_SELECTOR, ".sp .lsf-choice__checkbox:has(input:checked)")
        button.click()
        time.sleep(0.3)
    press(browser, "3", "8", "w", "d", "u", "p")
    assert browser.execute_script(TICKED) == [
        "Gemischt", "Forderung", "Zuspitzung", "Bild/Vergleich", "Ja", "Nein",
    ]  # fmt: skip
    submit(browser)

    pulled = standpunkt("pull", "--study", labelled.folder, "--json")
    assert pulled.code == 0, pulled.err
    rows = read_jsonl(labelled.folder / "data" / "annotations.jsonl", Annotation)
    (row,) = [r for r in rows if r.sentence_id == first.data["sentence_id"]]
    stance = row.layers.pop("stance")
    assert isinstance(stance, dict)
    assert {t: c for t, c in stance.items() if c != "unrelated"} == {
        "waffen_ukraine": "favor",
        "trump_kurs": "against",
    }
    assert row.layers == {
        "voice": "mixed",
        "function": "demand",
        "rhetoric": ["simplification", "metaphor"],
        "unsure": [],
    }
    assert row.incomplete == []
    assert row.suggested is not None
    assert row.suggested.model_version == labelled.model_version


def test_the_screen_fits_a_small_laptop_without_scrolling(
    demo: dict[str, Any], server: LocalStudio, browser: webdriver.Chrome
) -> None:
    link = next(row["link"] for row in demo["push"]["projects"] if row["annotator"] == "ben")
    see(browser, 1280, 720)
    sign_in(browser, server)
    open_stream(browser, link)
    assert browser.execute_script("return document.documentElement.scrollHeight <= window.innerHeight")
    foot = browser.execute_script("return document.querySelector('.sp-foot').getBoundingClientRect().bottom")
    assert foot < 720


# ------------------------------------------------------- a screen of its own, without demo or study
#: Where in the order of the screen a choice is ticked, and whether it is in sight.
PLACES = """return [...document.querySelectorAll('.sp .lsf-choice__checkbox')].flatMap((label, n) =>
    label.querySelector('input').checked ? [[n, label.checkVisibility()]] : [])"""
IN_SIGHT = "return [...document.querySelectorAll('.sp .lsf-choice__checkbox')].map(e => e.checkVisibility())"
#: What scrolls though it should not, and what the bar at the bottom hides.
SCROLLS = """const page = document.documentElement, main = document.querySelector('.lsf-main-content');
    const foot = document.querySelector('.sp-foot').getBoundingClientRect().bottom;
    const bar = document.querySelector('.lsf-bottombar').getBoundingClientRect().top;
    return [page.scrollHeight > innerHeight, main.scrollHeight > main.clientHeight, foot > bar]"""
#: Contrast of every text in sight with what is behind it (WCAG 2.2, 1.4.3), lowest first.
CONTRAST = """
const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m };
const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
const part = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const light = c => .2126 * part(c[0]) + .7152 * part(c[1]) + .0722 * part(c[2]);
const chain = e => e ? [...chain(e.parentElement), getComputedStyle(e)] : [];
const found = [], texts = document.createTreeWalker(document.querySelector('.sp'), NodeFilter.SHOW_TEXT);
for (let node; node = texts.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || e.closest('style') || !e.checkVisibility()) continue;
    const styles = chain(e), ink = parse(styles.at(-1).color);
    const paper = styles.reduce((p, s) => over(parse(s.backgroundColor), p), [255, 255, 255, 1]);
    ink[3] *= styles.reduce((o, s) => o * parseFloat(s.opacity), 1);
    const [low, high] = [light(over(ink, paper)), light(paper)].sort((a, b) => a - b);
    found.push([(high + .05) / (low + .05), node.data.trim()]);
}
return found.sort((a, b) => a[0] - b[0])"""
SENTENCE = "Wer das Tempo begrenzt, schenkt allen ein paar ruhige Jahre, und das kostet fast nichts."
PAYLOAD = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2"> & „so“ \u202eabc $text'


def task(
    text: str = SENTENCE, before: str = "Der Landtag hat vertagt. ", after: str = "", **more: str
) -> dict[str, Any]:
    given = {
        "title": "Tempo",
        "author": "Erika Beispiel",
        "date": "2025-10-03",
        "note": "Mit Vorschlag",
        **more,
    }
    ids = {"sentence_id": "a:1", "commentary_id": "a", "codebook_version": "1.0.0"}
    return {"data": {**ids, "text": text, "before": before, "after": after, **given}}


@pytest.fixture
def stream(server: LocalStudio, browser: webdriver.Chrome) -> Callable[..., None]:
    """Opens the stream of a project of its own, signed in."""
    studio = Studio(server.url, server.token)
    sign_in(browser, server)

    def opened(book: Codebook, *tasks: dict[str, Any], config: str = "") -> None:
        project = studio.create_project(
            title="Bildschirm",
            description="",
            label_config=config or labeling_config(book),
            instruction=instructions(book),
        )
        studio.import_tasks(project, list(tasks or [task()]))
        open_stream(browser, stream_link(server.url, project))

    return opened


def joined(tmp_path: Path, codebook: str, targets: str = "ziele-ukraine") -> Codebook:
    path = tmp_path / "codebook.yaml"
    path.write_text(codebook_text(codebook, targets), "utf-8")
    return load_codebook(path)


@pytest.mark.parametrize("codebook", ["kommentar-core", "kommentar-full"])
def test_every_key_ticks_exactly_its_choice_and_unticks_it(
    codebook: str, stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    book = joined(tmp_path, codebook)
    see(browser, 1440, 900)
    stream(book)
    choices = ET.fromstring(labeling_config(book)).iter("Choice")
    keys = {n: str(choice.get("hotkey")) for n, choice in enumerate(choices)}
    keyed = {n: key for n, key in keys.items() if KEY.fullmatch(key)}
    assert len(keyed) == (33 if codebook == "kommentar-core" else 34)
    wrong = {}
    for n, key in keyed.items():
        press(browser, key, wait=0.1)
        ticked = browser.execute_script(PLACES)
        press(browser, key, wait=0.1)
        if ticked != [[n, True]] or browser.execute_script(PLACES):
            wrong[key] = ticked
    assert wrong == {}


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
@pytest.mark.parametrize("codebook", ["kommentar-core", "kommentar-full"])
def test_nothing_scrolls_with_five_targets(
    codebook: str,
    size: tuple[int, int],
    stream: Callable[..., None],
    browser: webdriver.Chrome,
    tmp_path: Path,
) -> None:
    see(browser, *size)
    stream(joined(tmp_path, codebook), task(before=f"{SENTENCE} " * 50, after=f" {SENTENCE}" * 8))
    assert browser.execute_script(SCROLLS) == [False, False, False]
    press(browser, "1", "5", "z", "u", "q", "s", "c")
    browser.save_screenshot(str(tmp_path / f"{codebook}-{size[0]}.png"))
    assert len(browser.execute_script(PLACES)) == 7
    assert browser.execute_script(SCROLLS) == [False, False, False]
    inside = """const box = document.querySelector('.sp-text').getBoundingClientRect();
        const now = document.querySelector('.sp-now').getBoundingClientRect();
        return [now.top > box.top, now.bottom < box.bottom]"""
    assert browser.execute_script(inside) == [True, True], "the sentence is out of sight"


#: Rules and meanings in sight that are cut off.
CUT = """return [...document.querySelectorAll('.sp-rule, .sp-means div, .sp-general')].filter(
    e => e.checkVisibility() && (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + 2)).length"""
CHOICES_AT = """return [...document.querySelectorAll('.sp .lsf-choice__checkbox')].map(
    e => { const b = e.getBoundingClientRect(); return [b.x, b.y] })"""


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
def test_choices_stay_where_they_are_whatever_the_texts_length_and_no_rule_is_cut(
    size: tuple[int, int], stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    book = joined(tmp_path, "kommentar-core")
    see(browser, *size)
    places = []
    for sentences in (0, 4, 50):
        stream(book, task(before=f"{SENTENCE} " * sentences))
        places.append(browser.execute_script(CHOICES_AT))
        assert browser.execute_script(CUT) == 0
    assert places[0] == places[1] == places[2]
    text = browser.find_element(By.CSS_SELECTOR, ".sp").text
    assert "allein genügt nicht." in text
    assert "Offen: Die Frage ist berührt; der Satz wägt ab oder ist nicht zu entscheiden." in text


def test_the_place_in_the_own_order_is_said_and_label_studios_count_is_not(
    stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    words = ["Satz 12", "von 331", "· Text 2", "von 10"]
    place = dict(zip(PLACE_KEYS, words, strict=True))
    see(browser, 1280, 720)
    title = "Ein Titel, der so lang ist, dass er gekürzt wird, damit der Platz bleibt " * 3
    stream(joined(tmp_path, "kommentar-core"), task(**place, title=title, note=AUTHOR_NOTE))
    shown = browser.execute_script("return document.querySelector('.sp-place').innerText")
    assert shown.split() == ["Satz", "12", "von", "331", "·", "Text", "2", "von", "10"]
    inside = "return document.querySelector('.sp-place').getBoundingClientRect().right <= innerWidth"
    assert browser.execute_script(inside)
    count = "return document.querySelector('.lsf-current-task__task-count').checkVisibility()"
    assert browser.execute_script(count) is False


def test_the_cells_of_the_instruction_stand_apart(
    stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    see(browser, 1280, 720)
    stream(joined(tmp_path, "kommentar-core"))
    browser.refresh()
    wait_for(browser, ".lsf-modal-ls td")
    time.sleep(1)
    gaps = """return [...document.querySelectorAll('.lsf-modal-ls td:not(:last-child)')].map(
        e => parseFloat(getComputedStyle(e).paddingRight))"""
    assert min(browser.execute_script(gaps)) >= 10


#: Where every part of the screen is.
BOXES = """return [...document.querySelectorAll('.sp-text, .sp-target, .sp-target .lsf-choices, .sp-foot')].map(
    e => { const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height] })"""
MARKS = "return [...document.querySelectorAll('.sp-mark')].map(e => e.innerText)"


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
@pytest.mark.parametrize("scheme", ["Light", "Dark"])
def test_marks_stand_at_their_rows_move_nothing_and_may_be_missing(
    scheme: str,
    size: tuple[int, int],
    stream: Callable[..., None],
    browser: webdriver.Chrome,
    tmp_path: Path,
) -> None:
    book = joined(tmp_path, "kommentar-core", "ziele-demo")
    first, second, third, *rest = book.target_ids
    marks = {f"touched__{first}": TOUCHED_MARK, f"touched__{second}": "", f"touched__{third}": AUTHOR_MARK}
    around = {"before": f"{SENTENCE} " * 50, "after": f" {SENTENCE}" * 8}
    see(browser, *size)
    browser.execute_script("localStorage.setItem('preferred-color-scheme', arguments[0])", scheme)
    stream(book, task(**around))  # a task of before, without any of the fields
    assert browser.execute_script(MARKS) == [""] * len(book.targets)
    plain = browser.execute_script(BOXES)
    stream(book, task(**around, **marks, note=AUTHOR_NOTE))
    browser.save_screenshot(str(tmp_path / f"marks-{scheme}-{size[0]}.png"))
    assert browser.execute_script("return document.documentElement.dataset.colorScheme") == scheme.lower()
    assert browser.execute_script(MARKS) == [TOUCHED_MARK, "", AUTHOR_MARK, *[""] * len(rest)]
    assert browser.execute_script(BOXES) == plain
    assert browser.execute_script(SCROLLS) == [False, False, False]
    assert browser.execute_script(TICKED) == []
    found = browser.execute_script(CONTRAST)
    assert {TOUCHED_MARK, AUTHOR_MARK, AUTHOR_NOTE} <= {words for _, words in found}
    assert found[0][0] >= 4.5, found[0]
    inside = """const note = document.querySelector('.sp-note');
        return note.scrollWidth <= note.clientWidth"""
    assert browser.execute_script(inside), "the note is cut"


@pytest.mark.stress
def test_nothing_scrolls_for_a_third_person_but_the_codings(
    stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    book = joined(tmp_path, "kommentar-core")
    layers = {"function": "claim", "rhetoric": ["irony"], "stance": dict.fromkeys(book.target_ids, "favor")}
    left = ["voice", *(f"stance__{target}" for target in book.target_ids[:2])]
    words = [
        coding_words({"voice": voice, **layers, "comment": "Lang. " * 30}, left, book)  # type: ignore[dict-item]
        for voice in ("author", "other")
    ]
    see(browser, 1280, 720)
    stream(
        book,
        task(
            before=f"{SENTENCE} " * 50,
            after=f" {SENTENCE}" * 8,
            coding_1=words[0],
            coding_2=words[1],
            **open_marks(left, book),
        ),
        config=adjudicator_screen(book, 2),
    )
    first = """return [...document.querySelectorAll('.sp-coding')].map(box => {
        const line = box.querySelector('.lsf-richtext__line').getBoundingClientRect();
        return box.clientHeight > 40 && line.top + 18 <= box.getBoundingClientRect().bottom })"""
    for size in ((1280, 720), (1440, 900)):
        see(browser, *size)
        time.sleep(0.5)
        browser.save_screenshot(str(tmp_path / f"third-{size[0]}.png"))
        assert browser.execute_script(SCROLLS) == [False, False, False], size
        assert browser.execute_script(first) == [True, True], f"what differs is out of sight at {size}"
    opened = (
        """return [...document.querySelectorAll('.sp-open')].map(e => e.innerText.trim()).filter(w => w)"""
    )
    assert browser.execute_script(opened) == ["≠"]
    assert browser.execute_script(MARKS) == ["offen", "offen", "", "", ""]
    submit(browser)  # nothing else is asked for
    assert not browser.find_elements(By.CSS_SELECTOR, ".ant-modal-confirm")


def test_rules_are_in_sight_without_a_mouse(
    stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    seen = "return [...document.querySelectorAll('.sp-rule, .sp-means div, .sp-general')].filter(e => e.checkVisibility()).length"
    see(browser, 1280, 720)
    stream(joined(tmp_path, "kommentar-core"))
    assert browser.execute_script(seen) == 15 + 10 + 1  # a line a code, two a target, one for all
    see(browser, 1280, 640)
    time.sleep(0.5)
    assert browser.execute_script(seen) == 0
    press(browser, "5", "s")
    assert browser.execute_script(seen) == 2  # where there is no room: of what is ticked


@pytest.mark.parametrize("scheme", ["Light", "Dark"])
def test_every_word_stands_out_enough(
    scheme: str, stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    see(browser, 1440, 900)
    browser.execute_script("localStorage.setItem('preferred-color-scheme', arguments[0])", scheme)
    stream(joined(tmp_path, "kommentar-core"))
    press(browser, "1", "5", "u", "q", "n")
    assert browser.execute_script("return document.documentElement.dataset.colorScheme") == scheme.lower()
    found = browser.execute_script(CONTRAST)
    assert len(found) > 100
    assert found[0][0] >= 4.5, found[0]


def test_fine_codes_come_with_their_group_and_are_never_ticked_out_of_sight(
    stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    book = joined(tmp_path, "kommentar-full")
    see(browser, 1440, 900)
    stream(book)
    ids = [choice.get("alias") for choice in ET.fromstring(labeling_config(book)).iter("Choice")]
    rhetoric = book.layer("rhetoric")
    assert rhetoric is not None
    fine = {code.id for code in rhetoric.codes if code.parent == "attack_on_reputation"}
    all_fine = {code.id for code in rhetoric.codes if code.parent}

    def in_sight() -> set[str | None]:
        shown = browser.execute_script(IN_SIGHT)
        return {code for code, seen in zip(ids, shown, strict=True) if seen and code in all_fine}

    assert in_sight() == set()
    press(browser, "z")
    assert in_sight() == fine
    browser.find_elements(By.CSS_SELECTOR, ".sp .lsf-choice__checkbox")[ids.index("name_calling")].click()
    time.sleep(0.5)
    press(browser, "z")  # the group goes, what is ticked under it stays in sight
    assert in_sight() == fine
    assert browser.execute_script(TICKED) == ["Etikett"]


EVIL = """\
codebook: evil
version: 1.0.0
language: de
title: "<script>window.hacked=1</script>"
targets:
  - id: t1
    question: "Soll <img src=x onerror=window.hacked=2> & „das“ $text 'so' sein?"
    favor_means: "$title </script></style><b>x</b>"
    keys: {favor: q}
layers:
  - id: tone
    kind: set
    label: "$title"
    required: true
    required_message: "<img src=x onerror=window.hacked=3> fehlt"
    codes:
      - {id: a, label: "A, b & <i>c</i>", short: "$5 <script>window.hacked=4</script>", key: "1"}
      - {id: b, label: "javascript:alert(1)", short: "{{x}} ${y}", key: "2"}
      - {id: fine, label: "$fein", parent: a, short: "]]> <svg onload=window.hacked=5>"}
  - id: stance
    kind: stance
    label: "<h1>S</h1>"
    no_target: {label: "Kein <b>Ziel</b>", key: n}
    codes: [{id: favor, label: "Ja<br>"}, {id: against, label: "Nein"}]
  - {id: who, kind: text, label: W, short: "<script>window.hacked=6</script>"}
rules:
  - {id: r, title: "<script>window.hacked=7</script>", text: "<iframe src=javascript:parent.hacked=8></iframe>"}
"""


def test_what_texts_and_codebook_say_comes_out_as_text(
    stream: Callable[..., None], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text(EVIL, "utf-8")
    book = load_codebook(path)
    see(browser, 1440, 900)
    long = f"{PAYLOAD} {'ä' * 5000}"
    stream(book, task(long, PAYLOAD, PAYLOAD, title=PAYLOAD, author=PAYLOAD, date=PAYLOAD, note=PAYLOAD))
    shown = browser.execute_script("return document.querySelector('.sp').innerText")
    shown = shown.replace("\N{WORD JOINER}", "")
    assert shown.count("<script>window.hacked = 1</script>") == 7
    for words in (
        "$title </script></style><b>x</b>",
        "A, b & <i>c</i>",
        "$text 'so' sein?",
        "Kein <b>Ziel</b>",
    ):
        assert words in shown
    press(browser, "1", "q")
    assert browser.execute_script(TICKED) == ["A, b & <i>c</i>", "Ja<br>"]
    press(browser, "1")
    submit(browser)  # asks for what is missing
    shown_after = "return getComputedStyle(document.querySelector(arguments[0]), '::after').content"
    assert browser.execute_script(shown_after, ".ant-modal-confirm-title") == '"Es fehlt noch etwas"'
    assert browser.execute_script(shown_after, "[name=submit] span") == '"Speichern"'
    assert "<img src=x" in browser.find_element(By.CSS_SELECTOR, ".ant-modal-confirm").text
    browser.find_element(By.CSS_SELECTOR, ".ant-modal-confirm button").click()
    assert browser.execute_script("return window.hacked") is None

    page = tmp_path / "guidelines.html"
    page.write_text(guidelines_page(book), "utf-8")
    browser.get(page.as_uri())
    words = browser.find_element(By.TAG_NAME, "body").text
    assert "<script>window.hacked=7</script>" in words
    assert "<iframe src=javascript:parent.hacked=8></iframe>" in words
    assert browser.execute_script("return window.hacked") is None
    assert browser.find_elements(By.CSS_SELECTOR, "script, iframe, img, svg") == []
