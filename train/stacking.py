"""A file of predictions beside a model: what each layer learned of when to believe it (`train --with`).

The answers of another coder, such as a language model, are laid beside what the model itself said of a
sentence: in training while that sentence's commentary was held out (`train.classifiers.fusion`), later as it
is. A layer takes the file where held-out commentaries show that it helps; for what the file does not answer,
the model answers alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec
import numpy as np

from schemas.codebook import Layer
from schemas.errors import DataError
from schemas.records import ContextSentence, GoldSentence, LayerPrediction, Prediction, short_hash
from train.arrays import Bools, Floats, Ints
from train.classifiers.fusion import MIN_ANSWERS, MIN_GROUPS, Both, choose, fuse
from train.features.passages import Passage, to_passages
from train.layers.kind import Heard, Kind
from train.layers.kinds import KINDS
from train.metrics import macro_f1, many_hot, score_table, tally
from train.model import STACKED_FORMAT, FittedLayer, IfMissing, Model, Stacked, StackedLayer

#: The codes of a question that is answered yes or no: whether a code of a set applies.
_NO_YES = ("no", "yes")

Rows = Callable[[str], Prediction | None]  # a file's row by the id of its sentence


class File(NamedTuple):
    """A file of predictions: its ``model_version``, and its rows."""

    version: str
    rows: Rows


class _Pair(NamedTuple):
    """An item that both answered: the place of its row, its target if it has one, and both answers."""

    row: int
    target: str
    own: Any
    other: Any


def stack(
    model: Model, rows: Sequence[GoldSentence], fitted: Mapping[str, FittedLayer], groups: Sequence[str],
    file: File, if_missing: IfMissing,
) -> Model:  # fmt: skip
    """The model with what its layers learned of the file.

    Parameters
    ----------
    rows
        Those the model was trained on.
    groups
        Rows of one name were held out together.

    Raises
    ------
    DataError
        The file has no row of any of these sentences.
    """
    others = [file.rows(row.sentence_id) for row in rows]
    if not any(others):
        raise DataError(
            f"{file.version} says nothing of any of the {len(rows)} sentences that are trained on"
        )
    passages = to_passages(rows)
    layers: dict[str, StackedLayer] = {}
    left_out: dict[str, str] = {}
    for name, layer in fitted.items():
        if not layer.state.trained:
            continue
        found = _learn(model, name, layer, rows, passages, groups, others)
        if isinstance(found, str):
            left_out[name] = found
        else:
            layers[name] = found
    used = msgspec.json.encode([[other.layers if other else None for other in others], if_missing])
    alone = model.meta.model_version
    meta = msgspec.structs.replace(
        model.meta,
        format=STACKED_FORMAT,
        model_version=f"{model.meta.codebook}-{short_hash(f'{alone} {file.version} {used.decode()}', 8)}",
        stacked=Stacked(
            predictions=file.version, without=alone, if_missing=if_missing, layers=layers, left_out=left_out
        ),
    )
    return replace(model, meta=meta)


def with_file(
    model: Model, rows: Sequence[ContextSentence], predictions: Sequence[Prediction], file: File
) -> list[Prediction]:
    """The model's predictions for the rows, after the file was heard."""
    stacked = model.meta.stacked
    assert stacked is not None
    said: list[dict[str, Any]] = [
        {name: dict(of) if isinstance(of, dict) else of for name, of in prediction.layers.items()}
        for prediction in predictions
    ]
    others = [file.rows(row.sentence_id) for row in rows]
    passages = to_passages(rows)
    for name, learned in stacked.layers.items():
        layer = _layer(model, name)
        own = {i: answer for i, answers in enumerate(said) if (answer := answers.get(name)) is not None}
        kind = KINDS[layer.kind]
        pairs = _pairs(kind, name, own, others)
        if not pairs:
            continue
        codes = _codes(pairs)
        scores = _fused(kind, pairs, codes, learned)
        heard = Heard([passages[p.row] for p in pairs], [p.target for p in pairs], codes, scores)
        answers = kind.answers(layer, heard, learned.state, model.meta.settings)
        for pair, answer in zip(pairs, answers, strict=True):
            if pair.target:
                said[pair.row][name][pair.target] = answer
            else:
                said[pair.row][name] = answer
    return [
        msgspec.structs.replace(
            before,
            model_version=model.meta.model_version,
            layers=layers,
            reasons=_still_true(before, layers),
        )
        for before, layers in zip(predictions, said, strict=True)
    ]


def _layer(model: Model, name: str) -> Layer:
    layer = model.meta.book.layer(name)
    assert layer is not None
    return layer


def _learn(
    model: Model, name: str, fitted: FittedLayer, rows: Sequence[GoldSentence], passages: Sequence[Passage],
    groups: Sequence[str], others: Sequence[Prediction | None],
) -> StackedLayer | str:  # fmt: skip
    """What a layer learned of the file, or why it is left out."""
    layer, settings = _layer(model, name), model.meta.settings
    kind = KINDS[layer.kind]
    if not kind.stacks:
        return f"a layer of the kind {layer.kind} takes no file"
    pairs = _pairs(kind, name, fitted.held_out(), others)
    of_group = [groups[pair.row] for pair in pairs]
    if len(pairs) < MIN_ANSWERS or len(set(of_group)) < MIN_GROUPS:
        what = f"{len(pairs)} answers of {len(set(of_group))} commentaries"
        return f"too few to learn from: {what}, expected {MIN_ANSWERS} of {MIN_GROUPS}"
    codes = _codes(pairs)
    if len(codes) < 2 and not kind.several:
        return "the model knows one code only"
    gold = [kind.gold_items(layer, rows[p.row].layers[name])[p.target] for p in pairs]
    truth = many_hot(gold, codes)
    balance = fitted.state.choices.get("code", {}).get("balance", 0.0) if not kind.several else 0.0
    scores, weights, told = _scores(pairs, codes, 0), {}, []
    for part, columns, both, column in _questions(kind, pairs, codes, truth):
        found = choose(both, column, of_group, balance=balance, seed=model.meta.seed)
        told.append(found)
        if found.weights is not None:
            weights[part] = found.weights
            scores[:, columns] = found.held_out[:, -1:] if kind.several else found.held_out
    if not weights:
        gain, error = max((found.gain, found.error) for found in told)
        return (
            f"held-out log-loss {'falls' if gain > 0 else 'rises'} by {abs(gain):.3f} ± {error:.3f}: no help"
        )
    heard = Heard([passages[p.row] for p in pairs], [p.target for p in pairs], codes, scores)
    state = kind.limits(layer, heard, truth, fitted.state, settings)
    together = kind.answers(layer, heard, state, settings)
    return StackedLayer(
        state=state,
        weights=weights,
        n=len(pairs),
        alone=_macro(kind, [pair.own for pair in pairs], codes, truth, layer),
        together=_macro(kind, together, codes, truth, layer),
    )


def _questions(
    kind: Kind, pairs: Sequence[_Pair], codes: Sequence[str], truth: Bools
) -> Iterator[tuple[str, list[int], Both, Ints]]:
    """What is learned by itself: its name, the columns it is about, what both said, and what is true.

    One question in all; of a set one for each code, whether it applies.
    """
    own, other = _scores(pairs, codes, 0), _scores(pairs, codes, 1)
    given = many_hot([kind.predicted_codes(pair.other) for pair in pairs], codes)
    if not kind.several:
        column = np.where(given.any(axis=1), given.argmax(axis=1), -1)
        yield "", list(range(len(codes))), Both(codes, own, other, column), truth.argmax(axis=1)
        return
    for i, code in enumerate(codes):
        both = Both(_NO_YES, _no_yes(own[:, i]), _no_yes(other[:, i]), given[:, i].astype(np.int64))
        yield code, [i], both, truth[:, i].astype(np.int64)


def _fused(kind: Kind, pairs: Sequence[_Pair], codes: Sequence[str], learned: StackedLayer) -> Floats:
    """The probabilities after both were heard, of what is believed: shape (n_pairs, n_codes)."""
    scores = _scores(pairs, codes, 0)
    truth = np.zeros((len(pairs), len(codes)), dtype=bool)
    for part, columns, both, _ in _questions(kind, pairs, codes, truth):
        if part in learned.weights:
            said = fuse(both, learned.weights[part])
            scores[:, columns] = said[:, -1:] if kind.several else said
    return scores


def _pairs(
    kind: Kind, name: str, own: Mapping[int, LayerPrediction], others: Sequence[Prediction | None]
) -> list[_Pair]:
    """The items that both answered, in the order of the rows."""
    found = []
    for row in sorted(own):
        said = others[row].layers.get(name) if others[row] else None  # type: ignore[union-attr]
        if said is None:
            continue
        other = kind.predicted_items(said)
        found += [
            _Pair(int(row), target, answer, other[target])
            for target, answer in kind.predicted_items(own[row]).items()
            if target in other
        ]
    return found


def _codes(pairs: Sequence[_Pair]) -> list[str]:
    """The codes that the model knows, in its order: all its answers in a layer have the same."""
    return list(pairs[0].own.scores) if pairs else []


def _scores(pairs: Sequence[_Pair], codes: Sequence[str], whose: int) -> Floats:
    return score_table([(pair.own, pair.other)[whose].scores for pair in pairs], codes)


def _no_yes(share: Floats) -> Floats:
    return np.column_stack([1 - share, share])


def _macro(kind: Kind, answers: Sequence[Any], codes: Sequence[str], truth: Bools, layer: Layer) -> float:
    """Macro-F1 as everywhere: of a set without its exclusive codes."""
    counted = [i for i, code in enumerate(codes) if not kind.several or code not in layer.exclusive]
    given = many_hot([kind.predicted_codes(answer) for answer in answers], codes)
    return round(macro_f1(tally(truth[:, counted], given[:, counted]).sum(axis=0)) or 0.0, 6)


def _still_true(
    before: Prediction, layers: Mapping[str, LayerPrediction]
) -> dict[str, list[tuple[str, float]]]:
    """The reasons of answers that are still the model's; what spoke for another code is no reason."""
    kept = {}
    for name, reasons in before.reasons.items():
        layer, _, target = name.partition("__")
        one: Any = before.layers.get(layer)
        two: Any = layers.get(layer)
        if target and isinstance(one, dict) and isinstance(two, dict):
            one, two = one.get(target), two.get(target)
        if all(getattr(one, part, None) == getattr(two, part, None) for part in ("code", "codes")):
            kept[name] = reasons
    return kept
