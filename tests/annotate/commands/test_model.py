"""`train --estimator`, `model trust` and `model export`, as a shell would run them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from running import ROOT, Ran
from schemas.jsonl import write_jsonl
from small_gold import gold

pytestmark = pytest.mark.slow

Run = Callable[..., Ran]
BOOK = {
    "codebook": "klein",
    "version": "1.0.0",
    "language": "de",
    "targets": [
        {"id": name, "question": f"Soll {name} kommen?", "aliases": [name]} for name in ("tempolimit", "smartphone")
    ],
    "layers": [
        {"id": "voice", "kind": "one", "label": "Stimme", "codes": [{"id": c, "label": c} for c in ("author", "other")]},
        {"id": "function", "kind": "one", "label": "Satzart", "codes": [{"id": c, "label": c} for c in ("claim", "report")]},
        {"id": "stance", "kind": "stance", "label": "Haltung", "codes": [{"id": c, "label": c} for c in ("favor", "against")]},
        {"id": "rhetoric", "kind": "set", "exclusive": ["none"], "label": "Mittel", "codes": [{"id": c, "label": c} for c in ("irony", "none")]},
    ],
}  # fmt: skip
MODULE = """
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

def words(text):
    return text.lower().split()

texte = make_pipeline(TfidfVectorizer(tokenizer=words, token_pattern=None), LogisticRegression())
"""
READ = """
import sys, skops.io
from sklearn.pipeline import Pipeline
found = skops.io.load({file!r}, trusted={types!r})
if isinstance(found, Pipeline):
    found = {{"alone": found}}
for name, pipeline in found.items():
    print(name, pipeline.predict(["Das Tempolimit nützt allen, und zwar in Ort 3."]).tolist())
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with gold rows, a codebook, a module, and a text to tag."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "mein", raising=False)
    write_jsonl("gold.jsonl", gold())
    Path("book.yaml").write_text(yaml.safe_dump(BOOK, allow_unicode=True), "utf-8")
    Path("mein.py").write_text(MODULE, "utf-8")
    Path("neu.txt").write_text(
        "Ein Titel | Erika Beispiel. 03.11.2025.\n\nDas Tempolimit hilft sehr.\n", "utf-8"
    )
    return folder


def train(standpunkt: Run, *more: str) -> Ran:
    return standpunkt("train", "--gold", "gold.jsonl", "--codebook", "book.yaml", "-o", "m", "--no-evaluate", *more)  # fmt: skip


@pytest.mark.parametrize("name", ["sklearn.naive_bayes:ComplementNB", "sklearn.svm:LinearSVC", "mein:texte"])
def test_another_classifier_is_trained_and_tags(standpunkt: Run, work: Path, name: str) -> None:
    done = train(standpunkt, "--estimator", name)
    assert done.code == 0, done.err
    assert "stance: learned by Standpunkt's own classifier" in done.out
    assert json.loads(Path("m/model.json").read_bytes())["settings"]["estimator"] == name
    tagged = standpunkt("tag", "neu.txt", "-m", "m")
    assert tagged.code == 0, tagged.err
    assert [json.loads(line)["layers"]["function"]["code"] for line in tagged.out.splitlines()][-1] == "claim"
    page = standpunkt("tag", "neu.txt", "-m", "m", "--to", "html", "-o", "neu.html")
    assert page.code == 0, page.err


def test_another_classifier_is_evaluated(standpunkt: Run, work: Path) -> None:
    given = (
        "--gold",
        "gold.jsonl",
        "--codebook",
        "book.yaml",
        "--group",
        "commentary",
        "--no-curve",
        "--json",
    )
    done = standpunkt("evaluate", *given, "--estimator", "mein:texte")
    assert done.code == 0, done.err
    assert "note: stance: learned by Standpunkt's own classifier" in done.err
    figures = json.loads(done.out)["layers"]["function"]
    assert figures["macro_f1"] > 0.9
    assert figures["baselines"]["twin"] > 0.9
    assert len(figures["interval"]) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--estimator", "gibtesnicht:x"], 'found no module "gibtesnicht"'),
        (["--estimator", "mein:text"], 'the module has no "text"; did you mean "texte"?'),
        (["--estimator", "mein:words"], "cannot be made: TypeError"),
        (["--estimator", "sklearn.decomposition:PCA"], "is no classifier"),
        (["--estimator", "sklearn.svm:LinearSVC", "--soft"], "--soft weighs sentences"),
    ],
)
def test_an_estimator_that_cannot_be_is_one_line(
    standpunkt: Run, work: Path, options: list[str], words: str
) -> None:
    done = train(standpunkt, *options)
    assert done.code == 1
    assert words in done.err
    assert "(set --estimator)" in done.err
    assert done.err.count("error:") == 1
    assert "Traceback" not in done.err
    assert not Path("m").exists()


def test_a_trained_model_keeps_its_classifier(standpunkt: Run, work: Path) -> None:
    done = standpunkt("evaluate", "m", "--gold", "gold.jsonl", "--estimator", "mein:texte")
    assert done.code == 1
    assert "a trained model has a fixed classifier" in done.err


def test_another_machine_confirms_a_model_by_its_types(
    standpunkt: Run, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(standpunkt, "--estimator", "mein:texte")
    monkeypatch.setenv("STANDPUNKT_HOME", str(tmp_path / "elsewhere"))
    refused = standpunkt("tag", "neu.txt", "-m", "m")
    assert refused.code == 1
    assert refused.err.count("\n") == 1
    assert "`standpunkt model trust m` shows their types and confirms them" in refused.err
    confirmed = standpunkt("model", "trust", "m")
    assert confirmed.code == 0, confirmed.err
    assert "\n  mein.words\n" in confirmed.out
    assert standpunkt("tag", "neu.txt", "-m", "m").code == 0
    kept = tmp_path / "elsewhere" / "trusted-models.json"
    assert json.loads(kept.read_bytes()) == [
        json.loads(Path("m/model.json").read_bytes())["estimator"]["sha256"]
    ]
    assert kept.stat().st_mode & 0o077 == 0
    removed = json.loads(standpunkt("model", "trust", "m", "--remove", "--json").out)
    assert removed == {"types": [], "trusted": False}
    assert standpunkt("tag", "neu.txt", "-m", "m").code == 1


def test_a_model_of_ours_needs_no_confirmation(standpunkt: Run, work: Path) -> None:
    train(standpunkt)
    done = standpunkt("model", "trust", "m")
    assert done.code == 0
    assert "nothing to confirm" in done.out
    assert standpunkt("model", "trust", "gibtesnicht").err.startswith("error: gibtesnicht: no such folder")


@pytest.mark.parametrize(
    ("layer", "estimator"), [(None, None), ("function", "mein:texte"), (None, "mein:texte")]
)
def test_an_export_is_read_in_a_fresh_process(
    standpunkt: Run, work: Path, layer: str | None, estimator: str | None
) -> None:
    train(standpunkt, *(["--estimator", estimator] if estimator else []))
    words = [
        "model",
        "export",
        "m",
        "--to",
        "skops",
        "-o",
        "aus.skops",
        *(["--layer", layer] if layer else []),
    ]
    told = standpunkt(*words)
    assert told.code == 0, told.err
    assert 'skops.io.load("aus.skops", trusted=[' in told.out
    report = json.loads(standpunkt(*words, "--json").out)
    assert report["layers"] == ([layer] if layer else ["voice", "function", "rhetoric"])
    assert list(report["left_out"]) == ([] if layer else ["stance"])
    assert f"trusted={report['types']}" in told.out
    code = READ.format(file="aus.skops", types=report["types"])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(ROOT)!r}, '.']\n{code}"],
        capture_output=True, text=True, check=False, cwd=work,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ("alone" if layer else "function") + " ['claim']" in done.stdout


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--to", "onnx", "-o", "x"], 2, "expected skops"),
        (["--to", "skops", "-o", "-"], 2, "name a file"),
        (["--to", "skops", "-o", "x", "--layer", "stance"], 1, "is of kind stance"),
        (["--to", "skops", "-o", "x", "--layer", "funktion"], 1, 'did you mean "function"?'),
    ],
)
def test_what_cannot_be_exported_is_said(
    standpunkt: Run, work: Path, options: list[str], code: int, words: str
) -> None:
    train(standpunkt)
    done = standpunkt("model", "export", "m", *options)
    assert done.code == code
    assert words in done.err
    assert not Path("x").exists()
