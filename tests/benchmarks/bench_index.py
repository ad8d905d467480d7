"""An index over a corpus of lean files: seconds and memory of the whole command, whatever the corpus's size.

    python tests/benchmarks/bench_index.py [--sentences N] [--keep DIR]

The demo's commentaries are tagged by a model that is trained on the demo's codings, and written again and again under
new ids and days of ten years by the writer of `tag --to parts`, each sentence with the answers of some other. The command runs without a correction and
with the errors measured on the demo's gold, which it then keeps; on a twentieth of the sentences first.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]


INDEX = """
import sys
from annotate.cli import main
sys.argv = ["standpunkt", "index", *sys.argv[1:]]
main()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=2_000_000)
    args = parser.parse_args()
    from bench_tag import measured

    from demo_model import demo_model

    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        model = demo_model(home)
        for sentences in (args.sentences // 20, args.sentences):
            parts = home / f"parts-{sentences}"
            write_parts(parts, model, sentences)
            size = sum(path.stat().st_size for path in parts.glob("*.parquet"))
            sys.stdout.write(f"{sentences:,} sentences, {size / sentences:.0f} bytes a sentence\n")
            gold = ["-m", model, "--gold", home / "gold.jsonl"]
            runs = {"counted": [], "corrected, errors measured first": gold, "corrected": gold}
            for name, more in runs.items():
                words = [parts, "-o", home / "index.html", *more]
                begin = time.perf_counter()
                seconds, peak = measured(INDEX, words, home / "told.json")
                sys.stdout.write(
                    f"  {name}: {time.perf_counter() - begin:.1f} s ({seconds:.1f} s of the processor), "
                    f"peak {peak:.0f} MB\n"
                )
                sys.stdout.flush()


def write_parts(place: Path, model: Path, sentences: int) -> None:
    """About so many rows as `tag --to parts` writes them."""
    from annotate.analysis.table_rows import lean_rows_of
    from annotate.demo import material
    from annotate.tag.formats import FORMATS
    from annotate.tag.pieces import Left, tag_files
    from annotate.tag.source import SourcePlace

    texts = place.with_name("texts")
    texts.mkdir(exist_ok=True)
    material.copy_commentaries(texts)
    source = SourcePlace(model).load(0)
    tagged = [list(lean_rows_of([p], source.book)) for p in tag_files(source, [str(texts)], Left([], [], []))]

    places = {"sentence_id", "commentary_id", "index", "start", "end", "day"}
    answers = [{k: v for k, v in row.items() if k not in places} for piece in tagged for row in piece]
    rng = random.Random(0)

    def rows() -> Iterator[dict[str, Any]]:
        count = n = 0
        while count < sentences:
            some = tagged[n % len(tagged)][: sentences - count]
            day = (date(2015, 1, 1) + timedelta(days=n * 7919 % 3650)).isoformat() if n % 50 else None
            for row in some:
                name = f"{row['commentary_id']}-{n}"
                said = {**answers[rng.randrange(len(answers))]}
                # no score twice, as in new texts
                said |= {k: v + rng.random() / 1e3 for k, v in said.items() if k.endswith("__score")}
                facts = {"commentary_id": name, "sentence_id": f"{name}:{rng.randbytes(6).hex()}", "day": day}
                yield {**row, **said, **facts}
            count, n = count + len(some), n + 1

    form = FORMATS["parts"]
    assert form is not None
    form.write_all(f"{place}/part", rows(), source.book)


if __name__ == "__main__":
    main()
