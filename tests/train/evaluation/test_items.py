"""What stands beside a figure: baselines, the human ceiling, the learning curve, likely errors."""

import msgspec
import numpy as np
import pytest

from schemas.codebook import Codebook, Layer
from schemas.records import Annotation, GoldSentence
from train.evaluate import cross_validate
from train.evaluation.baselines import CodedTexts, by_keyword, by_length
from train.evaluation.human_ceiling import PredictedItem, human_ceiling
from train.evaluation.items import LayerItems
from train.evaluation.label_errors import label_errors
from train.evaluation.reliability import reliability
from train.evaluation.report import CurvePoint, EvaluationReport, figures_of_items, next_doubling, part_of
from train.metrics import many_hot
from train.settings import Settings

QUICK = Settings(inner_folds=2)


def layer_of(codebook: Codebook, name: str) -> Layer:
    found = codebook.layer(name)
    assert found
    return found


def answers(gold: list[str], given: list[str], codes: list[str], sure: float = 0.9) -> LayerItems:
    """Items s0, s1, … of commentaries of two sentences."""
    rest = (1 - sure) / (len(codes) - 1)
    chosen = many_hot([[code] for code in given], codes)
    return LayerItems(
        codes=codes,
        keys=[(f"s{i}", "") for i in range(len(gold))],
        gold=many_hot([[code] for code in gold], codes),
        predicted=chosen,
        baseline=chosen,
        kept=np.ones(len(gold), dtype=bool),
        score=np.full(len(gold), sure),
        scores=np.where(chosen, sure, rest),
        commentaries=[f"k{i // 2}" for i in range(len(gold))],
    )


def said_of(own: LayerItems) -> dict[tuple[str, str], PredictedItem]:
    return {
        key: PredictedItem(
            [code for code, has in zip(own.codes, own.predicted[i], strict=True) if has], own.commentaries[i]
        )
        for i, key in enumerate(own.keys)
    }


def coding(sentence: int, who: str, **layers: object) -> Annotation:
    return Annotation(
        sentence_id=f"s{sentence}", commentary_id="k", annotator=who, codebook="probe", layers=layers
    )  # type: ignore[arg-type]


def test_a_telling_word_is_found() -> None:
    texts = ["wer weiß das schon", "niemand weiß es", "das Haus ist rot", "der Hof ist rot"] * 10
    gold = np.array([[True, False], [True, False], [False, True], [False, True]] * 10)
    given = by_keyword(CodedTexts(texts, gold, ["ja", "nein"]), ["alles rot hier", "sie weiß viel"], False)
    assert given.tolist() == [[False, True], [True, False]]


def test_without_a_keyword_the_commonest_code_is_given() -> None:
    gold = np.array([[True, False]] * 30 + [[False, True]] * 10)
    texts = ["klug"] * 30 + ["dumm"] * 10
    assert by_keyword(CodedTexts(texts, gold, ["a", "b"]), ["etwas anderes"], False).tolist() == [
        [True, False]
    ]
    assert by_keyword(CodedTexts(["!"] * 40, gold, ["a", "b"]), ["etwas"], False).tolist() == [[True, False]]


def test_length_alone_tells_the_short_from_the_long() -> None:
    texts = ["eins zwei"] * 20 + ["eins zwei drei vier fünf sechs sieben acht"] * 20
    gold = np.repeat([[True, False], [False, True]], 20, axis=0)
    given = by_length(CodedTexts(texts, gold, ["kurz", "lang"]), ["a b", "a b c d e f g h"], False)
    assert given.tolist() == [[True, False], [False, True]]


def test_a_code_that_training_lacked_is_never_a_baselines() -> None:
    gold = np.array([[True, False, False]] * 9 + [[False, True, False]])
    texts = [f"wort {i}" for i in range(10)]
    assert not by_length(CodedTexts(texts, gold, ["a", "b", "c"]), texts, False)[:, 2].any()


def test_two_who_agree_in_all_have_a_ceiling_of_one(codebook: Codebook) -> None:
    layer = layer_of(codebook, "function")
    own = answers(["claim", "report", "claim", "demand"], ["claim"] * 4, layer.code_ids)
    said = ["claim", "report", "claim", "demand"]
    both = [coding(i, who, function=code) for i, code in enumerate(said) for who in ("anna", "ben")]
    ceiling = human_ceiling(layer, said_of(own), both)
    assert ceiling
    assert (ceiling.macro_f1, ceiling.sentences, ceiling.annotators) == (1.0, 4, 2)
    # the model gives claim everywhere: F1 2/3, 0 and 0
    assert ceiling.model_macro_f1 == pytest.approx(2 / 9, abs=1e-6)


def test_the_ceiling_rests_on_what_several_coded(codebook: Codebook) -> None:
    layer = layer_of(codebook, "function")
    own = answers(["claim", "report"], ["claim", "report"], layer.code_ids)
    alone = [coding(0, "anna", function="claim"), coding(1, "ben", function="report")]
    assert human_ceiling(layer, said_of(own), alone) is None
    skipped = msgspec.structs.replace(coding(0, "ben", function="claim"), skipped=True)
    left = msgspec.structs.replace(coding(1, "anna", function="report"), incomplete=["function"])
    unknown = [coding(i, "unknown-1", function="claim") for i in (0, 1)]  # perhaps the same person again
    assert human_ceiling(layer, said_of(own), [*alone, skipped, left, *unknown]) is None


def test_those_who_are_tied_count_half_each(codebook: Codebook) -> None:
    layer = layer_of(codebook, "function")
    own = answers(["claim"], ["claim"], layer.code_ids)
    three = [
        coding(0, "anna", function="claim"),
        coding(0, "ben", function="report"),
        coding(0, "cem", function="claim"),
    ]
    ceiling = human_ceiling(layer, said_of(own), three)
    # anna and cem against (report, claim) tied: half right; ben against claim: wrong.
    # claim: hits 1, false 1, missed 1 → 1/2; report: hits 0
    assert ceiling and ceiling.macro_f1 == pytest.approx(0.25)


def test_a_ceiling_of_sets_and_stances(codebook: Codebook) -> None:
    rhetoric = layer_of(codebook, "rhetoric")
    codes = rhetoric.code_ids
    gold = many_hot([["device", "irony"], ["none"]], codes)
    own = answers(["none", "none"], ["none", "none"], codes)._replace(gold=gold)
    both = [
        coding(0, "anna", rhetoric=["irony"]),
        coding(0, "ben", rhetoric=["device", "irony"]),
        coding(1, "anna", rhetoric=["none"]),
        coding(1, "ben", rhetoric=["none"]),
    ]
    ceiling = human_ceiling(rhetoric, said_of(own), both)
    assert ceiling and ceiling.macro_f1 == 1.0  # the parent follows, the exclusive code has no share
    stance = layer_of(codebook, "stance")
    pairs = answers(["favor", "unrelated"], ["favor", "favor"], stance.stance_values)._replace(
        keys=[("s0", "rente"), ("s0", "tempolimit")]
    )
    both = [coding(0, who, stance={"rente": "favor", "tempolimit": "unrelated"}) for who in ("anna", "ben")]
    ceiling = human_ceiling(stance, said_of(pairs), both)
    assert ceiling and (ceiling.macro_f1, ceiling.sentences) == (1.0, 2)


def test_a_flipped_label_is_the_first_suspect(rows: list[GoldSentence], codebook: Codebook) -> None:
    kept = [msgspec.structs.replace(row, layers={"function": row.layers["function"]}) for row in rows]
    places = [i for i, row in enumerate(kept) if row.layers["function"] == "question"][:3]
    wrong = {kept[i].sentence_id for i in places}
    for i in places:
        kept[i] = msgspec.structs.replace(kept[i], layers={"function": "report"})
    found = cross_validate(kept, codebook, folds=3, settings=QUICK).layers["function"].suspects
    assert {s.sentence_id for s in found[:3]} == wrong
    assert {(s.gold, s.predicted) for s in found[:3]} == {("report", "question")}
    assert all(s.text for s in found)


def test_nothing_is_suspect_where_all_is_as_predicted(codebook: Codebook) -> None:
    layer = layer_of(codebook, "function")
    codes = ["claim", "report", "claim", "report"]
    assert label_errors(layer, answers(codes, codes, layer.code_ids)) == []
    set_layer = layer_of(codebook, "rhetoric")
    one = answers(["irony", "none"], ["none", "none"], set_layer.code_ids, sure=0.97)
    assert all(s.code and {s.gold, s.predicted} == {"yes", "no"} for s in label_errors(set_layer, one))


def test_a_larger_share_contains_the_smaller(rows: list[GoldSentence]) -> None:
    names = [{row.commentary_id for row in part_of(rows, share, seed=1)} for share in (0.125, 0.25, 0.5, 1.0)]
    assert [len(own) for own in names] == [4, 8, 15, 30]
    assert names[0] < names[1] < names[2] < names[3]


@pytest.mark.slow
def test_the_curve_rises_with_what_is_learned_from(rows: list[GoldSentence], codebook: Codebook) -> None:
    kept = [msgspec.structs.replace(row, layers={"function": row.layers["function"]}) for row in rows]
    report = cross_validate(kept, codebook, folds=3, settings=QUICK, curve=True)
    points = report.learning_curve
    assert [point.share for point in points] == [0.125, 0.25, 0.5, 1.0]
    assert points[-1].macro_f1["function"] == report.layers["function"].macro_f1
    assert (points[0].macro_f1["function"] or 0) < (points[-1].macro_f1["function"] or 0)
    assert points[0].sentences < points[1].sentences < points[2].sentences < points[3].sentences


@pytest.mark.parametrize(
    ("figures", "then", "gain"),
    [
        ([0.2, 0.4, 0.5, 0.6], 0.7, 0.1),
        ([0.2, 0.5, 0.5, 0.46], 0.46, -0.02),  # more never makes it likely worse
        ([0.2, 0.6, 0.8, 0.98], 1.0, 0.19),
    ],
)
def test_the_next_doubling_likely_gains_at_most_what_the_last_ones_did(
    figures: list[float], then: float, gain: float
) -> None:
    points = [
        CurvePoint(
            share=2.0 ** (i - 3), sentences=100 * 2**i, commentaries=2**i, macro_f1={"function": value}
        )
        for i, value in enumerate(figures)
    ]
    found = next_doubling(points, "function")
    assert found and (found.then, found.gain) == (pytest.approx(then), pytest.approx(gain))
    assert next_doubling(points[:2], "function") is None
    assert next_doubling(points, "stance") is None


def test_the_report_has_all_that_stands_beside(report: EvaluationReport) -> None:
    for layer in report.layers.values():
        assert layer.baselines and layer.baselines.majority == layer.baseline_macro_f1
        assert layer.baselines.keyword is not None and layer.baselines.length is not None
        assert layer.macro_f1 is not None and layer.macro_f1 > layer.baselines.length
        assert layer.reliability and layer.calibration_error is not None
        for code in layer.codes.values():
            assert code.interval and code.interval[0] <= code.f1 <= code.interval[1]
        assert any(code.average_precision is not None for code in layer.codes.values())


def test_probabilities_are_judged_by_the_codes_that_are_given(codebook: Codebook) -> None:
    """Nine of ten pairs are not touched, which is easily right; what is said to be touched is right half the time."""
    gold = ["unrelated"] * 90 + ["favor", "against"] * 5
    found = answers(gold, ["unrelated"] * 90 + ["favor"] * 10, ["favor", "against", "unrelated"])
    figures = figures_of_items(layer_of(codebook, "stance"), found, 0, 1.0)
    assert figures.accuracy == 0.95
    assert figures.calibration_error == pytest.approx(0.4)
    assert [(one.n, one.right) for one in figures.reliability] == [(10, 0.5)]
    silent = figures_of_items(
        layer_of(codebook, "stance"), answers(gold, ["unrelated"] * 100, found.codes), 0, 1.0
    )
    assert (silent.calibration_error, silent.reliability) == (None, [])


def test_bins_hold_every_answer_once() -> None:
    score = np.array([0.0, 0.05, 0.95, 1.0])
    bins = reliability(score, np.array([False, True, True, True]))
    assert [(one.low, one.high, one.n) for one in bins] == [(0.0, 0.1, 2), (0.9, 1.0, 2)]
    assert (bins[0].score, bins[0].right) == (0.025, 0.5)


def test_what_gold_leaves_undecided_counts_in_the_ceiling(
    rows: list[GoldSentence], codebook: Codebook
) -> None:
    """Two who differ leave a tie, and the tie leaves gold: what remains would be full agreement."""
    codings, gold = [], []
    for i, row in enumerate(rows):
        code, stance = row.layers["function"], row.layers["stance"]
        assert isinstance(stance, dict)
        differs = i % 4 == 0
        for who in ("anna", "ben"):
            said = "demand" if code == "report" else "report"
            layers = {"function": said if differs and who == "ben" else code, "stance": stance}
            codings.append(
                Annotation(sentence_id=row.sentence_id, commentary_id=row.commentary_id, annotator=who,
                           codebook="probe", layers=layers)  # type: ignore[arg-type]
            )  # fmt: skip
        kept = {} if differs else {"function": code, "stance": stance}
        gold.append(msgspec.structs.replace(row, layers=kept))
    report = cross_validate(gold, codebook, folds=2, settings=QUICK, annotations=codings)
    ceiling = report.layers["function"].ceiling
    assert ceiling and ceiling.sentences == len(rows) > report.layers["function"].n
    assert ceiling.macro_f1 is not None and ceiling.macro_f1 < 0.9
    stances = report.layers["stance"].ceiling
    assert stances and stances.sentences == sum(len(row.layers["stance"]) for row in rows)  # type: ignore[arg-type]
