import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from annotate.commands.codebook import RENDERERS
from running import Ran
from schemas.codebooks import codebook_text


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "codebook.yaml"
    path.write_text(codebook_text("kommentar-core", "ziele-ukraine"), "utf-8")
    return path


STARTS = {"studio": "<View", "guidelines": "<!doctype html>", "instructions": "<p>", "json-schema": "{"}


@pytest.mark.parametrize("form", RENDERERS)
def test_a_codebook_is_rendered_to_standard_output_or_a_file(
    form: str, book: Path, standpunkt: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = standpunkt("codebook", "render", book, "--to", form)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(STARTS[form])
    file = tmp_path / "out"
    assert standpunkt("codebook", "render", book, "--to", form, "-o", file).out == ""
    assert file.read_text("utf-8") == ran.out


def test_the_screen_is_xml_and_the_schema_json(book: Path, standpunkt: Callable[..., Ran]) -> None:
    assert ET.fromstring(standpunkt("codebook", "render", book, "--to", "studio").out).tag == "View"
    assert "$defs" in json.loads(standpunkt("codebook", "render", book, "--to", "json-schema").out)


def test_what_ships_is_known_by_its_name(standpunkt: Callable[..., Ran]) -> None:
    assert "Zweifel am Können" in standpunkt("codebook", "render", "kommentar-full", "--to", "guidelines").out
    assert standpunkt("codebook", "lint", "kommentar-core").out.endswith(
        "kommentar-core.yaml: no problems found\n"
    )
    ran = standpunkt("codebook", "lint", "kommentar-cora")
    assert ran.code == 1
    assert 'did you mean "kommentar-core"?' in ran.err


def test_targets_alone_have_guidelines_but_no_screen(standpunkt: Callable[..., Ran]) -> None:
    assert standpunkt("codebook", "render", "ziele-ukraine", "--to", "guidelines").code == 0
    ran = standpunkt("codebook", "render", "ziele-ukraine", "--to", "studio")
    assert ran.code == 1
    assert "has targets only; `init --targets` joins them with layers" in ran.err


def test_an_unknown_form_is_wrong_use(book: Path, standpunkt: Callable[..., Ran]) -> None:
    ran = standpunkt("codebook", "render", book, "--to", "guidline")
    assert ran.code == 2
    assert "guidelines" in ran.err


def test_the_example_in_the_documentation_has_nothing_to_mend(
    standpunkt: Callable[..., Ran], tmp_path: Path
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "codebook.md").read_text("utf-8")
    path = tmp_path / "codebook.yaml"
    path.write_text(page.split("```yaml\n")[1].split("```")[0], "utf-8")
    ran = standpunkt("codebook", "lint", path)
    assert (ran.code, ran.out) == (0, f"{path}: no problems found\n")
    assert standpunkt("codebook", "render", path, "--to", "studio").code == 0


SCREEN = """<View><Text name="satz" value="$satz"/><Header value="Was ist es?"/>
<Choices name="art" toName="satz"><Choice value="These"/><Choice value="Meldung"/></Choices>
<Labels name="spanne" toName="satz"><Label value="Ironie"/></Labels></View>"""


def test_a_codebook_and_its_map_are_drafted_from_a_labeling_config(
    standpunkt: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("screen.xml").write_text(SCREEN, "utf-8")
    ran = standpunkt("codebook", "from-config", "screen.xml")
    assert ran.out.splitlines() == [
        "codebook.yaml: 1 layers of 2 controls; map.yaml: their map",
        "not read: spanne (Labels)",
    ]
    assert standpunkt("codebook", "lint", "codebook.yaml").code == 0
    shown = standpunkt("codebook", "from-config", "screen.xml", "-o", "-")
    assert shown.out == Path("codebook.yaml").read_text("utf-8")
    assert "not read: spanne" in shown.err


def test_a_draft_overwrites_nothing(
    standpunkt: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("screen.xml").write_text(SCREEN, "utf-8")
    Path("map.yaml").write_text("mine", "utf-8")
    refused = standpunkt("codebook", "from-config", "screen.xml")
    assert refused.error == "error: map.yaml: is there already; name another file with --map"
    assert not Path("codebook.yaml").exists()
    ran = standpunkt(
        "codebook", "from-config", "screen.xml", "-o", "new.yaml", "--map", "new-map.yaml", "--json"
    )
    assert (ran.json["codebook"], ran.json["map"]) == ("new.yaml", "new-map.yaml")
    assert (ran.json["layers"], ran.json["unread"]) == ({"art": "art"}, {"spanne": "Labels"})


def test_a_draft_needs_a_file_or_a_project(standpunkt: Callable[..., Ran]) -> None:
    ran = standpunkt("codebook", "from-config")
    assert ran.code == 2
    assert "--project" in ran.err
