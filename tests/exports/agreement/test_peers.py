"""Figures equal to those of other packages, on published examples and on random ratings.

The packages live in an environment of their own: `make peers` writes ``tests/peers/golden.json``
with their versions. A missing rating there is null.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exports.adjudication.dawid_skene import dawid_skene
from exports.agreement.coefficients import (
    MISSING,
    cohen_kappa,
    count_values,
    fleiss_kappa,
    gwet_ac1,
    jaccard,
    krippendorff_alpha,
    masi,
    nominal,
    ordinal,
    pairable_marginals,
)

FOLDER = Path(__file__).parents[2] / "peers"
GOLDEN = json.loads((FOLDER / "golden.json").read_text("utf-8"))
OURS = {
    "krippendorff alpha nominal": lambda values, n: krippendorff_alpha(values, nominal(n)),
    "krippendorff alpha ordinal": lambda values, n: krippendorff_alpha(
        values, ordinal(pairable_marginals(values, n))
    ),
    "irrCAC krippendorff": lambda values, n: krippendorff_alpha(values, nominal(n)),
    "irrCAC fleiss": lambda values, n: fleiss_kappa(count_values(values, n)),
    "irrCAC gwet": lambda values, n: gwet_ac1(count_values(values, n)),
    "nltk alpha": lambda values, n: krippendorff_alpha(values, nominal(n)),
    "nltk kappa": lambda values, n: cohen_kappa(values[:, 0], values[:, 1]),
    "scikit-learn cohen_kappa_score": lambda values, n: cohen_kappa(values[:, 0], values[:, 1]),
}
CASES = [
    (case, figure, expected)
    for case, held in GOLDEN["values"].items()
    for figure, expected in held["peers"].items()
]


@pytest.mark.parametrize(("case", "figure", "expected"), CASES, ids=[f"{c}-{f}" for c, f, _ in CASES])
def test_a_figure_is_that_of_the_peer(case: str, figure: str, expected: float) -> None:
    held = GOLDEN["values"][case]
    values = np.array([[MISSING if value is None else value for value in row] for row in held["rows"]])
    # irrCAC rounds its coefficients to five places
    assert OURS[figure](values, held["n_values"]) == pytest.approx(
        expected, abs=6e-6 if "irrCAC" in figure else 1e-9
    )


@pytest.mark.parametrize("distance", [masi, jaccard])
@pytest.mark.parametrize("case", GOLDEN["sets"])
def test_alpha_of_sets_is_that_of_nltk(case: str, distance: Any) -> None:
    rows = GOLDEN["sets"][case]["rows"]
    numbers: dict[tuple[int, ...], int] = {}
    values = np.array(
        [
            [MISSING if held is None else numbers.setdefault(tuple(held), len(numbers)) for held in row]
            for row in rows
        ]
    )
    n_codes = max(code for held in numbers for code in held) + 1
    members = np.array([[code in held for code in range(n_codes)] for held in numbers])
    expected = GOLDEN["sets"][case]["peers"][f"nltk alpha {distance.__name__}"]
    assert krippendorff_alpha(values, distance(members)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("part", ["prior", "errors", "posterior"])
def test_dawid_and_skenes_estimates_are_those_of_crowd_kit(part: str) -> None:
    """The anaesthetists of 1979, each with one rating a patient: crowd-kit knows no more."""
    golden = GOLDEN["dawid_skene"]
    found = dawid_skene(np.array(golden["ratings"]), 4, iterations=5000, tolerance=1e-12, ratings=0)
    assert np.array(getattr(found, part)) == pytest.approx(np.array(golden[part]), abs=1e-5)


@pytest.mark.parametrize("part", ["prior", "errors", "posterior"])
def test_dawid_and_skenes_estimates_with_repeated_ratings_are_those_of_their_equations(part: str) -> None:
    """The table of 1979 in full, against a plain reading of equations 2.3 to 2.5."""
    golden = GOLDEN["dawid_skene_with_repeats"]
    found = dawid_skene(
        np.array(golden["ratings"]),
        4,
        rater_of_column=golden["rater_of_column"],
        ratings=0,
        iterations=5000,
        tolerance=1e-13,
    )
    assert np.array(getattr(found, part)) == pytest.approx(np.array(golden[part]), abs=1e-6)


def test_the_golden_values_are_of_the_peers_that_are_pinned() -> None:
    lines = (FOLDER / "requirements.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    assert GOLDEN["versions"] == pinned
