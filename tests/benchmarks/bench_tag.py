"""Tagging as a whole command: sentences a processor second of a file, a folder and pages, beside a plain twin.

    python tests/benchmarks/bench_tag.py [--sentences N] [--pages N]

The texts are the demo's commentaries under new titles, whose sentences recur, and generated ones (`made_texts`),
whose sentences hardly do. What recurs spares the model work: of the sentences predicted together one in three is
another. The model is trained on the demo's codings (anna's, so that no server is needed). Each run is a process of its own on one thread, imports included; our modules are compiled
before, as pip leaves them and those of scikit-learn. The twin is what one writes with scikit-learn alone: TF-IDF of
words and of letters, a logistic regression for each layer, each code of a set and each target, pickled; it splits
texts with the same splitter and writes with the same writer, without calibration, thresholds, context and reasons.
"""

import argparse
import compileall
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

TAG = """
import sys
from annotate.cli import main
sys.argv = ["standpunkt", "tag", *sys.argv[1:]]
main()
"""
TWIN = """
import sys
sys.path[:0] = ["tests/benchmarks"]
from bench_tag import tag_by_twin
tag_by_twin(*sys.argv[1:])
"""
END = """
import atexit, json, re, time
from pathlib import Path
def told():
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
    Path("{place}").write_text(json.dumps([time.process_time(), int(peak) / 1024]))
atexit.register(told)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=10_000, help="sentences of the run that writes pages")
    args = parser.parse_args()
    from made_texts import SENTENCES, made_commentaries

    from annotate.texts.commentaries import read_commentaries
    from annotate.texts.sentences import split_sentences
    from demo_model import demo_model
    from schemas.jsonl import read_jsonl, write_jsonl
    from schemas.records import GoldSentence

    for package in ("schemas", "exports", "train", "annotate"):
        compileall.compile_dir(ROOT / package, quiet=1)
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        model = demo_model(home)
        fit_twin(list(read_jsonl(home / "gold.jsonl", GoldSentence)), home / "twin.pickle")
        file, folder = copies(home / "texts", args.sentences)
        _, few = copies(home / "few", args.pages)
        new = home / "new.jsonl"
        write_jsonl(new, made_commentaries(args.sentences // SENTENCES, home / "shipped"))
        in_new = sum(len(split_sentences(one)) for one in read_commentaries([new]))
        runs: dict[str, tuple[str, list[Any], int]] = {
            "file, no reasons": (TAG, [file, "-m", model, "--reasons", "none", "-o"], args.sentences),
            "file, reasons": (TAG, [file, "-m", model, "-o"], args.sentences),
            "folder, reasons": (TAG, [folder, "-m", model, "-o"], args.sentences),
            "pages": (TAG, [few, "-m", model, "--to", "html", "-o"], args.pages),
            "plain twin": (TWIN, [home / "twin.pickle", file], args.sentences),
            "new sentences, no reasons": (TAG, [new, "-m", model, "--reasons", "none", "-o"], in_new),
            "new sentences, reasons": (TAG, [new, "-m", model, "-o"], in_new),
            "new sentences, plain twin": (TWIN, [home / "twin.pickle", new], in_new),
        }
        for n, (name, (code, words, sentences)) in enumerate(runs.items()):
            seconds, peak = measured(code, [*words, home / f"out{n}"], home / "told.json")
            size = sum(path.stat().st_size for path in _files(home / f"out{n}"))
            sys.stdout.write(
                f"{name}: {sentences / seconds:,.0f} sentences a processor second ({seconds:.1f} s),"
                f" peak {peak:.0f} MB, {size / sentences:,.0f} bytes a sentence\n"
            )
            sys.stdout.flush()


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]


def copies(place: Path, sentences: int) -> tuple[Path, Path]:
    """A file with about so many sentences in the demo's commentaries, and a folder with a file for each."""
    from annotate.demo import material
    from annotate.texts.commentaries import read_commentaries
    from schemas.jsonl import write_jsonl

    shipped_at = place.with_name(f"{place.name}-shipped")
    shipped_at.mkdir()
    material.copy_commentaries(shipped_at)
    shipped = list(read_commentaries([shipped_at]))
    place.mkdir()
    rows: list[dict[str, Any]] = []
    for n in range(round(sentences / 653 * len(shipped))):
        one = shipped[n % len(shipped)]
        body = one.text.partition("\n\n")[2]
        rows.append({"title": f"{one.title} {n}", "author": one.author, "date": one.date, "text": body})
        write_jsonl(place / f"{n:06}.jsonl", rows[-1:])
    file = place.with_suffix(".jsonl")
    write_jsonl(file, rows)
    return file, place


def fit_twin(rows: list[Any], path: Path) -> None:
    """What one writes with scikit-learn alone."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_union

    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True),
    )
    matrix = features.fit_transform([row.text for row in rows])
    models = {}
    for name, labels in _questions(rows):
        known = [i for i, label in enumerate(labels) if label is not None]
        answers = [str(labels[i]) for i in known]
        if len(set(answers)) > 1:
            models[name] = LogisticRegression(C=10.0, max_iter=300).fit(matrix[known], answers)
    path.write_bytes(pickle.dumps((features, models)))


def _questions(rows: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """A question for each layer, each code of a set and each target, with the answers of all rows."""
    names = list(dict.fromkeys(name for row in rows for name in row.layers))
    for name in names:
        values = [row.layers.get(name) for row in rows]
        if isinstance(values[0], list):
            for code in sorted({code for value in values for code in value or ()}):
                yield f"{name}.{code}", [None if value is None else code in value for value in values]
        elif isinstance(values[0], dict):
            for target in sorted({target for value in values for target in value or ()}):
                yield f"{name}.{target}", [(value or {}).get(target) for value in values]
        elif len({str(value) for value in values}) <= 20:  # a layer of words is nobody's answer
            yield name, values


def tag_by_twin(model: str, texts: str, out: str) -> None:
    """Reads, splits, predicts some thousand sentences at a time, and writes their codes and scores."""
    from annotate.texts.commentaries import read_commentaries
    from annotate.texts.sentences import split_sentences
    from schemas.jsonl import write_jsonl

    features, models = pickle.loads(Path(model).read_bytes())
    sentences = [one for commentary in read_commentaries([texts]) for one in split_sentences(commentary)]

    answers = {name: model.classes_.tolist() for name, model in models.items()}

    def rows() -> Iterator[dict[str, Any]]:
        for begin in range(0, len(sentences), 4096):
            some = sentences[begin : begin + 4096]
            matrix = features.transform([one.text for one in some])
            scores = {name: model.predict_proba(matrix).round(6) for name, model in models.items()}
            codes = {
                name: models[name].classes_[found.argmax(axis=1)].tolist() for name, found in scores.items()
            }
            lists = {name: found.tolist() for name, found in scores.items()}
            for i, one in enumerate(some):
                layers = {
                    name: {
                        "code": codes[name][i],
                        "scores": dict(zip(answers[name], lists[name][i], strict=True)),
                    }
                    for name in models
                }
                yield {"sentence_id": one.sentence_id, "text": one.text, "layers": layers}

    write_jsonl(out, rows())


def measured(code: str, words: list[Any], told: Path) -> tuple[float, float]:
    """Processor seconds and megabytes at most of a run."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    begin = END.replace("{place}", str(told))
    ran = subprocess.run(
        [sys.executable, "-c", begin + code, *map(str, words)],
        cwd=ROOT, env=env, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if ran.returncode:
        sys.exit(ran.stderr)
    seconds, peak = json.loads(told.read_text("utf-8"))
    return seconds, peak


if __name__ == "__main__":
    begin = time.perf_counter()
    main()
    sys.stdout.write(f"measured in {time.perf_counter() - begin:.0f} s\n")
