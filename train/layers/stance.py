"""Stances: is the target touched, and if so which way. One model for all targets."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp

from schemas.codebook import Codebook, Layer
from schemas.errors import near_hit
from schemas.records import UNRELATED, CodePrediction, DirectionSource, LayerValue, TouchPrediction
from train.arrays import Bools, Floats, Ints
from train.classifiers.fitted import probability_of
from train.classifiers.thresholds import NEVER
from train.classifiers.touch import log_odds_of, number_pairs
from train.features.target_pairs import TargetCues, pair_tokens
from train.layers.asked import asked_pairs, by_target
from train.layers.directions import directions, is_known, known_directions
from train.layers.kind import Heard, Kind, SuggestedPart, withheld_reason
from train.layers.stance_steps import (
    SURE,
    TOUCH,
    Answers,
    apply_topics,
    fit_steps,
    fit_topics,
    known_targets,
    meaning_of,
    step_thresholds,
    target_states,
)
from train.model import Batch, FittedLayer, LayerState, Model, PairBatch, TrainingData
from train.pipelines import apply_pairs, columns_of, fit_pairs
from train.settings import Settings

#: What a direction that is suggested may rest on.
SOUND = ("author", "commentary")
#: With more targets not every sentence was asked about each.
_MOST_OTHERS = 50


class Stance(Kind):
    """A code for each target that was asked of a sentence."""

    gold_type, expected = dict, "a code for each target"
    has_targets = stacks = True

    def fit(self, layer: Layer, data: TrainingData) -> FittedLayer:
        """Whether a target is touched (`train.classifiers.touch`), and which way (`directions`)."""
        asked = asked_pairs(data.rows, layer.id)
        targets = target_states(asked)
        known = known_targets(targets, data.settings.min_asked)
        topics, profiles = fit_topics(data, asked, known)
        cues = {
            target.id: TargetCues(target, data.codebook, known=target.id in known)
            for target in data.codebook.targets
            if target.id in targets
        }
        tokens = pair_tokens(data.passages, cues, [(pair.row, pair.target) for pair in asked], profiles)
        union, pair_features = fit_pairs(data.pipeline.pair_blocks(), tokens)
        places = [pair.row for pair in asked]
        shared = data.matrix[:, columns_of(data.features, data.pipeline.shared)]
        matrix = sp.hstack([shared[places], pair_features], format="csr")
        steps = fit_steps(matrix, asked, data)
        codes = [*steps.ways, UNRELATED]
        state = LayerState(
            kind=layer.kind,
            n=len(set(places)),
            codes=self.count(data.rows, layer),
            trained=True,
            reason=None if steps.ways else "no target is touched in any sentence",
            thresholds=steps.thresholds,
            sure=steps.sure,
            choices=steps.choices,
            targets=targets,
            authors=steps.authors,
        )
        return FittedLayer(
            state=state,
            classifiers=steps.classifiers,
            pairs=union,
            topics=topics,
            touch=steps.touch,
            held_out=lambda: _predictions(
                [(pair.row, pair.target) for pair in asked], codes, steps.held_out, state, data.settings
            ),
        )

    def predict(self, layer: Layer, model: Model, batch: Batch) -> list[dict[str, CodePrediction]]:
        """The prediction for each target of the pairs (`make_pairs`), for each sentence."""
        pairs, classifiers = batch.pairs[layer.id], model.classifiers[layer.id]
        if not pairs.asked:
            return [{} for _ in batch.passages]
        state = model.meta.layers[layer.id]
        ways = [str(code) for code in classifiers["direction"].classes_] if "direction" in classifiers else []
        counts = known_directions(state.authors, [(batch.authors[i], t) for i, t in pairs.asked], ways)
        said = classifiers["direction"].to_probabilities(pairs.scores["direction"]) if ways else counts
        answers = Answers(pairs.touched, directions(said, counts), is_known(counts))
        by_row = _predictions(pairs.asked, [*ways, UNRELATED], answers, state, model.meta.settings)
        return [by_row.get(row, {}) for row in range(len(batch.passages))]

    def make_pairs(self, layer: Layer, model: Model, batch: Batch) -> PairBatch:
        """The pairs to predict, with their features, and how likely each is touched.

        The sentence's other targets count, so those of training are looked at as well where they were not
        requested.
        """
        cues = _cues_of(model, layer.id)
        requested = _pairs_to_answer(layer, batch, list(cues))
        if not requested:
            return PairBatch([], None, {}, np.zeros(0), None)
        touch = model.touches.get(layer.id)
        asked = requested if touch is None else _with_others(requested, touch.asked_.tolist())
        profiles = apply_topics(model.topics.get(layer.id), model, layer, batch.passages)
        features = apply_pairs(model.pairs.get(layer.id), pair_tokens(batch.passages, cues, asked, profiles))
        places = np.array([row for row, _ in asked])
        classifiers = model.classifiers[layer.id]
        scores = {
            part: _pair_scores(classifier, batch.scores.get((layer.id, part)), features, places)
            for part, classifier in classifiers.items()
        }
        classifier = classifiers["touched"]
        touched = probability_of(True, classifier, classifier.to_probabilities(scores["touched"]))
        if touch is None:
            return PairBatch(asked, features, scores, touched, None)
        numbers = number_pairs(asked, batch.commentaries, batch.indexes)
        meaning = meaning_of(
            model.meta.settings.encoder, model.meta.book, batch.passages, batch.commentaries, numbers.names
        )
        parts = touch.parts(log_odds_of(touched), meaning, batch.answers, numbers)
        found = PairBatch(asked, features, scores, touch.probabilities(parts), parts)
        return found if len(asked) == len(requested) else found.only(requested)

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
            direction_from={
                target: source
                for target, code in shown.items()
                if code != UNRELATED and (source := prediction[target].direction_from) in SOUND
            },
        )

    def limits(
        self, layer: Layer, heard: Heard, truth: Bools, state: LayerState, settings: Settings
    ) -> LayerState:
        values = np.array(heard.codes)[truth.argmax(axis=1)]
        answers = _of_both(heard)
        nothing = np.zeros(answers.directions.shape)  # what was coded in the commentary is not heard beside
        thresholds, sure, _ = step_thresholds(answers, nothing, list(heard.codes[:-1]), values, settings)
        return msgspec.structs.replace(state, thresholds=thresholds, sure=sure)

    def answers(
        self, layer: Layer, heard: Heard, state: LayerState, settings: Settings
    ) -> list[CodePrediction]:
        asked = list(enumerate(heard.targets))
        found = _predictions(asked, heard.codes, _of_both(heard), state, settings)
        return [
            msgspec.structs.replace(found[row][target], direction_from="predictions") for row, target in asked
        ]

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
        is_complete = UNRELATED in state.thresholds and set(SURE) <= set(state.sure)
        if not is_complete or UNRELATED in self.trained_codes(classifiers):
            yield f'layer "{layer.id}" lacks what was chosen for its steps'


def _of_both(heard: Heard) -> Answers:
    """A direction after both were heard may be sure: its threshold rests on held-out answers."""
    likely = 1 - heard.scores[:, -1]
    shares = heard.scores[:, :-1] / np.maximum(likely, 1e-9)[:, None]
    return Answers(likely, shares, np.ones(len(likely), dtype=bool))


def is_tested(state: LayerState, target_id: str, settings: Settings) -> bool:
    """Whether the target was asked and touched often enough in training to be suggested."""
    target = state.targets.get(target_id)
    return bool(target and target.asked >= settings.min_asked and target.touched >= settings.min_touched)


def _predictions(
    asked: Sequence[tuple[int, str]],
    codes: Sequence[str],
    answers: Answers,
    state: LayerState,
    settings: Settings,
) -> dict[int, dict[str, CodePrediction]]:
    """The records of pairs, by row and target; a touch of an untested target is never sure."""
    sure = {
        target: round(state.sure[TOUCH], 6) if is_tested(state, target, settings) else NEVER
        for target in {target for _, target in asked}
    }
    touched, known = answers.touched.round(6).tolist(), answers.known.tolist()
    joint = np.column_stack([answers.touched[:, None] * answers.directions, 1 - answers.touched])
    best = answers.directions.argmax(axis=1).tolist() if len(codes) > 1 else [0] * len(touched)
    by_row: dict[int, dict[str, CodePrediction]] = {}
    for (row, target), likely, is_told, way, scores in zip(
        asked, touched, known, best, joint.round(6).tolist(), strict=True
    ):
        touch = TouchPrediction(score=likely, threshold=sure[target], abstained=likely < sure[target])
        by_code = dict(zip(codes, scores, strict=True))
        by_row.setdefault(row, {})[target] = _prediction(
            touch, by_code, codes[way], _source(is_told, codes), state
        )
    return by_row


def _source(is_known: bool, codes: Sequence[str]) -> DirectionSource:
    if len(codes) == 1:  # never touched in training
        return "none"
    return "author" if is_known else "text"


def _prediction(
    touch: TouchPrediction, scores: dict[str, float], way: str, source: DirectionSource, state: LayerState
) -> CodePrediction:
    """What is answered: the likeliest direction where a touch is likely enough, else that there is none."""
    code = way if touch.score >= round(state.sure["answer"], 6) else UNRELATED
    is_coded = code != UNRELATED and source == "commentary"
    threshold = round(state.sure["commentary"] if is_coded else state.thresholds[code], 6)
    score = scores[code]
    return CodePrediction(
        code=code,
        score=score,
        threshold=threshold,
        abstained=score < threshold or (code != UNRELATED and source not in SOUND),
        touched=touch.score,
        scores=scores,
        touch=touch,
        direction_from=source,
    )


def with_coded(state: LayerState, prediction: CodePrediction, coded: Mapping[str, int]) -> CodePrediction:
    """The prediction after what was coded in the same commentary for this target.

    Each coded sentence counts as one, and all that was known before together as one.

    Parameters
    ----------
    coded
        How often each code was given.
    """
    ways = [code for code in prediction.scores if code != UNRELATED]
    counts = np.array([[float(coded.get(code, 0)) for code in ways]])
    if not counts.any() or prediction.touch is None:
        return prediction
    likely = prediction.touch.score
    before = np.array([[prediction.scores[code] for code in ways]]) / max(likely, 1e-9)
    after = directions(before, counts)[0]
    scores = dict(zip(ways, (likely * after).round(6).tolist(), strict=True))
    scores[UNRELATED] = prediction.scores[UNRELATED]
    return _prediction(prediction.touch, scores, ways[int(after.argmax())], "commentary", state)


def can_be_coded(state: LayerState, prediction: CodePrediction) -> bool:
    """Whether `with_coded` may make an answer sure that rests on nothing coded in the commentary yet."""
    return prediction.direction_from != "commentary" and state.sure["commentary"] < NEVER


def _pairs_to_answer(layer: Layer, batch: Batch, targets: Sequence[str]) -> list[tuple[int, str]]:
    if batch.asked is None:
        return [(row, target) for row in range(len(batch.passages)) for target in targets]
    return [(row, target) for row, asked in enumerate(batch.asked) for target in asked.get(layer.id, ())]


def _with_others(requested: list[tuple[int, str]], known: list[str]) -> list[tuple[int, str]]:
    """The pairs, and of the same sentences those with all targets of training, sentence by sentence."""
    if len(known) > _MOST_OTHERS:
        return requested
    by_row: dict[int, dict[str, None]] = {}
    for row, target in requested:
        by_row.setdefault(row, {})[target] = None
    return [
        (row, target) for row, targets in by_row.items() for target in {**targets, **dict.fromkeys(known)}
    ]


@lru_cache(maxsize=1)  # a model predicts batch after batch
def _cues_of(model: Model, layer_id: str) -> dict[str, TargetCues]:
    known = known_targets(model.meta.layers[layer_id].targets, model.meta.settings.min_asked)
    book = model.meta.book
    return {target.id: TargetCues(target, book, known=target.id in known) for target in book.targets}


def _pair_scores(classifier: Any, of_sentence: Floats | None, features: Any, places: Ints) -> Floats:
    """Scores of pairs; the sentence's part was found once for all its targets."""
    if not hasattr(classifier, "coef_"):
        return np.zeros((len(places), len(classifier.classes_)))
    weights = classifier.coef_.T[classifier.coef_.shape[1] - features.shape[1] :].astype(np.float64)
    pair_scores: Floats = np.asarray(features @ weights) + classifier.intercept_
    return pair_scores if of_sentence is None else pair_scores + of_sentence[places]
