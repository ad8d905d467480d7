"""Stances: is the target touched, and if so which way. One model for all targets."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from schemas.codebook import Codebook, Layer
from schemas.errors import near_hit
from schemas.records import UNRELATED, CodePrediction, GoldSentence, LayerValue
from train.arrays import Array, Bools, Floats, Ints
from train.classifiers.fitted import probability_of
from train.features.passages import Passage
from train.features.target_pairs import TargetCues, pair_tokens
from train.features.topics import TopicProfiles
from train.layers.kind import Kind, SuggestedPart, withheld_reason
from train.layers.one import code_predictions, code_thresholds
from train.layers.smoothing import choose_strength, smooth
from train.metrics import macro_f1, tally
from train.model import (
    Batch,
    FittedLayer,
    LayerState,
    Model,
    PairBatch,
    TargetState,
    TrainingData,
    choices_of,
)
from train.pipelines import apply_pairs, columns_of, fit_pairs
from train.settings import Settings

Profiles = Mapping[str, Mapping[str, float]]  # whole text → target → guessed share of touched sentences

#: Exponents of balance to choose from where the highest probability decides.
BALANCES = (0.0, 0.25, 0.5)
#: What macro-F1 must gain on held-out pairs before a touch is given more readily.
_WORTH = 0.004


class PairMatrix(NamedTuple):
    """Sentences and targets: their matrix, and what binds the sentences of a commentary together."""

    matrix: sp.csr_matrix
    keys: list[tuple[str, str]]


class Stance(Kind):
    """A code for each target that was asked of a sentence."""

    gold_type, expected = dict, "a code for each target"
    has_targets = True

    def fit(self, layer: Layer, data: TrainingData) -> FittedLayer:
        """Two classifiers over pairs of sentence and target: touched or not, and the direction."""
        asked = asked_pairs(data.rows, layer.id)
        targets = _target_states(asked)
        known = _known(targets, data.settings.min_asked)
        topics, profiles = _fit_topics(data, asked, known)
        cues = {
            target.id: TargetCues(target, data.codebook, known=target.id in known)
            for target in data.codebook.targets
            if target.id in targets
        }
        tokens = pair_tokens(data.passages, cues, [(pair.row, pair.target) for pair in asked], profiles)
        union, pair_features = fit_pairs(data.pipeline.pair_blocks(), tokens)
        places = [pair.row for pair in asked]
        shared = data.matrix[:, columns_of(data.features, data.pipeline.shared)]
        keys = [(data.rows[pair.row].commentary_id, pair.target) for pair in asked]
        pairs = PairMatrix(sp.hstack([shared[places], pair_features], format="csr"), keys)
        values = np.array([pair.value for pair in asked])
        classifiers, choices, scores = _fit_steps(pairs, values, data.groups_of(places), data)
        codes = stance_codes(classifiers)
        state = LayerState(
            kind=layer.kind,
            n=len(set(places)),
            codes=self.count(data.rows, layer),
            trained=True,
            reason=None if "direction" in classifiers else "no target is touched in any sentence",
            thresholds=code_thresholds(codes, scores, values, data.settings.abstain_at),
            choices=choices,
            targets=targets,
        )
        return FittedLayer(
            state=state,
            classifiers=classifiers,
            pairs=union,
            topics=topics,
            held_out=lambda: _predictions([(pair.row, pair.target) for pair in asked], codes, scores, state),
        )

    def predict(self, layer: Layer, model: Model, batch: Batch) -> list[dict[str, CodePrediction]]:
        """The prediction for each target of the pairs (`make_pairs`), for each sentence."""
        pairs, classifiers = batch.pairs[layer.id], model.classifiers[layer.id]
        if not pairs.asked:
            return [{} for _ in batch.passages]
        chance = {part: classifiers[part].to_probabilities(scores) for part, scores in pairs.scores.items()}
        likely = probability_of(True, classifiers["touched"], chance["touched"])
        scores = combine(likely, chance.get("direction", np.zeros((len(likely), 0))))
        by_row = _predictions(pairs.asked, stance_codes(classifiers), scores, model.meta.layers[layer.id])
        return [by_row.get(row, {}) for row in range(len(batch.passages))]

    def make_pairs(self, layer: Layer, model: Model, batch: Batch) -> PairBatch:
        """The pairs to predict, with their features and the scores of both steps."""
        cues = _cues_of(model, layer.id)
        asked = _pairs_to_answer(layer, batch, list(cues))
        if not asked:
            return PairBatch([], None, {}, {})
        profiles = _apply_topics(model.topics.get(layer.id), model, layer, batch.passages)
        features = apply_pairs(model.pairs.get(layer.id), pair_tokens(batch.passages, cues, asked, profiles))
        places = np.array([row for row, _ in asked])
        keys = [(batch.commentaries[row], target) for row, target in asked]
        classifiers, choices = model.classifiers[layer.id], model.meta.layers[layer.id].choices
        pairs = PairBatch(asked, features, {}, {})
        weights: Floats = np.ones(len(asked))
        for part in [part for part in ("touched", "direction") if part in classifiers]:
            alone = _pair_scores(classifiers[part], batch.scores.get((layer.id, part)), features, places)
            pairs.scores[part] = smooth(alone, keys, weights, choices[part]["smoothing"])
            pairs.neighbour_scores[part] = pairs.scores[part] - alone
            # which way a sentence leans counts as far as it touches the target
            weights = probability_of(
                True, classifiers[part], classifiers[part].to_probabilities(pairs.scores[part])
            )
        return pairs

    def codes(self, value: LayerValue) -> list[str]:
        return list(by_target(value).values())

    def gold_items(self, layer: Layer, value: LayerValue) -> dict[str, list[str]]:
        return {target: [code] for target, code in by_target(value).items()}

    def predicted_items(self, prediction: dict[str, CodePrediction]) -> dict[str, CodePrediction]:
        return prediction

    def problem(self, layer: Layer, value: LayerValue, codebook: Codebook) -> str | None:
        unknown = next((name for name in by_target(value) if codebook.target(name) is None), None)
        if unknown is None:
            return super().problem(layer, value, codebook)
        return f'the codebook has no target "{unknown}"{near_hit(unknown, codebook.target_ids)}'

    def suggest(
        self, layer_id: str, prediction: dict[str, CodePrediction], state: LayerState, settings: Settings
    ) -> SuggestedPart:
        """The code of each target that is tested and whose prediction did not abstain.

        A tested target that is surely touched and has no such code is named as touched.
        """
        why = {
            target: withheld_reason(code_prediction, state, settings)
            if is_tested(state, target, settings)
            else "untested"
            for target, code_prediction in prediction.items()
        }
        touched = [
            target
            for target, answer in prediction.items()
            if answer.touch_sure and why[target] != "untested" and (why[target] or answer.code == UNRELATED)
        ]
        why |= {target: why[target] or "abstained" for target in touched}
        shown = {
            target: str(code_prediction.code)
            for target, code_prediction in prediction.items()
            if why[target] is None
        }
        confidence = {f"{layer_id}__{target}": prediction[target].score for target in shown}
        return SuggestedPart(
            shown or None,
            confidence,
            withheld=[reason for reason in why.values() if reason],
            touched=touched,
            from_author=[
                target
                for target, code in shown.items()
                if code != UNRELATED and prediction[target].direction_from == "author"
            ],
        )

    def parts(self, layer: Layer) -> set[str]:
        return {"touched", "direction"}

    def is_yes_or_no(self, part: str) -> bool:
        return part == "touched"

    def trained_codes(self, classifiers: Mapping[str, Any]) -> set[str]:
        return set(map(str, classifiers["direction"]["classes"] if "direction" in classifiers else ()))

    def model_problems(
        self, layer: Layer, state: LayerState, classifiers: Mapping[str, Any]
    ) -> Iterator[str]:
        if "touched" not in classifiers:
            yield f'layer "{layer.id}" has classifiers that are not its own'
        smoothed = {part for part, choice in state.choices.items() if "smoothing" in choice}
        is_complete = set(classifiers) <= smoothed and UNRELATED in state.thresholds
        if not is_complete or UNRELATED in self.trained_codes(classifiers):
            yield f'layer "{layer.id}" lacks what was chosen for its steps'


class AskedTarget(NamedTuple):
    """A sentence and a target that was asked of it; ``row`` is the sentence's place in the rows."""

    row: int
    target: str
    value: str


def by_target(value: LayerValue | None) -> dict[str, str]:
    """The code of each target that was asked; empty for a value that is no stance's."""
    return value if isinstance(value, dict) else {}


def asked_pairs(rows: Sequence[GoldSentence], layer_id: str) -> list[AskedTarget]:
    """Every sentence with every target that was asked of it."""
    return [
        AskedTarget(i, target, value)
        for i, row in enumerate(rows)
        for target, value in sorted(by_target(row.layers.get(layer_id)).items())
    ]


def is_touched(value: str) -> bool:
    return value != UNRELATED


def is_tested(state: LayerState, target_id: str, settings: Settings) -> bool:
    """Whether the target was asked and touched often enough in training to be suggested."""
    target = state.targets.get(target_id)
    return bool(target and target.asked >= settings.min_asked and target.touched >= settings.min_touched)


def _fit_steps(
    pairs: PairMatrix, values: Array, groups: list[str], data: TrainingData
) -> tuple[dict[str, Any], dict[str, dict[str, float]], Array]:
    """The two classifiers, what was chosen for them, and the probabilities of held-out pairs."""
    touched = np.array([is_touched(value) for value in values])
    classifier = data.classifier(len(values), BALANCES).fit(pairs.matrix, touched, groups=groups)
    classifiers, choices = {"touched": classifier}, {}
    everyone = np.ones(len(values))
    choices["touched"] = _settle(classifier, touched, everyone > 0, pairs.keys, everyone)
    likely = probability_of(True, classifier, classifier.held_out_)
    if not touched.any():
        return classifiers, choices, combine(likely, np.zeros((len(values), 0)))
    classifier = data.classifier(int(touched.sum()), BALANCES)
    classifiers["direction"] = classifier.fit(pairs.matrix, values, groups=groups, known=touched)
    choices["direction"] = _settle(classifier, values, touched, pairs.keys, likely)
    scores = _balance_touch(classifiers, values)
    choices["touched"]["balance"] = getattr(classifiers["touched"], "balance_", 0.0)
    return classifiers, choices, scores


def _balance_touch(classifiers: dict[str, Any], values: Array) -> Floats:
    """Chooses how far the touched step is balanced by what the two steps achieve together.

    The highest of the joint probabilities decides, so a touch has to outweigh all ways together.
    """
    classifier, direction = classifiers["touched"], classifiers["direction"].held_out_
    codes = np.searchsorted(classifier.classes_, [is_touched(value) for value in values])
    truth = np.array(stance_codes(classifiers)) == values[:, None]
    by_balance = {}
    for balance in (0.0, 0.25, 0.5, 0.75):
        classifier.calibrate(classifier.held_out_scores_, codes, (balance,))
        scores = combine(probability_of(True, classifier, classifier.held_out_), direction)
        predicted = np.eye(scores.shape[1], dtype=bool)[scores.argmax(axis=1)]
        by_balance[balance] = macro_f1(tally(truth, predicted).sum(axis=0)) or 0.0
    best = min(balance for balance, value in by_balance.items() if value >= max(by_balance.values()) - _WORTH)
    classifier.calibrate(classifier.held_out_scores_, codes, (best,))
    return combine(probability_of(True, classifier, classifier.held_out_), direction)


def _settle(
    classifier: Any, values: Array, known: Bools, keys: Sequence[object], weights: Floats
) -> dict[str, float]:
    """Calibrates the classifier on scores smoothed over commentaries, with the best strength."""
    codes = np.where(known, np.searchsorted(classifier.classes_, values), -1)
    if len(classifier.classes_) == 1:
        return {**choices_of(classifier), "smoothing": 0.0}
    strength = choose_strength(classifier.held_out_scores_, keys, weights, codes)
    classifier.calibrate(smooth(classifier.held_out_scores_, keys, weights, strength), codes)
    return {**choices_of(classifier), "smoothing": strength}


def _predictions(
    asked: Sequence[tuple[int, str]], codes: Sequence[str], scores: Floats, state: LayerState
) -> dict[int, dict[str, CodePrediction]]:
    """The records of pairs' probabilities, by row and target."""
    by_row: dict[int, dict[str, CodePrediction]] = {}
    predictions = code_predictions(codes, scores, state.thresholds, touched=1 - scores[:, -1])
    for (row, target), prediction in zip(asked, predictions, strict=True):
        by_row.setdefault(row, {})[target] = prediction
    return by_row


def stance_codes(classifiers: dict[str, Any]) -> list[str]:
    """The codes of the columns of `combine`."""
    directions = classifiers["direction"].classes_ if "direction" in classifiers else []
    return [*(str(code) for code in directions), UNRELATED]


def combine(touched: Floats, direction: Floats) -> Floats:
    """Probability of each direction, and last of being untouched: shape (n_pairs, n_codes + 1)."""
    return np.column_stack([touched[:, None] * direction, 1 - touched])


def _pairs_to_answer(layer: Layer, batch: Batch, targets: Sequence[str]) -> list[tuple[int, str]]:
    if batch.asked is None:
        return [(row, target) for row in range(len(batch.passages)) for target in targets]
    return [(row, target) for row, asked in enumerate(batch.asked) for target in asked.get(layer.id, ())]


@lru_cache(maxsize=1)  # a model predicts batch after batch
def _cues_of(model: Model, layer_id: str) -> dict[str, TargetCues]:
    known = _known(model.meta.layers[layer_id].targets, model.meta.settings.min_asked)
    book = model.meta.book
    return {target.id: TargetCues(target, book, known=target.id in known) for target in book.targets}


def _known(targets: Mapping[str, TargetState], min_asked: int) -> list[str]:
    """Targets with enough sentences to have words and topics of their own."""
    return sorted(name for name, state in targets.items() if state.asked >= min_asked)


def _fit_topics(
    data: TrainingData, asked: Sequence[AskedTarget], known: list[str]
) -> tuple[TopicProfiles | None, Profiles]:
    """Profiles of the known targets, and the guesses for each text of training without its like."""
    if not known:
        return None, {}
    wholes: dict[str, int] = {}
    groups: dict[str, str] = {}
    for passage, group in zip(data.passages, data.groups, strict=True):
        wholes.setdefault(passage.whole, len(wholes))
        groups.setdefault(passage.whole, group)
    counts = np.zeros((2, len(wholes), len(known)))
    for pair in asked:
        if pair.target in known:
            cell = wholes[data.passages[pair.row].whole], known.index(pair.target)
            counts[0][cell] += is_touched(pair.value)
            counts[1][cell] += 1
    topics = TopicProfiles().fit(list(wholes), counts[0] / np.maximum(counts[1], 1))
    guessed = topics.transform_held_out(list(wholes), list(groups.values()))
    return topics, _profiles(wholes, guessed, known)


def _apply_topics(
    topics: TopicProfiles | None, model: Model, layer: Layer, passages: Sequence[Passage]
) -> Profiles:
    if topics is None:
        return {}
    wholes = dict.fromkeys(passage.whole for passage in passages)
    known = _known(model.meta.layers[layer.id].targets, model.meta.settings.min_asked)
    return _profiles(wholes, topics.transform(list(wholes)), known)


def _profiles(wholes: Mapping[str, object], guessed: Floats, known: list[str]) -> Profiles:
    rows = zip(wholes, guessed, strict=True)
    return {whole: dict(zip(known, map(float, row), strict=True)) for whole, row in rows}


def _target_states(asked: Sequence[AskedTarget]) -> dict[str, TargetState]:
    counts: dict[str, Counter[str]] = {}
    for pair in asked:
        counts.setdefault(pair.target, Counter())[pair.value] += 1
    return {
        name: TargetState(
            asked=count.total(), touched=count.total() - count[UNRELATED], codes=dict(sorted(count.items()))
        )
        for name, count in sorted(counts.items())
    }


def _pair_scores(classifier: Any, of_sentence: Floats | None, features: Any, places: Ints) -> Floats:
    """Scores of pairs; the sentence's part was found once for all its targets."""
    if not hasattr(classifier, "coef_"):
        return np.zeros((len(places), len(classifier.classes_)))
    weights = classifier.coef_.T[classifier.coef_.shape[1] - features.shape[1] :].astype(np.float64)
    pair_scores: Floats = np.asarray(features @ weights) + classifier.intercept_
    return pair_scores if of_sentence is None else pair_scores + of_sentence[places]
