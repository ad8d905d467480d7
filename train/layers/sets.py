"""Layers with any number of codes a sentence: kind ``set``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

import msgspec
import numpy as np

from schemas.codebook import Layer
from schemas.records import GoldSentence, LayerValue, SetPrediction
from train.arrays import Array, Bools, Floats
from train.classifiers.fitted import Evidence, probability_of
from train.classifiers.thresholds import NEVER, abstention_threshold, decision_threshold, is_learned
from train.evidence import evidence_of
from train.layers.kind import Heard, Kind, SuggestedPart, coded
from train.metrics import many_hot
from train.model import Batch, FittedLayer, LayerState, Model, TrainingData, choices_of
from train.settings import Settings

#: How much likelier than the rest together an exclusive code must be to silence it. With 1, macro-F1 of the
#: demo's devices falls from .36 to .28 (a code is found from scores of .2 on); with 2 nothing is lost.
_LIKELIER = 2


class CodeSet(Kind):
    """Any number of codes a sentence."""

    gold_type, expected = list, "a list of codes"
    several = stacks = True

    def fit(self, layer: Layer, data: TrainingData) -> FittedLayer:
        """A yes-or-no classifier for each code that occurs, with its two thresholds."""
        places = coded(data.rows, layer.id)
        rows = [data.rows[i] for i in places]
        truth = code_sets(rows, layer)
        occur = {code for code, has in zip(layer.code_ids, truth.T, strict=True) if has.any()}
        examples, behind = data.examples_of(layer.id, occur)
        learned = learn_codes(
            layer,
            data.inputs(np.append(places, behind)),
            truth,
            data.groups_of(places.tolist()),
            lambda: data.classifier(len(rows), (0.0,)),
            taught=code_sets(examples, layer),
            evidence=evidence_of(data.features, several=True),
            abstain_at=data.settings.abstain_at,
        )
        classifiers, codes = learned.classifiers, list(learned.classifiers)
        state = LayerState(
            kind=layer.kind,
            n=len(rows),
            codes=self.count(rows, layer),
            trained=bool(codes),
            reason=None if codes else "no sentence has any code",
            thresholds=learned.limits.thresholds,
            sure=learned.limits.sure,
            choices={code: choices_of(classifier) for code, classifier in classifiers.items()},
            not_learned=learned.limits.not_learned,
            examples=len(examples),
        )
        return FittedLayer(
            state=state,
            classifiers=classifiers,
            held_out=lambda: dict(
                zip(places, set_predictions(layer, codes, learned.held_out, state), strict=True)
            ),
        )

    def predict(self, layer: Layer, model: Model, batch: Batch) -> list[SetPrediction]:
        """The codes of each sentence whose score reaches the code's threshold."""
        codes, scores = _likely(layer, model, batch)
        return set_predictions(layer, codes, scores, model.meta.layers[layer.id])

    def limits(
        self, layer: Layer, heard: Heard, truth: Bools, state: LayerState, settings: Settings
    ) -> LayerState:
        scores = lift(layer, heard.codes, heard.scores)
        found = _limits(layer, heard.codes, scores, truth, settings.abstain_at)
        return msgspec.structs.replace(state, **found._asdict())

    def answers(
        self, layer: Layer, heard: Heard, state: LayerState, settings: Settings
    ) -> list[SetPrediction]:
        return set_predictions(layer, heard.codes, lift(layer, heard.codes, heard.scores), state)

    def codes(self, value: LayerValue) -> list[str]:
        return list(value) if isinstance(value, list) else []

    def gold_items(self, layer: Layer, value: LayerValue) -> dict[str, list[str]]:
        return {"": with_parents(layer, self.codes(value))}

    def predicted_codes(self, prediction: SetPrediction) -> list[str]:
        return prediction.codes

    def baseline(self, state: LayerState) -> list[str]:
        """The codes that more than half of the training sentences have."""
        return [code for code, count in state.codes.items() if 2 * count > state.n]

    def suggest(
        self, layer_id: str, prediction: SetPrediction, state: LayerState, settings: Settings
    ) -> SuggestedPart:
        """The codes of a prediction that did not abstain and were seen often enough."""
        rare = [code for code in prediction.codes if state.codes.get(code, 0) < settings.min_code]
        unsure = [code for code in prediction.abstained if code not in rare]
        sure = [code for code in prediction.codes if code not in rare and code not in unsure]
        confidence = {layer_id: min(prediction.scores[code] for code in sure)} if sure else {}
        withheld = ["few_examples"] * len(rare) + ["abstained"] * len(unsure)
        return SuggestedPart(sure or None, confidence, withheld)

    def code_classes(self, classifiers: Mapping[str, Any]) -> dict[str, tuple[Any, object]]:
        return {
            code: (classifier, True)
            for code, classifier in classifiers.items()
            if len(classifier.classes_) > 1
        }

    def parts(self, layer: Layer) -> set[str]:
        return set(layer.code_ids)

    def trained_codes(self, classifiers: Mapping[str, Any]) -> set[str]:
        return set(classifiers)

    def model_problems(
        self, layer: Layer, state: LayerState, classifiers: Mapping[str, Any]
    ) -> Iterator[str]:
        if not set(classifiers) <= set(state.sure):
            yield f'layer "{layer.id}" has codes that lack a threshold'


def code_sets(rows: Sequence[GoldSentence], layer: Layer) -> Bools:
    """Which codes each row has, parents of a ticked code included.

    Returns
    -------
    bool ndarray of shape (n_rows, n_codes), columns in the codebook's order
    """
    given: list[Any] = [row.layers[layer.id] for row in rows]
    return lift(layer, layer.code_ids, many_hot(given, layer.code_ids))


def with_parents(layer: Layer, codes: Iterable[str]) -> list[str]:
    """The codes and all their ancestors, in the codebook's order."""
    chosen = set(codes)
    for code in list(chosen):
        chosen.update(layer.parents(code))
    return [code for code in layer.code_ids if code in chosen]


def set_predictions(
    layer: Layer, codes: Sequence[str], scores: Floats, state: LayerState
) -> list[SetPrediction]:
    """The records of rows of probabilities."""
    scores = scores.round(6)
    thresholds = {code: round(state.thresholds[code], 6) for code in codes}
    chosen = choose(layer, codes, scores, thresholds, state.not_learned)
    unsure = chosen & (scores < np.array([round(state.sure[code], 6) for code in codes]))
    rows = zip(scores.tolist(), chosen.tolist(), unsure.tolist(), strict=True)
    return [
        SetPrediction(
            codes=list(compress(codes, given)),
            scores=dict(zip(codes, row, strict=True)),
            thresholds=thresholds,
            abstained=list(compress(codes, left_open)),
        )
        for row, given, left_open in rows
    ]


def _likely(layer: Layer, model: Model, batch: Batch) -> tuple[list[str], Floats]:
    """The codes, and the probability of each for each sentence: shape (n_rows, n_codes)."""
    classifiers = model.classifiers[layer.id]
    likely = [
        probability_of(True, classifier, batch.probabilities(layer.id, code, classifier))
        for code, classifier in classifiers.items()
    ]
    return list(classifiers), lift(layer, list(classifiers), np.column_stack(likely))


def choose(
    layer: Layer,
    codes: Sequence[str],
    scores: Floats,
    thresholds: Mapping[str, float],
    not_learned: Sequence[str] = (),
) -> Bools:
    """Which codes are given.

    An exclusive code alone where it is `_LIKELIER` times as likely as all others together (the sum of
    their calibrated probabilities, parents standing for their children). Else the codes at their
    threshold and their parents, but none that was not learned; and where there are none, the likeliest
    exclusive code that is at its own.

    Returns
    -------
    bool ndarray of shape (n_rows, n_codes), columns as in ``codes``
    """
    chosen = scores >= np.array([thresholds[code] for code in codes])
    chosen[:, [i for i, code in enumerate(codes) if code in not_learned]] = False
    alone = [i for i, code in enumerate(codes) if code in layer.exclusive]
    wanted = chosen[:, alone].copy()
    chosen[:, alone] = False
    chosen = lift(layer, codes, chosen)
    if alone:
        top = [i for i, code in enumerate(codes) if not layer.parents(code)]
        rest = scores[:, top].sum(axis=1, keepdims=True) - scores[:, alone]
        likelier = scores[:, alone] > _LIKELIER * rest
        chosen[likelier.any(axis=1)] = False
        wanted |= likelier
        best = np.where(wanted, scores[:, alone], -1.0).argmax(axis=1)
        free = ~chosen.any(axis=1) & wanted.any(axis=1)
        chosen[np.flatnonzero(free), np.array(alone)[best[free]]] = True
    return chosen


class Limits(NamedTuple):
    """From which score a code is given, from which it is sure, and the codes that are never given."""

    thresholds: dict[str, float]
    sure: dict[str, float]
    not_learned: list[str]


class LearnedCodes(NamedTuple):
    """A classifier for each code that occurs, their limits, and the probabilities of held-out rows."""

    classifiers: dict[str, Any]
    limits: Limits
    held_out: Floats


def learn_codes(
    layer: Layer,
    X: Any,
    truth: Bools,
    groups: Sequence[str],
    make: Callable[[], Any],
    *,
    taught: Bools,
    evidence: Evidence | None,
    abstain_at: float,
) -> LearnedCodes:
    """Learns for each code whether a row has it.

    Parameters
    ----------
    X
        What the classifiers read of the rows, then of the examples.
    truth : bool ndarray of shape (n_rows, n_codes)
        Parents included, columns in the codebook's order.
    groups
        Rows of one name are held out together.
    make
        Makes an untrained classifier.
    taught : bool ndarray of shape (n_examples, n_codes)
        The same of the codebook's examples, which are only learned from.
    """
    occurs = {code: has for code, has in zip(layer.code_ids, truth.T, strict=True) if has.any()}
    examples = dict(zip(layer.code_ids, taught.T, strict=True))
    classifiers = {
        code: make().fit(
            X, np.append(has, examples[code]), groups=groups, evidence=evidence, taught=len(taught)
        )
        for code, has in occurs.items()
    }
    held_out = [probability_of(True, classifier, classifier.held_out_) for classifier in classifiers.values()]
    scores = lift(layer, list(occurs), np.column_stack([np.zeros((len(truth), 0)), *held_out]))
    known = np.column_stack([truth[:, :0], *occurs.values()])
    return LearnedCodes(classifiers, _limits(layer, list(occurs), scores, known, abstain_at), scores)


def _limits(layer: Layer, codes: Sequence[str], scores: Floats, truth: Bools, abstain_at: float) -> Limits:
    """Those of codes with such scores on held-out rows, both of shape (n_rows, n_codes)."""
    learned = _learned(layer, {code: is_learned(scores[:, i], truth[:, i]) for i, code in enumerate(codes)})
    thresholds = {
        code: decision_threshold(scores[:, i], truth[:, i]) if code in learned else NEVER
        for i, code in enumerate(codes)
    }
    if truth.any(axis=1).all():  # somebody always ticked something: the exclusive code is what is left
        thresholds.update({code: 0.0 for code in layer.exclusive if code in thresholds})
    not_learned = [code for code in layer.code_ids if code not in learned]
    chosen = choose(layer, codes, scores, thresholds, not_learned)
    sure = {
        code: abstention_threshold(scores[chosen[:, i], i], truth[chosen[:, i], i], precision=abstain_at)
        for i, code in enumerate(codes)
    }
    return Limits(thresholds, sure, not_learned)


def _learned(layer: Layer, shown: Mapping[str, bool]) -> set[str]:
    """The codes that may be given: those that held-out rows show to be learned, their parents, and the
    exclusive codes, which stand for the rest and are measured against it.
    """
    learned = {code for code, is_shown in shown.items() if is_shown or code in layer.exclusive}
    return learned.union(*(layer.parents(code) for code in learned))


def lift(layer: Layer, codes: Sequence[str], scores: Array) -> Array:
    """Scores in which no parent is less likely than its child; of bools, parents of what is there."""
    column_of = {code: i for i, code in enumerate(codes)}
    lifted = scores.copy()
    for code, column in column_of.items():
        for parent in layer.parents(code):
            if parent in column_of:
                lifted[:, column_of[parent]] = np.maximum(lifted[:, column_of[parent]], scores[:, column])
    return lifted
