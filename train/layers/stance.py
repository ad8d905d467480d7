"""Stances: is the target touched, and if so which way. One model for all targets."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import numpy as np
import scipy.sparse as sp

from schemas.codebook import Codebook, Layer
from schemas.errors import near_hit
from schemas.records import UNRELATED, CodePrediction, LayerValue, TouchPrediction
from train.arrays import Array, Bools, Floats, Ints
from train.classifiers.fitted import probability_of
from train.classifiers.thresholds import NEVER
from train.classifiers.touch import Pairs, log_odds_of, number_pairs, place_pairs
from train.evidence import SHARED, count_pairs, fit_pairs
from train.features.passages import as_passages
from train.features.target_pairs import TargetCues, pair_tokens
from train.features.token_counts import Counted
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
        places = [pair.row for pair in asked]
        pairs = number_pairs(
            [(pair.row, pair.target) for pair in asked],
            [row.commentary_id for row in data.rows],
            [row.index for row in data.rows],
        )
        ready = [cues[name] for name in pairs.names]
        tokens = pair_tokens(as_passages(data.passages), ready, pairs.row, pairs.target, profiles)
        union, pair_features = fit_pairs(tokens)
        shared = data.matrix[:, data.features.columns(SHARED)]
        matrix = sp.hstack([shared[places], pair_features], format="csr")
        steps = fit_steps(matrix, asked, pairs, data)
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
            held_out=lambda: _predictions(pairs, codes, steps.held_out, state, data.settings),
        )

    def predict(self, layer: Layer, model: Model, batch: Batch) -> list[dict[str, CodePrediction]]:
        """The prediction for each target of the pairs (`make_pairs`), for each sentence."""
        found, classifiers = batch.pairs[layer.id], model.classifiers[layer.id]
        pairs, state = found.pairs, model.meta.layers[layer.id]
        if not len(pairs.row):
            return [{} for _ in batch.passages]
        ways = [str(code) for code in classifiers["direction"].classes_] if "direction" in classifiers else []
        counts = _counted_directions(state, pairs, batch.authors, ways)
        said = classifiers["direction"].to_probabilities(found.scores["direction"]) if ways else counts
        answers = Answers(found.touched, directions(said, counts), is_known(counts))
        by_row = _predictions(pairs, [*ways, UNRELATED], answers, state, model.meta.settings)
        return [by_row.get(row, {}) for row in range(len(batch.passages))]

    def make_pairs(self, layer: Layer, model: Model, batch: Batch) -> PairBatch:
        """The pairs to predict, with their features, and how likely each is touched.

        The sentence's other targets count, so those of training are looked at as well where they were not
        requested.
        """
        cues = _cues_of(model, layer.id)
        touch = model.touches.get(layer.id)
        row, target, requested = _pairs_to_answer(
            layer, batch, list(cues), [] if touch is None else touch.asked_.tolist()
        )
        pairs = place_pairs(row, target, list(cues), batch.commentaries, batch.indexes)
        counts = []
        if len(row) and layer.id in model.pairs:
            profiles = apply_topics(model.topics.get(layer.id), model, layer, batch.passages)
            tokens = pair_tokens(as_passages(batch.passages), list(cues.values()), row, target, profiles)
            counts = count_pairs(model.pairs[layer.id], tokens)
        classifiers = model.classifiers[layer.id]
        scores = _pair_scores(layer, classifiers, batch, counts, row)
        classifier = classifiers["touched"]
        touched, parts = (
            probability_of(True, classifier, classifier.to_probabilities(scores["touched"])),
            None,
        )
        if touch is not None and len(row):
            meaning = meaning_of(
                model.meta.settings.encoder, model.meta.book, batch.passages, batch.commentaries, pairs.names
            )
            parts = touch.parts(log_odds_of(touched), meaning, batch.answers, pairs)
            touched = touch.probabilities(parts)
        found = PairBatch(pairs, counts, np.arange(len(row)), scores, touched, parts)
        return found if len(requested) == len(row) else found.only(requested)

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
        names, target = np.unique(np.array(heard.targets, dtype=str), return_inverse=True)
        row = np.arange(len(heard.targets))
        pairs = Pairs(row, target, np.zeros_like(row), np.zeros_like(row), names.tolist())
        found = _predictions(pairs, heard.codes, _of_both(heard), state, settings)
        return [
            msgspec.structs.replace(found[n][name], direction_from="predictions")
            for n, name in enumerate(heard.targets)
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


class Touches(NamedTuple):
    """How likely pairs are touched, and from where on that is sure: both of shape (n_pairs,)."""

    likely: Floats
    sure: Floats


def _predictions(
    pairs: Pairs,
    codes: Sequence[str],
    answers: Answers,
    state: LayerState,
    settings: Settings,
) -> dict[int, dict[str, CodePrediction]]:
    """The records of pairs, by row and target; a touch of an untested target is never sure."""
    sure = [
        round(state.sure[TOUCH], 6) if is_tested(state, target, settings) else NEVER for target in pairs.names
    ]
    row, target = pairs.row.tolist(), pairs.target.tolist()
    joint = np.column_stack([answers.touched[:, None] * answers.directions, 1 - answers.touched]).round(6)
    way = answers.directions.argmax(axis=1) if len(codes) > 1 else np.zeros(len(row), dtype=np.int64)
    touches = Touches(answers.touched.round(6), np.array(sure)[pairs.target])
    # without a direction none was touched in training
    sources = np.where(answers.known, "author", "text") if len(codes) > 1 else np.full(len(row), "none")
    by_row: dict[int, dict[str, CodePrediction]] = {i: {} for i in row}
    found = _code_predictions(touches, codes, joint, way, sources, state)
    for i, name, prediction in zip(row, target, found, strict=True):
        by_row[i][pairs.names[name]] = prediction
    return by_row


def _code_predictions(
    touches: Touches, codes: Sequence[str], joint: Floats, way: Ints, sources: Array, state: LayerState
) -> Iterator[CodePrediction]:
    """What is answered: the likeliest direction where a touch is likely enough, else that there is none.

    Parameters
    ----------
    codes
        The directions, then that there is none.
    joint : ndarray of shape (n_pairs, n_codes)
        Their scores.
    way : ndarray of shape (n_pairs,)
        The place of the likeliest direction.
    sources : ndarray of str, shape (n_pairs,)
        What a direction rests on: a `DirectionSource`.
    """
    code = np.where(touches.likely >= round(state.sure["answer"], 6), way, len(codes) - 1)
    directed = np.array([name != UNRELATED for name in codes])[code]
    score = joint[np.arange(len(joint)), code]
    is_coded = sources == "commentary"
    threshold = np.where(
        is_coded & directed,
        round(state.sure["commentary"], 6),
        np.array([round(state.thresholds[name], 6) for name in codes])[code],
    )
    abstained = (score < threshold) | (directed & ~is_coded & (sources != "author"))
    columns = (*touches, touches.likely < touches.sure, code, score, threshold, abstained, joint, sources)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for likely, sure, is_unsure, i, one, least, is_open, scores, source in rows:
        yield CodePrediction(
            code=codes[i],
            score=one,
            threshold=least,
            abstained=is_open,
            touched=likely,
            scores=dict(zip(codes, scores, strict=True)),
            touch=TouchPrediction(score=likely, threshold=sure, abstained=is_unsure),
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
    joint = np.append((likely * after).round(6), prediction.scores[UNRELATED])[None]
    way, codes = np.array([after.argmax()]), [*ways, UNRELATED]
    touches = Touches(np.array([likely]), np.array([prediction.touch.threshold]))
    return next(_code_predictions(touches, codes, joint, way, np.array(["commentary"]), state))


def can_be_coded(state: LayerState, prediction: CodePrediction) -> bool:
    """Whether `with_coded` may make an answer sure that rests on nothing coded in the commentary yet."""
    return prediction.direction_from != "commentary" and state.sure["commentary"] < NEVER


def _pairs_to_answer(
    layer: Layer, batch: Batch, targets: Sequence[str], known: Sequence[str]
) -> tuple[Ints, Ints, Ints]:
    """The pairs to look at, as places of sentences and of targets, and which of them are to be answered.

    Of each sentence that is asked of anything, all targets of training are looked at.
    """
    size, width = len(batch.passages), len(targets)
    if batch.asked is None:
        all_pairs = np.arange(size * width)
        return all_pairs // max(width, 1), all_pairs % max(width, 1), all_pairs
    column = {name: i for i, name in enumerate(targets)}
    others = [column[name] for name in known] if len(known) <= _MOST_OTHERS else []
    pairs: list[tuple[int, int]] = []
    requested: list[int] = []
    for i, asked in enumerate(batch.asked):
        wanted = list(dict.fromkeys(column[name] for name in asked.get(layer.id, ())))
        requested += range(len(pairs), len(pairs) + len(wanted))
        pairs += [(i, target) for target in dict.fromkeys([*wanted, *(others if wanted else ())])]
    row, target = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return row, target, np.array(requested, dtype=np.int64)


def _counted_directions(
    state: LayerState, pairs: Pairs, authors: Sequence[str | None], ways: Sequence[str]
) -> Floats:
    """How often each direction was coded for the author and target of each pair."""
    names = {author: i for i, author in enumerate(dict.fromkeys(authors))}
    asked = [(author, target) for author in names for target in pairs.names]
    counts = known_directions(state.authors, asked, ways).reshape(len(names), len(pairs.names), len(ways))
    author = np.array([names[author] for author in authors])
    found: Floats = counts[author[pairs.row], pairs.target]
    return found


@lru_cache(maxsize=1)  # a model predicts batch after batch
def _cues_of(model: Model, layer_id: str) -> dict[str, TargetCues]:
    known = known_targets(model.meta.layers[layer_id].targets, model.meta.settings.min_asked)
    book = model.meta.book
    return {target.id: TargetCues(target, book, known=target.id in known) for target in book.targets}


def _pair_scores(
    layer: Layer, classifiers: Mapping[str, Any], batch: Batch, counts: Sequence[Counted], row: Ints
) -> dict[str, Floats]:
    """Scores of pairs, for each classifier; the sentence's part was found once for all its targets."""
    found: dict[str, Floats] = {
        part: np.zeros((len(row), len(one.classes_))) for part, one in classifiers.items()
    }
    linear = {part: one for part, one in classifiers.items() if hasattr(one, "coef_")}
    if not linear or not len(row):
        return found
    weights = np.hstack([one.coef_.T for one in linear.values()]).astype(np.float64)
    at = len(weights) - sum(counted.width for counted in counts)
    total = np.zeros((len(row), weights.shape[1]))
    for counted in counts:
        total += counted.sums(weights[at : (at := at + counted.width)])
    begin = 0
    for part, one in linear.items():
        of_sentence = batch.scores.get((layer.id, part))
        found[part] = total[:, begin : (begin := begin + len(one.classes_))] + one.intercept_
        if of_sentence is not None:
            found[part] += of_sentence[row]
    return found
