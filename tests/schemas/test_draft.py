"""A codebook and a map, drafted from a labeling config."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.codebook import Codebook, load_codebook
from schemas.draft import Draft, draft, read_config
from schemas.errors import DataError
from schemas.lint import check_codebook
from schemas.project_map import ProjectMap, read_project_map

#: One of each control, as a project made by hand had them.
TEN = """
<View>
<Text name="satz" value="$satz"/><Text name="ctx" value="$ctx"/>
<Choices name="art" toName="satz" choice="single"><Choice value="These" hotkey="1"/><Choice value="Meldung"/>
  <Choice value="Sonst" alias="sonst"/></Choices>
<Choices name="mittel" toName="satz" choice="multiple"><Choice value="Ironie"/><Choice value="Metapher"/></Choices>
<Taxonomy name="baum" toName="satz"><Choice value="Gefühl"><Choice value="Ironie"/><Choice value="Anderes"/></Choice>
  <Choice value="Logik"><Choice value="Metapher"/><Choice value="Anderes"/></Choice></Taxonomy>
<Rating name="staerke" toName="satz" maxRating="4"/>
<TextArea name="notiz" toName="satz"/>
<Labels name="spanne" toName="satz"><Label value="Ironie"/><Label value="Metapher"/></Labels>
<Choices name="proReg" toName="satz" perRegion="true"><Choice value="These"/><Choice value="Meldung"/></Choices>
<Number name="zahl" toName="satz"/>
<Pairwise name="paar" toName="satz,ctx"/>
<Choices name="maut" toName="satz"><Choice value="Pro"/><Choice value="Contra"/></Choices>
</View>"""


def screen(*controls: str) -> str:
    return f'<View><Text name="t" value="$satz"/>{"".join(controls)}</View>'


def choices(*values: str, **attributes: str) -> str:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    inner = "".join(f'<Choice value="{value}"/>' for value in values)
    return f'<Choices name="a" toName="t"{more}>{inner}</Choices>'


def loaded(made: Draft, folder: Path) -> tuple[Codebook, ProjectMap]:
    (folder / "codebook.yaml").write_text(made.codebook, "utf-8")
    (folder / "map.yaml").write_text(made.map, "utf-8")
    book, findings = check_codebook(folder / "codebook.yaml")
    assert book is not None, findings
    return book, read_project_map(folder / "map.yaml", book)


def test_ten_controls_are_a_codebook_without_error_and_a_map(tmp_path: Path) -> None:
    made = draft(TEN, "Von Hand")
    book, project_map = loaded(made, tmp_path)
    assert {layer.id: layer.kind for layer in book.layers} == {
        "art": "one", "mittel": "set", "baum": "set", "staerke": "scale", "notiz": "text", "proreg": "set",
        "zahl": "text", "maut": "one",
    }  # fmt: skip
    assert made.unread == {"spanne": "Labels", "paar": "Pairwise"}
    assert (project_map.text, project_map.ignore) == ("satz", ["spanne", "paar"])
    assert len(project_map.controls) + len(project_map.ignore) == 10
    assert project_map.controls["proReg"].layer == "proreg"
    assert project_map.controls["art"].codes == {"These": "these", "Meldung": "meldung", "sonst": "sonst"}
    assert project_map.controls["baum"].codes == {
        "Gefühl": "gefuehl", "Gefühl > Ironie": "ironie", "Gefühl > Anderes": "anderes_gefuehl",
        "Logik": "logik", "Logik > Metapher": "metapher", "Logik > Anderes": "anderes_logik",
    }  # fmt: skip
    assert book.codebook == "von-hand"


@pytest.mark.parametrize(
    ("control", "layer"),
    [
        (choices("Ja", "Nein"), {"kind": "one", "codes": {"ja": "Ja", "nein": "Nein"}}),
        (choices("Ja", required="true"), {"kind": "one", "required": True}),
        (choices("Ja", choice="multiple"), {"kind": "set"}),
        (choices("1", "2"), {"codes": {"code_1": "1", "code_2": "2"}}),
        (choices("Да", "Нет"), {"codes": {"da": "Да", "net": "Нет"}}),
        (choices("ja!", "Ja?"), {"codes": {"ja": "ja!", "ja_2": "Ja?"}}),
        (choices("no", "yes", "null"), {"codes": {"no": "no", "yes": "yes", "null": "null"}}),
        ("<Header value='Was ist es?'/>" + choices("Ja"), {"label": "Was ist es?"}),
        ("<Header value='$titel'/>" + choices("Ja"), {"label": "a"}),
        ("<Rating name='a' toName='t'/>", {"kind": "scale", "codes": {str(n): str(n) for n in range(1, 6)}}),
        ("<Number name='a' toName='t' min='1' max='3'/>", {"kind": "scale"}),
        ("<Number name='a' toName='t' min='0' max='1' step='0.1'/>", {"kind": "text"}),
        ("<Number name='a' toName='t' min='1' max='1000'/>", {"kind": "text"}),
        ("<TextArea name='text' toName='t'/>", {"id": "text_2"}),  # text is a field of every task
        ("<TextArea name='2. Frage' toName='t'/>", {"id": "layer_2_frage"}),
        (
            "<Choices name='a' toName='t'><View><Choice value='Ja' hint='wenn ja'/></View></Choices>",
            {"codes": {"ja": "Ja"}},
        ),
    ],
)  # fmt: skip
def test_a_control_becomes_a_layer(control: str, layer: dict[str, Any], tmp_path: Path) -> None:
    book, _ = loaded(draft(screen(control), "x"), tmp_path)
    made = {name: getattr(book.layers[0], name) for name in layer}
    if "codes" in made:
        made["codes"] = {code.id: book.say(code.label) for code in made["codes"]}
    assert made == layer


@pytest.mark.parametrize(
    ("control", "why"),
    [
        ("<Choices name='b' toName='t' value='$wahl'/>", "Choices whose choices stand elsewhere"),
        ("<Taxonomy name='b' toName='t' apiUrl='http://x'/>", "Taxonomy whose choices stand elsewhere"),
        ("<DateTime name='b' toName='t'/>", "DateTime"),
        ("<Ranker name='b' toName='t'/>", "Ranker"),
        ("<HyperTextLabels name='b' toName='t'><Label value='x'/></HyperTextLabels>", "HyperTextLabels"),
    ],
)
def test_a_control_that_cannot_be_read_is_named_and_ignored(control: str, why: str, tmp_path: Path) -> None:
    made = draft(screen(choices("Ja"), control), "x")
    assert made.unread == {"b": why}
    assert loaded(made, tmp_path)[1].ignore == ["b"]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("kein XML", "not XML: .* expected a labeling config, in Label Studio under Settings"),
        ("<View><Text name='t' value='$x'/></View>", "no control that can be read; found none, expected Choices"),
        (screen("<Pairwise name='p' toName='t'/>"), r"no control that can be read; found p \(Pairwise\)"),
        (
            "<View><Image name='t' value='$x'/><Rating name='a' toName='t'/></View>",
            "no text that is coded; found Image t, expected <Text>",
        ),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><View/>", "DOCTYPE"),
    ],
)  # fmt: skip
def test_what_is_no_config_is_one_line(config: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        draft(config, "x")
    assert "\n" not in str(caught.value)


def test_a_config_may_stand_in_the_json_of_its_project(tmp_path: Path) -> None:
    path = tmp_path / "project.json"
    path.write_text('{"id": 3, "label_config": "<View/>"}', "utf-8")
    assert read_config(path) == "<View/>"
    for other in ('[{"id": 3}]', "{", "a,b\n1,2\n"):
        path.write_text(other, "utf-8")
        assert read_config(path) is None


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(names, min_size=1, max_size=5), st.sampled_from(["Choices", "Taxonomy"]), names)
@example(["0"], "Choices", " ")
def test_whatever_the_names_the_draft_has_no_error(
    tmp_path: Path, values: list[str], tag: str, control: str
) -> None:
    from xml.etree import ElementTree as ET

    root = ET.fromstring(screen())
    element = ET.SubElement(root, tag, name=control, toName="t")
    for value in values:
        ET.SubElement(ET.SubElement(element, "Choice", value=value), "Choice", value=values[0])
    try:
        made = draft(ET.tostring(root, encoding="unicode"), control)
    except DataError:
        assert not any(value.strip() for value in values)
        return
    book, project_map = loaded(made, tmp_path)
    assert set(project_map.controls) | set(project_map.ignore)
    assert load_codebook(tmp_path / "codebook.yaml") == book
