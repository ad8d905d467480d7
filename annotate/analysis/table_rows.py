"""Predictions as flat rows for a table: a column an answer."""

from collections.abc import Iterable, Iterator
from typing import Any

from annotate.analysis.piece import TaggedPiece
from annotate.kinds import kind_of
from annotate.texts.dates import has_sure_date
from schemas.codebook import Codebook
from schemas.records import Commentary, Prediction, Sentence

_FACTS: list[tuple[str, type]] = [
    ("sentence_id", str), ("commentary_id", str), ("title", str), ("author", str), ("date", str),
    ("index", int), ("text", str), ("model_version", str), ("codebook", str), ("codebook_version", str),
    ("notices", str),
]  # fmt: skip


_PLACES: list[tuple[str, type]] = [
    ("sentence_id", str), ("commentary_id", str), ("index", int), ("start", int), ("end", int),
]  # fmt: skip


def columns_of(codebook: Codebook) -> list[tuple[str, type]]:
    """Name and type of each column: facts, then for each layer or target its code, score, abstention.

    A stance's columns are named ``<layer>__<target>``; the codes of a set stand in one cell,
    separated by ``|``, those abstained from in another.
    """
    columns = list(_FACTS)
    for layer in codebook.predicted_layers:
        columns += kind_of(layer).columns(layer, codebook.target_ids)
    return columns


def rows_of(pieces: Iterable[TaggedPiece], codebook: Codebook) -> Iterator[dict[str, Any]]:
    """A row a sentence; what a model was not asked has no value."""
    for piece in pieces:
        for sentence, prediction in zip(piece.sentences, piece.predictions, strict=True):
            yield {**_facts(piece.commentary, sentence, prediction), **_answers(prediction, codebook)}


def lean_columns_of(codebook: Codebook) -> list[tuple[str, type]]:
    """Name and type of each column without what the texts themselves hold."""
    answers = columns_of(codebook)[len(_FACTS) :]
    return [*_PLACES, ("day", str), ("model_version", str), *answers]


def lean_rows_of(pieces: Iterable[TaggedPiece], codebook: Codebook) -> Iterator[dict[str, Any]]:
    """A row a sentence: where it stands, the day of its commentary where that is sure, and the answers."""
    for piece in pieces:
        commentary = piece.commentary
        day = commentary.date[:10] if commentary.date and has_sure_date(commentary) else None
        for sentence, prediction in zip(piece.sentences, piece.predictions, strict=True):
            facts = {name: getattr(sentence, name) for name, _ in _PLACES}
            facts |= {"day": day, "model_version": prediction.model_version}
            yield facts | _answers(prediction, codebook)


def _facts(commentary: Commentary, sentence: Sentence, prediction: Prediction) -> dict[str, Any]:
    notices = prediction.notices if isinstance(prediction.notices, list) else []
    return {
        "sentence_id": sentence.sentence_id,
        "commentary_id": commentary.commentary_id,
        "title": commentary.title,
        "author": commentary.author,
        "date": commentary.date,
        "index": sentence.index,
        "text": sentence.text,
        "model_version": prediction.model_version,
        "codebook": prediction.codebook,
        "codebook_version": prediction.codebook_version,
        "notices": "|".join(notices),
    }


def _answers(prediction: Prediction, codebook: Codebook) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, answer in prediction.layers.items():
        cells |= kind_of(codebook.layer(name)).cells(name, answer)
    return cells
