"""Stances: is the target touched, and if so which way. One model for all targets."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from schemas.codebook import Codebook, Layer
from schemas.errors import near_hit
from schemas.records import (
    UNRELATED,
    CodePrediction,
    DirectionSource,
    GoldSentence,
    LayerValue,
    TouchPrediction,
)
from train.arrays import Array, Bools, Floats, Ints
from train.classifiers.fitted import probability_of
from train.classifiers.thresholds import NEVER, abstention_threshold, decision_threshold, times_needed
from train.classifiers.touch import TouchModel, fit_touch, log_odds_of, number_pairs, with_commentary
from train.features.encoders import encode
from train.features.passages import Passage
from train.features.target_pairs import TargetCues, pair_tokens
from train.features.topics import TopicProfiles
from train.layers.directions import (
    Touch,
    directions,
    earlier_directions,
    held_out_directions,
    is_known,
    known_directions,
    learn_authors,
)
from train.layers.kind import Kind, SuggestedPart, withheld_reason
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

#: Exponents of balance of what the words say of the direction.
BALANCES = (0.0, 0.25, 0.5)
#: What a direction that is suggested may rest on.
SOUND = ("author", "commentary")
#: The name, among what is sure, of a touch alone.
TOUCH = "touched"
SURE = (TOUCH, "answer", "commentary")


class Stance(Kind):
    """A code for each target that was asked of a sentence."""

    gold_type, expected = dict, "a code for each target"
    has_targets = True

    def fit(self, layer: Layer, data: TrainingData) -> FittedLayer:
        """Whether a target is touched (`train.classifiers.touch`), and which way (`directions`)."""
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
        matrix = sp.hstack([shared[places], pair_features], format="csr")
        steps = _fit_steps(matrix, asked, data)
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
        answers = _Answers(pairs.touched, directions(said, counts), is_known(counts))
        by_row = _predictions(pairs.asked, [*ways, UNRELATED], answers, state, model.meta.settings)
        return [by_row.get(row, {}) for row in range(len(batch.passages))]

    def make_pairs(self, layer: Layer, model: Model, batch: Batch) -> PairBatch:
        """The pairs to predict, with their features, and how likely each is touched."""
        cues = _cues_of(model, layer.id)
        asked = _pairs_to_answer(layer, batch, list(cues))
        if not asked:
            return PairBatch([], None, {}, np.zeros(0), None)
        profiles = _apply_topics(model.topics.get(layer.id), model, layer, batch.passages)
        features = apply_pairs(model.pairs.get(layer.id), pair_tokens(batch.passages, cues, asked, profiles))
        places = np.array([row for row, _ in asked])
        classifiers, touch = model.classifiers[layer.id], model.touches.get(layer.id)
        scores = {
            part: _pair_scores(classifier, batch.scores.get((layer.id, part)), features, places)
            for part, classifier in classifiers.items()
        }
        classifier = classifiers["touched"]
        touched = probability_of(True, classifier, classifier.to_probabilities(scores["touched"]))
        if touch is None:
            return PairBatch(asked, features, scores, touched, None)
        vectors = _vectors(model.meta.settings.encoder, batch.passages, batch.commentaries)
        numbers = number_pairs(asked, batch.commentaries, batch.indexes)
        parts = touch.parts(log_odds_of(touched), vectors, batch.answers, numbers)
        return PairBatch(asked, features, scores, touch.probabilities(parts), parts)

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


class _Answers(NamedTuple):
    """How likely each pair is touched, each direction if so, and whether that rests on more than words."""

    touched: Floats
    directions: Floats
    known: Bools


class _Steps(NamedTuple):
    classifiers: dict[str, Any]
    touch: TouchModel | None
    ways: list[str]
    held_out: _Answers
    authors: dict[str, dict[str, dict[str, float]]]
    thresholds: dict[str, float]
    sure: dict[str, float]
    choices: dict[str, dict[str, float]]


def _fit_steps(matrix: sp.csr_matrix, asked: Sequence["AskedTarget"], data: TrainingData) -> _Steps:
    """All that is learned of pairs, and what it says of each while its group was held out."""
    values = np.array([pair.value for pair in asked])
    touched, places = values != UNRELATED, [pair.row for pair in asked]
    clusters = [data.clusters[i] for i in places]
    classifier = data.classifier(len(values), (0.0,)).fit(matrix, touched, groups=clusters)
    classifiers, choices = {"touched": classifier}, {"touched": choices_of(classifier)}
    likely = probability_of(True, classifier, classifier.held_out_)
    numbers = number_pairs([(pair.row, pair.target) for pair in asked], *_places(data.rows))
    touch = None
    if len(classifier.classes_) == 2 and hasattr(classifier, "coef_"):
        touch, likely = fit_touch(
            log_odds_of(likely),
            touched,
            _vectors(data.settings.encoder, data.passages, _places(data.rows)[0]),
            data.answers,
            numbers,
            clusters,
            folds=data.settings.folds(len(values)),
            seed=data.seed,
        )
    if not touched.any():
        nothing = np.zeros((len(values), 0))
        answers = _Answers(likely, nothing, np.zeros(len(values), dtype=bool))
        return _Steps(
            classifiers, touch, [], answers, {}, {UNRELATED: 0.0}, dict.fromkeys(SURE, NEVER), choices
        )
    said = data.classifier(int(touched.sum()), BALANCES)
    said.fit(matrix, values, groups=data.groups_of(places), known=touched)
    classifiers["direction"], choices["direction"] = said, choices_of(said)
    ways = [str(code) for code in said.classes_]
    where = [(data.rows[pair.row].author, data.rows[pair.row].commentary_id, pair.target) for pair in asked]
    touches = [
        Touch(*place, str(value)) for place, value in zip(where, values, strict=True) if is_touched(value)
    ]
    counts = held_out_directions(touches, where, ways)
    answers = _Answers(likely, directions(said.held_out_, counts), is_known(counts))
    coded = earlier_directions(
        [
            (of, int(numbers.position[pair.row]), pair.target)
            for (_, of, _), pair in zip(where, asked, strict=True)
        ],
        values.tolist(),
        ways,
    )
    thresholds, sure, needed = _thresholds(answers, coded, ways, values, data.settings)
    authors = learn_authors(touches)
    return _Steps(classifiers, touch, ways, answers, authors, thresholds, sure, choices | {"needed": needed})


def _places(rows: Sequence[GoldSentence]) -> tuple[list[str], list[int | None]]:
    return [row.commentary_id for row in rows], [row.index for row in rows]


def _thresholds(
    answers: _Answers, coded: Floats, ways: list[str], values: Array, settings: Settings
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """From where on an answer is sure: for each code, and for a touch alone; and how much is missing.

    ``answer`` is the probability from which a touch is answered at all: the one with the highest F1 on
    held-out pairs. All directions share one threshold, over pairs whose direction is known by the author's
    other commentaries; ``commentary`` is that of directions after earlier sentences of the same were coded.
    """
    touched, likely = values != UNRELATED, answers.touched
    answer = decision_threshold(likely, touched)
    given = likely >= answer

    def of_ways(told: Bools, shares: Floats) -> tuple[Floats, Bools]:
        is_right = np.array(ways)[shares.argmax(axis=1)] == values
        return (likely * shares.max(axis=1))[told], is_right[told]

    by_author = of_ways(given & answers.known, answers.directions)
    by_commentary = of_ways(given & is_known(coded), directions(answers.directions, coded))
    way, in_piece = (
        abstention_threshold(*found, precision=settings.direction_at) for found in (by_author, by_commentary)
    )
    sure = abstention_threshold(likely[given], touched[given], precision=settings.touch_at)
    untouched = abstention_threshold(1 - likely[~given], ~touched[~given], precision=settings.abstain_at)
    needed = {
        TOUCH: times_needed(likely[given], touched[given], precision=settings.touch_at),
        "direction": times_needed(*by_author, precision=settings.direction_at),
    }
    kept = {TOUCH: sure, "answer": answer, "commentary": in_piece}
    return {**dict.fromkeys(ways, way), UNRELATED: untouched}, kept, needed


def _vectors(encoder: str, passages: Sequence[Passage], commentaries: Sequence[str]) -> Floats | None:
    """What each sentence and its commentary mean; None without an encoder."""
    if not encoder:
        return None
    texts = [passage.text for passage in passages]
    return with_commentary(encode(encoder, texts).astype(np.float64), commentaries)


def _predictions(
    asked: Sequence[tuple[int, str]],
    codes: Sequence[str],
    answers: _Answers,
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
