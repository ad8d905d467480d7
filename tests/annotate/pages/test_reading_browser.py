"""The reading page in a real browser: by mouse and by keyboard, on a phone, in the dark, on paper."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from annotate.analysis.piece import TaggedPiece, view_piece
from annotate.analysis.prevalence import counts_of
from annotate.analysis.summary import summary_of
from annotate.pages.reading import reading_page
from annotate.tag.folder import piece_hits
from annotate.tag.folder_index import write_index
from annotate.tag.ledger import Finished, Ledger
from annotate.tag.report import counts_in
from reading_pieces import answers, codebook, devices, piece, says, touches
from real_browser import set_screen, violations
from schemas.records import CodePrediction, Layers

pytestmark = pytest.mark.browser

PAYLOAD = '<script>window.pwned=1</script><img src=x onerror=window.pwned=1>"onmouseover="window.pwned=1'


Open = Callable[..., webdriver.Chrome]


@pytest.fixture
def open_page(chrome: webdriver.Chrome, tmp_path: Path) -> Open:
    """Opens pieces as a page from a file, at a size and in a light."""

    def open_at(
        *pieces: TaggedPiece, width: int = 1440, height: int = 900, dark: bool = False
    ) -> webdriver.Chrome:
        path = tmp_path / "seite.html"
        path.write_text(reading_page(pieces or [sample()], codebook(), model_version="probe-1"), "utf-8")
        set_screen(chrome, width, height, dark=dark)
        chrome.get_log("browser")
        chrome.get(path.as_uri())
        return chrome

    return open_at


def sample(*, filler: int = 40) -> TaggedPiece:
    """Every state that a sentence can be in, and long enough to scroll."""
    rows = [
        ("Ein Limit tut not, und zwar bald.", answers(tempolimit="favor", smartphone="unrelated")),
        ("Es sei Unfug, sagt der Minister.", answers("other", tempolimit="against", smartphone="against")),
        (
            "Wie weise er doch ist!",
            answers(rhetoric=devices("irony"), tempolimit="unrelated", smartphone="against"),
        ),
        (
            "Wer weiß das schon?",
            answers(tempolimit=says("open", 0.4, abstained=True), smartphone="unrelated"),
        ),
        ("Vielleicht war es anders.", answers(says("mixed", 0.4, abstained=True), tempolimit="favor")),
        ("Ausgerechnet er findet es gut.", answers("mixed", tempolimit="favor", function=says("report"))),
    ]
    more = [("Die Straße ist lang, und wer auf ihr fährt, der hat Zeit zum Nachdenken.", answers())] * filler
    return piece(*rows, *more, reasons={"function": [("word: Limit", 0.4)]})


def css(page: webdriver.Chrome, selector: str) -> WebElement:
    return page.find_element(By.CSS_SELECTOR, selector)


def tones(page: webdriver.Chrome) -> list[str | None]:
    found = page.find_elements(By.CSS_SELECTOR, ".text .s")[:6]
    return [sentence.get_dom_attribute("data-tone") for sentence in found]


def press(page: webdriver.Chrome, *keys: str) -> None:
    ActionChains(page).send_keys(*keys).perform()


def test_the_page_runs_under_its_own_policy_and_asks_for_nothing(open_page: Open) -> None:
    page = open_page()
    assert page.get_log("browser") == []
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert page.execute_script("return document.documentElement.classList.contains('js')")


def test_a_payload_in_the_text_does_not_run(open_page: Open) -> None:
    page = open_page(piece((PAYLOAD, answers(tempolimit="favor")), title=PAYLOAD, author=PAYLOAD))
    css(page, ".text .s .t").click()
    assert page.execute_script("return typeof window.pwned") == "undefined"
    assert css(page, ".text .s .t").text == PAYLOAD


def test_a_script_that_got_into_the_page_would_be_refused(open_page: Open) -> None:
    page = open_page()
    page.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.pwned = 1'; document.body.append(s)"
    )
    assert page.execute_script("return typeof window.pwned") == "undefined"


def test_a_click_on_a_sentence_opens_its_codes_and_a_second_closes_them(open_page: Open) -> None:
    page = open_page()
    css(page, "#p1-s2 .t").click()
    panel = css(page, ".panel")
    assert panel.is_displayed()
    assert "Satz 2 von 46" in panel.text
    assert "gibt wieder, was andere sagen" in panel.text
    css(page, "#p1-s2 .t").click()
    assert not panel.is_displayed()


def test_the_keyboard_opens_a_sentence_and_comes_back(open_page: Open) -> None:
    page = open_page()
    button = css(page, "#p1-s3 .open")
    page.execute_script("arguments[0].focus()", css(page, "#p1-s2 .open"))
    press(page, Keys.TAB)
    assert page.switch_to.active_element == button
    press(page, Keys.ENTER)
    assert page.switch_to.active_element.text == "Satz 3 von 46"
    assert button.get_attribute("aria-expanded") == "true"
    press(page, Keys.ESCAPE)
    assert page.switch_to.active_element == button
    assert button.get_attribute("aria-expanded") == "false"


def test_an_open_panel_has_a_bar_for_each_probability_and_a_line_for_a_threshold(open_page: Open) -> None:
    answer = CodePrediction(
        code="claim", score=0.9, threshold=0.45, abstained=False, scores={"report": 0.001, "claim": 0.9}
    )
    page = open_page(piece(("Ein Satz.", answers(function=answer, rhetoric=devices("irony")))))
    css(page, "#p1-s1 .t").click()
    lists = page.find_elements(By.CSS_SELECTOR, ".detail:not([hidden]) .scores")
    rows = [
        [row.text, row.get_dom_attribute("class"), bar.get_dom_attribute("width"),
         [line.get_dom_attribute("x1") for line in row.find_elements(By.CSS_SELECTOR, "line")]]
        for row in lists[1].find_elements(By.CSS_SELECTOR, "li")
        for bar in row.find_elements(By.CSS_SELECTOR, "rect")
    ]  # fmt: skip
    assert rows == [
        ["Urteil\n90 %", "given", "90%", ["45.0%"]],
        ["Bericht\n< 1 %", None, "0%", ["45.0%"]],
    ]
    given = [
        [row.text.split("\n")[0] for row in one.find_elements(By.CSS_SELECTOR, ".given")] for one in lists
    ]
    assert given == [["Autor"], ["Urteil"], ["Ironie/Distanz"]]


def test_an_open_panel_quotes_its_sentence_with_the_words_that_moved_a_code(open_page: Open) -> None:
    reasons = {
        "function": [("cue: question_words: Wer", 0.4), ("word: Ähm", 0.2), ("before_word: <das>", 0.1)]
    }
    text = "Wer zahlt <das>, ähm, wer, Ähm?"
    page = open_page(piece((text, answers()), reasons=reasons))
    css(page, "#p1-s1 .t").click()
    quote = css(page, ".detail:not([hidden]) blockquote")
    assert quote.text == text
    assert [word.text for word in quote.find_elements(By.CSS_SELECTOR, "em")] == ["Wer", "Ähm"]


def test_an_open_panel_lists_the_questions_that_are_not_touched(open_page: Open) -> None:
    page = open_page(piece(("Ein Satz.", answers(tempolimit="favor", smartphone="unrelated"))))
    css(page, "#p1-s1 .t").click()
    css(page, ".detail:not([hidden]) details.quiet summary").click()
    questions = [
        one.text for one in page.find_elements(By.CSS_SELECTOR, ".detail:not([hidden]) details.quiet li")
    ]
    assert questions == [codebook().question("smartphone")]


def test_the_panel_steps_to_the_next_sentence(open_page: Open) -> None:
    page = open_page()
    css(page, "#p1-s1 .t").click()
    back, on = page.find_elements(By.CSS_SELECTOR, ".panel .step")
    assert not back.is_enabled()
    on.click()
    assert "Satz 2 von 46" in css(page, ".panel").text


def test_one_panel_is_open_on_the_whole_page(open_page: Open) -> None:
    page = open_page(sample(), sample())
    css(page, "#p1-s1 .t").click()
    page.execute_script("document.querySelector('#p2-s4 .t').click()")
    panels = [panel.is_displayed() for panel in page.find_elements(By.CSS_SELECTOR, ".panel")]
    assert panels == [False, True]


#: Contrast of a sentence with its tint, and of its sign with the page (WCAG 2.2, 1.4.3).
CONTRAST = """
const parse = c => c.match(/[\\d.]+/g).map(Number).slice(0, 3);
const part = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const light = c => .2126 * part(c[0]) + .7152 * part(c[1]) + .0722 * part(c[2]);
const ratio = (a, b) => { const [x, y] = [light(parse(a)), light(parse(b))].sort((p, q) => p - q);
    return (y + .05) / (x + .05) };
const s = document.querySelector('.s[data-tone="touched"]'), text = getComputedStyle(s.querySelector('.t'));
const sign = getComputedStyle(s.querySelector('.sign:not([hidden])'));
return [ratio(text.color, text.backgroundColor),
        ratio(sign.color, getComputedStyle(document.documentElement).backgroundColor)]"""


@pytest.mark.parametrize("dark", [False, True])
def test_an_open_direction_has_a_calm_style_of_its_own_and_a_filter(
    dark: bool, open_page: Open, tmp_path: Path
) -> None:
    rows = [
        ("Ein Limit tut not, und zwar bald.", answers(tempolimit="favor")),
        ("Auf der Autobahn gilt seit Jahren, was gilt.", answers(tempolimit=touches())),
        ("Andere nennen es Unfug.", answers(tempolimit="against")),
        ("Wer weiß das schon?", answers(tempolimit=says("open", 0.4, abstained=True))),
    ]
    page = open_page(piece(*rows), dark=dark)
    page.save_screenshot(str(tmp_path / f"touched-{'dark' if dark else 'light'}.png"))
    assert tones(page) == ["yes", "touched", "no", "unsure"]
    backgrounds = page.execute_script(
        "return [...document.querySelectorAll('.text .s .t')].map(e => getComputedStyle(e).backgroundColor)"
    )
    assert len(set(backgrounds)) == 4
    assert min(page.execute_script(CONTRAST)) >= 4.5
    css(page, "[data-filter='stance.tempolimit.direction-open']").click()
    hits = page.find_elements(By.CSS_SELECTOR, ".text .s.hit")
    assert [hit.get_dom_attribute("id") for hit in hits] == ["p1-s2"]


def test_another_target_tints_other_sentences(open_page: Open) -> None:
    page = open_page()
    assert tones(page) == ["yes", None, None, "unsure", "unsure", None]
    css(page, "input[value='stance.smartphone']").click()
    assert tones(page) == [None, None, "no", None, None, None]
    strip = [r.get_dom_attribute("data-tone") for r in page.find_elements(By.CSS_SELECTOR, ".strip rect")]
    assert strip[:6] == tones(page)
    assert css(page, "#p1-s3 .sign:not([hidden])").text.startswith("▼")


def test_without_tint_no_sentence_is_tinted(open_page: Open) -> None:
    page = open_page()
    css(page, ".lenses input[value='']").click()
    assert tones(page) == [None] * 6


def test_a_filter_marks_the_sentences_of_a_code(open_page: Open) -> None:
    page = open_page()
    css(page, "[data-filter='rhetoric.irony']").click()
    hits = page.find_elements(By.CSS_SELECTOR, ".text .s.hit")
    assert [hit.get_dom_attribute("data-n") for hit in hits] == ["3"]
    assert css(page, ".matches").text.startswith("1 von 46 Sätzen hervorgehoben")
    css(page, ".matches button").click()
    assert not page.find_elements(By.CSS_SELECTOR, ".s.hit")


def test_filters_of_two_layers_both_have_to_fit(open_page: Open) -> None:
    page = open_page()
    for token in ("voice.mixed", "voice.other", "function.report"):
        css(page, f"[data-filter='{token}']").click()
    hits = page.find_elements(By.CSS_SELECTOR, ".text .s.hit")
    assert [hit.get_dom_attribute("data-n") for hit in hits] == ["6"]


def test_a_key_sentence_leads_to_its_place(open_page: Open) -> None:
    page = open_page()
    css(page, ".key a").click()
    assert page.current_url.endswith("#p1-s1")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844), (320, 640)])
def test_nothing_runs_out_of_the_window(open_page: Open, width: int, height: int) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle" * 2
    page = open_page(
        piece((long, answers(tempolimit="favor")), title=long, author=long), width=width, height=height
    )
    for selector in (None, "#p1-s1 .t"):
        if selector:
            page.execute_script("document.querySelector(arguments[0]).click()", selector)
        wide = page.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
        assert wide[0] <= wide[1]


def test_on_a_phone_the_panel_leaves_its_sentence_in_view(open_page: Open) -> None:
    page = open_page(width=390, height=844)
    page.execute_script("document.querySelector('#p1-s30 .open').click()")
    place = "const b = document.querySelector(arguments[0]).getBoundingClientRect(); return [b.top, b.bottom]"
    top, bottom = page.execute_script(place, "#p1-s30 .t")
    panel_top, _ = page.execute_script(place, ".panel")
    banner_bottom = page.execute_script(place, ".banner")[1]
    assert banner_bottom <= top < bottom <= panel_top


def test_the_dark_page_is_dark(open_page: Open) -> None:
    ground = "return getComputedStyle(document.documentElement).backgroundColor"
    light = open_page().execute_script(ground)
    dark = open_page(dark=True).execute_script(ground)
    assert [sum(map(int, re.findall(r"\d+", colour)[:3])) > 380 for colour in (light, dark)] == [True, False]


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)])
@pytest.mark.parametrize("state", ["still", "open", "filtered"])
def test_axe_finds_nothing_serious(open_page: Open, width: int, dark: bool, state: str) -> None:
    page = open_page(width=width, height=844, dark=dark)
    if state == "open":
        page.execute_script("document.querySelector('#p1-s2 .open').click()")
    if state == "filtered":
        page.execute_script("document.querySelector(\"[data-filter='voice.mixed']\").click()")
    assert violations(page) == []


def checked_sample() -> TaggedPiece:
    shown = sample(filler=0)
    people: dict[str, Layers] = {
        s.sentence_id: {"voice": "author", "stance": {"tempolimit": "against"}} for s in shown.sentences[:2]
    }
    return replace(shown, checked=people)


def test_the_switch_shows_checked_codes_alone_and_goes_back_by_key(open_page: Open) -> None:
    page = open_page(checked_sample())
    assert tones(page)[:4] == ["no", "no", None, "unsure"]
    page.execute_script("arguments[0].focus()", css(page, "#nur-geprueftes"))
    press(page, Keys.SPACE)
    assert not css(page, ".both").is_displayed()
    shown = page.find_elements(By.CSS_SELECTOR, ".people .text .s")
    assert [s.get_dom_attribute("data-tone") for s in shown[:4]] == ["no", "no", None, None]
    said = [css(page, f".banner {part}").is_displayed() for part in (".by-people", "strong")]
    assert said == [True, False]
    assert violations(page) == []
    press(page, Keys.SPACE)
    assert css(page, ".both").is_displayed()


def test_print_says_on_every_page_that_nobody_checked_it(open_page: Open) -> None:
    page = open_page()
    pdf = printed(page)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
    rules: list[Any] = page.execute_script(
        "return [...document.styleSheets[0].cssRules].filter(r => r instanceof CSSPageRule).map(r => r.cssText)"
    )
    assert "Maschinell codiert, nicht geprüft" in rules[0]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert css(page, ".banner").is_displayed()
    assert not css(page, ".strip").is_displayed()


def test_print_is_light_even_where_the_screen_is_dark(open_page: Open) -> None:
    page = open_page(dark=True)
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": features})
    ground = "return getComputedStyle(document.documentElement).backgroundColor"
    assert page.execute_script(ground) == "rgb(255, 255, 255)"


def printed(page: webdriver.Chrome) -> bytes:
    done = page.execute_cdp_cmd("Page.printToPDF", {"printBackground": False, "preferCSSPageSize": True})
    return base64.b64decode(done["data"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with its pages, of invented pieces whose texts and names hold a payload."""
    folder = tmp_path_factory.mktemp("seite")
    ledger = Ledger(folder / ".tagged.sqlite", "probe")
    book = codebook()
    for n in range(12):
        one = piece(
            (f"Ein Limit tut not {n}. {PAYLOAD}", answers(tempolimit="favor" if n % 3 else "against")),
            ("Wie weise er doch ist!", answers(rhetoric=devices("irony"), tempolimit="unrelated")),
            title=f"Text {n} {PAYLOAD}", author=f"Grete Halm {PAYLOAD}",
        )  # fmt: skip
        summary = summary_of(one, book, model_version="probe-1")
        view = view_piece(one, book, number=1)
        done = Finished(
            key=str(n), day=f"2025-0{1 + n // 3}-11", page=f"t{n}.html", report=counts_in(one, book),
            model_version="probe-1", summarised=summary, counts=counts_of(view, book),
        )  # fmt: skip
        ledger.add(done, n, list(piece_hits(view, summary)))
        page = reading_page([one], book, model_version="probe-1", home="../index.html")
        (folder / "texte").mkdir(exist_ok=True)
        (folder / "texte" / f"t{n}.html").write_text(page, "utf-8")
    failed = [(f"leer{PAYLOAD}.txt", "is empty")]
    write_index(folder, ledger, book, measure=None, failed=failed, model_version="probe-1")
    return folder


def visit(page: webdriver.Chrome, path: Path, *, width: int, dark: bool) -> None:
    set_screen(page, width, dark=dark)
    page.get_log("browser")
    page.get(path.as_uri())


@pytest.mark.parametrize("name", ["index.html", "saetze/stance.tempolimit.html", "texte/t3.html"])
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)])
def test_the_pages_of_a_folder_are_sound(
    chrome: webdriver.Chrome, site: Path, name: str, width: int, dark: bool
) -> None:
    visit(chrome, site / name, width=width, dark=dark)
    assert chrome.get_log("browser") == []
    assert chrome.execute_script("return typeof window.pwned") == "undefined"
    wide = chrome.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]
    assert violations(chrome) == []


def test_a_figure_leads_to_its_sentence_in_its_text(chrome: webdriver.Chrome, site: Path) -> None:
    visit(chrome, site / "index.html", width=1440, dark=False)
    css(chrome, "td a").click()
    assert chrome.current_url.endswith("saetze/stance.tempolimit.html#2025-01-06")
    css(chrome, ".evidence li a").click()
    assert chrome.current_url.endswith("texte/t0.html#p1-s1")
    css(chrome, ".banner a").click()
    assert chrome.current_url.endswith("/index.html")
