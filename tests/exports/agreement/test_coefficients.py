"""Coefficients against worked examples that are published, and against what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.agreement.coefficients import (
    MISSING,
    alpha_from_sums,
    cohen_kappa,
    count_values,
    fleiss_kappa,
    gwet_ac1,
    interval,
    jaccard,
    krippendorff_alpha,
    masi,
    nominal,
    ordinal,
    pairable_marginals,
    positive_agreement,
)


def ratings(*raters: str) -> np.ndarray:
    """Units × raters from one line a rater; ``.`` is missing, letters count from a, digits from 1."""
    columns = [
        [MISSING if sign == "." else ord(sign) - ord("a" if sign.isalpha() else "1") for sign in line.split()]
        for line in raters
    ]
    return np.array(columns).T


def confusion(table: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Two raters whose codings give this table of counts."""
    pairs = [(a, b) for a, line in enumerate(table) for b, n in enumerate(line) for _ in range(n)]
    return np.array(pairs)[:, 0], np.array(pairs)[:, 1]


# Krippendorff (2011), Computing Krippendorff's alpha-reliability, part C: four observers, twelve
# units, missing values; also Gwet's table "raw4raters" in irrCAC.
FOUR_OBSERVERS = ratings(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
# Fleiss (1971), table 1: thirty patients, six psychiatrists, five diagnoses.
FLEISS_1971 = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""


def test_alpha_of_two_observers_and_two_values() -> None:
    """Krippendorff (2011), part A."""
    values = ratings("a b a a a a a a b a", "b b b a a b a a a a")
    assert krippendorff_alpha(values, nominal(2)) == pytest.approx(0.095, abs=5e-4)


def test_alpha_of_two_observers_and_five_values() -> None:
    """Krippendorff (2011), part B."""
    values = ratings("a a b b d c c c e d d a", "b a b b b c c c e d d d")
    assert krippendorff_alpha(values, nominal(5)) == pytest.approx(0.692, abs=5e-4)


def test_alpha_with_missing_values() -> None:
    """Krippendorff (2011), part C: nominal 0.743, ordinal 0.815, interval 0.849."""
    ranks = np.arange(5.0)
    by_interval = (ranks[:, None] - ranks[None, :]) ** 2
    by_rank = ordinal(pairable_marginals(FOUR_OBSERVERS, 5))
    assert krippendorff_alpha(FOUR_OBSERVERS, nominal(5)) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(FOUR_OBSERVERS, by_rank) == pytest.approx(0.815, abs=5e-4)
    assert krippendorff_alpha(FOUR_OBSERVERS, by_interval) == pytest.approx(0.849, abs=5e-4)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.492),  # Cohen (1960), diagnoses of 200 patients
        ([[20, 20], [10, 50]], 0.348),  # Artstein and Poesio (2008), dialogue acts: kappa
        ([[46, 6, 0], [0, 32, 0], [0, 6, 10]], 0.8013),  # the same, three dialogue acts
        ([[118, 5], [2, 0]], -0.0234),  # Gwet (2008): almost full agreement, kappa below zero
    ],
)
def test_cohens_kappa_of_published_tables(table: list[list[int]], expected: float) -> None:
    assert cohen_kappa(*confusion(table)) == pytest.approx(expected, abs=5e-4)


def test_fleiss_kappa_of_published_diagnoses() -> None:
    """Fleiss (1971): kappa 0.430."""
    counts = np.array([[int(sign) for sign in word] for word in FLEISS_1971.split()])
    assert fleiss_kappa(counts) == pytest.approx(0.430, abs=5e-4)


def test_ac1_is_steady_where_one_value_prevails() -> None:
    """Gwet (2008): AC1 0.9408 where kappa is below zero."""
    values = np.stack(confusion([[118, 5], [2, 0]]), axis=1)
    assert gwet_ac1(count_values(values, 2)) == pytest.approx(0.9408, abs=5e-5)


def test_kappa_and_ac1_with_missing_values() -> None:
    """Gwet (2014), four raters: AC1 0.77544, Fleiss' kappa 0.76117."""
    counts = count_values(FOUR_OBSERVERS, 5)
    assert gwet_ac1(counts) == pytest.approx(0.77544, abs=5e-6)
    assert fleiss_kappa(counts) == pytest.approx(0.76117, abs=5e-6)


SETS = {"": 0, "a": 1, "b": 2, "ab": 3, "abc": 4, "bcd": 5, "abcd": 6}
MEMBERS = np.array([[code in held for code in "abcd"] for held in SETS])


@pytest.mark.parametrize(
    ("one", "other", "by_jaccard", "by_masi"),
    [
        ("", "", 0, 0),  # an empty set is a value like any other
        ("", "a", 1, 1),
        ("a", "b", 1, 1),
        ("ab", "ab", 0, 0),
        ("a", "ab", 1 / 2, 1 - 1 / 2 * 2 / 3),  # one holds the other: monotonicity 2/3
        ("ab", "abcd", 1 / 2, 0.6666666666666667),  # the worked example in nltk's documentation
        ("abc", "abcd", 1 / 4, 1 - 3 / 4 * 2 / 3),
        ("abc", "bcd", 1 / 2, 1 - 1 / 2 * 1 / 3),  # they overlap: 1/3
        ("ab", "bcd", 3 / 4, 1 - 1 / 4 * 1 / 3),
    ],
)
def test_distances_between_sets(one: str, other: str, by_jaccard: float, by_masi: float) -> None:
    """Passonneau (2006): MASI is Jaccard times monotonicity."""
    place = SETS[one], SETS[other]
    assert jaccard(MEMBERS)[place] == pytest.approx(by_jaccard)
    assert masi(MEMBERS)[place] == pytest.approx(by_masi)


def test_distances_of_many_sets_are_those_of_few() -> None:
    """They are computed in blocks."""
    members = np.random.default_rng(4).random((1100, 12)) < 0.3
    some = [0, 511, 512, 1023, 1099]
    assert np.array_equal(masi(members)[np.ix_(some, some)], masi(members[some]))


def test_one_value_only_leaves_alpha_undefined() -> None:
    assert krippendorff_alpha(ratings("1 1 1", "1 1 1"), nominal(3)) is None


def test_no_shared_unit_leaves_all_undefined() -> None:
    values = ratings("1 2 .", ". . 1")
    counts = count_values(values, 2)
    assert krippendorff_alpha(values, nominal(2)) is None
    assert cohen_kappa(values[:, 0], values[:, 1]) is None
    assert fleiss_kappa(counts) is None
    assert gwet_ac1(counts) is None


def test_positive_agreement_is_the_f1_of_one_rater_against_the_other() -> None:
    """Ten ticks in common, four of one alone, two of the other: 2 · 10 / (2 · 10 + 4 + 2)."""
    counts = np.array([[2]] * 10 + [[1]] * 6 + [[0]] * 20)
    assert positive_agreement(counts, np.full(36, 2))[0] == pytest.approx(20 / 26)


def test_positive_agreement_of_an_unused_code_is_undefined() -> None:
    assert np.isnan(positive_agreement(np.zeros((5, 1), dtype=int), np.full(5, 2)))[0]


def test_interval_needs_draws_that_are_defined() -> None:
    assert interval([0.1] * 95 + [float("nan")] * 5) == (0.1, 0.1)
    assert interval([0.1] * 80 + [float("nan")] * 20) is None
    assert interval([]) is None


values_of_any_shape = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.integers(-1, 3), min_size=raters, max_size=raters), min_size=1, max_size=12
    )
)


@settings(max_examples=80, deadline=None)
@given(values_of_any_shape, st.permutations(range(4)), st.randoms())
def test_alpha_does_not_depend_on_names_or_order(
    rows: list[list[int]], names: list[int], random: "object"
) -> None:
    values = np.array(rows)
    renamed = np.array([*names, MISSING])[values]
    shuffled = np.array([random.sample(list(row), len(row)) for row in renamed])  # type: ignore[attr-defined]
    found, again = krippendorff_alpha(values, nominal(4)), krippendorff_alpha(shuffled, nominal(4))
    assert (found is None) == (again is None)
    assert found is None or found == pytest.approx(again)


@settings(max_examples=80, deadline=None)
@given(values_of_any_shape)
def test_alpha_is_at_most_one_and_that_only_in_full_agreement(rows: list[list[int]]) -> None:
    values = np.array(rows)
    found = krippendorff_alpha(values, nominal(4))
    if found is not None:
        all_equal = all(len(set(row) - {MISSING}) <= 1 for row in rows)
        assert found <= 1
        assert (found == 1) == all_equal


@settings(max_examples=100, deadline=None)
@given(values_of_any_shape)
def test_units_with_one_rating_do_not_count(rows: list[list[int]]) -> None:
    values = np.array(rows)
    alone = np.full((3, values.shape[1]), MISSING)
    alone[:, 0] = 2
    found = krippendorff_alpha(values, nominal(4))
    again = krippendorff_alpha(np.concatenate([values, alone]), nominal(4))
    assert again is None if found is None else again == pytest.approx(found)


def test_many_samples_at_once_are_each_for_itself() -> None:
    sums, marginals = np.array([2.0, 0.0, 0.0]), np.array([[6, 6], [5, 3], [8, 0]])
    found = alpha_from_sums(sums, marginals, nominal(2))
    assert found[0] == pytest.approx(1 - 11 * 2 / 72)
    assert found[1] == 1
    assert np.isnan(found[2])
