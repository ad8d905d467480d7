"""How often things occur in the texts of a study that nobody coded, as a model says and corrected."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from annotate.analysis.piece import TaggedPiece, view_piece
from annotate.analysis.prevalence import Spread, counts_of, estimate, measured_errors
from annotate.progress import Progress, no_progress
from annotate.report.facts import Frequency, Prevalence
from annotate.study.folder import Study, model_file
from annotate.study.predictions_file import PredictionRow, to_prediction
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Commentary, GoldSentence, Sentence


def prevalence_of(
    study: Study,
    book: Codebook,
    rows: Sequence[Annotation],
    gold: Sequence[GoldSentence],
    sentences: Sequence[Sentence],
    commentaries: Sequence[Commentary],
    progress: Progress = no_progress,
) -> Prevalence | None:
    """What the study's predictions say of the commentaries nobody coded; None where there are no such.

    Raises
    ------
    DataError
        The predictions are of a model or codebook that the study does not have, or there is no gold.
    """
    from train.persistence.folder import load_meta, load_model

    coded = {row.commentary_id for row in rows}
    said = [
        row
        for row in (read_jsonl(study.predictions, PredictionRow) if study.predictions.exists() else ())
        if row.commentary_id not in coded
    ]
    if not said:
        return None
    if not gold:
        raise DataError(
            "nothing is adjudicated by which the model's errors could be measured", path=study.gold
        )
    versions = sorted({row.model_version for row in said})
    if len(versions) > 1 or any(row.codebook != book.codebook for row in said):
        raise DataError(f"predictions of {', '.join(versions)}: expected one model", path=study.predictions)
    file = model_file(study.models, versions[0])
    if file is None:
        raise DataError(
            f"predictions of {versions[0]}, which the study does not have", path=study.predictions
        )
    kept = study.folder / ".standpunkt" / "errors.json"
    errors = measured_errors(lambda: load_model(file.parent), load_meta(file.parent), gold, kept, progress)
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    spread: dict[str, Spread] = defaultdict(Spread)
    for piece in _pieces(said, sentences, commentaries, book):
        for what, (hits, of) in counts_of(view_piece(piece, book, number=1), book).items():
            totals[what][0] += hits
            totals[what][1] += of
            spread[what].add(hits, of)
    found = [
        _named(what, book, hits=hits, of=of,
               counted=estimate(hits, of, None, what, spread=spread[what].effect),
               corrected=estimate(hits, of, errors, what, spread=spread[what].effect))
        for what, (hits, of) in totals.items() if of
    ]  # fmt: skip
    return Prevalence(
        model=versions[0],
        commentaries=len({row.commentary_id for row in said}),
        sentences=len(said),
        how=errors.how,
        measured=errors.sentences,
        found=found,
    )


def _named(what: str, book: Codebook, **figures: Any) -> Frequency:
    """The frequency of a question as `annotate.analysis.prevalence` keys it."""
    layer, part, *way = what.split(".")
    if book.target(part) is not None:
        return Frequency(layer=layer, target=part, way=way[0] if way else None, **figures)
    return Frequency(layer=layer, code=part, **figures)


def _pieces(
    said: Sequence[PredictionRow],
    sentences: Sequence[Sentence],
    commentaries: Sequence[Commentary],
    book: Codebook,
) -> Iterator[TaggedPiece]:
    """Commentary after commentary, its sentences with what is said of each."""
    texts = {one.commentary_id: one for one in commentaries}
    by_id = {row.sentence_id: row for row in said}
    of_text: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        if sentence.sentence_id in by_id:
            of_text[sentence.commentary_id].append(sentence)
    for name, part in of_text.items():
        if name in texts:
            predictions = [to_prediction(by_id[one.sentence_id], book) for one in part]
            yield TaggedPiece(commentary=texts[name], sentences=part, predictions=predictions)
