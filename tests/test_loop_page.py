"""Every command of docs/loop.md is run, in its order, on a real Label Studio."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from annotate.demo.material import ANNOTATORS
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from coded_study import some_pieces
from documented import PROMPTED, TYPED, Shell, typed
from person import let_codings_arrive
from running import Ran

NEW = """Wer zögert, zahlt später | Erika Beispiel. 03.11.2025.

Seit Wochen reden die Fachleute wieder über Reichweiten. Das klingt vernünftig und ist doch nur müde.

Die USA müssen den Druck auf Russland erhöhen, und zwar durch Taten. Wer soll ihnen sonst noch glauben?
"""


@pytest.mark.studio
@pytest.mark.slow
@pytest.mark.usefixtures("kept_vectors")
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
    arrive = partial(let_codings_arrive, tmp_path / "studie", people)
    Shell(standpunkt, monkeypatch, tmp_path, before={"pull": arrive}).run_all(typed("docs/loop.md", PROMPTED))

    # the commands for scripts, on the files that the loop has left
    study = tmp_path / "studie"
    for name in ANNOTATORS:
        shutil.copy(study / "data" / "exports" / f"{name}.json", tmp_path)
    shutil.copy(study / "codebook.yaml", tmp_path)
    for_scripts = Shell(standpunkt, monkeypatch, tmp_path)
    for line in typed("docs/loop.md", TYPED):
        ran = for_scripts.run(line)
        assert ran.code == 0, (line, ran.err)
        assert ran.json, line
