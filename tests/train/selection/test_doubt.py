import pytest

from schemas.records import CodePrediction, LayerPrediction, Prediction, SetPrediction
from train.selection.doubt import doubt


def code(*scores: float) -> CodePrediction:
    return CodePrediction(
        code="a",
        score=max(scores),
        threshold=0,
        abstained=False,
        scores={f"c{n}": s for n, s in enumerate(scores)},
    )


def several(*scores: float) -> SetPrediction:
    return SetPrediction(codes=[], scores={f"c{n}": s for n, s in enumerate(scores)}, thresholds={})


def of(**layers: LayerPrediction) -> float:
    return doubt(
        Prediction(
            sentence_id="s", commentary_id="c", text="x", model_version="m", codebook="b",
            codebook_version="1.0.0", layers=layers,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ({}, 0.0),
        ({"one": code(1.0, 0.0)}, 0.0),
        ({"one": code(0.5, 0.5)}, 1.0),
        ({"one": code(0.25, 0.25, 0.25, 0.25)}, 1.0),  # many codes weigh no more than two
        ({"one": code(1.0)}, 0.0),
        ({"one": code(0.5, 0.5), "other": code(1.0, 0.0)}, 0.5),
        ({"set": several(0.5, 0.0)}, 1.0),
        ({"set": several(1.0, 0.0)}, 0.0),
        ({"stance": {"a": code(1.0, 0.0), "b": code(0.5, 0.5)}}, 1.0),  # as the most doubtful target
        ({"stance": {}}, 0.0),
    ],
)
def test_doubt_is_the_mean_entropy_of_the_layers(layers: dict[str, LayerPrediction], expected: float) -> None:
    assert of(**layers) == pytest.approx(expected)


def test_who_is_surer_is_less_doubtful() -> None:
    assert of(one=code(0.9, 0.1)) < of(one=code(0.6, 0.4)) < of(one=code(0.5, 0.5))
