"""The plain twin beside a model."""

import msgspec
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from schemas.codebook import Codebook
from schemas.records import GoldSentence
from train.evaluate import evaluate_model, is_trained_on
from train.evaluation.report import EvaluationReport
from train.evaluation.twin import NO_PAIRS, Twin
from train.metrics import many_hot, tally
from train.model import Model


def coded(text: str, **layers: object) -> GoldSentence:
    return GoldSentence(sentence_id=text, commentary_id="k", text=text, layers=layers)  # type: ignore[arg-type]


def test_the_twin_is_scikit_learns_own(rows: list[GoldSentence], codebook: Codebook) -> None:
    layer = codebook.layer("function")
    assert layer
    train, test = rows[:120], rows[120:200]
    found = Twin([*train, *test]).counts(layer, train, test)
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b"),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)),
    )
    pipeline = make_pipeline(features, LinearSVC(C=1.0, class_weight="balanced", random_state=0))
    pipeline.fit([row.text for row in train], [row.layers["function"] for row in train])
    gold = many_hot([[str(row.layers["function"])] for row in test], layer.code_ids)
    given = many_hot([[code] for code in pipeline.predict([row.text for row in test])], layer.code_ids)
    assert found is not None
    assert found.tolist() == tally(gold, given).sum(axis=0).tolist()


def test_each_code_of_a_set_has_a_machine_of_its_own(codebook: Codebook) -> None:
    layer = codebook.layer("rhetoric")
    assert layer
    train = [coded(f"welch ein Wunder {i}", rhetoric=["irony"]) for i in range(5)]
    train += [coded(f"es ist so {i}", rhetoric=["none"]) for i in range(5)]
    test = [coded("welch Wunder", rhetoric=["irony"]), coded("so ist es", rhetoric=["irony"]), coded("leer")]
    counts = Twin([*train, *test]).counts(layer, train, test)
    assert counts is not None
    hits = dict(zip(layer.code_ids, counts[:, 0].tolist(), strict=True))
    assert hits == {"device": 1, "irony": 1, "consensus": 0, "none": 0}
    assert counts[2].tolist() == [0, 0, 0]  # a code that training lacked is never given


def test_one_code_and_texts_without_a_word_are_no_trouble(codebook: Codebook) -> None:
    layer = codebook.layer("function")
    assert layer
    same = [coded("!", function="claim"), coded("?", function="claim")]
    counts = Twin(same).counts(layer, same, same)
    assert counts is not None
    assert counts[layer.code_ids.index("claim")].tolist() == [2, 0, 0]


def test_stances_have_no_twin_and_say_why(report: EvaluationReport) -> None:
    figures = report.layers
    assert figures["stance"].baselines
    assert (figures["stance"].baselines.twin, figures["stance"].baselines.twin_reason) == (None, NO_PAIRS)
    for name in ("function", "rhetoric", "strength"):
        baselines = figures[name].baselines
        assert baselines and baselines.twin is not None and baselines.twin_reason is None


def test_a_model_on_given_rows_has_its_twin_where_its_training_rows_are_at_hand(
    rows: list[GoldSentence], other_rows: list[GoldSentence], model: Model
) -> None:
    with_rows = evaluate_model(model, other_rows, trained_on=rows).layers["function"].baselines
    assert with_rows and with_rows.twin is not None and with_rows.keyword is not None
    others = [msgspec.structs.replace(rows[0], text="Ein anderer Satz."), *rows[1:]]
    assert not is_trained_on(model, others)
    without = evaluate_model(model, other_rows, trained_on=others).layers["function"].baselines
    assert without and without.twin is None and "not at hand" in (without.twin_reason or "")
