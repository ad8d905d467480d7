"""Two million sentences in the memory of a few thousand: `make stress`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from annotate.analysis.piece import TaggedPiece
from annotate.analysis.table_rows import lean_rows_of
from annotate.tag.formats import FORMATS
from reading_pieces import codebook
from running import ROOT, STRESS

pytestmark = [pytest.mark.slow, pytest.mark.scaled]
SENTENCES = 2_000_000 if STRESS else 100_000
#: What the arrays of a batch, and what Arrow holds of a file, may take more than those of a small corpus.
ROOM = 60_000_000
PEAK = """
import re, sys
from pathlib import Path
from annotate.corpus.run import index_corpus
index, _ = index_corpus(Path(sys.argv[1]))
print(index.sentences, re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def peak_of(folder: Path) -> tuple[int, int]:
    """Sentences of an index, and the bytes it took at most."""
    said = subprocess.check_output([sys.executable, "-c", PEAK, str(folder)], cwd=ROOT, text=True)
    match = re.fullmatch(r"(\d+) (\d+)\n", said)
    assert match
    return int(match[1]), int(match[2]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_memory_does_not_grow_with_the_corpus(corpus: list[TaggedPiece], tmp_path: Path) -> None:
    rows = list(lean_rows_of(corpus, codebook()))
    form = FORMATS["parts"]
    assert form is not None
    for name, sentences in (("few", 50_000), ("many", SENTENCES)):
        times = -(-sentences // len(rows))
        many = (
            {
                **row,
                "commentary_id": f"{row['commentary_id']}-{n}",
                "sentence_id": f"{row['sentence_id']}-{n}",
            }
            for n in range(times)
            for row in rows
        )
        form.write_all(f"{tmp_path}/{name}/part", many, codebook())
    few, many_peak = peak_of(tmp_path / "few"), peak_of(tmp_path / "many")
    assert few[0] < many_peak[0] >= SENTENCES
    assert many_peak[1] <= few[1] + ROOM
