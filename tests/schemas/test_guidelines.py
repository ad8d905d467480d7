import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from schemas import codebooks
from schemas.codebook import Code, Codebook, Layer, Rule, Target, load_codebook
from schemas.codebooks import codebook_text
from schemas.guidelines import guidelines_page

SHIPPED = Path(codebooks.__file__).parent
EVIL = '<script>alert("x")</script> & „so“'


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    path = tmp_path_factory.mktemp("book") / "codebook.yaml"
    path.write_text(codebook_text("kommentar-full", "ziele-ukraine"), "utf-8")
    return load_codebook(path)


class Parsed(HTMLParser):
    """The tags, ids, link targets and words of a page; a tag left open is an error."""

    VOID = ("meta",)

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [value for name, value in given.items() if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data


def test_all_that_is_said_of_a_code_is_on_the_page(book: Codebook) -> None:
    words = Parsed(guidelines_page(book)).words
    for layer in book.layers:
        for code in layer.codes:
            said = [code.label, code.short, code.ask, *code.use_when, *code.avoid_when]
            said += [text for e in (*code.examples, *code.near_misses) for text in (e.text, e.note)]
            missing = [text for text in said if book.say(text) not in words]
            assert missing == [], code.id
    for target in book.targets:
        assert book.say(target.question) in words
        assert book.say(target.against_means) in words
    for rule in book.rules:
        assert book.say(rule.text) in words


def test_the_page_needs_no_other_file_and_runs_nothing(book: Codebook) -> None:
    page = guidelines_page(book)
    parsed = Parsed(page)
    assert parsed.tags.isdisjoint({"script", "link", "img", "iframe", "form"})
    assert all(link.startswith("#") for link in parsed.links)
    assert "url(" not in page and "@import" not in page
    assert "default-src &#x27;none&#x27;" in page


def test_every_entry_of_the_contents_leads_somewhere_and_no_id_stands_twice(book: Codebook) -> None:
    parsed = Parsed(guidelines_page(book))
    assert len(parsed.links) == 1 + len(book.layers) + 3
    assert {link.removeprefix("#") for link in parsed.links} <= set(parsed.ids)
    assert len(parsed.ids) == len(set(parsed.ids))


def test_what_a_target_is_stands_before_the_layer_that_asks_about_them(book: Codebook) -> None:
    parsed = Parsed(guidelines_page(book))
    assert parsed.links.index("#ziele") + 1 == parsed.links.index("#ebene-stance")
    assert parsed.ids.index("ziele") + 1 == parsed.ids.index("ebene-stance")
    assert "ZieleJedes Ziel ist eine Frage." in parsed.words


def test_a_fine_code_stands_behind_its_group(book: Codebook) -> None:
    ids = [name for name in Parsed(guidelines_page(book)).ids if name.startswith("code-rhetoric-")]
    at = ids.index("code-rhetoric-justification")
    assert ids[at + 1 : at + 3] == ["code-rhetoric-flag_waving", "code-rhetoric-appeal_to_authority"]


def test_a_near_miss_names_the_right_code_by_its_label(book: Codebook) -> None:
    words = re.sub(r"\s+", " ", Parsed(guidelines_page(book)).words)
    assert "Der Stadtrat ist vor den Anwohnern eingeknickt. → Urteil/Deutung." in words
    assert "→ nicht berührt." in words


def test_what_the_codebook_says_comes_out_as_text() -> None:
    code = Code(id="favor", label=EVIL, short=EVIL, use_when=[EVIL], key="q", maps={EVIL: EVIL})
    book = Codebook(
        codebook=EVIL, version=EVIL, language="de", title=EVIL, description=EVIL,
        targets=[Target(id="t", question=EVIL, favor_means=EVIL, aliases=[EVIL], keys={"favor": EVIL})],
        layers=[Layer(id="s", kind="stance", label=EVIL, short=EVIL, codes=[code, code])],
        rules=[Rule(id="r", title=EVIL, text=EVIL)],
    )  # fmt: skip
    parsed = Parsed(guidelines_page(book))
    assert "script" not in parsed.tags
    assert parsed.words.count(EVIL) >= 15


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_ships_makes_a_page_and_always_the_same(path: Path) -> None:
    book = load_codebook(path)
    assert guidelines_page(book) == guidelines_page(load_codebook(path))
    assert Parsed(guidelines_page(book)).words
