"""Sentence splitters side by side: speed on text not seen before, and boundaries against gold.

    python tests/benchmarks/bench_segmentation.py [TEXTS.jsonl ...] [--gold GOLD.jsonl] [--json FILE]

Speed: every splitter gets every document once, so that no cache has seen it; the order of the
splitters turns with each batch, so that a busy machine is unfair to none; CPU time of one process,
loading and a first call left out, the garbage collector at rest (as timeit has it).
"""

import argparse
import gc
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared/data"
sys.path.insert(0, str(ROOT))

from annotate.texts.boundaries import sentence_spans
from annotate.texts.sentences import make_nlp

Span = tuple[int, int]
Splitter = Callable[[list[str]], list[list[Span]]]

BATCH = 500  # documents
WARM_UP = "Ein Satz. Und am 23. Oktober noch einer. „Wirklich?“ Ja."
SLOW_SHARE = 5  # pysbd gets one batch in five


def splitters() -> dict[str, Splitter]:
    """What is measured: texts in, spans out."""
    import pysbd
    import simplemma
    import spacy

    blank = spacy.blank("de")
    blank.add_pipe("sentencizer")
    segmenter = pysbd.Segmenter(language="de", clean=False, char_span=True)

    def pipe(nlp: Any) -> Splitter:
        return lambda texts: [[(s.start_char, s.end_char) for s in doc.sents] for doc in nlp.pipe(texts)]

    return {
        "standpunkt, function": lambda texts: [list(sentence_spans(text)) for text in texts],
        "simplemma": lambda texts: [located(text, simplemma.split_sentences(text, "de")) for text in texts],
        "pysbd": lambda texts: [[(s.start, s.end) for s in segmenter.segment(text)] for text in texts],
        "standpunkt, spaCy pipe": pipe(make_nlp(None, "de")),
        "spaCy sentencizer": pipe(blank),
    }


def located(text: str, sentences: list[str]) -> list[Span]:
    """Spans for a splitter that gives strings."""
    spans = []
    at = 0
    for sentence in sentences:
        at = text.index(sentence, at)
        spans.append((at, at + len(sentence)))
        at += len(sentence)
    return spans


def documents(paths: list[Path]) -> list[str]:
    """The running texts of JSON Lines: the rows of one commentary, joined."""
    texts: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            texts[f"{path}:{row.get('commentary_id', len(texts))}"].append(row["text"].replace("\n", " "))
    return [" ".join(pieces) for pieces in texts.values()]


def speed(texts: list[str]) -> dict[str, dict[str, float]]:
    """Characters and sentences a second of each splitter."""
    import simplemma

    # simplemma alone gives strings; finding their offsets is timed apart
    timed: dict[str, Callable[[list[str]], Any]] = {}
    for name, splitter in splitters().items():
        if name == "simplemma":
            timed[name] = lambda batch: [simplemma.split_sentences(text, "de") for text in batch]
        timed[name if name != "simplemma" else "simplemma, offsets found"] = splitter
    for splitter in timed.values():
        splitter([WARM_UP])
    totals = {name: [0.0, 0, 0] for name in timed}
    for n in range(0, len(texts), BATCH):
        batch = texts[n : n + BATCH]
        turn = n // BATCH
        names = list(timed)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            if name == "pysbd" and turn % SLOW_SHARE:
                continue
            gc.disable()
            start = time.process_time()
            found = timed[name](batch)
            totals[name][0] += time.process_time() - start
            gc.enable()
            totals[name][1] += sum(map(len, batch))
            totals[name][2] += sum(map(len, found))
    return {
        name: {
            "characters_per_second": round(chars / seconds),
            "sentences_per_second": round(count / seconds),
        }
        for name, (seconds, chars, count) in totals.items()
    }


def accuracy(path: Path) -> dict[str, dict[str, float]]:
    """Boundary precision, recall, F1 and marked F1, in percent.

    A boundary is the start of a sentence, a document's first left out. Marked F1 leaves out gold
    boundaries whose left sentence has no mark before it.
    """
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {name: scored(rows, splitter) for name, splitter in splitters().items()}


def scored(rows: list[dict[str, Any]], splitter: Splitter) -> dict[str, float]:
    right = wrong = missed = missed_marked = 0
    for row, spans in zip(rows, splitter([row["text"] for row in rows]), strict=True):
        text, gold = row["text"], row["sentences"]
        left = {after[0]: text[before[0] : before[1]] for before, after in pairwise(gold)}
        found = {start + len(text[start:end]) - len(text[start:end].lstrip()) for start, end in spans[1:]}
        right += len(found & left.keys())
        wrong += len(found - left.keys())
        gone = left.keys() - found
        missed += len(gone)
        missed_marked += sum(left[start].rstrip("\"'“”»«’‘)] ")[-1:] in ".!?…" for start in gone)
    return {
        "precision": round(100 * right / (right + wrong), 2),
        "recall": round(100 * right / (right + missed), 2),
        "f1": round(200 * right / (2 * right + wrong + missed), 2),
        "marked_f1": round(200 * right / (2 * right + wrong + missed_marked), 2),
    }


def table(rows: dict[str, dict[str, float]]) -> str:
    columns = list(next(iter(rows.values())))
    lines = [" " * 24 + "".join(f"{column:>24}" for column in columns)]
    lines += [
        f"{name:24}" + "".join(f"{row[column]:>24,}" for column in columns) for name, row in rows.items()
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", nargs="*", type=Path, help="JSON Lines with a text a row")
    parser.add_argument("--gold", type=Path, default=SHARED / "segmentation/gsd-dev.jsonl")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    paths = options.texts or sorted(SHARED.glob("benchmarks/*/train.jsonl"))
    report: dict[str, Any] = {}
    if paths:
        texts = documents(paths)
        report["speed"] = figures = speed(texts)
        rate = {name: row["characters_per_second"] for name, row in figures.items()}
        report["ratios"] = {
            "function / simplemma": round(rate["standpunkt, function"] / rate["simplemma"], 2),
            "function / simplemma, offsets found": round(
                rate["standpunkt, function"] / rate["simplemma, offsets found"], 2
            ),
            "function / pysbd": round(rate["standpunkt, function"] / rate["pysbd"], 2),
            "spaCy pipe / sentencizer": round(rate["standpunkt, spaCy pipe"] / rate["spaCy sentencizer"], 2),
        }
        print(f"{len(texts):,} documents, {sum(map(len, texts)):,} characters\n{table(figures)}\n")  # noqa: T201
        print("\n".join(f"{name}: {value}" for name, value in report["ratios"].items()), "\n")  # noqa: T201
    if options.gold.exists():
        report["boundaries"] = accuracy(options.gold)
        print(f"{options.gold.name}\n{table(report['boundaries'])}")  # noqa: T201
    if not report:
        parser.error("no texts: name a .jsonl file with a text a row")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
