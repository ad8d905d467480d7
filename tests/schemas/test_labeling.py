from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import schemas
from schemas.codebook import Code, Codebook, Layer, Target, load_codebook
from schemas.codebooks import codebook_text
from schemas.labeling import instructions, labeling_config


@pytest.fixture(scope="module")
def demo_book(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    path = tmp_path_factory.mktemp("book") / "codebook.yaml"
    path.write_text(codebook_text("kommentar-core", "ziele-demo"), "utf-8")
    return load_codebook(path)


def tree(book: Codebook) -> ET.Element:
    return ET.fromstring(labeling_config(book))


def test_label_studio_accepts_the_screen(demo_book: Codebook) -> None:
    from label_studio_sdk.label_interface import LabelInterface

    LabelInterface(labeling_config(demo_book)).validate()


def test_german_is_shown_and_the_english_id_is_stored(demo_book: Codebook) -> None:
    choice = tree(demo_book).find(".//Choices[@name='function']//Choice[@alias='claim']")
    assert choice is not None
    assert choice.get("value") == "Urteil/Deutung"


def test_every_choice_has_a_key_of_its_own(demo_book: Codebook) -> None:
    keys = [choice.get("hotkey") for choice in tree(demo_book).iter("Choice")]
    assert None not in keys
    assert len(set(keys)) == len(keys)


def test_a_choice_without_a_key_of_its_own_shows_none(demo_book: Codebook) -> None:
    boxes = [view for view in tree(demo_book).iter("View") if view.find("Choice") is not None]
    spare = [box for box in boxes if "sp-nokey" in (box.get("className") or "").split()]
    assert len(spare) == 9  # three answers to each of the last three targets
    assert all("f1" in (box.find("Choice").get("hotkey") or "") for box in spare)  # type: ignore[union-attr]


def test_the_rule_of_a_code_stands_beside_its_button(demo_book: Codebook) -> None:
    box = tree(demo_book).find(".//Choices[@name='function']/View[2]")
    assert box is not None
    words = [header.get("value") for header in box.iter("Header")]
    assert words == [
        "Urteil/Deutung:",
        "Was es bedeutet, warum es so ist, wie gut es ist; auch fremde Motive.",
    ]


def test_what_an_answer_means_stands_under_each_target(demo_book: Codebook) -> None:
    row = next(view for view in tree(demo_book).iter("View") if view.get("className") == "sp-target")
    words = [header.get("value") for header in row.findall(".//View[@className='sp-means']//Header")]
    assert [str(line).split(":")[0] for line in words] == ["Ja", "Nein", "Offen"]
    assert "Sanktionen" in str(words[0])


def test_each_target_has_a_place_for_a_mark_that_no_export_names(demo_book: Codebook) -> None:
    places = [
        view.find("Header") for view in tree(demo_book).iter("View") if view.get("className") == "sp-mark"
    ]
    assert [place.get("value") for place in places if place is not None] == [
        f"$touched__{target}" for target in demo_book.target_ids
    ]
    assert all(place is not None and place.get("name") is None for place in places)
    assert "„berührt?“" in instructions(demo_book)


def test_fine_codes_are_in_sight_once_their_group_is_ticked() -> None:
    codes = [Code(id="g", label="A, b"), Code(id="x", label="X", parent="g"), Code(id="none", label="-")]
    book = Codebook(
        codebook="x", version="1", language="de", layers=[Layer(id="m", kind="set", label="M", codes=codes)]
    )
    (fine,) = [view for view in tree(book).iter("View") if view.get("visibleWhen")]
    assert (fine.get("visibleWhen"), fine.get("whenTagName"), fine.get("whenChoiceValue")) == (
        "choice-selected", "m", "g",
    )  # fmt: skip
    assert [choice.get("alias") for choice in fine.iter("Choice")] == ["x"]
    assert [choice.get("alias") for choice in tree(book).iter("Choice")] == ["g", "none", "x"]


@pytest.mark.parametrize(
    ("codes", "targets", "roomy"), [(16, 5, True), (17, 5, False), (16, 6, False), (3, 0, True)]
)
def test_rules_stand_in_lines_only_where_they_fit(codes: int, targets: int, roomy: bool) -> None:
    layers = [
        Layer(id="m", kind="set", label="M", codes=[Code(id=f"c{n}", label=f"C{n}") for n in range(codes)]),
        Layer(id="s", kind="stance", label="S", codes=[Code(id="favor", label="Ja")]),
    ]
    asked = [Target(id=f"t{n}", question="?") for n in range(targets)]
    book = Codebook(codebook="x", version="1", language="de", layers=layers, targets=asked)
    assert any("sp-roomy" in (view.get("className") or "") for view in tree(book).iter("View")) == roomy


def test_a_dollar_sign_is_no_field_of_the_task() -> None:
    book = Codebook(
        codebook="x", version="1", language="de", targets=[Target(id="t", question="$text?")],
        layers=[Layer(id="s", kind="stance", label="S", codes=[Code(id="favor", label="$5", short="$title")])],
    )  # fmt: skip
    values = [v for e in tree(book).find(".//View[@className='sp-target']").iter() for v in e.attrib.values()]  # type: ignore[union-attr]
    assert [v for v in values if "$" in v and "$\N{WORD JOINER}" not in v] == [
        "$touched__t"
    ]  # the mark, and no word of the codebook


def test_label_studio_accepts_the_full_codebook(tmp_path: Path) -> None:
    from label_studio_sdk.label_interface import LabelInterface

    path = tmp_path / "codebook.yaml"
    path.write_text(codebook_text("kommentar-full", "ziele-ukraine"), "utf-8")
    screen = LabelInterface(labeling_config(load_codebook(path)))
    screen.validate()
    assert "name_calling" in screen.get_control("rhetoric").labels


def test_what_the_codebook_says_comes_out_as_text() -> None:
    evil = '<script>alert("x")</script> & „so“'
    book = Codebook(
        codebook="x", version="1", language="de", targets=[Target(id="t", question=evil)],
        layers=[Layer(id="s", kind="stance", label=evil, codes=[Code(id="favor", label=evil, short=evil)])],
    )  # fmt: skip
    choice = next(tree(book).iter("Choice"))
    assert choice.get("value") == choice.get("hint") == evil
    assert "<script" not in instructions(book)


def test_the_style_has_no_child_selector() -> None:
    css = Path(schemas.__file__).with_name("screen.css").read_text("utf-8")
    assert ">" not in css


def test_a_stance_layer_without_targets_leaves_no_empty_column() -> None:
    book = Codebook(
        codebook="x", version="1", language="de",
        layers=[Layer(id="s", kind="stance", label="S", codes=[Code(id="favor", label="Ja")])],
    )  # fmt: skip
    assert tree(book).find(".//Choices") is None


def test_the_instruction_names_rules_and_keys(demo_book: Codebook) -> None:
    text = instructions(demo_book)
    assert "Strg+Enter" in text
    assert "Urteil/Deutung" in text
    assert "Jedes Ziel ist eine Frage." in text
    assert all(demo_book.say(target.question) in text for target in demo_book.targets)


def test_the_instruction_names_fine_codes_under_their_group() -> None:
    codes = [
        Code(id="g", label="Gruppe"),
        Code(id="none", label="Keine"),
        Code(id="x", label="Fein", parent="g"),
    ]
    book = Codebook(
        codebook="x", version="1", language="de", layers=[Layer(id="m", kind="set", label="M", codes=codes)]
    )
    text = instructions(book)
    assert text.index("Gruppe") < text.index("– Fein") < text.index("Keine")
