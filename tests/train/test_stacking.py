"""A file of predictions beside a model."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.codebook import Codebook
from schemas.errors import DataError, ModelError
from schemas.records import UNRELATED, CodePrediction, GoldSentence, Prediction, SetPrediction
from train.fit import fit
from train.model import FORMAT, STACKED_FORMAT, Model
from train.persistence.folder import load_model, save_model
from train.predict import predict
from train.settings import Settings
from train.stacking import File, with_file

QUICK = Settings(inner_folds=2)
Coder = Callable[[GoldSentence], Prediction | None]


def one(code: Any, codes: list[str]) -> CodePrediction:
    return CodePrediction(
        code=code, score=0.9, threshold=0.7, abstained=False,
        scores={name: 0.9 if name == str(code) else 0.1 / (len(codes) - 1) for name in codes},
    )  # fmt: skip


def coder(book: Codebook, share: float, *, but: tuple[str, ...] = ()) -> Coder:
    """Somebody who is right of each item so often, and answers what is coded in gold; ``but`` these layers."""

    def answer(row: GoldSentence) -> Prediction:
        rng = random.Random(row.sentence_id)
        layers: dict[str, Any] = {}
        for layer in book.predicted_layers:
            value: Any = row.layers.get(layer.id)
            if value is None or layer.id in but:
                continue
            codes = layer.values

            def say(code: Any, codes: list[str] = codes) -> Any:
                return code if rng.random() < share else rng.choice(codes)

            if isinstance(value, dict):
                layers[layer.id] = {target: one(say(code), codes) for target, code in value.items()}
            elif isinstance(value, list):
                given = [code for code in codes if (code in value) == (rng.random() < share)]
                scores = {code: 0.9 if code in given else 0.1 for code in codes}
                layers[layer.id] = SetPrediction(codes=given, scores=scores, thresholds={})
            else:
                layers[layer.id] = one(say(value), codes)
        return Prediction(
            sentence_id=row.sentence_id, commentary_id=row.commentary_id, text=row.text,
            model_version="llm-x-1", codebook="probe", codebook_version="1.0.0", layers=layers,
        )  # fmt: skip

    return answer


def file_of(rows: list[GoldSentence], say: Coder) -> File:
    by_id = {row.sentence_id: say(row) for row in rows}
    return File("llm-x-1", by_id.get)


@pytest.fixture(scope="module")
def hard(rows: list[GoldSentence]) -> list[GoldSentence]:
    """Rows whose words say little: a model alone is often wrong."""
    rng = random.Random(0)
    texts = [row.text for row in rows]
    mixed = [text if rng.random() < 0.3 else rng.choice(texts) for text in texts]
    return [msgspec.structs.replace(row, text=text) for row, text in zip(rows, mixed, strict=True)]


@pytest.fixture(scope="module")
def functions(hard: list[GoldSentence]) -> list[GoldSentence]:
    """The same with codes of one layer, for what does not depend on the kind of layer."""
    return [msgspec.structs.replace(row, layers={"function": row.layers["function"]}) for row in hard]


@pytest.fixture(scope="module")
def good(hard: list[GoldSentence], codebook: Codebook) -> Model:
    """A model that was trained with a coder who is mostly right."""
    model, _ = fit(hard, codebook, settings=QUICK, file=file_of(hard, coder(codebook, 0.9)))
    return model


def test_who_is_mostly_right_helps_in_every_kind_of_layer(good: Model) -> None:
    assert good.meta.stacked is not None
    assert set(good.meta.stacked.layers) == {"function", "stance", "rhetoric", "strength"}
    assert good.meta.stacked.left_out == {}
    for layer in good.meta.stacked.layers.values():
        assert layer.together > layer.alone + 0.1


def test_new_sentences_are_answered_better_with_the_file(
    good: Model, other_rows: list[GoldSentence], codebook: Codebook
) -> None:
    rng = random.Random(5)
    texts = [row.text for row in other_rows]
    new = [msgspec.structs.replace(row, text=rng.choice(texts)) for row in other_rows]
    alone = predict(good, new)
    both = with_file(good, new, alone, file_of(new, coder(codebook, 0.9)))

    def right(predictions: list[Prediction]) -> int:
        pairs = list(zip(new, predictions, strict=True))
        found = sum(p.layers["function"].code == row.layers["function"] for row, p in pairs)  # type: ignore[union-attr]
        for row, p in pairs:
            stances: Any = p.layers["stance"]
            coded: Any = row.layers["stance"]
            found += sum(stances[target].code == code for target, code in coded.items())
        return found

    assert right(both) > 1.2 * right(alone)
    assert {p.model_version for p in both} == {good.meta.model_version}


def test_a_sure_direction_may_rest_on_the_file(
    good: Model, hard: list[GoldSentence], codebook: Codebook
) -> None:
    both = with_file(good, hard, predict(good, hard), file_of(hard, coder(codebook, 0.9)))
    answers = [answer for p in both for answer in p.layers["stance"].values()]  # type: ignore[union-attr]
    sure = [a for a in answers if a.code != UNRELATED and not a.abstained]
    assert sure
    assert {a.direction_from for a in sure} == {"predictions"}
    assert all(a.touched == pytest.approx(1 - a.scores[UNRELATED], abs=2e-6) for a in answers)


def test_who_guesses_is_left_out_and_the_reason_says_why(
    functions: list[GoldSentence], codebook: Codebook
) -> None:
    model, report = fit(functions, codebook, settings=QUICK, file=file_of(functions, coder(codebook, 0.0)))
    assert report.stacked is model.meta.stacked is not None
    assert "function" in model.meta.stacked.left_out
    assert "log-loss" in model.meta.stacked.left_out["function"]


def test_what_the_file_does_not_answer_is_answered_alone(
    good: Model, hard: list[GoldSentence], codebook: Codebook
) -> None:
    alone = predict(good, hard[:40])
    say = coder(codebook, 0.9, but=("function",))
    file = file_of(hard[:20], say)
    both = with_file(good, hard[:40], alone, file)
    assert [p.layers["function"] for p in both] == [p.layers["function"] for p in alone]
    assert [p.layers for p in both[20:]] == [p.layers for p in alone[20:]]
    assert [p.layers["stance"] for p in both[:20]] != [p.layers["stance"] for p in alone[:20]]


def test_too_few_answers_teach_nothing(functions: list[GoldSentence], codebook: Codebook) -> None:
    model, _ = fit(functions, codebook, settings=QUICK, file=file_of(functions[:10], coder(codebook, 1.0)))
    assert model.meta.stacked is not None
    assert model.meta.stacked.layers == {}
    assert model.meta.stacked.left_out["function"].startswith("too few to learn from: 10 answers")


def test_a_file_of_other_sentences_is_an_error(
    functions: list[GoldSentence], other_rows: list[GoldSentence], codebook: Codebook
) -> None:
    with pytest.raises(DataError, match="says nothing of any of the"):
        fit(functions, codebook, settings=QUICK, file=file_of(other_rows, coder(codebook, 1.0)))


def test_reasons_of_an_answer_that_changed_are_not_kept(
    good: Model, hard: list[GoldSentence], codebook: Codebook
) -> None:
    alone = predict(good, hard)
    both = with_file(good, hard, alone, file_of(hard, coder(codebook, 0.9)))
    changed = [
        b for a, b in zip(alone, both, strict=True)
        if a.layers["function"].code != b.layers["function"].code  # type: ignore[union-attr]
    ]  # fmt: skip
    assert changed
    assert all("function" not in b.reasons for b in changed)


@pytest.mark.slow
def test_the_version_names_file_and_choice(hard: list[GoldSentence], codebook: Codebook) -> None:
    plain, _ = fit(hard, codebook, settings=QUICK)
    versions = {
        fit(hard, codebook, settings=QUICK, file=file_of(hard, coder(codebook, share)), if_missing=what)[0]
        .meta.model_version
        for share, what in ((0.9, "refuse"), (0.9, "fall-back"), (0.8, "refuse"), (0.9, "refuse"))
    }  # fmt: skip
    assert len(versions) == 3
    assert plain.meta.model_version not in versions
    assert (plain.meta.format, plain.meta.stacked) == (FORMAT, None)


def test_a_folder_that_needs_the_file_refuses_without(good: Model, tmp_path: Path) -> None:
    save_model(good, tmp_path / "m")
    with pytest.raises(ModelError, match="needs them for new pieces"):
        load_model(tmp_path / "m")
    loaded = load_model(tmp_path / "m", with_file=True)
    assert loaded.meta.stacked == good.meta.stacked
    assert loaded.meta.format == STACKED_FORMAT


def test_a_folder_that_falls_back_is_the_model_without(
    functions: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    file = file_of(functions, coder(codebook, 0.9))
    both, _ = fit(functions, codebook, settings=QUICK, file=file, if_missing="fall-back")
    plain, _ = fit(functions, codebook, settings=QUICK)
    assert both.meta.stacked and both.meta.stacked.layers
    save_model(both, tmp_path / "m")
    assert predict(load_model(tmp_path / "m"), functions[:20]) == predict(plain, functions[:20])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw["stacked"]["layers"]["function"]["weights"][""].update(own=9.0), "weight out of range"),
        (lambda raw: raw["stacked"]["layers"]["function"]["state"].update(thresholds={}), "other codes"),
        (lambda raw: raw["stacked"]["layers"].update(x=raw["stacked"]["layers"]["function"]), "none that the model"),
        (lambda raw: raw.update(stacked=None), "contradict"),
        (lambda raw: raw.update(format=FORMAT), "contradict"),
    ],
)  # fmt: skip
def test_a_description_that_was_tampered_with_is_refused(
    good: Model, tmp_path: Path, change: Callable[[Any], None], words: str
) -> None:
    save_model(good, tmp_path / "m")
    path = tmp_path / "m" / "model.json"
    raw = msgspec.json.decode(path.read_bytes())
    change(raw)
    path.write_bytes(msgspec.json.encode(raw))
    with pytest.raises(ModelError, match=words):
        load_model(tmp_path / "m", with_file=True)
