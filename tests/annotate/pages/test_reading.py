"""The reading page as HTML: nothing is tinted that is not the author's, nothing escapes its place."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Literal

import pytest
from msgspec.structs import replace

from annotate.analysis.piece import TaggedPiece, view_piece
from annotate.pages.overview import summary_line
from annotate.pages.reading import reading_page
from annotate.pages.reasons import CUES, FACTS
from annotate.texts.blocks import find_blocks
from reading_pieces import (
    FUNCTION,
    LAYERS,
    LIMIT,
    PHONES,
    RHETORIC,
    STANCE,
    TARGETS,
    VOICE,
    answers,
    codebook,
    devices,
    piece,
    prediction,
    says,
    sentence,
    touches,
)
from schemas.codebook import Code, Codebook, Layer, Target
from schemas.markup import VOID
from schemas.records import Block, CodePrediction, Commentary, Layers
from train.features.naming import MARKS, vague_words
from train.features.speech.signs import SIGNS


class Element:
    """A node of a parsed page."""

    def __init__(self, name: str, attributes: dict[str, str | None]) -> None:
        self.name, self.attributes = name, attributes
        self.children: list[Element | str] = []

    def __getitem__(self, key: str) -> str | None:
        return self.attributes.get(key)

    @property
    def classes(self) -> list[str]:
        return (self["class"] or "").split()

    def all(self, name: str | None = None, class_: str | None = None, **wanted: str) -> list["Element"]:
        return [
            node
            for node in self.walk()
            if (name is None or node.name == name)
            and (class_ is None or class_ in node.classes)
            and all(node[key.replace("_", "-")] == value for key, value in wanted.items())
        ]

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def words(self, *, without: tuple[str, ...] = ()) -> str:
        if set(self.classes) & set(without):
            return ""
        parts = (c if isinstance(c, str) else c.words(without=without) for c in self.children)
        return " ".join("".join(parts).split())


class Tree(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(page)
        self.close()
        assert self.open == [self.root], "an element is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Element(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def page_of(*pieces: TaggedPiece, book: Codebook | None = None, model: str = "probe-00c0ffee") -> Element:
    return Tree(reading_page(pieces, book or codebook(), model_version=model)).root


def shown(page: Element) -> list[Element]:
    """The sentences of the text, in order."""
    return [node for text in page.all(class_="text") for node in text.all(class_="s")]


def sign_of(node: Element) -> str:
    signs = [sign for sign in node.all(class_="sign") if "hidden" not in sign.attributes]
    return signs[0].words(without=("vh",)) if signs else ""


# --- the author's stance, and only the author's


@pytest.mark.parametrize(
    ("voice", "stance", "tone", "sign"),
    [
        ("author", "favor", "yes", "▲"),
        ("author", "against", "no", "▼"),
        ("author", "open", "open", "◆"),
        ("author", "unrelated", None, ""),
        ("author", says("favor", 0.4, abstained=True), "unsure", "○"),
        ("author", says("unrelated", 0.4, abstained=True), "unsure", "○"),
        ("other", "favor", None, ""),
        ("other", "against", None, ""),
        ("other", says("against", 0.4, abstained=True), None, ""),
        ("mixed", "against", None, ""),
        (says("author", 0.4, abstained=True), "against", "unsure", "○"),
        (says("author", 0.4, abstained=True), "unrelated", None, ""),
        (says("other", 0.4, abstained=True), "favor", "unsure", "○"),
        (None, "favor", "unsure", "○"),
        ("author", touches(), "touched", "◐"),
        ("author", touches("unrelated"), "touched", "◐"),
        ("other", touches(), None, ""),
        ("mixed", touches(), None, ""),
        (says("author", 0.4, abstained=True), touches(), "unsure", "○"),
    ],
)
def test_only_the_authors_own_sure_voice_is_tinted(
    voice: CodePrediction | str | None, stance: CodePrediction | str, tone: str | None, sign: str
) -> None:
    page = page_of(piece(("Ein Limit tut not.", answers(voice, tempolimit=stance))))
    assert (shown(page)[0]["data-tone"], sign_of(shown(page)[0])) == (tone, sign)


@pytest.mark.parametrize(
    ("voice", "shown_voice", "heard"),
    [
        ("author", "own", ""),
        ("other", "other", "Wiedergabe:"),
        ("mixed", "mixed", "Gemischt:"),
        (says("other", 0.4, abstained=True), "undecided", "Stimme unentschieden:"),
    ],
)
def test_who_speaks_is_marked_for_eye_and_ear(
    voice: CodePrediction | str, shown_voice: str, heard: str
) -> None:
    node = shown(page_of(piece(("Das sei zu teuer.", answers(voice)))))[0]
    first = node.all("span", class_="vh")[0].words()
    assert (node["data-voice"], first if heard else "") == (shown_voice, heard)


def test_relayed_stance_is_in_no_count_and_no_key_sentence_but_is_named_as_left_out() -> None:
    page = page_of(
        piece(
            ("Ein Limit tut not.", answers("author", tempolimit="favor")),
            ("Ein Limit sei Unfug, sagt er.", answers("other", tempolimit="against")),
            ("Ausgerechnet er hält es für Unfug.", answers("mixed", tempolimit="against")),
        )
    )
    target = page.all(class_="target")[0].words()
    assert "Ja 1" in target
    assert "Nein 0" in target
    assert "nicht gezählt: 2 in fremder oder gemischter Rede" in target
    assert [li.words() for li in page.all(class_="key")[0].all("li")] == [
        "▲Ein Limit tut not. Satz 1, Ja 80 %"
    ]


def test_panel_of_a_relayed_sentence_says_that_its_stance_does_not_count() -> None:
    page = page_of(piece(("Ein Limit sei Unfug, sagt er.", answers("other", tempolimit="against"))))
    detail = page.all(class_="detail")[0].words()
    assert "gibt wieder, was andere sagen" in detail
    assert "nicht gezählt: Nein 80 %" in detail
    assert "▼" not in detail


# --- what is undecided stays undecided


def test_abstentions_are_counted_and_said() -> None:
    unsure = answers(tempolimit=says("favor", 0.45, abstained=True))
    page = page_of(piece(("Das kann man so sehen.", unsure)))
    assert "unentschieden 1" in page.all(class_="target")[0].words()
    detail = page.all(class_="detail")[0].words()
    assert "○ unentschieden – am ehesten Ja (45 %, nötig wären 60 %)" in detail


def test_a_sure_touch_with_an_open_direction_is_shown_and_counted_apart() -> None:
    page = page_of(
        piece(
            ("Ein Limit tut not.", answers(tempolimit="favor")),
            ("Auf der Autobahn gilt, was gilt.", answers(tempolimit=touches())),
            ("Der Minister nennt es Unfug.", answers("other", tempolimit=touches("against"))),
        )
    )
    target = page.all(class_="target")[0].words()
    assert "▲Ja 1▼Nein 0◆Offen 0◐berührt, Richtung unklar 1" in target
    assert "nicht gezählt: 1 in fremder" in target
    own, others = (detail.words() for detail in page.all(class_="detail")[1:])
    assert "◐ berührt, Richtung unklar – am ehesten Ja (50 %)" in own
    assert "nicht gezählt: berührt, Richtung unklar" in others
    assert len(page.all(class_="key")[0].all("li")) == 1  # no key sentence without an answer
    assert "berührt, Richtung unklar" in page.all(class_="signs")[0].words()
    assert "„Berührt, Richtung unklar“ heißt" in page.all(class_="legend")[0].words()


def test_a_page_without_open_directions_explains_no_sign_for_them() -> None:
    page = page_of(piece(("Ein Limit tut not.", answers(tempolimit="favor"))))
    assert "Richtung unklar" not in page.all(class_="signs")[0].words()
    assert "Richtung unklar" not in page.all(class_="target")[0].words()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("author", "Die Richtung stammt aus anderen Texten des Autors"),
        ("commentary", "Die Richtung stammt aus anderen, schon codierten Sätzen"),
        (None, ""),
    ],
)
def test_what_a_direction_rests_on_is_said(
    source: Literal["author", "commentary"] | None, words: str
) -> None:
    stance = replace(says("favor"), direction_from=source)
    detail = (
        page_of(piece(("Ein Limit tut not.", answers(tempolimit=stance)))).all(class_="detail")[0].words()
    )
    assert words in detail
    assert ("Die Richtung" in detail) == bool(words)


@pytest.mark.parametrize(
    ("stances", "line"),
    [
        (
            ["favor", touches()],
            "antwortet der Text einmal „Ja“; einmal berührt er sie mit unklarer Richtung.",
        ),
        ([touches()] * 2, "berührt der Text die Frage zweimal, die Richtung ist unklar."),
        (
            [touches(), says("favor", 0.4, abstained=True)],
            "berührt der Text die Frage einmal, die Richtung ist unklar; einmal bleibt es unentschieden.",
        ),
    ],
)
def test_the_summary_line_says_where_the_direction_is_open(
    stances: list[CodePrediction | str], line: str
) -> None:
    tagged = piece(*((f"Satz {n}.", answers(tempolimit=stance)) for n, stance in enumerate(stances)))
    said = summary_line(view_piece(tagged, codebook(), number=1), codebook())
    assert said == f"„{LIMIT}“ – in eigener Stimme {line}"


def test_a_voice_that_a_rule_left_open_says_why_and_counts_for_nobody() -> None:
    unsure = {"voice": says("author", 0.9, abstained=True), "stance": answers(tempolimit="favor")["stance"]}
    page = page_of(piece(("Merz betonte, dass das Limit kommt.", unsure)))
    detail = page.all(class_="detail")[0].words()
    assert "die Zeichen für Wiedergabe sprechen dagegen" in detail
    assert "Wer hier spricht, ist unentschieden." in detail
    assert "unentschieden 1" in page.all(class_="target")[0].words()


def test_a_threshold_that_nothing_reaches_is_not_shown_as_a_number() -> None:
    never = answers(tempolimit=says("favor", 0.45, abstained=True, threshold=1.0))
    detail = page_of(piece(("Das kann man so sehen.", never))).all(class_="detail")[0].words()
    assert "am ehesten Ja (45 %, in der Erprobung zu oft falsch)" in detail


def test_a_device_the_model_abstains_from_is_not_marked() -> None:
    page = page_of(
        piece(("So weise ist er!", answers(rhetoric=devices("irony", "metaphor", abstained=["irony"]))))
    )
    assert [node.words() for node in shown(page)[0].all(class_="device")] == ["Bild/Vergleich"]
    assert "○ unentschieden: Ironie/Distanz" in page.all(class_="detail")[0].words()


def test_the_exclusive_code_is_no_device() -> None:
    node = shown(page_of(piece(("Es regnet.", answers(rhetoric=devices("none"))))))[0]
    assert not node.all(class_="device")
    assert "rhetoric" not in node.classes


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([answers(says("author", 0.4, abstained=True), tempolimit="favor")] * 2, "bei keinem Satz sicher"),
        ([answers(tempolimit=says("favor", 0.3, abstained=True))] * 3, "enthält sich hier oft"),
        ([answers(tempolimit="favor")] * 3, None),
    ],
)
def test_a_model_that_abstains_often_is_said_to(rows: list[dict[str, object]], words: str | None) -> None:
    remarks = page_of(piece(*(("Ein Satz.", row) for row in rows))).all(class_="caution")  # type: ignore[arg-type]
    assert [words in remark.words() for remark in remarks if words] == ([True] if words else [])
    assert bool(remarks) == bool(words)


def test_a_sentence_without_a_prediction_is_shown_without_codes() -> None:
    page = page_of(piece(("Noch ein Satz.", None)))
    assert shown(page)[0]["data-tone"] is None
    assert "keine Auskunft des Modells" in page.all(class_="detail")[0].words()


def test_a_target_the_model_was_not_asked_about_is_listed_as_such() -> None:
    page = page_of(piece(("Ein Limit tut not.", answers(tempolimit="favor"))))
    silent = [node for node in page.all("details") if "nicht beurteilt" in node.words()]
    assert PHONES in silent[0].words()


# --- one line, key sentences, choice of the target


@pytest.mark.parametrize(
    ("codes", "line"),
    [
        (["favor"], "– in eigener Stimme antwortet der Text einmal „Ja“."),
        (
            ["favor", "favor", "against"],
            "– in eigener Stimme antwortet der Text zweimal „Ja“ und einmal „Nein“.",
        ),
        (["favor"] * 13 + ["open"], "– in eigener Stimme antwortet der Text 13-mal „Ja“ und einmal „Offen“."),
        (
            ["against", "?"],
            "– in eigener Stimme antwortet der Text einmal „Nein“; einmal bleibt es unentschieden.",
        ),
        (
            ["?", "?"],
            "Zu keinem Ziel ist in eigener Stimme eine Antwort sicher erkannt; bei „L“ bleibt sie zweimal unentschieden.",
        ),
        (["unrelated"], "Zu keinem Ziel ist in eigener Stimme eine Antwort sicher erkannt."),
    ],
)
def test_the_summary_is_one_plain_line(codes: list[str], line: str) -> None:
    rows = [says("favor", 0.4, abstained=True) if code == "?" else says(code) for code in codes]
    page = page_of(piece(*((f"Satz {n}.", answers(tempolimit=row)) for n, row in enumerate(rows))))
    assert page.all(class_="summary")[0].words().replace(f"„{LIMIT}“ –", "–").replace(LIMIT, "L") == line


def test_the_target_touched_most_is_chosen() -> None:
    page = page_of(
        piece(
            ("Eins.", answers(tempolimit="favor", smartphone="against")),
            ("Zwei.", answers(tempolimit="unrelated", smartphone="against")),
        )
    )
    chosen = [node["value"] for node in page.all("input") if "checked" in node.attributes]
    assert chosen == ["stance.smartphone"]
    assert [sign_of(node) for node in shown(page)] == ["▼", "▼"]


def test_key_sentences_are_the_three_surest() -> None:
    scores = (0.61, 0.95, 0.7, 0.88)
    rows = [(f"Satz {n}.", answers(tempolimit=says("favor", score))) for n, score in enumerate(scores)]
    quotes = page_of(piece(*rows)).all(class_="key")[0].all("q")
    assert [quote.words() for quote in quotes] == ["Satz 1.", "Satz 3.", "Satz 2."]


# --- the text as it was written


def built(text: str, *blocks: tuple[str, str], title: str = "Titel", **more: list[str]) -> TaggedPiece:
    """A piece whose blocks are found in its text; each paragraph and item is one sentence."""
    found, sentences, at = [], [], 0
    for n, (kind, words) in enumerate(blocks):
        at = text.index(words, at)
        found.append(Block(kind=kind, start=at, end=at + len(words)))  # type: ignore[arg-type]
        if kind in ("paragraph", "list_item"):
            sentences.append(sentence(n, words, at, block=n))
        at += len(words)
    commentary = Commentary(commentary_id="probe", title=title, text=text, blocks=found, **more)  # type: ignore[arg-type]
    predictions = [prediction(int(s.sentence_id[6:]), s.text, answers(), {}) for s in sentences]
    return TaggedPiece(commentary=commentary, sentences=sentences, predictions=predictions)


WRITTEN = (
    "Titel\n\nNötig ist dreierlei:\n\n1. mehr Züge,\n2. bessere Gleise,\n- und Geduld.\n\n"
    "Zwischentitel\n\nDer Bahnhof im Mai. Foto: privat\n\nDas war es."
)
BLOCKS = (
    ("title", "Titel"), ("paragraph", "Nötig ist dreierlei:"), ("list_item", "mehr Züge,"),
    ("list_item", "bessere Gleise,"), ("list_item", "und Geduld."), ("title", "Zwischentitel"),
    ("caption", "Der Bahnhof im Mai. Foto: privat"), ("paragraph", "Das war es."),
)  # fmt: skip


def test_paragraphs_lists_headings_and_captions_stay_apart() -> None:
    text = page_of(built(WRITTEN, *BLOCKS)).all(class_="text")[0]
    hidden = ("vh", "end")
    said = [(node.name, node.words(without=hidden)) for node in text.children if isinstance(node, Element)]
    assert said == [
        ("p", "Nötig ist dreierlei:"),
        ("ul", "1. mehr Züge,2. bessere Gleise,und Geduld."),
        ("h3", "Zwischentitel"),
        ("p", "Der Bahnhof im Mai. Foto: privat"),
        ("p", "Das war es."),
    ]
    assert text.all("p")[1].classes == ["caption"]


def test_the_title_stands_on_the_page_once() -> None:
    page = page_of(built(WRITTEN, *BLOCKS))
    assert page.all("h2")[0].words() == "Titel"
    assert "Titel" not in [node.words() for node in page.all(class_="text")[0].walk()]


def test_words_between_sentences_are_kept() -> None:
    text = "Erster Satz. [sic] Zweiter Satz."
    sentences = [sentence(0, "Erster Satz.", 0, block=0), sentence(1, "Zweiter Satz.", 19, block=0)]
    commentary = Commentary(
        commentary_id="probe",
        title="T",
        text=text,
        blocks=[Block(kind="paragraph", start=0, end=len(text))],
    )
    page = page_of(TaggedPiece(commentary=commentary, sentences=sentences, predictions=[]))
    assert page.all(class_="text")[0].words(without=("vh", "end")) == text


def test_a_caption_that_came_beside_the_text_is_shown() -> None:
    page = page_of(built("Das war es.", ("paragraph", "Das war es."), captions=["Ein Zug."]))
    assert [node.words() for node in page.all("p", class_="caption")] == ["Ein Zug."]


def test_title_author_date_and_source_are_named() -> None:
    page = page_of(piece(("Ein Satz.", answers()), outlet="Der Bote", url="https://beispiel.test/a?b=1&c=2"))
    header = page.all("article")[0].all("header")[0]
    assert header.all("h2")[0].words() == "Was der Verkehr kostet"
    assert header.all(class_="by")[0].words() == "Grete Halm · 18. Februar 2025 · Der Bote"
    assert page.all(class_="source")[0].all("a")[0]["href"] == "https://beispiel.test/a?b=1&c=2"


# --- panels: probabilities and reasons


def test_the_panel_names_the_words_that_moved_a_code() -> None:
    reasons = {
        "function": [("cue: question_words: Wer", 0.4), ("sentence: meaning", 0.3), ("before_mark: ?", 0.1)]
    }
    page = page_of(piece(("Wer zahlt das?", answers()), reasons=reasons))
    detail = page.all(class_="detail")[0]
    assert detail.all(class_="reasons")[0].words() == (
        "Wer (Frage- oder Relativwort) · Bedeutung des Satzes (etwa 30 %) · Fragezeichen (im Satz davor)"
    )
    assert [word["class"] for word in detail.all("q")] == [None]


def test_what_has_no_name_is_said_to_have_none_and_shown_by_no_technical_name() -> None:
    for found in ([], [("cue: begins=upper", 0.4), ("shape: 12", 0.2), ("cue: list=demand2", 0.1)]):
        page = page_of(piece(("Wer zahlt das?", answers()), reasons={"function": found}))
        (shown,) = page.all(class_="detail")[0].all(class_="reasons")
        assert shown.words() == "nichts, was sich mit Worten benennen lässt"


def test_every_cue_has_a_german_name() -> None:
    assert set(vague_words()) == set(CUES)
    assert {f"speech: {sign}" for sign in SIGNS} <= set(FACTS)
    assert {f"mark: {mark}" for mark in MARKS.values()} <= set(FACTS)


def test_every_code_has_its_probability() -> None:
    answer = CodePrediction(
        code="claim", score=0.874, threshold=0.5, abstained=False, scores={"report": 0.126, "claim": 0.874}
    )
    page = page_of(piece(("Ein Satz.", answers(function=answer))))
    scores = page.all(class_="detail")[0].all(class_="scores")[1]
    assert (scores.words(), scores["data-at"]) == ("Urteil 87 % · Bericht 13 %", "50.0")


def test_filters_count_every_code_and_the_undecided() -> None:
    page = page_of(
        piece(
            ("Eins.", answers()),
            ("Zwei.", answers(function=says("report", 0.4, abstained=True))),
            ("Drei.", answers(function=says("report"))),
        )
    )
    counts = {row["data-filter"]: row.all("b")[0].words() for row in page.all("button", class_="row")}
    assert [counts[f"function.{code}"] for code in ("claim", "report", "?")] == ["1", "1", "1"]
    found = [node for node in shown(page) if "function.?" in (node["data-c"] or "").split()]
    assert [node["data-n"] for node in found] == ["2"]


# --- any codebook


def test_without_a_voice_layer_the_page_tints_and_says_what_that_means() -> None:
    book = codebook(layers=[STANCE])
    page = page_of(piece(("Ein Limit tut not.", answers(None, tempolimit="favor"))), book=book)
    assert shown(page)[0]["data-tone"] == "yes"
    assert "fragt nicht, wer spricht" in page.all(class_="caution")[0].words()
    assert "eigener Stimme" not in page.all(class_="summary")[0].words()


def test_a_voice_layer_the_model_did_not_learn_leaves_every_stance_open() -> None:
    page = page_of(piece(("Ein Limit tut not.", answers(None, tempolimit="favor"))))
    assert shown(page)[0]["data-tone"] == "unsure"


def test_without_a_stance_layer_the_first_layer_is_what_one_sees() -> None:
    book = codebook(layers=[FUNCTION, RHETORIC], targets=[])
    page = page_of(piece(("Es regnet.", answers(None, function=says("report")))), book=book)
    assert (shown(page)[0]["data-tone"], sign_of(shown(page)[0])) == ("plain", "Bericht")
    assert page.all(class_="summary")[0].words() == "1 Satz: Satzart Bericht 1."


def test_a_scale_is_read_like_a_layer_of_one_code() -> None:
    scale = Layer(
        id="heat", kind="scale", label="Schärfe", codes=[Code(id=str(n), label=str(n)) for n in (1, 2)]
    )
    answer = CodePrediction(code=2, score=0.8, threshold=0.5, abstained=False, scores={"1": 0.2, "2": 0.8})
    page = page_of(piece(("Unerhört!", {"heat": answer})), book=codebook(layers=[scale], targets=[]))
    assert sign_of(shown(page)[0]) == "2"


def test_stance_codes_of_other_names_have_shapes_of_their_own() -> None:
    layer = Layer(
        id="stance",
        kind="stance",
        label="Haltung",
        codes=[Code(id=code, label=code.title()) for code in ("favor", "against", "balanced", "unclear")],
    )
    rows = [(code, answers(tempolimit=code)) for code in ("favor", "against", "balanced", "unclear")]
    page = page_of(piece(*rows), book=codebook(layers=[VOICE, layer]))
    assert [sign_of(node) for node in shown(page)] == ["▲", "▼", "◆", "●"]


def test_a_codebook_without_predicted_layers_still_gives_the_text() -> None:
    page = page_of(piece(("Es regnet.", {})), book=codebook(layers=[], targets=[]))
    assert shown(page)[0].all(class_="t")[0].words() == "Es regnet."


def test_the_legend_holds_the_definitions() -> None:
    legend = page_of(piece(("Es regnet.", answers()))).all(class_="legend")[0].words()
    for words in ("Nachprüfbar.", "Der Autor spricht.", LIMIT, "Ein Limit wird verlangt."):
        assert words in legend


# --- several pieces on one page


def test_several_pieces_have_contents_and_ids_of_their_own() -> None:
    one, two = piece(("Eins.", answers()), title="Erster"), piece(("Zwei.", answers()), title="Zweiter")
    page = page_of(one, two)
    links = [(node.words(), node["href"]) for node in page.all("nav")[0].all("a")]
    assert links == [("Erster", "#p1"), ("Zweiter", "#p2")]
    assert page.all("h1")[0].words() == "2 Kommentare"


def every_kind_of_piece() -> list[TaggedPiece]:
    rows = [
        ("Ein Limit tut not.", answers(tempolimit="favor", smartphone="unrelated")),
        ("Es sei Unfug.", answers("other", tempolimit="against", smartphone="unrelated")),
        (
            "Wer weiß.",
            answers(says("mixed", 0.4, abstained=True), tempolimit=says("open", 0.3, abstained=True)),
        ),
        ("So weise!", answers(rhetoric=devices("irony"), smartphone="against")),
        ("Schluss.", None),
    ]
    return [piece(*rows), built(WRITTEN, *BLOCKS)]


def test_ids_are_unique_and_references_lead_somewhere() -> None:
    page = page_of(*every_kind_of_piece())
    ids = [node["id"] for node in page.walk() if node["id"]]
    assert len(ids) == len(set(ids))
    for node in page.walk():
        wanted = [*(node["aria-labelledby"] or "").split(), *(node["aria-controls"] or "").split()]
        wanted += [node["href"][1:]] if (node["href"] or "").startswith("#") else []  # type: ignore[index]
        assert set(wanted) <= set(ids), node.attributes


def test_the_same_pieces_give_the_same_bytes() -> None:
    pages = {reading_page(every_kind_of_piece(), codebook(), model_version="m") for _ in range(3)}
    assert len(pages) == 1


# --- nothing gets out, nothing gets in

PAYLOADS = (
    "<script>window.pwned=1</script>",
    '"onmouseover="window.pwned=1',
    "'onfocus='window.pwned=1' autofocus='",
    "</style><img src=x onerror=window.pwned=1>",
    "</script><script>window.pwned=1</script>",
    "--><svg/onload=window.pwned=1>",
    "&lt;b&gt; &amp;quot;",
    "javascript:window.pwned=1",
)


def poisoned(words: str) -> tuple[TaggedPiece, Codebook]:
    """A piece and a codebook that say the same words everywhere."""
    layers = [
        Layer(id=layer.id, kind=layer.kind, label=words, short=words,
              codes=[Code(id=code.id, label=words, short=words) for code in layer.codes])
        for layer in LAYERS
    ]  # fmt: skip
    targets = [Target(id=t.id, question=words, favor_means=words, against_means=words) for t in TARGETS]
    book = Codebook(codebook=words, version=words, language="de", title=words, layers=layers, targets=targets)
    rows = [
        (words, answers(rhetoric=devices("irony"), tempolimit="favor")),
        (words, answers("other", tempolimit=says("against", 0.3, abstained=True))),
    ]
    reasons = {"voice": [(words, 0.5), (f"word: {words}", 0.5), (f"cue: negation: {words}", 0.5)]}
    return piece(*rows, title=words, author=words, date=words, reasons=reasons, outlet=words, url=words), book


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_text_is_escaped(payload: str) -> None:
    tagged, book = poisoned(payload)
    page = page_of(tagged, tagged, book=book, model=payload)
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not page.all("img")
    assert not [
        key for node in page.walk() for key in node.attributes if key.startswith("on") or key == "autofocus"
    ]
    assert all((node["href"] or "#").startswith("#") for node in page.walk())
    assert page.all("h2")[0].words() == " ".join(payload.split())
    texts = [node.all(class_="t")[0].words() for node in shown(page)]
    assert texts == [" ".join(payload.split())] * 4


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else() -> None:
    page = page_of(*every_kind_of_piece())
    policy = page.all("meta", http_equiv="Content-Security-Policy")[0]["content"] or ""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for directive, name in (("style-src", "style"), ("script-src", "script")):
        source = "".join(c for c in page.all(name)[0].children if isinstance(c, str))
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert rules.pop(directive) == f"'sha256-{digest}'"
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}


def test_the_policy_stands_before_what_it_rules() -> None:
    head = page_of(*every_kind_of_piece()).all("head")[0]
    names = [node["http-equiv"] or node.name for node in head.children if isinstance(node, Element)]
    assert names.index("Content-Security-Policy") < names.index("style")


@pytest.mark.parametrize(
    "found", [r"\bsrc=", r"<link", r"url\(", r"@import", r"\sstyle=", r"fetch\(", r"https?://"]
)
def test_the_page_asks_nothing_of_the_network(found: str) -> None:
    page = reading_page(every_kind_of_piece(), codebook(), model_version="m")
    assert not re.search(found, page)


def test_a_page_is_german_and_says_that_nobody_checked_it() -> None:
    page = page_of(*every_kind_of_piece())
    assert page.all("html")[0]["lang"] == "de"
    assert page.all(class_="banner")[0].words() == (
        "Maschinell codiert, nicht geprüft. Modell probe-00c0ffee Legende"
    )


def test_drawings_are_left_out_for_the_ear() -> None:
    drawings = page_of(*every_kind_of_piece()).all("svg")
    assert {node["aria-hidden"] for node in drawings} == {"true"}


def checked_piece() -> TaggedPiece:
    """Three sentences with the model's codes; people's for the first two."""
    shown = piece(
        ("Ein Limit tut not.", answers(tempolimit="favor", rhetoric=devices("irony"))),
        ("Es sei Unfug, sagt der Minister.", answers(tempolimit="against")),
        ("Wer schnell fährt, ist klug.", answers(tempolimit="against", rhetoric=devices("metaphor"))),
    )
    first, second = (s.sentence_id for s in shown.sentences[:2])
    people: dict[str, Layers] = {
        first: {"voice": "author", "stance": {"tempolimit": "against"}},
        second: {"voice": "other"},
    }
    return replace(shown, checked=people)


def states(part: Element) -> list[tuple[str | None, str | None, bool]]:
    return [
        (s.attributes["data-voice"], s.attributes.get("data-tone"), bool(s.all(class_="checked")))
        for s in shown(part)
    ]


def test_what_people_coded_stands_for_what_the_model_said_and_is_marked() -> None:
    (both,) = page_of(checked_piece()).all(class_="both")
    assert states(both) == [("own", "no", True), ("other", None, True), ("own", "no", False)]
    assert "Haltung des Autors ✓ von Menschen geprüft" in both.words()


def test_people_who_gave_no_device_take_the_models_away() -> None:
    shown = piece(("Ein Limit tut not.", answers(rhetoric=devices("irony"))))
    first = shown.sentences[0].sentence_id
    assert [node for text in page_of(shown).all(class_="text") for node in text.all(class_="device")]
    checked = page_of(replace(shown, checked={first: {"rhetoric": []}}))
    assert not [node for text in checked.all(class_="text") for node in text.all(class_="device")]


def test_only_checked_holds_no_code_of_the_model() -> None:
    (people,) = page_of(checked_piece()).all(class_="people")
    assert states(people) == [("own", "no", True), ("other", None, True), ("unasked", None, False)]
    assert not [node for text in people.all(class_="text") for node in text.all(class_="device")]
    words = people.words()
    assert "2 von 3 Sätzen von Menschen geprüft: Autor 1, Wiedergabe 1" in words
    assert "Diesen Satz hat niemand geprüft." in words
    assert "%" not in words
    assert "vom Modell" not in words


@pytest.mark.parametrize(
    ("layers", "line"),
    [
        ({}, "Hier ist kein Satz geprüft."),
        ({"voice": "other"}, "Geprüft ist hier nur, wer spricht oder mit welchen Mitteln."),
        ({"function": "claim"}, "1 geprüfter Satz: Satzart Urteil 1."),
        (
            {"voice": "author", "stance": {"tempolimit": "favor"}},
            f"„{LIMIT}“ – in eigener Stimme antwortet der Text einmal „Ja“.",
        ),
    ],
)
def test_the_line_of_what_is_checked_counts_that_alone(layers: Layers, line: str) -> None:
    shown_piece = piece(("Ein Limit tut not.", answers(tempolimit="against")), ("Nein.", answers()))
    first = shown_piece.sentences[0].sentence_id
    view = view_piece(replace(shown_piece, checked={first: layers}), codebook(), number=1, codes="people")
    assert summary_line(view, codebook()) == line


def test_only_checked_explains_no_sign_that_is_not_there() -> None:
    shown = checked_piece()
    first = next(iter(shown.checked or {}))
    (with_stance,) = page_of(shown).all(class_="people")
    (without,) = page_of(replace(shown, checked={first: {"voice": "author"}})).all(class_="people")
    assert "Nein" in with_stance.all(class_="signs")[0].words()
    assert "Nein" not in without.all(class_="signs")[0].words()
    assert "unentschieden" not in with_stance.words()


@pytest.mark.parametrize(
    ("checked", "words"),
    [(None, None), ({}, "Nur Geprüftes: hier ist nichts geprüft")],
)
def test_without_checked_codes_the_switch_is_not_there_or_says_why_it_rests(
    checked: dict[str, Layers] | None, words: str | None
) -> None:
    found = page_of(replace(piece(("Ein Limit tut not.", answers())), checked=checked))
    switches = found.all(class_="only")
    assert [switch.words() for switch in switches] == ([words] if words else [])
    assert all("disabled" in node.attributes for switch in switches for node in switch.all("input"))


def test_the_switch_says_how_many_sentences_are_checked() -> None:
    (switch,) = page_of(checked_piece()).all(class_="only")
    assert switch.words() == "Nur Geprüftes (2 von 3 Sätzen)"


# --- translations


def original_of(*paragraphs: str) -> Commentary:
    text = "\n\n".join(paragraphs)
    return Commentary(
        commentary_id="oryhinal", title="Ціна руху", language="uk", text=text, blocks=find_blocks(text)
    )


def translation(original: Commentary | None) -> TaggedPiece:
    made = piece(("Das Tempolimit muss kommen.", answers()), ("Niemand zahlt.", answers()))
    commentary = replace(made.commentary, translation_of="oryhinal", language="de")
    return replace(made, commentary=commentary, original=original)


def test_an_original_with_as_many_paragraphs_stands_below_each() -> None:
    page = page_of(translation(original_of("Обмеження має бути.")))
    [paragraph] = page.all(class_="original")
    assert (paragraph.words(), paragraph.attributes["lang"]) == ("Обмеження має бути.", "uk")
    assert "Original zeigen (Ukrainisch)" in page.all(class_="originals")[0].words()


def test_an_original_with_other_paragraphs_stands_behind_the_text() -> None:
    page = page_of(translation(original_of("Обмеження має бути.", "Ніхто не платить.")))
    [section] = page.all(class_="original")
    assert section.name == "section"
    assert "Ніхто не платить." in section.words()


def test_an_original_that_was_not_read_is_named() -> None:
    assert "Übersetzung von oryhinal" in page_of(translation(None)).words()


def test_a_text_that_is_no_translation_says_nothing_of_originals() -> None:
    words = page_of(piece(("Das Tempolimit muss kommen.", answers()))).words()
    assert "Original" not in words


def test_a_page_says_how_many_sentences_people_coded() -> None:
    shown = checked_piece()
    size, people = len(shown.sentences), sum(bool(layers) for layers in (shown.checked or {}).values())
    words = reading_page([shown], codebook(), model_version="probe-1")
    assert f"{people} von {size} Sätzen von Menschen codiert, {size - people} maschinell." in words
    assert "nicht geprüft" not in re.sub(r"(?s)<style>.*?</style>", "", words)


def test_a_date_in_doubt_is_marked_under_the_title() -> None:
    shown = checked_piece()
    doubted = replace(
        shown, commentary=replace(shown.commentary, date="2026-08-20", flags=["date_out_of_line"])
    )
    words = reading_page([doubted], codebook(), model_version="probe-1")
    assert "20.\u00a0August 2026 (Datum unsicher)" in words
