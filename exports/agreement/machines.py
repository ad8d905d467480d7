"""A model as a coder of its own kind: its agreement with people, apart from theirs with each other."""

from collections.abc import Sequence

import numpy as np
from msgspec import structs

from exports.agreement.bootstrap import Draws
from exports.agreement.coefficients import MISSING
from exports.agreement.figures import code_figures, layer_figure, pair_figures
from exports.agreement.kinds import KINDS
from exports.agreement.ratings import Frame, Ratings, stacked, to_frame
from exports.agreement.report import Coefficients, MachineFigure, PairFigure
from schemas.codebook import Codebook, Layer
from schemas.records import Annotation


def machine_figures(
    people: Sequence[Annotation],
    machine: Sequence[Annotation],
    codebook: Codebook,
    *,
    draws: int,
    seed: int,
) -> dict[str, MachineFigure]:
    """Layer → agreement of a machine with all people taken together: every person's coding is a unit.

    Where some saw a suggestion and some did not, those who saw none are also compared alone: with what one
    has seen one agrees more easily.
    """
    frame = _only_coded(people, machine)
    texts = np.unique(frame.commentary[frame.shared])
    resample = Draws(texts, len(frame.commentaries), number=draws, seed=seed)
    unseen = [row for row in people if row.suggested is None]
    alone = None
    if unseen and len(unseen) < len(people):
        part = _only_coded(unseen, machine)
        if part.shared.any():
            of_part = Draws(
                np.unique(part.commentary[part.shared]), len(part.commentaries), number=draws, seed=seed
            )
            alone = part, of_part
    name = machine[0].annotator
    found = {}
    for layer in codebook.predicted_layers:
        ratings = _with_machine(frame, layer, codebook, name)
        figure = layer_figure(ratings, resample, KINDS[layer.kind].metric)
        found[layer.id] = MachineFigure(
            **structs.asdict(figure),
            codes=code_figures(ratings, resample),
            without_suggestions=None if alone is None else _figure(alone[0], layer, codebook, name, alone[1]),
        )
    return found


def person_pairs(
    rows: Sequence[Annotation], codebook: Codebook, machines: Sequence[str], *, draws: int, seed: int
) -> dict[str, list[PairFigure]]:
    """Each machine with each person, layer by layer."""
    frame = to_frame(rows)
    texts = np.unique(frame.commentary[frame.shared])
    resample = Draws(texts, len(frame.commentaries), number=draws, seed=seed)
    return {
        layer.id: [
            pair
            for pair in pair_figures(
                KINDS[layer.kind].ratings(frame, layer, codebook),
                frame.annotators,
                KINDS[layer.kind].metric,
                resample,
            )
            if len({*pair.annotators} & {*machines}) == 1
        ]
        for layer in codebook.predicted_layers
    }


def _only_coded(people: Sequence[Annotation], machine: Sequence[Annotation]) -> Frame:
    """People's codings and the machine's of the same sentences."""
    coded = {row.sentence_id for row in people if not row.skipped}
    return to_frame([*people, *(row for row in machine if row.sentence_id in coded)])


def _figure(frame: Frame, layer: Layer, codebook: Codebook, name: str, draws: Draws) -> Coefficients:
    return layer_figure(_with_machine(frame, layer, codebook, name), draws, KINDS[layer.kind].metric)


def _with_machine(frame: Frame, layer: Layer, codebook: Codebook, name: str) -> Ratings:
    """Two columns: a person and the machine; a unit for each person who coded one that it coded too."""
    ratings = KINDS[layer.kind].ratings(frame, layer, codebook)
    machine = frame.annotators.index(name)
    parts = []
    for person in range(len(frame.annotators)):
        if person != machine:
            both = (ratings.values[:, (person, machine)] != MISSING).all(axis=1)
            kept = ratings.where(both)
            parts.append(structs.replace(kept, values=kept.values[:, (person, machine)]))
    return stacked(parts)
