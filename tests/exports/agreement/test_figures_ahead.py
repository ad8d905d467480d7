"""How many more sentences would narrow alpha's interval."""

from typing import Any

import pytest

from exports.agreement.figures_ahead import Ahead, ahead
from exports.agreement.report import AgreementReport, LayerAgreement


def report(
    interval: tuple[float, float] | None, *, shared: int = 100, commentaries: int = 20
) -> AgreementReport:
    figures: dict[str, Any] = {"observed": 0.9, "shared": shared, "n": shared, "kind": "one", "annotators": 2}
    layer = LayerAgreement(alpha=0.7, interval=interval, codes={}, pairs=[], confusions=[], **figures)
    return AgreementReport(
        annotators=["anna", "ben"],
        sentences=shared,
        shared=shared,
        commentaries=commentaries,
        layers={"art": layer},
    )


@pytest.mark.parametrize(
    ("interval", "then", "more"),
    [
        ((0.3, 1.1), 0.2, 300),  # half as wide takes four times as many
        ((0.6, 0.8), 0.08, 55),
        ((0.54, 0.86), 0.1, 160),  # 1.6² times
        ((0.5, 0.9), 0.15, 80),
    ],
)
def test_the_width_falls_with_the_square_root(interval: tuple[float, float], then: float, more: int) -> None:
    found = ahead(report(interval))["art"]
    assert (found.then, found.shared) == (then, 100)
    assert found == Ahead(now=round((interval[1] - interval[0]) / 2, 6), then=then, shared=100, more=more)


@pytest.mark.parametrize(
    "known",
    [
        report(None),
        report((0.7, 0.7)),
        report((0.66, 0.74)),  # narrow enough
        report((0.4, 1.0), commentaries=9),  # too few to know the width
    ],
)
def test_nothing_is_said_where_it_cannot_be_reckoned(known: AgreementReport) -> None:
    assert ahead(known) == {}
