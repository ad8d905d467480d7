"""Classifiers side by side, on one core: from raw sentences to labels with probabilities.

    python tests/benchmarks/bench_train.py [--task cimt] [--rows N] [--folds ge21-fact ...] [--sentences N]

Each system is a process of its own on the same core; they are called in turn, round after round, so
that a busy machine is unfair to none, and CPU time is counted. Peers live in .venv-bench (make bench
makes it); without it ours is measured alone. The table is written to the terminal and to .benchmarks/.

Layers two and three are made up (13 clusters of the sentences each), to have 30 codes. `--folds`
compares macro-F1 by five folds of whole commentaries (of targets, where codes are of targets: peers read
the question before the sentence), the same for all. `--sentences` gives the peak
memory of labelling so many.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TASKS = ROOT.parent / "shared/data/benchmarks"
PEERS = ROOT / ".venv-bench/bin/python"
sys.path.insert(0, str(ROOT))

OURS, RECORDS = "standpunkt", "standpunkt, records"  # one model, its answers as arrays or as records
THREE = (OURS, RECORDS, "fastText", "scikit-learn")
#: What the speed is asked to be a multiple of: peer, layers, times.
ASKED = (("fastText", 1, 2), ("scikit-learn", 1, 10), ("spaCy ensemble", 1, 15), ("fastText", 3, 4))
Texts = list[dict[str, str]]


class Worker:
    """A system in its own process."""

    def __init__(self, name: str) -> None:
        python = sys.executable if name == OURS else str(PEERS)
        script = Path(__file__).with_name("text_classifiers.py")
        env = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        # spaCy asks every package it can see for its parts: the peers must not see ours
        env["PYTHONPATH"] = str(ROOT) if name == OURS else ""
        core = min(os.sched_getaffinity(0))
        self.process = subprocess.Popen(
            ["taskset", "-c", str(core), python, str(script), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=env,
        )

    def ask(self, do: str, texts: Texts, **more: Any) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"do": do, "texts": texts, **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args} ended with {self.process.wait()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def read_task(name: str) -> tuple[Texts, list[str]]:
    """The sentences of a task with one code each, and their codes.

    Where a code is of a target, the sentence has ``target``, ``question`` and the ``codebook``'s file.
    """
    rows = [json.loads(line) for line in (TASKS / name / "train.jsonl").read_text("utf-8").splitlines()]
    keys = ("sentence_id", "commentary_id", "text", "before", "after")
    layer = next(iter(rows[0]["layers"]))
    texts = [{key: row.get(key, "") for key in keys} for row in rows]
    labels = [row["layers"][layer] for row in rows]
    if not isinstance(labels[0], dict):
        return texts, labels
    from schemas.codebook import load_codebook

    file = TASKS / name / "codebook.yaml"
    book = load_codebook(file)
    questions = {target.id: book.say(target.question) for target in book.targets}
    for text, label in zip(texts, labels, strict=True):
        (target,) = label
        text.update(target=target, question=questions[target], codebook=str(file))
    return texts, [code for label in labels for code in label.values()]


def clusters(texts: Texts, seed: int) -> list[str]:
    """A made-up layer of 13 codes."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.feature_extraction.text import HashingVectorizer

    matrix = HashingVectorizer(n_features=512, ngram_range=(1, 1)).transform(t["text"] for t in texts)
    found = MiniBatchKMeans(13, random_state=seed, n_init=1).fit_predict(matrix)
    return [f"code{i}" for i in found]


def speed(task: str, count: int, rounds: int, names: Sequence[str], sentences: int) -> list[dict[str, Any]]:
    """A row for each system and number of layers."""
    texts, labels = read_task(task)
    held = sorted({text["commentary_id"] for text in texts})[::4]
    test = [text for text in texts if text["commentary_id"] in set(held)]
    train = [i for i, text in enumerate(texts) if text["commentary_id"] not in set(held)][:count]
    layers = [labels, clusters(texts, 1), clusters(texts, 2)]
    runs = [(name, size) for size in (1, 3) for name in names if size == 1 or name in THREE]
    workers = {run: Worker(run[0]) for run in runs if run[0] != RECORDS}
    rows = {}
    for (name, size), worker in workers.items():
        given = [[layer[i] for i in train] for layer in layers[:size]]
        print(f"training {name}, {size}", file=sys.stderr)  # noqa: T201
        found = worker.ask("fit", [texts[i] for i in train], labels=given)
        worker.ask("label", test[:500])
        rows[name, size] = {"system": name, "layers": size, "megabytes": found["megabytes"]} | {
            f"train_{kind}": seconds for kind, seconds in found["seconds"].items()
        }

    def ask(run: tuple[str, int], do: str, texts: Texts, **more: Any) -> dict[str, Any]:
        name, size = run
        return workers[OURS if name == RECORDS else name, size].ask(
            do, texts, records=name == RECORDS, **more
        )

    taken: dict[tuple[str, int], list[float]] = {run: [] for run in runs}
    for turn in range(rounds):
        for run in runs[turn % len(runs) :] + runs[: turn % len(runs)]:
            taken[run].append(ask(run, "label", test)["seconds"])
    for run in runs:
        seconds = taken[run]
        rows[run] = rows.get(run, {"system": run[0], "layers": run[1]}) | {
            "per_second": len(test) / statistics.median(seconds),
            "best": len(test) / min(seconds),
            "one_ms": 1000 * ask(run, "one", test[:200])["seconds"],
        }
        if sentences and run[0] == OURS:
            times = -(-sentences // len(texts))
            rows[run]["peak_megabytes"] = ask(run, "memory", copies(texts, times), times=1)["megabytes"]
    for worker in workers.values():
        worker.close()
    return [rows[run] for run in runs]


def copies(texts: Texts, times: int) -> Texts:
    """So many times the texts, each time with another word, so that none is known already."""
    return [text | {"text": f"{text['text']} wort{i}"} for i in range(times) for text in texts]


def accuracy(task: str, names: Sequence[str]) -> dict[str, float]:
    """Macro-F1 of each system over the same five folds of whole commentaries, or of targets."""
    from sklearn.metrics import f1_score
    from sklearn.model_selection import GroupKFold

    texts, labels = read_task(task)
    groups = [text.get("target") or text["commentary_id"] for text in texts]
    found = {}
    for name in names:
        given = [""] * len(labels)
        for train, test in GroupKFold(5, shuffle=True, random_state=0).split(texts, groups=groups):
            worker = Worker(name)
            worker.ask("fit", [texts[i] for i in train], labels=[[labels[i] for i in train]])
            answers = worker.ask("answer", [texts[i] for i in test])["labels"][0]
            for i, label in zip(test, answers, strict=True):
                given[i] = label
            worker.close()
        found[name] = float(f1_score(labels, given, average="macro"))
        print(f"{task}, {name}: {found[name]:.3f}", file=sys.stderr)  # noqa: T201
    return found


def table(rows: Sequence[dict[str, Any]]) -> str:
    """80 columns."""
    lines = [
        f"{'system':20}{'layers':>6}{'sent/s':>9}{'best':>9}{'one, ms':>9}{'train s':>9}{'all':>7}{'MB':>7}"
    ]
    for row in rows:
        train, whole, size = (
            f"{row[key]:{width}.1f}" if key in row else " " * width
            for key, width in (("train_bare", 9), ("train_whole", 7), ("megabytes", 7))
        )
        lines.append(
            f"{row['system']:20}{row['layers']:6}{row['per_second']:9,.0f}{row['best']:9,.0f}"
            f"{row['one_ms']:9.2f}{train}{whole}{size}"
        )
    lines.append('train s: without inner cross-validation and calibration; "all": with them')
    peak = [f"{row['peak_megabytes']:,.0f} MB" for row in rows if "peak_megabytes" in row]
    return "\n".join([*lines, *([f"peak memory, many sentences: {', '.join(peak)}"] if peak else [])])


def ratios(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    rate = {(row["system"], row["layers"]): row["per_second"] for row in rows}
    return {
        f"x {peer}, {layers} (asked {times})": round(rate[OURS, layers] / rate[peer, layers], 2)
        for peer, layers, times in ASKED
        if (peer, layers) in rate and (OURS, layers) in rate
    }


def versions() -> dict[str, str]:
    script = "import json, importlib.metadata as m; print(json.dumps({n: m.version(n) for n in %r}))"
    found = {"python": platform.python_version(), "machine": platform.processor() or platform.machine()}
    asked = [(sys.executable, ("numpy", "scipy", "scikit-learn"), "")]
    if PEERS.exists():
        asked.append((str(PEERS), ("numpy", "scikit-learn", "spacy", "fasttext-wheel"), "peers' "))
    for python, names, whose in asked:
        answer = subprocess.run([python, "-c", script % (names,)], capture_output=True, text=True, check=True)
        found |= {whose + name: version for name, version in json.loads(answer.stdout).items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task", default="cimt", help="a folder of shared/data/benchmarks")
    parser.add_argument("--rows", type=int, default=10_000, help="sentences to train on, at most")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--systems", nargs="*", help="some of them only")
    parser.add_argument("--folds", nargs="*", default=[], metavar="TASK", help="compare macro-F1 on these")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--sentences", type=int, default=0, help="measure the memory of labelling so many")
    options = parser.parse_args()
    if not (TASKS / options.task).exists():
        print(f"no {TASKS / options.task}: nothing to measure")  # noqa: T201
        return
    peers = ["fastText", "scikit-learn", "spaCy bow", "spaCy ensemble"] if PEERS.exists() else []
    names = [name for name in [OURS, RECORDS, *peers] if not options.systems or name in options.systems]
    report: dict[str, Any] = {"versions": versions(), "load": os.getloadavg()}
    if not options.no_speed:
        rows = speed(options.task, options.rows, options.rounds, names, options.sentences)
        report |= {"speed": rows, "ratios": ratios(rows)}
        print(table(rows))  # noqa: T201
        print("\n".join(f"{name}: {value}" for name, value in report["ratios"].items()))  # noqa: T201
    report["macro_f1"] = {
        task: accuracy(task, [name for name in names if name != RECORDS]) for task in options.folds
    }
    for task, figures in report["macro_f1"].items():
        print(task, "  ".join(f"{name} {value:.3f}" for name, value in figures.items()))  # noqa: T201
    print("  ".join(f"{name} {version}" for name, version in report["versions"].items()))  # noqa: T201
    folder = ROOT / ".benchmarks"
    folder.mkdir(exist_ok=True)
    file = folder / f"train-{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    file.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(f"written to {file.relative_to(ROOT)}")  # noqa: T201


if __name__ == "__main__":
    main()
