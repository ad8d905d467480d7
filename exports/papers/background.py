"""What papers say of an export beyond its rows."""

from collections.abc import Iterable
from typing import Any

from schemas.records import Annotation, GoldSentence, Record


class Support(Record, frozen=True, kw_only=True):
    """What the gold of a layer rests on: sentences by how many coded them, and how many of all agreed."""

    coded_by: dict[int, int]
    agreed: int


class Background(Record, frozen=True, kw_only=True):
    """Facts that the exported rows do not hold; None and empty: not known.

    Parameters
    ----------
    sentences, commentaries
        How many were split altogether, exported or not.
    test_share, overlap
        As the study plans them: shares of the commentaries.
    coded
        The first and the last day of coding.
    versions
        Of the codebook, and how many rows are of each.
    support
        Of gold: layer → what it rests on.
    figures
        Of predictions: model version → layer → what was measured of it (``model.json``).
    has_names
        Whether annotators are called by their names.
    """

    study: str | None = None
    sentences: int | None = None
    commentaries: int | None = None
    test_share: float | None = None
    overlap: float | None = None
    coded: tuple[str, str] | None = None
    versions: dict[str, int] = {}
    support: dict[str, Support] = {}
    figures: dict[str, dict[str, Any]] = {}
    has_names: bool = False


def days_of(rows: Iterable[Annotation]) -> tuple[str, str] | None:
    """The first and the last day on which something was coded."""
    days = sorted(time[:10] for row in rows for time in (row.created_at, row.updated_at) if time)
    return (days[0], days[-1]) if days else None


def support_of(rows: Iterable[GoldSentence]) -> dict[str, Support]:
    """What each layer of gold rests on, where its rows say so."""
    coded_by: dict[str, dict[int, int]] = {}
    agreed: dict[str, int] = {}
    for row in rows:
        for layer, counts in row.support.items():
            if (number := counts.get("annotators")) is None:
                continue
            of_layer = coded_by.setdefault(layer, {})
            of_layer[number] = of_layer.get(number, 0) + 1
            agreed[layer] = agreed.get(layer, 0) + (counts.get("agreed") == number)
    return {
        layer: Support(coded_by=dict(sorted(counts.items())), agreed=agreed[layer])
        for layer, counts in coded_by.items()
    }
