"""Files at the wrong door: each verb names the one that reads them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from running import Ran

Run = Callable[..., Ran]
BOOK = """\
codebook: probe
version: 1.0.0
language: de
layers:
  - {id: art, kind: one, label: Art, codes: [{id: these, label: These}, {id: meldung, label: Meldung}]}
"""
RESULT = {"from_name": "art", "to_name": "t", "type": "choices", "value": {"choices": ["these"]}}
TASK = {
    "id": 1,
    "data": {"t": "Die Maut."},
    "annotations": [{"id": 1, "completed_by": 1, "result": [RESULT]}],
}
STORED = {"id": 1, "result": [RESULT], "task": {"id": 1, "data": {"t": "Die Maut."}}}
DOCCANO = {"id": 1, "text": "Die Maut.", "label": ["these"], "Comments": []}
PRODIGY = {
    "text": "Die Maut.",
    "_task_hash": 5,
    "options": [{"id": "these"}],
    "accept": ["these"],
    "answer": "accept",
}
ARGILLA = {"fields": {"text": "Die Maut."}, "responses": {"art": [{"value": "these", "user_id": "anna"}]}}
XMI = '<?xml version="1.0"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmi:version="2.0"></xmi:XMI>'
FILES: dict[str, Any] = {
    "doccano.jsonl": DOCCANO, "prodigy.jsonl": PRODIGY, "argilla.json": [ARGILLA], "argilla.jsonl": ARGILLA,
    "cas.xmi": XMI, "export.json": [TASK], "tasks.jsonl": TASK, "storage.json": STORED,
}  # fmt: skip
OF_TOOLS = ["doccano.jsonl", "prodigy.jsonl", "argilla.json", "argilla.jsonl", "cas.xmi"]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in FILES.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / name).write_text(text + "\n", "utf-8")
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("verb", ["agree", "look", "codebook from-config", "split"])
@pytest.mark.parametrize("name", OF_TOOLS)
def test_files_of_other_tools_are_sent_to_import(standpunkt: Run, verb: str, name: str) -> None:
    more = {"agree": ("--codebook", "book.yaml"), "split": ("-o", "s.jsonl")}.get(verb, ())
    ran = standpunkt(*verb.split(), name, *more)
    assert "standpunkt import" in ran.err
    assert len(ran.err.strip().splitlines()) == 1 or verb in ("split", "look")  # that tell of their steps
    assert ran.code == (1 if verb != "split" or name in ("cas.xmi", "argilla.json", "argilla.jsonl") else 0)


@pytest.mark.parametrize("name", ["export.json", "tasks.jsonl", "storage.json"])
def test_exports_of_label_studio_are_sent_to_look(standpunkt: Run, name: str) -> None:
    error = standpunkt("import", name, "-o", "studie").error
    for way in ("standpunkt look", "codebook from-config", "standpunkt agree"):
        assert way in error
    assert not Path("studie").exists()
    assert "standpunkt look" in standpunkt("split", name, "-o", "s.jsonl").err
    assert "standpunkt look" in standpunkt("agree", name).error
