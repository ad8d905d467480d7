"""From gold to a model."""

import random
import warnings
from collections.abc import Callable

import msgspec
import pytest
from sklearn.svm import LinearSVC

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import GoldSentence
from train.fit import fit, model_version
from train.model import Model
from train.predict import predict
from train.settings import Settings

MakeRows = Callable[..., list[GoldSentence]]
QUICK = Settings(inner_folds=2)


def only(rows: list[GoldSentence], *layers: str) -> list[GoldSentence]:
    return [
        msgspec.structs.replace(row, layers={name: row.layers[name] for name in layers if name in row.layers})
        for row in rows
    ]


def test_the_report_counts_what_was_trained(rows: list[GoldSentence], codebook: Codebook) -> None:
    model, report = fit(rows, codebook, settings=QUICK)
    assert report.n == len(rows)
    assert list(report.layers) == ["function", "stance", "rhetoric", "strength"]
    assert sum(report.layers["function"].codes.values()) == len(rows)
    assert all(layer.trained and layer.reason is None for layer in report.layers.values())
    assert report.model_version == model.meta.model_version
    encoded = msgspec.json.decode(msgspec.json.encode(report))
    assert {"model_version", "model_dir", "n", "layers", "seconds"} <= set(encoded)
    assert {"codes", "trained", "reason"} <= set(encoded["layers"]["function"])


def test_layers_that_are_not_predicted_are_left_alone(model: Model) -> None:
    assert set(model.classifiers) == {"function", "stance", "rhetoric", "strength"}


def test_the_order_of_rows_does_not_matter(rows: list[GoldSentence], codebook: Codebook) -> None:
    mixed = random.Random(0).sample(rows, len(rows))
    (one, _), (other, _) = (fit(only(r, "function"), codebook, settings=QUICK) for r in (rows, mixed))
    assert one.meta.model_version == other.meta.model_version
    assert predict(one, rows[:30]) == predict(other, rows[:30])


@pytest.mark.parametrize("change", ["data", "codebook", "settings", "seed"])
def test_the_version_names_all_that_makes_the_model(
    change: str, rows: list[GoldSentence], codebook: Codebook
) -> None:
    other_rows, other_book, settings, seed = rows, codebook, QUICK, 0
    if change == "data":
        other_rows = [msgspec.structs.replace(rows[0], text="Anders."), *rows[1:]]
    if change == "codebook":
        other_book = msgspec.structs.replace(codebook, version="1.0.1")
    if change == "settings":
        settings = msgspec.structs.replace(QUICK, abstain_at=0.9)
    if change == "seed":
        seed = 1
    plain = model_version(rows, codebook, settings=QUICK)
    assert plain == model_version(rows, codebook, settings=QUICK)
    assert plain.startswith("probe-")
    assert len(plain) == len("probe-") + 8
    assert model_version(other_rows, other_book, settings=settings, seed=seed) != plain


def test_test_rows_change_nothing(rows: list[GoldSentence], codebook: Codebook) -> None:
    extra = msgspec.structs.replace(rows[0], sentence_id="extra", test=True)
    assert model_version([*rows, extra], codebook) == model_version(rows, codebook)


def test_a_layer_nobody_coded_is_reported(rows: list[GoldSentence], codebook: Codebook) -> None:
    _, report = fit(only(rows, "function"), codebook, settings=QUICK)
    assert report.layers["rhetoric"].trained is False
    assert report.layers["rhetoric"].reason == "no sentence is coded"


def test_a_layer_coded_in_one_commentary_is_not_trained(rows: list[GoldSentence], codebook: Codebook) -> None:
    kept = [row if row.commentary_id == "k001" else msgspec.structs.replace(row, layers={}) for row in rows]
    model, report = fit(kept, codebook, settings=QUICK)
    assert "one commentary only" in (report.layers["function"].reason or "")
    assert predict(model, rows[:2])[0].layers == {}


def test_one_code_only_is_said(rows: list[GoldSentence], codebook: Codebook) -> None:
    same = [msgspec.structs.replace(row, layers={"function": "claim"}) for row in rows]
    model, report = fit(same, codebook, settings=QUICK)
    assert report.layers["function"].reason == 'only one code was seen: "claim"'
    assert {p.layers["function"].code for p in predict(model, rows[:5])} == {"claim"}  # type: ignore[union-attr]


def test_sets_without_any_code_are_said(rows: list[GoldSentence], codebook: Codebook) -> None:
    empty = [msgspec.structs.replace(row, layers={"rhetoric": []}) for row in rows]
    model, report = fit(empty, codebook, settings=QUICK)
    assert report.layers["rhetoric"].trained is False
    assert report.layers["rhetoric"].reason == "no sentence has any code"
    assert predict(model, rows[:1])[0].layers == {}


def test_targets_that_are_never_touched_are_said(rows: list[GoldSentence], codebook: Codebook) -> None:
    untouched = [msgspec.structs.replace(row, layers={"stance": {"rente": "unrelated"}}) for row in rows]
    model, report = fit(untouched, codebook, settings=QUICK)
    assert report.layers["stance"].reason == "no target is touched in any sentence"
    answers = predict(model, rows[:1])[0].layers["stance"]
    assert isinstance(answers, dict)
    assert {answer.code for answer in answers.values()} == {"unrelated"}


def test_identical_sentences_train(codebook: Codebook) -> None:
    same = [
        GoldSentence(
            sentence_id=str(i),
            commentary_id=str(i % 50),
            text="Immer derselbe Satz.",
            layers={"function": "claim"},
        )
        for i in range(5000)
    ]
    _, report = fit(same, codebook, settings=QUICK)
    assert report.layers["function"].trained


def test_a_codebook_that_lacks_a_code_of_the_gold_is_refused(
    rows: list[GoldSentence], make_book: Callable[..., Codebook]
) -> None:
    with pytest.raises(DataError, match='no target "'):
        fit(rows, make_book(targets=[]))


def test_a_solver_that_was_stopped_is_reported_and_does_not_warn(
    rows: list[GoldSentence], codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "train.classifiers.linear.LinearSVC", lambda **given: LinearSVC(**{**given, "max_iter": 1})
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, report = fit(only(rows, "function"), codebook, settings=QUICK)
    assert "did not converge" in (report.layers["function"].reason or "")
