"""What is learned of pairs of a sentence and a target, and from where on an answer is sure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from schemas.codebook import Codebook, Layer
from schemas.records import UNRELATED
from train.arrays import Array, Bools, Floats
from train.classifiers.fitted import probability_of
from train.classifiers.thresholds import NEVER, abstention_threshold, decision_threshold, times_needed
from train.classifiers.touch import (
    Meaning,
    Pairs,
    TouchModel,
    fit_touch,
    log_odds_of,
    with_commentary,
)
from train.features.encoders import encode
from train.features.passages import Passage
from train.features.topics import TopicProfiles
from train.layers.asked import AskedTarget, is_touched
from train.layers.directions import (
    Touch,
    directions,
    earlier_directions,
    held_out_directions,
    is_known,
    learn_authors,
)
from train.model import Model, TargetState, TrainingData, choices_of
from train.settings import Settings

Profiles = Mapping[str, Mapping[str, float]]  # whole text → target → guessed share of touched sentences

#: Exponents of balance of what the words say of the direction.
BALANCES = (0.0, 0.25, 0.5)
#: The names of what is sure (`LayerState.sure`), first that of a touch alone.
TOUCH = "touched"
SURE = (TOUCH, "answer", "commentary")


class Answers(NamedTuple):
    """How likely each pair is touched, each direction if so, and whether that rests on more than words."""

    touched: Floats
    directions: Floats
    known: Bools


class Steps(NamedTuple):
    """What was learned (as in `LayerState` and `FittedLayer`), and what it says of held-out pairs."""

    classifiers: dict[str, Any]
    touch: TouchModel | None
    ways: list[str]
    held_out: Answers
    authors: dict[str, dict[str, dict[str, float]]]
    thresholds: dict[str, float]
    sure: dict[str, float]
    choices: dict[str, dict[str, float]]


def fit_steps(
    matrix: sp.csr_matrix, asked: Sequence[AskedTarget], numbers: Pairs, data: TrainingData
) -> Steps:
    """All that is learned of pairs, and what it says of each while its group was held out.

    Parameters
    ----------
    matrix : sparse matrix of shape (n_pairs, n_features)
    numbers
        The pairs that were asked, as numbers.
    """
    values = np.array([pair.value for pair in asked])
    touched, places = values != UNRELATED, [pair.row for pair in asked]
    clusters = [data.clusters[i] for i in places]
    classifier = data.classifier(len(values), (0.0,)).fit(matrix, touched, groups=clusters)
    classifiers, choices = {"touched": classifier}, {"touched": choices_of(classifier)}
    likely = probability_of(True, classifier, classifier.held_out_)
    touch = None
    if len(classifier.classes_) == 2 and hasattr(classifier, "coef_"):
        touch, likely = fit_touch(
            log_odds_of(likely),
            touched,
            meaning_of(
                data.settings.encoder,
                data.codebook,
                data.passages,
                [row.commentary_id for row in data.rows],
                numbers.names,
            ),
            data.answers,
            numbers,
            clusters,
            folds=data.settings.folds(len(values)),
            seed=data.seed,
        )
    if not touched.any():
        nothing = np.zeros((len(values), 0))
        answers = Answers(likely, nothing, np.zeros(len(values), dtype=bool))
        return Steps(
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
    answers = Answers(likely, directions(said.held_out_, counts), is_known(counts))
    coded = earlier_directions(
        [
            (of, int(numbers.position[pair.row]), pair.target)
            for (_, of, _), pair in zip(where, asked, strict=True)
        ],
        values.tolist(),
        ways,
    )
    thresholds, sure, needed = step_thresholds(answers, coded, ways, values, data.settings)
    authors = learn_authors(touches)
    return Steps(classifiers, touch, ways, answers, authors, thresholds, sure, choices | {"needed": needed})


def step_thresholds(
    answers: Answers, coded: Floats, ways: list[str], values: Array, settings: Settings
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


def meaning_of(
    encoder: str, book: Codebook, passages: Sequence[Passage], commentaries: Sequence[str], names: list[str]
) -> Meaning | None:
    """What sentences, their commentaries and the targets of these names mean; None without an encoder."""
    if not encoder:
        return None
    texts = [passage.text for passage in passages]
    rows = with_commentary(encode(encoder, texts).astype(np.float64), commentaries)
    said = [text for name in names for text in _said_of(name, book)]
    targets = encode(encoder, said).astype(np.float64).reshape(len(names), -1, rows.shape[1] // 2)
    return Meaning(rows, targets)


def _said_of(name: str, book: Codebook) -> tuple[str, str, str, str]:
    """The question, what both answers mean, and the aliases of a target."""
    target = next(target for target in book.targets if target.id == name)
    means = book.say(target.favor_means), book.say(target.against_means)
    return book.say(target.question), *means, ", ".join(target.aliases)


def known_targets(targets: Mapping[str, TargetState], min_asked: int) -> list[str]:
    """Targets with enough sentences to have words and topics of their own."""
    return sorted(name for name, state in targets.items() if state.asked >= min_asked)


def fit_topics(
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


def apply_topics(
    topics: TopicProfiles | None, model: Model, layer: Layer, passages: Sequence[Passage]
) -> Profiles:
    if topics is None:
        return {}
    wholes = dict.fromkeys(passage.whole for passage in passages)
    known = known_targets(model.meta.layers[layer.id].targets, model.meta.settings.min_asked)
    return _profiles(wholes, topics.transform(list(wholes)), known)


def _profiles(wholes: Mapping[str, object], guessed: Floats, known: list[str]) -> Profiles:
    rows = zip(wholes, guessed, strict=True)
    return {whole: dict(zip(known, map(float, row), strict=True)) for whole, row in rows}


def target_states(asked: Sequence[AskedTarget]) -> dict[str, TargetState]:
    counts: dict[str, Counter[str]] = {}
    for pair in asked:
        counts.setdefault(pair.target, Counter())[pair.value] += 1
    return {
        name: TargetState(
            asked=count.total(), touched=count.total() - count[UNRELATED], codes=dict(sorted(count.items()))
        )
        for name, count in sorted(counts.items())
    }
