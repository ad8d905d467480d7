"""Commentaries with answers drawn at random, and their lean files."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from annotate.analysis.piece import TaggedPiece
from annotate.analysis.table_rows import lean_rows_of
from annotate.tag.formats import FORMATS
from exports.tables import rows_parquet
from reading_pieces import answers, codebook, devices, piece, says, touches
from schemas.codebook import Codebook
from schemas.records import LayerPrediction

pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
Write = Callable[..., Path]


def any_answers(rng: random.Random) -> dict[str, LayerPrediction]:
    """Every way in which a sentence may be answered, or not."""
    voice = rng.choice(["author"] * 6 + ["other", "mixed", None, says("author", 0.4, abstained=True)])
    stance = {
        target: rng.choice(
            ["unrelated", "unrelated", "favor", "favor", "against", "open", touches(), touches("unrelated"),
             says("favor", 0.4, abstained=True), says("unrelated", 0.4, abstained=True)]
        )
        for target in ("tempolimit", "smartphone") if rng.random() < 0.8
    }  # fmt: skip
    given = [code for code in ("irony", "metaphor") if rng.random() < 0.3]
    doubted = [code for code in ("irony", "metaphor") if rng.random() < 0.2]
    return answers(voice, devices(*given, abstained=doubted), **stance)


def commentary(
    n: int, rows: Sequence[dict[str, LayerPrediction]], *, day: str | None = None, name: str | None = None,
    model: str = "probe-00c0ffee",
) -> TaggedPiece:  # fmt: skip
    """One of so many, each with an id of its own."""
    one = piece(*((f"Satz {k}.", row) for k, row in enumerate(rows)), date=day)
    ids = {"commentary_id": name or f"text-{n}"}
    return replace(
        one,
        commentary=replace(one.commentary, **ids),
        sentences=[replace(s, **ids, sentence_id=f"text-{n}:{k}") for k, s in enumerate(one.sentences)],
        predictions=[
            replace(p, **ids, sentence_id=f"text-{n}:{k}", model_version=model)
            for k, p in enumerate(one.predictions)
        ],
    )


@pytest.fixture
def corpus() -> list[TaggedPiece]:
    """Sixty commentaries of a year, every tenth without a date, and one that nobody answered."""
    rng = random.Random(7)
    days = [(date(2024, 1, 1) + timedelta(days=6 * n)).isoformat() if n % 10 else None for n in range(60)]
    made = [
        commentary(n, [any_answers(rng) for _ in range(rng.randrange(1, 30))], day=day)
        for n, day in enumerate(days)
    ]
    return [*made, commentary(60, [{}, {}], day="2024-06-06")]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes commentaries as parts: so many rows a file, so many a row group."""

    def write_to(
        pieces: Sequence[TaggedPiece], *, name: str = "part", rows: int = 500_000, group: int = 50_000,
        book: Codebook | None = None, folder: Path = tmp_path / "out",
    ) -> Path:  # fmt: skip
        monkeypatch.setattr(rows_parquet, "_PART", rows)
        monkeypatch.setattr(rows_parquet, "_LARGE", group)
        form, asked = FORMATS["parts"], book or codebook()
        assert form is not None
        form.write_all(f"{folder}/{name}", lean_rows_of(pieces, asked), asked)
        return folder

    return write_to
