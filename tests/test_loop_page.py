"""Every command of docs/loop.md is run, in its order, on a real Label Studio."""

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.demo.material import ANNOTATORS, codings
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import open_study
from annotate.study.projects import find_projects
from running import ROOT, Ran
from schemas.studio_json import to_result

PIECES = 6  # of the demo's twelve on the war: enough sentences to train on
NEW = """Wer zögert, zahlt später | Erika Beispiel. 03.11.2025.

Seit Wochen reden die Fachleute wieder über Reichweiten. Das klingt vernünftig und ist doch nur müde.

Die USA müssen den Druck auf Russland erhöhen, und zwar durch Taten. Wer soll ihnen sonst noch glauben?
"""


def commands(language: str) -> list[str]:
    text = (ROOT / "docs" / "loop.md").read_text("utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    found = [
        line.removeprefix("$ ")
        for line in lines
        if line.startswith("$ " if language == "console" else "standpunkt")
    ]
    return [line.partition("  #")[0].strip() for line in found]


def some_pieces() -> str:
    text = (ROOT / "annotate" / "demo" / "commentaries" / "krieg.txt").read_text("utf-8")
    starts = [match.start() for match in re.finditer(r"^.* \| .*\d{4}\.$", text, re.M)]
    return text[: starts[PIECES]]


def let_codings_arrive(study_folder: Path, people: dict[str, Studio]) -> None:
    """Each as the person who coded it: bare exports tell people apart by their accounts."""
    study = open_study(study_folder)
    book = study.codebook()
    for name, studio in people.items():
        projects = find_projects(studio, study, [name])
        given = codings(name)
        for task in studio.tasks(projects[name].id):
            studio.create_annotation(task.id, to_result(given[task.data["sentence_id"]].layers, book))


@pytest.mark.studio
@pytest.mark.slow
def test_the_loop_runs_as_it_stands_there(
    standpunkt: Callable[..., Ran],
    server: LocalStudio,
    demo: dict[str, Any],
    studio_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts = json.loads((studio_home / "label-studio" / "demo-accounts.json").read_bytes())
    people = {name: Studio(server.url, accounts[name]["token"]) for name in ANNOTATORS}
    (tmp_path / "texte").mkdir()
    (tmp_path / "texte" / "krieg.txt").write_text(some_pieces(), "utf-8")
    (tmp_path / "neu.txt").write_text(NEW, "utf-8")
    monkeypatch.chdir(tmp_path)
    verbs = []
    for line in commands("console"):
        words = shlex.split(line)
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
        elif words[0] == "cp":
            (source,) = Path.cwd().glob(words[1])
            shutil.copy(source, words[2])
        else:
            assert words[0] == "standpunkt"
            if words[1] == "pull":
                let_codings_arrive(Path.cwd(), people)
            ran = standpunkt(*words[1:])
            assert ran.code == 0, (line, ran.err)
            verbs.append(words[1])
    assert {
        "init",
        "split",
        "push",
        "pull",
        "agree",
        "adjudicate",
        "train",
        "evaluate",
        "tag",
        "prelabel",
    } <= set(verbs)

    # the commands for scripts, on the files that the loop has left
    study = Path.cwd()
    monkeypatch.chdir(tmp_path)
    for name in ANNOTATORS:
        shutil.copy(study / "data" / "exports" / f"{name}.json", tmp_path)
    shutil.copy(study / "codebook.yaml", tmp_path)
    for line in commands("sh"):
        ran = standpunkt(*shlex.split(line)[1:])
        assert ran.code == 0, (line, ran.err)
        assert ran.json, line
