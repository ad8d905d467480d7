"""Exports in each format: seconds and peak memory, beside pandas' own writer where it has one.

    python tests/benchmarks/bench_export.py [--codings N] [FORMAT…]

A study of invented texts, coded by five people with kommentar-core and two targets; a coding is a row of
annotations.jsonl, with a code in each layer. Each run is the whole command in a process of its own, its
papers included. pandas (.venv-bench) writes the table that the command wrote, without having to make it.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from exports.formats import FORMATS
from schemas.codebook import Codebook, load_codebook
from schemas.codebooks import codebook_text
from schemas.jsonl import write_jsonl
from schemas.records import Annotation, Block, Commentary, Sentence

WANTED = "wanted: at most 60 s and 500 MB"
CODERS = ("anna", "ben", "carla", "dora", "emil")
SENTENCES = 40  # of a commentary
TARGETS = """
codebook: ziele
version: 1.0.0
language: de
targets:
  - {id: maut, type: policy, question: {de: "Soll es eine Maut geben?"}}
  - {id: tempolimit, type: policy, question: {de: "Soll ein Tempolimit gelten?"}}
"""
PEAK = """
import re, resource, sys
from pathlib import Path
def peak():
    own = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
    return max(int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
"""
OURS = """
import json, sys, time
from annotate.cli import main
begin = time.perf_counter()
sys.argv = ["standpunkt", "export", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end
print(json.dumps([time.perf_counter() - begin, peak()]), file=sys.stderr)
"""
PANDAS = """
import json, sys, time
import pandas as pd
source, out, how = sys.argv[1:]
table = pd.read_csv(source, keep_default_na=False)
begin = time.perf_counter()
getattr(table, how)(out, index=False)
print(json.dumps([time.perf_counter() - begin, peak()]), file=sys.stderr)
"""
#: Our format → the table that pandas is given, and its method.
PEERS = {
    "long": ("long/codings.csv", "to_csv"),
    "wide": ("wide/sentences.csv", "to_csv"),
    "xlsx": ("wide/sentences.csv", "to_excel"),
    "parquet": ("long/codings.csv", "to_parquet"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT")
    parser.add_argument("--codings", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        inputs = write_study(folder, args.codings)
        sys.stdout.write(f"{args.codings:,} codings; {WANTED}\n")
        for name in args.formats or [name for name, form in FORMATS.items() if "annotations" in form.whats]:
            words = ["--to", name, "-o", str(folder / name), *inputs]
            sys.stdout.write(f"{name}: {measured(sys.executable, OURS, words)}")
            peer = ROOT / ".venv-bench" / "bin" / "python"
            if name in PEERS and peer.exists():
                table, how = PEERS[name]
                if (folder / table).exists():
                    words = [str(folder / table), str(folder / f"pandas-{name}.{name[:4]}"), how]
                    sys.stdout.write(f"; pandas.{how} alone: {measured(str(peer), PANDAS, words)}")
            sys.stdout.write("\n")
            sys.stdout.flush()


def measured(python: str, script: str, words: list[str]) -> str:
    ran = subprocess.run(
        [python, "-c", PEAK + script, *words], capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    if ran.returncode:
        return f"not measured ({ran.stderr.strip().splitlines()[-1]})"
    seconds, peak = json.loads(ran.stderr.splitlines()[-1])
    return f"{seconds:.1f} s, peak {peak:.0f} MB"


def write_study(folder: Path, codings: int) -> list[str]:
    """The files of the study, as words for the command."""
    (folder / "targets.yaml").write_text(TARGETS, "utf-8")
    book_path = folder / "codebook.yaml"
    book_path.write_text(codebook_text("kommentar-core", folder / "targets.yaml"), "utf-8")
    draw = random.Random(0)
    commentaries = list(_commentaries(draw, codings // len(CODERS) // SENTENCES))
    sentences = [sentence for commentary in commentaries for sentence in _sentences(commentary)]
    write_jsonl(folder / "commentaries.jsonl", commentaries)
    write_jsonl(folder / "sentences.jsonl", sentences)
    write_jsonl(folder / "annotations.jsonl", _annotations(draw, sentences, load_codebook(book_path)))
    words = [str(folder / "annotations.jsonl"), "--codebook", str(book_path), "--what", "annotations"]
    for name in ("sentences", "commentaries"):
        words += [f"--{name}", str(folder / f"{name}.jsonl")]
    return words


def _commentaries(draw: random.Random, number: int) -> Iterator[Commentary]:
    words = [f"Wort{n}" for n in range(2000)]
    for n in range(number):
        said = [" ".join(draw.choices(words, k=draw.randint(6, 25))) + "." for _ in range(SENTENCES)]
        text = " ".join(said)
        yield Commentary(
            commentary_id=f"text-{n:05}", title=f"Text {n}", author=f"A. Autor {n % 40}",
            date=f"2025-{n % 12 + 1:02}-01", text=text, blocks=[Block(kind="paragraph", start=0, end=len(text))],
        )  # fmt: skip


def _sentences(commentary: Commentary) -> Iterator[Sentence]:
    start = 0
    for n, words in enumerate(commentary.text[:-1].split(". ")):
        text = f"{words}."
        yield Sentence(
            sentence_id=f"{commentary.commentary_id}:{n:08x}", commentary_id=commentary.commentary_id, index=n,
            start=start, end=start + len(text), text=text, kind="sentence", continues=False, chain_id=None, block=0,
        )  # fmt: skip
        start += len(text) + 1


def _annotations(draw: random.Random, sentences: list[Sentence], book: Codebook) -> Iterator[Annotation]:
    codes = {layer.id: layer.code_ids for layer in book.layers}
    for sentence in sentences:
        for coder in CODERS:
            layers: dict[str, object] = {
                "voice": draw.choice(codes["voice"]),
                "function": draw.choice(codes["function"]),
                "stance": {target: draw.choice(codes["stance"]) for target in book.target_ids},
                "rhetoric": sorted(draw.sample(codes["rhetoric"], draw.randint(0, 2))),
            }
            yield Annotation(
                sentence_id=sentence.sentence_id, commentary_id=sentence.commentary_id, annotator=coder,
                codebook=book.codebook, codebook_version=book.version, phase="main", lead_time=draw.random() * 60,
                created_at="2026-01-01T10:00:00Z", layers=layers,  # type: ignore[arg-type]
            )  # fmt: skip


if __name__ == "__main__":
    begin = time.perf_counter()
    main()
    sys.stdout.write(f"measured in {time.perf_counter() - begin:.0f} s\n")
