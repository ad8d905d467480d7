"""Which rows are trained on and which are judged: by commentary, target, author or date.

Whatever is held out, no commentary (and no cluster of commentaries that share sentences, unless
asked otherwise) has rows on both sides.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import GoldSentence, Record
from train.arrays import Floats, Ints
from train.data.near_duplicates import clusters_of
from train.folds import grouped_folds, splits
from train.layers.asked import by_target
from train.layers.kinds import KINDS

Group = Literal["cluster", "commentary"]
By = Literal["commentary", "target", "author", "date"]

#: Up to so many targets or authors each is held out alone; more are held out in groups.
ALONE = 10

#: Days between training and test where dates part them: the news of a day is written about for a week.
GAP = 7


class Plan(NamedTuple):
    """How to hold out.

    ``group`` is what no split may part, ``gap`` the days between training and test (by date only).
    """

    by: By = "commentary"
    group: Group = "cluster"
    folds: int = 5
    seed: int = 0
    gap: int = GAP


class Split(NamedTuple):
    train: list[GoldSentence]
    test: list[GoldSentence]


class Holdout(NamedTuple):
    """The splits, and how many rows are in no test part, by reason."""

    splits: list[Split]
    left_out: dict[str, int]


class HeldOut(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How an evaluation held out; ``splits`` models were trained, ``left_out`` rows were not judged."""

    by: str
    group: str
    splits: int
    seed: int
    gap_days: int | None = None
    left_out: dict[str, int] = {}


def widening_of(parts: Sequence[Split]) -> float:
    """How many times as wide an interval must be to hold the variation of the training sample, too.

    The models of a cross-validation share most of what they learned from, so that how their figures differ
    says little about what another sample would have taught. With J splits, n1 rows to train on and n2 to
    judge, the variance is 1 + J * n2 / n1 times as large (Nadeau & Bengio 2003,
    "Inference for the Generalization Error").
    """
    return float(np.sqrt(1 + sum(len(test) / len(train) for train, test in parts)))


def described(plan: Plan, holdout: Holdout) -> HeldOut:
    return HeldOut(
        by=plan.by,
        group=plan.group,
        splits=len(holdout.splits),
        seed=plan.seed,
        gap_days=plan.gap if plan.by == "date" else None,
        left_out=holdout.left_out,
    )


def hold_out(rows: Sequence[GoldSentence], codebook: Codebook, plan: Plan) -> Holdout:
    """The splits of checked rows.

    Raises
    ------
    DataError
        There is nothing to hold out: one commentary, target, author or date only.
    """
    if plan.folds < 2:
        raise DataError(f"found {plan.folds} folds, expected at least 2")
    groups = clusters_of(rows) if plan.group == "cluster" else [row.commentary_id for row in rows]
    return _WAYS[plan.by](rows, groups, codebook, plan)


def _by_commentary(
    rows: Sequence[GoldSentence], groups: Sequence[str], codebook: Codebook, plan: Plan
) -> Holdout:
    check_groups(rows, groups)
    fold = grouped_folds(groups, labels_of(rows, codebook), folds=plan.folds, seed=plan.seed)
    return Holdout([Split(_pick(rows, train), _pick(rows, test)) for train, test in splits(fold)], {})


def _by_author(
    rows: Sequence[GoldSentence], groups: Sequence[str], codebook: Codebook, plan: Plan
) -> Holdout:
    named = [i for i, row in enumerate(rows) if row.author]
    authors = [str(rows[i].author) for i in named]
    _check_several(authors, "author")
    fold = _fold_of_names(authors, plan)
    parts = []
    for number in np.unique(fold):
        test = [i for i, row_fold in zip(named, fold, strict=True) if row_fold == number]
        test_groups, writers = set(_pick(groups, test)), {rows[i].author for i in test}
        train = [i for i in named if groups[i] not in test_groups and rows[i].author not in writers]
        parts.append(Split(_pick(rows, train), _pick(rows, test)))
    return _nothing_empty(parts, {"no author": len(rows) - len(named)}, "author")


def _by_date(rows: Sequence[GoldSentence], groups: Sequence[str], codebook: Codebook, plan: Plan) -> Holdout:
    days = [_day(row) for row in rows]
    known = sorted(day for day in days if day)
    _check_several([str(day) for day in known], "date")
    # blocks of about as many rows; a day is never split
    cuts = [known[len(known) * k // (plan.folds + 1)] for k in range(1, plan.folds + 1)]
    starts = sorted({cut for cut in cuts if cut > known[0]}) or [known[-1]]
    parts = []
    for i_start, start in enumerate(starts):
        end = starts[i_start + 1] if i_start + 1 < len(starts) else None
        test = [i for i, day in enumerate(days) if day and start <= day and (end is None or day < end)]
        test_groups, last = set(_pick(groups, test)), start - timedelta(days=plan.gap)
        train = [i for i, day in enumerate(days) if day and day < last and groups[i] not in test_groups]
        parts.append(Split(_pick(rows, train), _pick(rows, test)))
    first = sum(day is not None and day < starts[0] for day in days)
    left = {"no date": days.count(None), "trained on only, as the earliest": first}
    return _nothing_empty(parts, left, f"date (with {plan.gap} days between)")


def _by_target(
    rows: Sequence[GoldSentence], groups: Sequence[str], codebook: Codebook, plan: Plan
) -> Holdout:
    """Targets that ask the same question are held out together."""
    stances = [layer.id for layer in codebook.predicted_layers if KINDS[layer.kind].has_targets]
    asked = sorted({target for row in rows for name in stances for target in _asked(row, name)})
    _check_several(asked, "target")
    questions = [_question(codebook, target) for target in asked]
    fold = _fold_of_names(questions, plan)
    parts: list[Split] = []
    for number in np.unique(fold):
        test_targets = {
            target for target, target_fold in zip(asked, fold, strict=True) if target_fold == number
        }
        test = [i for i, row in enumerate(rows) if any(test_targets & _asked(row, name) for name in stances)]
        for part in _apart(test, rows, groups, codebook, plan):
            out = set(_pick(groups, part))
            train = [row for row, group in zip(rows, groups, strict=True) if group not in out]
            others = set(asked) - test_targets
            parts.append(
                Split(_only(train, stances, others), _only(_pick(rows, part), stances, test_targets))
            )
    silent = sum(not any(_asked(row, name) for name in stances) for row in rows)
    return _nothing_empty(parts, {"no target was asked": silent}, "target")


def _apart(
    test: list[int], rows: Sequence[GoldSentence], groups: Sequence[str], codebook: Codebook, plan: Plan
) -> Iterator[list[int]]:
    """The test rows in parts that leave enough of the other groups to train on.

    Where most commentaries were asked about a target, holding out all of them with it would leave
    nothing: they are then held out in turn.
    """
    test_groups = set(_pick(groups, test))
    if 2 * sum(group in test_groups for group in groups) <= len(rows):
        yield test
        return
    test_row_groups = _pick(groups, test)
    check_groups(_pick(rows, test), test_row_groups)
    fold = grouped_folds(
        test_row_groups, labels_of(_pick(rows, test), codebook), folds=plan.folds, seed=plan.seed
    )
    for _, part in splits(fold):
        yield _pick(test, part)


def _only(rows: Sequence[GoldSentence], layers: Sequence[str], wanted: set[str]) -> list[GoldSentence]:
    """The rows that answer one of these targets, without other answers and other layers."""
    result = []
    for row in rows:
        kept = {
            name: {
                target: value for target, value in by_target(row.layers.get(name)).items() if target in wanted
            }
            for name in layers
        }
        if any(kept.values()):
            result.append(msgspec.structs.replace(row, layers={k: v for k, v in kept.items() if v}))
    return result


def _fold_of_names(names: Sequence[str], plan: Plan) -> Ints:
    """The fold of each entry: one a name, or groups of names where there are many."""
    different = len(set(names))
    folds = different if different <= ALONE else plan.folds
    return grouped_folds(names, np.ones((len(names), 1)), folds=folds, seed=plan.seed)


def labels_of(rows: Sequence[GoldSentence], codebook: Codebook) -> Floats:
    """What is to be spread evenly over the folds: rows, and every code of every layer."""
    column_of = {"": 0}
    cells = []
    for i, row in enumerate(rows):
        cells.append((i, 0))
        for layer in codebook.predicted_layers:
            value = row.layers.get(layer.id)
            names = [] if value is None else KINDS[layer.kind].codes(value)
            cells += [(i, column_of.setdefault(f"{layer.id} {name}", len(column_of))) for name in names]
    labels = np.zeros((len(rows), len(column_of)))
    for i, column in cells:
        labels[i, column] += 1
    return labels


def check_groups(rows: Sequence[GoldSentence], groups: Sequence[str]) -> None:
    """Raises a DataError where all rows are of one group."""
    if len(set(groups)) > 1:
        return
    n_commentaries = len({row.commentary_id for row in rows})
    if n_commentaries == 1:
        raise DataError(
            f'all {len(rows)} sentences are of one commentary ("{rows[0].commentary_id}"): '
            "no part can be held out, expected at least two commentaries"
        )
    raise DataError(
        f"all {n_commentaries} commentaries share near-duplicate sentences: no part can be held out; "
        "--group commentary splits them nevertheless"
    )


def _check_several(names: Sequence[str], what: str) -> None:
    different = sorted(set(names))
    if len(different) < 2:
        has = f'only "{different[0]}"' if different else "none"
        raise DataError(f"--by {what}: the rows name {has}, expected at least two to hold one out")


def _nothing_empty(parts: list[Split], left_out: Mapping[str, int], what: str) -> Holdout:
    left = {reason: n for reason, n in left_out.items() if n}
    whole = [split for split in parts if split.train and split.test]
    lost = sum(len(split.test) for split in parts if not split.train)
    if not whole:
        raise DataError(f"--by {what}: nothing is left to train on once a part is held out")
    return Holdout(whole, {**left, "nothing was left to train on": lost} if lost else left)


def _day(row: GoldSentence) -> date | None:
    if not row.date:
        return None
    try:
        return date.fromisoformat(row.date[:10])
    except ValueError as error:
        problem = f'sentence "{row.sentence_id}": found the date "{row.date}"'
        raise DataError(f"{problem}, expected YYYY-MM-DD") from error


def _asked(row: GoldSentence, layer_id: str) -> set[str]:
    return set(by_target(row.layers.get(layer_id)))


def _question(codebook: Codebook, target_id: str) -> str:
    target = codebook.target(target_id)
    return " ".join(codebook.say(target.question).lower().split()) if target else target_id


def _pick(values: Sequence[Any], places: Iterable[int]) -> list[Any]:
    return [values[i] for i in places]


_WAYS: dict[By, Callable[[Sequence[GoldSentence], Sequence[str], Codebook, Plan], Holdout]] = {
    "commentary": _by_commentary,
    "target": _by_target,
    "author": _by_author,
    "date": _by_date,
}
