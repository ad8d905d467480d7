"""How good a model is, and what an evaluation refuses."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import Annotation, CodePrediction, GoldSentence, Layers, Prediction, SetPrediction
from train.evaluate import cross_validate, evaluate_model
from train.evaluation.items import Scored
from train.evaluation.report import EvaluationReport, score_layers
from train.fit import model_version
from train.model import LayerState, Model
from train.settings import Settings

QUICK = Settings(inner_folds=2)


def one(code: str, abstained: bool = False, scores: dict[str, float] | None = None) -> CodePrediction:
    return CodePrediction(
        code=code, score=0.8, threshold=0.5, abstained=abstained, scores=scores or {code: 0.8}
    )


def scored(
    gold: Layers, predicted: dict[str, Any], n: int, commentary: str, states: dict[str, Any]
) -> Scored:
    row = GoldSentence(sentence_id=str(n), commentary_id=commentary, text="Satz.", layers=gold)
    prediction = Prediction(
        sentence_id=str(n),
        commentary_id=commentary,
        text="Satz.",
        model_version="v",
        codebook="probe",
        codebook_version="1",
        layers=predicted,
    )
    return Scored(row, prediction, states)


def state(**codes: int) -> LayerState:
    return LayerState(kind="one", n=sum(codes.values()), codes=codes, trained=True)


def test_the_report_has_the_promised_keys(report: EvaluationReport, rows: list[GoldSentence]) -> None:
    found = msgspec.json.decode(msgspec.json.encode(report))
    assert {"layers", "n", "model_version"} <= set(found)
    assert found["n"] == len(rows)
    for layer in found["layers"].values():
        promised = {"macro_f1", "accuracy", "baseline_macro_f1", "interval", "at_abstention", "codes"}
        assert promised <= set(layer)
        assert set(layer["at_abstention"]) == {"macro_f1", "coverage", "accuracy"}
        for code in layer["codes"].values():
            assert {"precision", "recall", "f1", "support"} <= set(code)
    assert {"touched", "direction", "targets"} <= set(found["layers"]["stance"])


def test_what_can_be_learned_is_far_above_the_baseline(report: EvaluationReport) -> None:
    for name in ("function", "rhetoric", "strength"):
        figures = report.layers[name]
        assert figures.macro_f1 is not None
        assert figures.baseline_macro_f1 is not None
        assert figures.macro_f1 > figures.baseline_macro_f1 + 0.4


def test_a_one_sided_target_is_said_to_be_so(rows: list[GoldSentence], codebook: Codebook) -> None:
    kept = []
    for row in rows:
        stance = {k: "favor" if v in ("against", "open") else v for k, v in row.layers["stance"].items()}  # type: ignore[union-attr]
        kept.append(msgspec.structs.replace(row, layers={"stance": stance}))
    found = cross_validate(kept, codebook, folds=2, settings=QUICK).layers["stance"]
    assert found.direction and found.touched
    assert found.direction.macro_f1 is None
    assert found.direction.reason == 'only one direction observed: "favor"'
    assert found.targets["rente"].macro_f1 is None
    assert "one direction" in (found.targets["rente"].reason or "")
    assert (found.touched.macro_f1 or 0) > 0.7


def test_labels_without_signal_are_no_better_than_chance(
    rows: list[GoldSentence], codebook: Codebook
) -> None:
    codes = [row.layers["function"] for row in rows]
    shuffled = [
        msgspec.structs.replace(row, layers={"function": codes[(i * 7 + 3) % len(codes)]})
        for i, row in enumerate(rows)
    ]
    figures = cross_validate(shuffled, codebook, folds=2, settings=QUICK).layers["function"]
    assert figures.macro_f1 is not None
    assert figures.macro_f1 < 0.35


def test_the_same_seed_gives_the_same_report(rows: list[GoldSentence], codebook: Codebook) -> None:
    kept = [msgspec.structs.replace(row, layers={"function": row.layers["function"]}) for row in rows]
    one, other = (cross_validate(kept, codebook, folds=2, settings=QUICK, seed=4) for _ in range(2))
    assert msgspec.json.encode(one) == msgspec.json.encode(other)


@pytest.mark.slow  # other processes start
def test_on_all_cores_the_report_is_the_same(
    rows: list[GoldSentence], codebook: Codebook, report: EvaluationReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.evaluate._MANY", 0)
    assert cross_validate(rows, codebook, folds=2, settings=QUICK) == report


def test_the_version_is_that_of_the_model_the_rows_would_train(
    report: EvaluationReport, rows: list[GoldSentence], codebook: Codebook
) -> None:
    assert report.model_version == model_version(rows, codebook, settings=QUICK)


def test_seen_commentaries_are_refused(model: Model, rows: list[GoldSentence]) -> None:
    with pytest.raises(DataError, match=r"trained on.*k000:00") as caught:
        evaluate_model(model, rows)
    assert f"{len(rows)} of {len(rows)}" in str(caught.value)
    assert "--seen" in str(caught.value)


def test_seen_commentaries_are_judged_where_asked(model: Model, rows: list[GoldSentence]) -> None:
    assert evaluate_model(model, rows, seen=True).n == len(rows)


def test_a_model_is_judged_on_other_rows(model: Model, other_rows: list[GoldSentence]) -> None:
    report = evaluate_model(model, other_rows)
    assert report.model_version == model.meta.model_version
    assert (report.layers["function"].macro_f1 or 0) > 0.8


def test_one_commentary_cannot_be_split(rows: list[GoldSentence], codebook: Codebook) -> None:
    with pytest.raises(DataError, match='one commentary \\("k000"\\)'):
        cross_validate(rows[:6], codebook, settings=QUICK)


def test_one_cluster_of_duplicates_cannot_be_split(codebook: Codebook) -> None:
    same = [
        GoldSentence(
            sentence_id=str(i),
            commentary_id=str(i),
            text="Immer derselbe Satz hier.",
            layers={"function": "claim"},
        )
        for i in range(1000)
    ]
    with pytest.raises(DataError, match=r"near-duplicate sentences.*--group commentary"):
        cross_validate(same, codebook, settings=QUICK)


def test_rows_that_lack_a_layer_are_left_out_of_it(make_book: Callable[..., Codebook]) -> None:
    book = make_book()
    states = {"function": state(report=2, claim=1)}
    given = [
        scored({"function": "claim"}, {"function": one("claim")}, 1, "a", states),
        scored({}, {"function": one("report")}, 2, "b", states),
    ]
    report = score_layers(book, given, version="v")
    assert report.n == 2
    assert report.layers["function"].n == 1
    assert report.layers["function"].accuracy == 1
    assert report.layers["strength"].macro_f1 is None
    assert report.layers["strength"].reason == "no sentence is coded"


def test_abstention_leaves_out_of_one_figure_only(make_book: Callable[..., Codebook]) -> None:
    states = {"function": state(report=2, claim=1)}
    given = [
        scored({"function": "claim"}, {"function": one("claim")}, 1, "a", states),
        scored({"function": "report"}, {"function": one("claim", abstained=True)}, 2, "b", states),
    ]
    figures = score_layers(make_book(), given, version="v").layers["function"]
    assert figures.accuracy == 0.5
    assert figures.at_abstention.coverage == 0.5
    assert figures.at_abstention.macro_f1 == 1
    assert figures.macro_f1 == pytest.approx((2 / 3 + 0) / 2, abs=1e-6)
    assert figures.baseline_macro_f1 == pytest.approx((2 / 3 + 0) / 2, abs=1e-6)


def test_the_mean_of_a_set_leaves_out_the_exclusive_code(make_book: Callable[..., Codebook]) -> None:
    def codes(*names: str) -> SetPrediction:
        return SetPrediction(codes=list(names), scores={}, thresholds={})

    states = {"rhetoric": state(none=2, device=1)}
    given = [
        scored({"rhetoric": ["irony"]}, {"rhetoric": codes("device", "irony")}, 1, "a", states),
        scored({"rhetoric": ["none"]}, {"rhetoric": codes("device", "consensus")}, 2, "b", states),
    ]
    figures = score_layers(make_book(), given, version="v").layers["rhetoric"]
    assert figures.codes["irony"].f1 == 1  # its parent follows in gold as well
    assert figures.codes["none"].f1 == 0
    assert figures.macro_f1 == pytest.approx((2 / 3 + 1 + 0) / 3, abs=1e-6)


def test_touch_and_direction_are_judged_apart(make_book: Callable[..., Codebook]) -> None:
    states = {"stance": state(unrelated=5, favor=2, against=1)}
    ways = {"favor": 0.3, "against": 0.1, "unrelated": 0.6}
    given = [
        scored(
            {"stance": {"rente": "favor", "tempolimit": "unrelated"}},
            {"stance": {"rente": one("unrelated", scores=ways), "tempolimit": one("unrelated", scores=ways)}},
            1,
            "a",
            states,
        ),
        scored(
            {"stance": {"rente": "against"}},
            {"stance": {"rente": one("against", scores=ways)}},
            2,
            "b",
            states,
        ),
    ]
    figures = score_layers(make_book(), given, version="v").layers["stance"]
    assert figures.n == 3
    assert figures.touched and figures.direction
    assert figures.touched.codes["touched"].recall == 0.5
    assert figures.direction.n == 2
    assert figures.direction.codes["favor"].recall == 1  # the way is judged although no touch was seen
    assert figures.direction.accuracy == 0.5
    assert figures.targets["tempolimit"].reason == "never touched"


def test_a_figure_over_one_code_is_said_to_be_so(rows: list[GoldSentence], codebook: Codebook) -> None:
    same = [msgspec.structs.replace(row, layers={"function": "claim"}) for row in rows]
    found = cross_validate(same, codebook, folds=2, settings=QUICK)
    assert found.layers["function"].reason == 'only one code occurs: "claim"'
    assert found.layers["rhetoric"].reason == "no sentence is coded"


def test_what_no_model_could_judge_is_counted_and_said(rows: list[GoldSentence], codebook: Codebook) -> None:
    # three commentaries in two folds: one of the two models has a single one to learn from
    few = [
        msgspec.structs.replace(row, layers={"function": row.layers["function"]})
        for row in rows
        if row.commentary_id in ("k001", "k002", "k003")
    ]
    layer = cross_validate(few, codebook, folds=2, settings=QUICK).layers["function"]
    assert layer.n + layer.unjudged == len(few)
    assert layer.unjudged == 12
    assert "12 of 18 coded sentences were judged by no model: coded in one" in (layer.reason or "")
    alone = cross_validate(few[:12], codebook, folds=2, settings=QUICK).layers["function"]
    assert (alone.n, alone.macro_f1) == (0, None)
    assert "no model was trained: coded in one commentary only" in (alone.reason or "")


def test_a_step_with_one_side_only_has_no_figure(codebook: Codebook) -> None:
    answer = one("favor", scores={"favor": 0.8, "against": 0.1, "unrelated": 0.1})
    rows = [
        scored(
            {"stance": {"rente": "favor"}},
            {"stance": {"rente": answer}},
            n,
            f"k{n}",
            {"stance": state(favor=3)},
        )
        for n in range(3)
    ]
    layer = score_layers(codebook, rows, version="v").layers["stance"]
    assert layer.touched is not None
    assert (layer.touched.macro_f1, layer.touched.reason) == (None, "every target asked is touched")
    assert layer.touched.accuracy == 1.0
    assert layer.targets["rente"].touched_macro_f1 is None


def test_a_target_that_left_the_codebook_is_not_asked_about(
    rows: list[GoldSentence], codebook: Codebook
) -> None:
    codings = [
        Annotation(
            sentence_id=row.sentence_id,
            commentary_id=row.commentary_id,
            annotator="anna",
            codebook="probe",
            layers={"stance": {"gone": "favor"}},
        )
        for row in rows
    ]
    kept = [msgspec.structs.replace(row, layers={"stance": row.layers["stance"]}) for row in rows]
    assert cross_validate(kept, codebook, folds=2, settings=QUICK, annotations=codings).n == len(rows)
