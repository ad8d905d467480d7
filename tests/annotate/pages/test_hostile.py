"""Every page that is written, of texts, titles, names, addresses and labels that mean harm."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from annotate.pages.reading import reading_page
from annotate.report.verb_pages import agreement_page, evaluation_page
from exports.agreement.agree import agree
from exports.agreement.report_text import Place
from reading_pieces import LAYERS, TARGETS, answers, codebook, devices, piece
from running import Ran
from schemas.codebook import Code, Codebook, Layer, Rule, Target
from schemas.guidelines import guidelines_page
from schemas.records import Annotation
from small_gold import gold
from train.evaluate import evaluate_model
from train.evaluation.label_errors import LabelError
from train.persistence.folder import load_model

pytestmark = pytest.mark.slow

Run = Callable[..., Ran]
STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
EVIL = (
    "\"'></title></style></script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>"
    "<!--neu--><!--/neu-->&lt;b&gt; ]]> \x1b[2J\x00\x9b\u202eegal\u2066 "
)
SCRIPT = "javascript:window.pwned=1"


class Page(HTMLParser):
    """The elements of a page; what could run or lead away from it is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        page.encode("utf-8")
        assert not STEERING.search(page)
        self.names: list[str] = []
        self.words = ""
        self.feed(page)
        self.close()
        assert self.names.count("script") <= 1
        assert self.names.count("title") == 1
        assert not {"img", "iframe", "object", "embed", "form", "base", "link"} & set(self.names)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on") or name in ("src", "srcdoc", "action")]
        href = given.get("href") or "#"
        assert re.match(r"#|https?://|(\.\./)?[\w./-]+\.html(#|$)", href), href

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:  # of a script or a style: the page's own, without a word of ours
            assert "pwned" not in data
        else:
            self.words += data


def hostile_codebook() -> Codebook:
    layers = [
        Layer(
            id=layer.id, kind=layer.kind, label=EVIL, short=EVIL,
            codes=[Code(id=code.id, label=EVIL, short=EVIL, use_when=[EVIL], ask=EVIL) for code in layer.codes],
        )
        for layer in LAYERS
    ]  # fmt: skip
    targets = [Target(id=t.id, question=EVIL, favor_means=EVIL, against_means=EVIL) for t in TARGETS]
    rules = [Rule(id="r", title=EVIL, text=EVIL)]
    return Codebook(
        codebook="probe",
        version="1.0.0",
        language="de",
        title=EVIL,
        layers=layers,
        targets=targets,
        rules=rules,
    )


@pytest.mark.parametrize(
    "url", [SCRIPT, f"https://x.example/{EVIL}", f"data:text/html,{EVIL}", "//x.example"]
)
def test_the_reading_page(url: str) -> None:
    rows = [(EVIL, answers(rhetoric=devices("irony"), **{TARGETS[0].id: "favor"})), (EVIL, answers("other"))]
    tagged = piece(*rows, title=EVIL, author=EVIL, date=EVIL, outlet=EVIL, url=url)
    news = [[EVIL], [EVIL]]
    page = reading_page(
        [tagged, tagged], hostile_codebook(), model_version=EVIL, news=news, home="../index.html"
    )
    assert f'href="{SCRIPT[:10]}' not in page
    assert "pwned" in Page(page).words


def test_places_in_a_text_stay_right() -> None:
    words = "Der \x1b[2J Satz \u202e ist \x9b lang."
    page = reading_page([piece((words, answers()), ("Danach.", answers()))], codebook(), model_version="m")
    assert '<span class="t">Der �[2J Satz � ist � lang.</span>' in page
    assert '<span class="t">Danach.</span>' in page


@pytest.fixture
def site(standpunkt: Run, model: Path, tmp_path: Path) -> Path:
    """The folder of a run over pieces that mean harm: so many that they have a listing of their own."""
    folder = tmp_path / "texte"
    folder.mkdir()
    for n in range(60):
        record = {
            "title": f"{n} {EVIL}", "author": f"{EVIL}{n % 2}", "date": f"2025-0{1 + n % 9}-1{n % 9}",
            "text": f"Das Tempolimit nützt allen. Das Tempolimit {EVIL} ist klug. Frau {EVIL} schweigt.",
            "url": SCRIPT, "outlet": EVIL,
        }  # fmt: skip
        (folder / f"{n}.jsonl").write_text(json.dumps(record), "utf-8")
    (folder / "<b>\x1b[2J.txt").write_text("", "utf-8")
    out = tmp_path / "seite"
    assert standpunkt("tag", folder, "-m", model, "--to", "html", "-o", out).code == 1  # one is empty
    return out


def test_all_pages_of_a_folder(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 62
    assert {"index.html", "texte.html"} < {page.name for page in pages}
    for page in pages:
        words = Page(page.read_text("utf-8")).words
        assert "pwned" in words or "Kein Satz." in words, page.name
    assert "<b>�[2J.txt" in Page((site / "index.html").read_text("utf-8")).words


def test_the_evaluation_page(model: Path) -> None:
    report = evaluate_model(load_model(model), gold(), seen=True)
    suspects = [
        LabelError(
            sentence_id=EVIL, text=EVIL, code=EVIL, target=EVIL, gold=EVIL, predicted=EVIL, score=0.9,
            gold_score=0.1,
            links=[SCRIPT, f"https://x.example/{EVIL}"],
        )
    ]  # fmt: skip
    layers = {name: replace(layer, suspects=suspects) for name, layer in report.layers.items()}
    page = evaluation_page(replace(report, layers=layers, model_version=EVIL), hostile_codebook())
    assert f'href="{SCRIPT[:10]}' not in page
    assert "pwned" in Page(page).words


def test_the_agreement_page() -> None:
    rows = [
        Annotation(sentence_id=f"c{n // 5}:{n}{EVIL}", commentary_id=f"c{n // 5}", annotator=f"{who}{EVIL}", codebook="probe",
                   layers={"voice": "other" if who == "b" and n % 3 else "author"}, task_id=n)
        for n in range(20) for who in "ab"
    ]  # fmt: skip
    places = {
        row.sentence_id: Place(text=EVIL, links=((EVIL, SCRIPT), (EVIL, f"http://x/{EVIL}"))) for row in rows
    }
    book = hostile_codebook()
    page = agreement_page(agree(rows, book, draws=20), book, places, notes=[EVIL])
    assert "pwned" in Page(page).words


def test_the_guidelines() -> None:
    assert "pwned" in Page(guidelines_page(hostile_codebook())).words
