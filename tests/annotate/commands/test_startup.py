"""Tagging starts at once: what it needs is loaded, and nothing besides."""

import subprocess
import sys
from pathlib import Path

import pytest

BOOK = """
codebook: klein
version: 1.0.0
language: de
targets: [{id: steg, question: {de: Soll der Steg bleiben?}, aliases: [Steg]}]
layers:
  - {id: satzart, kind: one, label: {de: Satzart}, codes: [{id: frage, label: {de: Frage}}, {id: bericht, label: {de: Bericht}}]}
  - {id: haltung, kind: stance, label: {de: Haltung}, codes: [{id: favor, label: {de: Ja}}, {id: against, label: {de: Nein}}]}
  - {id: mittel, kind: set, label: {de: Mittel}, codes: [{id: ironie, label: {de: Ironie}}]}
"""
SCRIPT = """
import sys
from annotate.cli import app
try:
    app(sys.argv[1:])
finally:
    print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import msgspec

    from schemas.codebook import load_codebook
    from schemas.records import GoldSentence
    from train.fit import fit
    from train.persistence.folder import save_model

    folder = tmp_path_factory.mktemp("start")
    (folder / "codebook.yaml").write_text(BOOK, encoding="utf-8")
    rows = []
    for n in range(40):
        asks = n % 2
        text = f"Wer von Haus {n} will den Steg?" if asks else f"Am Tag {n} tagte der Rat."
        layers = {"satzart": "frage" if asks else "bericht", "mittel": ["ironie"] if n % 5 == 1 else [],
                  "haltung": {"steg": ("favor" if n % 4 == 1 else "against") if asks else "unrelated"}}  # fmt: skip
        rows.append({"sentence_id": f"{n}", "commentary_id": f"k{n}", "text": text, "layers": layers})
    gold = msgspec.convert(rows, list[GoldSentence])
    return save_model(fit(gold, load_codebook(folder / "codebook.yaml"))[0], folder / "m")


@pytest.mark.parametrize("to", ["jsonl", "html"])
def test_tagging_loads_no_training_library_and_nothing_heavy(to: str, model: Path, tmp_path: Path) -> None:
    text = "Ein Titel\n\nVon Anne Muster. 01.02.2025.\n\nWer will den Steg? Der Rat tagte.\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    words = ["tag", str(tmp_path / "a.txt"), "-m", str(model), "-o", str(tmp_path / f"out.{to}"), "--to", to]
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words], cwd=Path(__file__).parents[3], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "frage" in (tmp_path / f"out.{to}").read_text(encoding="utf-8")
    loaded = set(ran.stderr.splitlines()[-1].split())
    heavy = {"spacy", "pandas", "matplotlib", "label_studio_sdk", "sklearn", "skops", "pyarrow", "httpx"}
    assert loaded & heavy == set()


def test_splitting_german_loads_no_spacy(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ein Titel\n\nWer will den Steg? Der Rat tagte.\n", encoding="utf-8")
    words = ["split", str(tmp_path / "a.txt"), "-o", str(tmp_path / "out.jsonl")]
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words], cwd=Path(__file__).parents[3], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert set(ran.stderr.splitlines()[-1].split()) & {"spacy", "httpx", "sklearn", "numpy"} == set()


def test_help_loads_nothing_that_only_a_verb_needs() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, "--help"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert "prelabel" in ran.stdout, ran.stderr
    assert set(ran.stderr.splitlines()[-1].split()) & {"yaml", "jsonlines", "filelock", "numpy"} == set()
