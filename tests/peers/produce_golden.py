"""What other packages make of the same ratings: writes golden.json, which the tests of exports/ read.

    make peers

Runs in the environment of requirements.txt, without Standpunkt. ``CASES`` are published worked
examples and random ratings; a rating is a number from 0, or None where it is missing.
"""

import contextlib
import importlib.metadata
import io
import json
import math
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

PEERS = ("krippendorff", "irrCAC", "nltk", "scikit-learn", "crowd-kit")
HERE = Path(__file__).parent
Rows = list[list[int | None]]


def from_table(table: list[list[int]]) -> Rows:
    """Units × 2 raters from a table of counts."""
    return [[a, b] for a, line in enumerate(table) for b, count in enumerate(line) for _ in range(count)]


def from_lines(*lines: str) -> Rows:
    """Units × raters from a line a rater; ``.`` is missing."""
    return [[None if sign == "." else int(sign) - 1 for sign in unit] for unit in zip(*lines, strict=True)]


def from_counts(words: str) -> Rows:
    """Units × raters from words of digits: how many gave which value. Who is who is not known."""
    return [[value for value, n in enumerate(word) for _ in range(int(n))] for word in words.split()]


def random_ratings(seed: int, *, units: int, raters: int, values: int, missing: float) -> Rows:
    """Ratings that agree more than by chance, some of them missing."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, values, size=(units, 1))
    guess = rng.choice(values, size=(units, raters), p=rng.dirichlet(np.full(values, 2.0)))
    given = np.where(rng.random((units, raters)) < 0.5, true, guess)
    is_missing = rng.random((units, raters)) < missing
    return [
        [None if gone else int(value) for value, gone in zip(*row, strict=True)]
        for row in zip(given, is_missing, strict=True)
    ]


# Fleiss (1971), table 1: thirty patients, six psychiatrists, five diagnoses.
FLEISS_1971 = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
CASES: dict[str, tuple[int, Rows]] = {
    # Krippendorff (2011), parts A, B and C
    "krippendorff_a": (2, from_lines("1211111121", "2221121111")),
    "krippendorff_b": (5, from_lines("112243335441", "212223335444")),
    "krippendorff_c": (5, from_lines("123321412...", "1233224125.3", ".3332342251.", "12332441251.")),
    "fleiss_1971": (5, from_counts(FLEISS_1971)),
    "cohen_1960": (3, from_table([[88, 14, 18], [10, 40, 10], [2, 6, 12]])),
    "artstein_poesio_2008": (2, from_table([[20, 20], [10, 50]])),
    "artstein_poesio_2008_three_acts": (3, from_table([[46, 6, 0], [0, 32, 0], [0, 6, 10]])),
    "gwet_2008": (2, from_table([[118, 5], [2, 0]])),
    "random_two_raters": (4, random_ratings(1, units=200, raters=2, values=4, missing=0.0)),
    "random_five_raters": (6, random_ratings(2, units=120, raters=5, values=6, missing=0.0)),
    "random_missing": (3, random_ratings(3, units=150, raters=4, values=3, missing=0.3)),
    "random_sparse": (5, random_ratings(4, units=90, raters=6, values=5, missing=0.6)),
}


def random_sets(seed: int, *, units: int, raters: int, codes: int) -> list[list[list[int] | None]]:
    """Sets of codes that agree in part; some empty, some missing."""
    rng = np.random.default_rng(seed)
    true = rng.random((units, 1, codes)) < 0.3
    given = true ^ (rng.random((units, raters, codes)) < 0.12)
    is_missing = rng.random((units, raters)) < 0.15
    return [
        [None if gone else np.flatnonzero(held).tolist() for held, gone in zip(*row, strict=True)]
        for row in zip(given, is_missing, strict=True)
    ]


SETS = {
    "random_sets_two_raters": random_sets(5, units=80, raters=2, codes=4),
    "random_sets_four_raters": random_sets(6, units=60, raters=4, codes=7),
}


def of_values(n_values: int, rows: Rows) -> dict[str, float]:
    """The peers' coefficients of single values; a name says whose and which."""
    import krippendorff
    from irrCAC.raw import CAC
    from nltk.metrics.agreement import AnnotationTask
    from sklearn.metrics import cohen_kappa_score

    found: dict[str, float] = {}
    array = np.array([[np.nan if value is None else value for value in row] for row in rows])
    for metric in ("nominal", "ordinal"):
        found[f"krippendorff alpha {metric}"] = krippendorff.alpha(
            reliability_data=array.T, level_of_measurement=metric, value_domain=list(range(n_values))
        )
    labels = [f"v{value}" for value in range(n_values)]
    frame = pd.DataFrame([[None if value is None else labels[value] for value in row] for row in rows])
    cac = CAC(frame, categories=labels)
    for name in ("krippendorff", "fleiss", "gwet"):
        with contextlib.redirect_stdout(io.StringIO()):
            found[f"irrCAC {name}"] = getattr(cac, name)()["est"]["coefficient_value"]
    triples = [
        (f"r{r}", u, str(value))
        for u, row in enumerate(rows)
        for r, value in enumerate(row)
        if value is not None
    ]
    found["nltk alpha"] = AnnotationTask(triples).alpha()
    if all(value is not None for row in rows for value in row) and len(rows[0]) == 2:
        found["scikit-learn cohen_kappa_score"] = cohen_kappa_score(array[:, 0], array[:, 1])
        found["nltk kappa"] = AnnotationTask(triples).kappa()
    return found


def of_sets(rows: list[list[list[int] | None]]) -> dict[str, float]:
    """nltk's alpha over sets with its own distances."""
    from nltk.metrics.agreement import AnnotationTask
    from nltk.metrics.distance import jaccard_distance, masi_distance

    def distance(of: Any) -> Any:
        # nltk divides by zero where both sets are empty; they are equal
        return lambda one, other: 0.0 if one == other else of(one, other)

    triples = [
        (f"r{r}", u, frozenset(held))
        for u, row in enumerate(rows)
        for r, held in enumerate(row)
        if held is not None
    ]
    ways = {"jaccard": jaccard_distance, "masi": masi_distance}
    return {
        f"nltk alpha {name}": AnnotationTask(triples, distance=distance(of)).alpha()
        for name, of in ways.items()
    }


# Dawid and Skene (1979), table 1: 45 patients, five anaesthetists; the first saw each form thrice.
ANAESTHETISTS = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111
2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111
2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432
1111111 1111111 1212111 2322222 1211111 2222222
"""


def of_dawid_skene() -> dict[str, Any]:
    """crowd-kit's estimates for the anaesthetists, each one with one rating a patient.

    It knows no rater that rates twice, so the first observer's second and third look are left out.
    """
    from crowdkit.aggregation import DawidSkene

    rows = [[int(sign) - 1 for sign in word[0] + word[3:]] for word in ANAESTHETISTS.split()]
    frame = pd.DataFrame(
        [(u, r, value) for u, row in enumerate(rows) for r, value in enumerate(row)],
        columns=["task", "worker", "label"],
    )
    model = DawidSkene(n_iter=2000, tol=1e-12).fit(frame)
    errors = model.errors_.sort_index()
    return {
        "ratings": rows,
        "prior": model.priors_.sort_index().tolist(),
        "posterior": model.probas_.sort_index()[range(4)].to_numpy().tolist(),
        # crowd-kit has given × true; here raters × true × given
        "errors": [errors.loc[r].reindex(range(4))[list(range(4))].to_numpy().T.tolist() for r in range(5)],
    }


def of_dawid_skene_with_repeats(rounds: int = 3000) -> dict[str, Any]:
    """The anaesthetists with all seven ratings, by the paper's equations one number at a time.

    No package at hand knows a rater that rates twice, so this is the slow way, in plain Python:
    ``n[i][k][l]`` is how often observer k gave patient i the value l.
    """
    rater_of_column = [0, 0, 0, 1, 2, 3, 4]
    rows = [[int(sign) - 1 for sign in word] for word in ANAESTHETISTS.split()]
    patients, observers, values = range(len(rows)), range(5), range(4)
    n = [[[0] * len(values) for _ in observers] for _ in patients]
    for i, row in enumerate(rows):
        for k, value in zip(rater_of_column, row, strict=True):
            n[i][k][value] += 1
    total = [[sum(n[i][k][j] for k in observers) for j in values] for i in patients]
    true = [[total[i][j] / sum(total[i]) for j in values] for i in patients]  # (3.1)
    prior: list[float] = []
    errors: list[list[list[float]]] = []
    for _ in range(rounds):
        prior = [sum(true[i][j] for i in patients) / len(rows) for j in values]  # (2.4)
        errors = []
        for k in observers:
            given = [[sum(true[i][j] * n[i][k][v] for i in patients) for v in values] for j in values]
            errors.append([[part / sum(line) for part in line] for line in given])  # (2.3)
        for i in patients:  # (2.5)
            likely = [
                prior[j] * math.prod(errors[k][j][v] ** n[i][k][v] for k in observers for v in values)
                for j in values
            ]
            true[i] = [part / sum(likely) for part in likely]
    return {
        "ratings": rows,
        "rater_of_column": rater_of_column,
        "prior": prior,
        "errors": errors,
        "posterior": true,
    }


def main() -> None:
    warnings.simplefilter("ignore")
    golden = {
        "versions": {name: importlib.metadata.version(name) for name in PEERS},
        "values": {
            name: {"n_values": n, "rows": rows, "peers": rounded(of_values(n, rows))}
            for name, (n, rows) in CASES.items()
        },
        "sets": {name: {"rows": rows, "peers": rounded(of_sets(rows))} for name, rows in SETS.items()},
        "dawid_skene": rounded(of_dawid_skene()),
        "dawid_skene_with_repeats": rounded(of_dawid_skene_with_repeats()),
    }
    text = json.dumps(golden, separators=(",", ":")).replace('},"', '},\n"')
    (HERE / "golden.json").write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(golden['values']) + len(golden['sets']) + 2} cases\n")


def rounded(found: Any) -> Any:
    """Ten digits: what differs behind them is the machine's."""
    if isinstance(found, dict):
        return {name: rounded(value) for name, value in found.items()}
    if isinstance(found, list):
        return [rounded(value) for value in found]
    return round(float(found), 10) + 0.0 if isinstance(found, float | np.floating) else found


if __name__ == "__main__":
    main()
