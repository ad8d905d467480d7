"""Public data drawn to the size of a study, the rest to be judged."""

import random
from pathlib import Path

from schemas.records import GoldSentence

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "benchmarks"
TASKS = ("cimt", "ge21-fact", "ge21-engaging", "pcc-coarse")
JUDGED = 2000


def drawn(rows: list[GoldSentence], size: int, seed: int) -> tuple[list[GoldSentence], list[GoldSentence]]:
    """Whole commentaries of so many sentences, and a sample of the others."""
    draw = random.Random(seed)
    names = sorted({row.commentary_id for row in rows})
    draw.shuffle(names)
    chosen: set[str] = set()
    for name in names:
        if sum(row.commentary_id in chosen for row in rows) >= size:
            break
        chosen.add(name)
    rest = [row for row in rows if row.commentary_id not in chosen]
    return [row for row in rows if row.commentary_id in chosen], draw.sample(rest, min(JUDGED, len(rest)))
