"""What coding in another order would have brought: coded sentences are handed out again, batch by batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from joblib import Parallel, cpu_count, delayed
from scipy import stats

from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.records import GoldSentence, Record
from train.arrays import Floats, Ints
from train.data.examples import without_copies
from train.data.gold import training_rows
from train.data.near_duplicates import clusters_of
from train.evaluate import asked_in_gold, scored_rows
from train.evaluation.report import score_layers
from train.fit import fit
from train.model import Model
from train.selection.choose import CAP, LookedAt, choose
from train.selection.draw import LEAST_RANDOM, RANDOM, Unit
from train.settings import Settings

#: Sentences that are judged at most, and the share of the commentaries that is held out for it.
JUDGED, HELD_OUT = 1000, 0.25

#: Gives the places of the rows to code next: all rows, those not coded yet, how many, and a model.
Way = Callable[["Simulated", Ints, int, Model | None, int], list[int]]


class Simulated(NamedTuple):
    """The rows that may be handed out, how, and whether one by one."""

    rows: Sequence[GoldSentence]
    by_sentence: bool


class Against(Record, frozen=True, kw_only=True):
    """Macro-F1 more than with random at a budget: the mean of the seeds, its interval (95 %, paired)."""

    labels: int
    difference: float
    interval: tuple[float, float] | None

    @property
    def is_worse(self) -> bool:
        """Whether chance does not explain that it is less."""
        return self.interval is not None and self.interval[1] < 0


class SimulatedStrategy(Record, frozen=True, kw_only=True):
    """``macro_f1`` has a mean for each budget; ``needed`` is the share of the labels after which the strategy
    reaches what random reaches with all of them, null where it never does.
    """

    macro_f1: list[float]
    against_random: list[Against]
    needed: float | None


class SimulationReport(Record, frozen=True, kw_only=True):
    """``labels`` are the budgets in sentences of ``pool`` to hand out; ``judged`` is a mean."""

    unit: str
    labels: list[int]
    pool: int
    judged: int
    seeds: int
    strategies: dict[str, SimulatedStrategy]


def simulate(
    rows: Sequence[GoldSentence],
    codebook: Codebook,
    *,
    strategies: Sequence[str] = ("random", "uncertainty", "diverse", "mixed"),
    budget: int | None = None,
    steps: int = 6,
    seeds: int = 10,
    by_sentence: bool = False,
    random_share: float = LEAST_RANDOM,
    settings: Settings | None = None,
    ways: Mapping[str, Way] | None = None,
) -> SimulationReport:
    """How macro-F1 (the mean over the layers) grows with what is coded, by strategy.

    For each seed a quarter of the commentaries is held out and judged, and a first batch is drawn at random,
    the same for all strategies; after each batch a model is trained on all batches, and picks the next.

    Parameters
    ----------
    budget
        Sentences in the end; half of those that are not held out, at most 1,000, where none is given.
    ways
        More strategies by name, for comparison.

    Raises
    ------
    DataError
        There is too little gold to hand out.
    """
    kept, codebook = training_rows(rows, codebook), without_copies(codebook, rows)
    most = int(len(kept) * (1 - HELD_OUT))
    budget = min(1000, most // 2) if budget is None else min(budget, most)
    step = budget // steps
    if step < 10 or len(set(clusters_of(kept))) < 8:
        raise DataError(
            f"a simulation hands out {budget} of {len(kept)} coded sentences in {steps} batches: "
            "found fewer than 10 a batch, or fewer than 8 commentaries; expected more gold"
        )
    names = list(dict.fromkeys([RANDOM, *strategies, *(ways or {})]))
    named = {name: (ways or {}).get(name) or _way(name, random_share) for name in names}
    chosen = settings or Settings()
    curve = delayed(_curves)
    jobs = (curve(kept, codebook, named, step, steps, seed, by_sentence, chosen) for seed in range(seeds))
    runs: list[tuple[dict[str, list[float]], int]] = Parallel(n_jobs=min(cpu_count(), seeds))(jobs)
    labels = [step * (n + 1) for n in range(steps)]
    values = {name: np.array([curves[name] for curves, _ in runs]) for name in names}
    return SimulationReport(
        unit="sentence" if by_sentence else "commentary",
        labels=labels,
        pool=most,
        judged=round(sum(judged for _, judged in runs) / seeds),
        seeds=seeds,
        strategies={name: _summary(values[name], values[RANDOM], labels) for name in names},
    )


def _curves(
    kept: Sequence[GoldSentence],
    codebook: Codebook,
    ways: Mapping[str, Way],
    step: int,
    steps: int,
    seed: int,
    by_sentence: bool,
    settings: Settings,
) -> tuple[dict[str, list[float]], int]:
    """Macro-F1 after each batch, by strategy, and how many sentences were judged."""
    pool, judged = _held_out(kept, seed)
    simulated = Simulated(pool, by_sentence)
    everything = np.arange(len(pool))
    begin = _way(RANDOM, 1.0)(simulated, everything, step, None, seed)
    first, value = _learn(simulated.rows, begin, judged, codebook, settings)
    curves: dict[str, list[float]] = {}
    for name, way in ways.items():
        coded, model, curve = list(begin), first, [value]
        for n in range(1, steps):
            left = np.setdiff1d(everything, coded)
            # whole commentaries never fit a batch exactly: the next makes up for it
            coded += way(simulated, left, step * (n + 1) - len(coded), model, seed * 1000 + n)
            model, value_now = _learn(simulated.rows, coded, judged, codebook, settings)
            curve.append(value_now)
        curves[name] = curve
    return curves, len(judged)


def _held_out(kept: Sequence[GoldSentence], seed: int) -> tuple[list[GoldSentence], list[GoldSentence]]:
    """What may be handed out, and what is judged: no cluster of commentaries has rows in both."""
    rng = np.random.default_rng(seed)
    clusters = np.array(clusters_of(kept))
    order = {name: i for i, name in enumerate(rng.permutation(np.unique(clusters)))}
    place = np.array([order[name] for name in clusters])
    out = place < np.quantile(place, HELD_OUT)
    judged = rng.permutation(np.flatnonzero(out))[:JUDGED]
    return [kept[i] for i in np.flatnonzero(~out)], [kept[i] for i in np.sort(judged)]


def _learn(
    rows: Sequence[GoldSentence],
    coded: Sequence[int],
    judged: Sequence[GoldSentence],
    codebook: Codebook,
    settings: Settings,
) -> tuple[Model, float]:
    model, _ = fit([rows[i] for i in coded], codebook, settings=settings)
    layers = score_layers(codebook, scored_rows(model, judged), version="", seed=0).layers
    known = [figures.macro_f1 for figures in layers.values() if figures.macro_f1 is not None]
    return model, sum(known) / len(known) if known else 0.0


def _way(strategy: str, random_share: float) -> Way:
    def pick(simulated: Simulated, left: Ints, wanted: int, model: Model | None, seed: int) -> list[int]:
        rows = [simulated.rows[i] for i in left]
        names = [row.sentence_id if simulated.by_sentence else row.commentary_id for row in rows]
        place = {name: i for i, name in enumerate(dict.fromkeys(names))}
        owner = np.array([place[name] for name in names])
        size, first = np.bincount(owner), np.unique(owner, return_index=True)[1]
        units = [Unit(name, rows[first[i]].commentary_id, int(size[i])) for name, i in place.items()]

        def look_at(places: Ints) -> LookedAt:
            position = {int(place): i for i, place in enumerate(places)}
            kept = [i for i in range(len(rows)) if int(owner[i]) in position]
            asked = [asked_in_gold(rows[i]) for i in kept]
            return LookedAt([rows[i] for i in kept], np.array([position[int(owner[i])] for i in kept]), asked)

        picks = choose(
            units, wanted, look_at, model=model, strategy=strategy, random_share=random_share, seed=seed,
            cap=CAP if simulated.by_sentence else None,
        )  # fmt: skip
        chosen = {pick.place for pick in picks}
        return [int(left[i]) for i in range(len(left)) if int(owner[i]) in chosen]

    return pick


def _summary(values: Floats, random: Floats, labels: Sequence[int]) -> SimulatedStrategy:
    mean, aim = values.mean(axis=0), float(random.mean(axis=0)[-1])
    return SimulatedStrategy(
        macro_f1=[round(float(value), 6) for value in mean],
        against_random=[
            Against(labels=n, difference=round(float(d.mean()), 6), interval=_interval(d))
            for n, d in zip(labels, (values - random).T, strict=True)
        ],
        needed=_needed(mean, aim, labels),
    )


def _needed(mean: Floats, aim: float, labels: Sequence[int]) -> float | None:
    """The share of the labels at which the curve first reaches the aim; between budgets it is straight."""
    reached = np.flatnonzero(mean >= aim)
    if not len(reached):
        return None
    at = int(reached[0])
    if at == 0:
        return round(labels[0] / labels[-1], 4)
    part = (aim - mean[at - 1]) / (mean[at] - mean[at - 1])
    return round(float(labels[at - 1] + part * (labels[at] - labels[at - 1])) / labels[-1], 4)


def _interval(differences: Floats) -> tuple[float, float] | None:
    """Student's interval of the mean; None for one seed."""
    n = len(differences)
    if n < 2:
        return None
    half = float(stats.t.ppf(0.975, n - 1) * differences.std(ddof=1) / np.sqrt(n))
    mean = float(differences.mean())
    return round(mean - half, 6), round(mean + half, 6)


def lines(report: SimulationReport) -> Iterator[list[str]]:
    """Rows of a table: strategy, macro-F1 at each budget, labels needed, budgets at which it is worse."""
    for name, of in report.strategies.items():
        worse = [str(a.labels) for a in of.against_random if a.is_worse]
        needed = "never" if of.needed is None else f"{100 * of.needed:.0f} %"
        yield [name, *(f"{value:.3f}" for value in of.macro_f1), needed, ", ".join(worse) or "none"]
