"""Commentaries for benchmarks, made of the demo's: sentences that hardly recur."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Sentences of a commentary, and of a paragraph.
SENTENCES, _TOGETHER = 20, 4


def made_commentaries(number: int, shipped_at: Path, *, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Rows of a file of commentaries: beginnings and ends of the demo's sentences, put together anew.

    The demo's are laid into ``shipped_at``, a folder that is not there yet.
    """
    from annotate.demo import material
    from annotate.texts.commentaries import read_commentaries
    from annotate.texts.sentences import split_sentences

    shipped_at.mkdir()
    material.copy_commentaries(shipped_at)
    real = [
        one.text.split()
        for commentary in read_commentaries([shipped_at])
        for one in split_sentences(commentary)
        if len(one.text.split()) > 5
    ]
    drawn = random.Random(seed)

    def sentence() -> str:
        first, second = drawn.choice(real), drawn.choice(real)
        begin, end = drawn.randint(2, len(first) - 2), drawn.randint(1, len(second) - 2)
        return " ".join([*first[:begin], *second[end:]])

    for n in range(number):
        paragraphs = (" ".join(sentence() for _ in range(_TOGETHER)) for _ in range(SENTENCES // _TOGETHER))
        yield {
            "id": f"c{n}",
            "title": f"Kommentar {n}",
            "author": f"A {n % 97}",
            "date": f"2024-{1 + n % 12:02}-{1 + n % 28:02}",
            "text": "\n\n".join(paragraphs),
        }
