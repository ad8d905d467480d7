"""People's codes in the place of the model's, and gold that is of another codebook."""

import pytest

from annotate.analysis.human_codes import checked_layers
from reading_pieces import codebook
from schemas.records import CodePrediction, LayerValue, SetPrediction


def test_what_people_coded_is_a_sure_answer() -> None:
    layers = checked_layers(
        {"voice": "author", "rhetoric": [], "stance": {"tempolimit": "favor"}}, codebook()
    )
    voice, stance = layers["voice"], layers["stance"]
    assert isinstance(voice, CodePrediction)
    assert isinstance(stance, dict)
    assert (voice.code, voice.abstained, stance["tempolimit"].code) == ("author", False, "favor")
    assert layers["rhetoric"] == SetPrediction(codes=[], scores={}, thresholds={})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stance", "favor"),
        ("stance", ["favor"]),
        ("rhetoric", "irony"),
        ("rhetoric", 3),
        ("voice", {"a": "b"}),
    ],
)
def test_a_value_of_another_kind_of_layer_is_no_answer(name: str, value: LayerValue) -> None:
    assert checked_layers({name: value}, codebook()) == {}
