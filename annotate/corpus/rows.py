"""An index as flat rows: one a question and period."""

from collections.abc import Iterator
from typing import Any

from annotate.corpus.figures import ALL, CorpusIndex, Figure

COLUMNS: list[tuple[str, type]] = [
    ("layer", str), ("target", str), ("code", str), ("period", str), ("commentaries", int),
    ("sentences", int), ("hits", int), ("of", int), ("share", float), ("low", float), ("high", float),
    ("corrected", bool), ("reason", str), ("direction_open", int), ("undecided", int), ("held", int),
]  # fmt: skip


def rows_of(index: CorpusIndex) -> Iterator[dict[str, Any]]:
    """A row of a target without a code says how often it is touched; of a code of a set there is no target.

    What cannot be divided has no row.
    """
    for target in index.targets:
        for one in (target.whole, *target.periods):
            asked: dict[str, Any] = {"layer": target.layer, "target": target.target, "period": one.period}
            asked |= {"commentaries": one.commentaries, "sentences": one.sentences}
            counts = {"direction_open": one.direction_open, "undecided": one.undecided, "held": one.held}
            if one.touched:
                yield {**asked, **_cells(one.touched), **counts}
            for code, figure in one.codes.items():
                if figure:
                    yield {**asked, "code": code, **_cells(figure)}
    for device in index.devices:
        for period, figure in ((ALL, device.whole), *device.periods.items()):
            yield {"layer": device.layer, "code": device.code, "period": period, "sentences": figure.of,
                   **_cells(figure)}  # fmt: skip


def _cells(figure: Figure) -> dict[str, Any]:
    low, high = figure.estimate.interval
    said = figure.estimate
    return {"hits": figure.hits, "of": figure.of, "share": said.share, "low": low, "high": high,
            "corrected": said.corrected, "reason": said.reason}  # fmt: skip
