"""From a model to predictions and suggestions."""

from collections import Counter
from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from schemas.codebook import Codebook
from schemas.records import CodePrediction, GoldSentence, Prediction, SetPrediction, TouchPrediction
from train.explain import LEAST, _class_weights, _pair_weights, _score_gap
from train.features.analyzers import tokens
from train.features.passages import to_passages
from train.fit import fit
from train.layers.answers import answer_columns
from train.layers.kinds import KINDS
from train.layers.stance import Stance
from train.model import Batch, Model
from train.predict import is_tested, predict, suggestions, trained_layers, with_coded
from train.settings import Settings


@pytest.fixture(scope="module")
def predictions(model: Model, other_rows: list[GoldSentence]) -> list[Prediction]:
    return predict(model, other_rows)


def test_every_row_is_answered_in_its_order(
    predictions: list[Prediction], other_rows: list[GoldSentence]
) -> None:
    assert [p.sentence_id for p in predictions] == [row.sentence_id for row in other_rows]
    assert {p.codebook for p in predictions} == {"probe"}


def test_no_rows_give_no_predictions(model: Model) -> None:
    assert predict(model, []) == []


def test_the_most_probable_code_is_given(predictions: list[Prediction]) -> None:
    for prediction in predictions:
        answer = prediction.layers["function"]
        assert isinstance(answer, CodePrediction)
        assert answer.score == max(answer.scores.values()) == answer.scores[str(answer.code)]
        assert sum(answer.scores.values()) == pytest.approx(1, abs=1e-5)
        assert answer.abstained == (answer.score < answer.threshold)


def test_a_stance_has_a_score_for_each_way_and_for_none(predictions: list[Prediction]) -> None:
    for prediction in predictions:
        answers = prediction.layers["stance"]
        assert isinstance(answers, dict)
        assert list(answers) == ["tempolimit", "handyverbot", "rente", "seebruecke"]
        for answer in answers.values():
            assert answer.touched == pytest.approx(1 - answer.scores["unrelated"], abs=1e-5)
            ways = {code: score for code, score in answer.scores.items() if code != "unrelated"}
            assert answer.code in ("unrelated", max(ways, key=lambda code: ways[code]))
            assert answer.score == answer.scores[str(answer.code)]


def test_a_set_respects_its_exclusive_code_and_parents(predictions: list[Prediction]) -> None:
    seen = set()
    for prediction in predictions:
        answer = prediction.layers["rhetoric"]
        assert isinstance(answer, SetPrediction)
        seen.add(tuple(answer.codes))
        assert answer.codes == ["none"] or "none" not in answer.codes
        if {"irony", "consensus"} & set(answer.codes):
            assert "device" in answer.codes
        assert answer.scores["device"] >= max(answer.scores["irony"], answer.scores["consensus"])
        assert set(answer.abstained) <= set(answer.codes)
    assert len(seen) > 1


def test_a_scale_is_a_number(predictions: list[Prediction]) -> None:
    codes = {p.layers["strength"].code for p in predictions}  # type: ignore[union-attr]
    assert codes <= {1, 2, 3}
    assert len(codes) > 1


def test_scores_have_six_places(predictions: list[Prediction]) -> None:
    for prediction in predictions[:20]:
        answer = prediction.layers["function"]
        assert isinstance(answer, CodePrediction)
        assert all(score == round(score, 6) for score in (*answer.scores.values(), answer.threshold))


def test_layers_of_the_rows_are_not_read(model: Model, other_rows: list[GoldSentence]) -> None:
    bare = [msgspec.structs.replace(row, layers={}) for row in other_rows]
    assert predict(model, bare) == predict(model, other_rows)


def test_commentaries_do_not_mix(model: Model, other_rows: list[GoldSentence]) -> None:
    first = other_rows[0].commentary_id
    own = [row for row in other_rows if row.commentary_id == first]
    assert predict(model, own) == predict(model, other_rows)[: len(own)]


def test_a_row_alone_without_context_is_answered(model: Model) -> None:
    row = GoldSentence(sentence_id="x", commentary_id="x", text="Wer soll das zahlen?", layers={})
    assert predict(model, [row])[0].layers["function"].code == "question"  # type: ignore[union-attr]


def test_only_asked_targets_are_answered_where_said(model: Model, other_rows: list[GoldSentence]) -> None:
    asked = [{"stance": ["rente"]}, {}]
    found = predict(model, other_rows[:2], asked=asked)
    assert [list(p.layers["stance"]) for p in found] == [["rente"], []]  # type: ignore[arg-type]


def test_an_answer_does_not_depend_on_what_else_is_asked(
    model: Model, other_rows: list[GoldSentence]
) -> None:
    rows = [row for row in other_rows if row.commentary_id == other_rows[0].commentary_id]
    alone = predict(model, rows, asked=[{"stance": ["rente"]}] * len(rows))
    among = predict(model, rows)
    for one, other in zip(alone, among, strict=True):
        assert one.layers["stance"] == {"rente": other.layers["stance"]["rente"]}  # type: ignore[index]


def test_a_stance_has_reasons_for_each_target_it_touches(model: Model, rows: list[GoldSentence]) -> None:
    predictions = predict(model, rows)
    words = set()
    for prediction in predictions:
        answers = prediction.layers["stance"]
        assert isinstance(answers, dict)
        touched = {f"stance__{target}" for target, answer in answers.items() if answer.code != "unrelated"}
        reasons = {name: found for name, found in prediction.reasons.items() if name.startswith("stance")}
        assert set(reasons) <= touched
        for found in reasons.values():
            weights = [weight for _, weight in found]
            assert weights == sorted(weights, reverse=True)
            assert min(weights, default=1) >= LEAST
            assert len({name for name, _ in found}) == len(found) <= 3
            assert sum(weights) <= 1
            words |= {(name.removeprefix("word: "), prediction.text) for name, _ in found if "word: " in name}
    assert words
    assert all(word.removeprefix("near_") in tokens(text) for word, text in words)


def test_what_moved_a_touch_adds_up_to_its_log_odds(model: Model, rows: list[GoldSentence]) -> None:
    # of two answers that differ in the target alone, the words of the pair explain the gap that they make
    classifier, layer = model.classifiers["stance"]["touched"], model.meta.book.layers[1]
    row = msgspec.structs.replace(rows[0], text="Das Tempolimit muss weg.", before="", after="")
    batch = _batch(model, [row])
    pairs = Stance().make_pairs(layer, model, batch)
    sure = classifier.to_probabilities(pairs.scores["touched"])
    odds = np.log(sure[:, 1] / sure[:, 0])
    own = pairs.own(pairs.places)
    gaps = own @ _pair_weights(model, "stance")[-own.shape[1] :]
    assert np.allclose(odds - odds[0], gaps - gaps[0], atol=1e-4)
    assert abs(gaps - gaps[0]).max() > 0.1
    assert pairs.parts is not None
    told = pairs.parts.sum(axis=1) + model.touches["stance"].constant_
    assert np.allclose(pairs.touched, 1 / (1 + np.exp(-told)))


def test_all_that_speaks_for_a_code_is_what_its_score_is_made_of(
    model: Model, rows: list[GoldSentence]
) -> None:
    # named or not: the columns of all blocks add up to the gap that shares are taken of
    batch, classifier = _batch(model, rows[:20]), model.classifiers["function"]["code"]
    assert model.features is not None
    for code in classifier.classes_:
        added = model.features.transform(batch.passages) @ _class_weights(classifier, code, slice(None))
        assert np.allclose(added, _score_gap(classifier, batch.scores["function", "code"], code), atol=1e-3)


def test_the_other_sentences_speak_for_a_touch(model: Model) -> None:
    text = "Das Tempolimit ist ein kluger Schritt, am Abend."
    alone = [GoldSentence(sentence_id="0", commentary_id="a", text=text, layers={})]
    among = [
        *alone,
        *(
            GoldSentence(sentence_id=str(n), commentary_id="a", text="Der Mond scheint.", layers={})
            for n in range(1, 5)
        ),
    ]
    layer = model.meta.book.layers[1]
    parts = [Stance().make_pairs(layer, model, _batch(model, rows)).parts for rows in (alone, among)]
    assert parts[0] is not None and parts[1] is not None
    assert np.allclose(parts[0][:, :2], parts[1][: len(parts[0]), :2])
    assert not np.allclose(parts[0][:, 2], parts[1][: len(parts[0]), 2])


def _batch(model: Model, rows: list[GoldSentence]) -> Batch:
    passages = to_passages(rows)
    names = [row.commentary_id for row in rows]
    layers = [layer for layer in trained_layers(model) if layer.kind != "stance"]
    batch = Batch(passages, names, [None] * len(rows), [None] * len(rows), model.scores(passages))
    said = {layer.id: dict(enumerate(KINDS[layer.kind].predict(layer, model, batch))) for layer in layers}
    return batch._replace(answers=answer_columns(layers, said, len(rows)))


def test_reasons_name_features_of_the_sentence(model: Model) -> None:
    row = GoldSentence(sentence_id="x", commentary_id="x", text="Wer soll das zahlen?", layers={})
    reasons = predict(model, [row])[0].reasons["function"]
    assert 0 < len(reasons) <= 3
    assert all(weight > 0 for _, weight in reasons)
    assert [weight for _, weight in reasons] == sorted((weight for _, weight in reasons), reverse=True)
    assert {name for name, _ in reasons} & {"mark: ?", "cue: question_words: Wer"}


def test_where_only_what_has_no_name_speaks_the_reasons_are_empty(model: Model) -> None:
    row = GoldSentence(
        sentence_id="x", commentary_id="x", text="– – –", before="Es. ", after=" Es.", layers={}
    )
    reasons = predict(model, [row], asked=[{}])[0].reasons
    assert reasons["function"] == []
    assert not any(name.startswith("stance") for name in reasons)


def test_confident_answers_are_suggested(model: Model, predictions: list[Prediction]) -> None:
    found = [suggestions(model, prediction) for prediction in predictions]
    assert sum("function" in suggestion.layers for suggestion in found) > len(found) / 2
    for prediction, suggestion in zip(predictions, found, strict=True):
        answer = prediction.layers["function"]
        assert isinstance(answer, CodePrediction)
        if "function" in suggestion.layers:
            assert suggestion.layers["function"] == answer.code
            assert suggestion.confidence["function"] == answer.score
        else:
            assert suggestion.withheld["abstained"] >= 1


@pytest.mark.parametrize(("coded", "source"), [({}, "author"), ({"favor": 3}, "commentary")])
def test_what_a_suggested_direction_rests_on_is_named(
    model: Model, predictions: list[Prediction], coded: dict[str, int], source: str
) -> None:
    given = predictions[0].layers["stance"]["tempolimit"]  # type: ignore[index]
    sure = msgspec.structs.replace(
        given, code="favor", abstained=False, touched=0.99, direction_from="author",
        touch=TouchPrediction(score=0.99, threshold=0.7, abstained=False),
        scores={"against": 0.005, "favor": 0.98, "open": 0.005, "unrelated": 0.01},
    )  # fmt: skip
    prediction = msgspec.structs.replace(predictions[0], layers={"stance": {"tempolimit": sure}})
    counts = {"stance": {"tempolimit": Counter(coded)}} if coded else {}
    found = suggestions(model, with_coded(model, prediction, counts))
    assert found.layers == {"stance": {"tempolimit": "favor"}}
    named = {"author": found.from_author, "commentary": found.from_commentary}
    assert named == {"author": [], "commentary": []} | {source: ["stance__tempolimit"]}


def test_a_target_asked_too_seldom_is_answered_and_not_suggested(
    model: Model, predictions: list[Prediction]
) -> None:
    assert model.meta.layers["stance"].targets["seebruecke"].asked == 18
    assert not is_tested(model, "stance", "seebruecke")
    assert is_tested(model, "stance", "rente")
    for prediction in predictions:
        assert "seebruecke" in prediction.layers["stance"]  # type: ignore[operator]
        suggestion = suggestions(model, prediction)
        assert "seebruecke" not in suggestion.layers.get("stance", {})  # type: ignore[operator]
        assert suggestion.withheld["untested"] == 1


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (Settings(min_layer=10_000), "few_sentences"),
        (Settings(min_code=10_000), "few_examples"),
    ],
)
def test_little_data_suggest_nothing(
    settings: Settings,
    reason: str,
    rows: list[GoldSentence],
    codebook: Codebook,
    other_rows: list[GoldSentence],
) -> None:
    kept = [msgspec.structs.replace(row, layers={"function": row.layers["function"]}) for row in rows]
    model, _ = fit(kept, codebook, settings=settings)
    suggestion = suggestions(model, predict(model, other_rows[:1])[0])
    assert suggestion.layers == {}
    assert suggestion.withheld == {reason: 1}


def test_a_target_of_the_codebook_that_was_never_asked_is_answered_untested(
    make: Callable[..., list[GoldSentence]], codebook: Codebook, other_rows: list[GoldSentence]
) -> None:
    rows = []
    for row in make():
        stance = {name: value for name, value in row.layers["stance"].items() if name != "rente"}  # type: ignore[union-attr]
        rows.append(msgspec.structs.replace(row, layers={"stance": stance}))
    model, _ = fit(rows, codebook, settings=Settings())
    prediction = predict(model, other_rows[:1])[0]
    assert "rente" in prediction.layers["stance"]  # type: ignore[operator]
    assert "rente" not in suggestions(model, prediction).layers.get("stance", {})  # type: ignore[operator]
