"""A kind of layer that is added to the tables is compared; nothing else has to know it."""

from collections.abc import Callable

import msgspec
import pytest

import number_kind
import schemas.kinds
from exports.agreement.agree import agree
from exports.agreement.kinds import KINDS, Scale
from exports.agreement.ratings import Frame, Ratings, value_ratings
from schemas.codebook import Codebook, Layer
from schemas.records import Annotation


class Number(Scale):
    """Numbers: the nearer, the more alike."""

    def ratings(self, frame: Frame, layer: Layer, codebook: Codebook) -> Ratings:
        numbers = sorted({row.layers[layer.id] for row in frame.rows if layer.id in row.layers}, key=float)  # type: ignore[arg-type]
        return value_ratings(frame, layer, [str(number) for number in numbers])


@pytest.mark.parametrize(("bert", "expected"), [((0.1, 0.5, 0.9), 1.0), ((0.5, 0.5, 0.9), None)])
def test_an_added_kind_is_compared_by_its_own_metric(
    bert: tuple[float, ...],
    expected: float | None,
    row: Callable[..., Annotation],
    codebook: Codebook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(KINDS, "number", Number())
    monkeypatch.setitem(schemas.kinds.KINDS, "number", number_kind.Number())
    book = msgspec.structs.replace(codebook, layers=[Layer(id="strength", kind="number", label="Stärke")])
    rows = [
        row(who, f"c:{n}", {"strength": value})
        for who, values in (("anna", (0.1, 0.5, 0.9)), ("bert", bert))
        for n, value in enumerate(values)
    ]
    layer = agree(rows, book, draws=0).layers["strength"]
    assert layer.kind == "number"
    assert list(layer.codes) == ["0.1", "0.5", "0.9"]
    assert layer.alpha == expected if expected else 0 < (layer.alpha or 0) < 1
