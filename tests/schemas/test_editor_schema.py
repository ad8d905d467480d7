import re
from typing import Any

import msgspec

from schemas import codebook
from schemas.codebook import Codebook
from schemas.editor_schema import HELP, editor_schema


def properties(name: str) -> dict[str, Any]:
    return dict(editor_schema()["$defs"][name]["properties"])


def test_the_schema_has_every_field_of_every_record() -> None:
    for name in ("Codebook", "Target", "Layer", "Code", "NoTarget", "Example", "Rule"):
        fields = {field.name for field in msgspec.structs.fields(getattr(codebook, name))}
        assert set(properties(name)) == fields


def test_what_is_required_in_a_file_is_required_in_the_schema() -> None:
    defs = editor_schema()["$defs"]
    assert defs["Codebook"]["required"] == ["codebook", "version", "language"]
    assert defs["Codebook"]["anyOf"] == [{"required": ["layers"]}, {"required": ["targets"]}]
    assert defs["Code"]["required"] == ["id", "label"]


def test_every_field_of_every_record_is_explained() -> None:
    names = ("Codebook", "Target", "Layer", "Code", "NoTarget", "Example", "Rule")
    blank = [
        f"{name}.{field}"
        for name in names
        for field, about in properties(name).items()
        if not about.get("description")
    ]
    assert blank == []


def test_every_help_text_belongs_to_a_field_and_is_shown() -> None:
    for place, words in HELP.items():
        record, field = place.split(".")
        assert properties(record)[field]["description"] == words


def test_a_plain_value_need_not_be_quoted() -> None:
    assert properties("Codebook")["version"]["type"] == ["string", "number", "boolean"]


def test_keys_and_names_of_schemes_are_spelled_out() -> None:
    key = properties("Code")["key"]
    assert re.search(key["pattern"], "shift+a")
    assert not re.search(key["pattern"], "ß")
    assert "Doubt" in str(properties("Code")["maps"]["properties"]["semeval-2023"])


def test_no_internal_words_reach_the_editor() -> None:
    assert "``" not in str(editor_schema())
    assert editor_schema()["$ref"] == f"#/$defs/{Codebook.__name__}"
