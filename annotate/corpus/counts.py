"""Counts over a corpus, from batches of rows: sums only, so that memory does not grow with the rows.

What is counted is what a page of `annotate.analysis.piece` counts, sentence by sentence: a stance counts
where the author speaks and the model is sure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from annotate.analysis.piece import device_codes, voice_layer
from annotate.analysis.prevalence import Spread
from schemas.codebook import Codebook
from schemas.controls import control_name
from schemas.kinds import KINDS
from schemas.records import UNRELATED

#: What is counted of each target beside its codes.
TOUCHED, OPEN, UNDECIDED, HELD, ANSWERED, JUDGED = (
    "touched",
    "open",
    "undecided",
    "held",
    "answered",
    "judged",
)
COMMENTARIES, SENTENCES = "commentaries", "sentences"


class Stance(NamedTuple):
    """A target with the codes that can be said of it; ``key`` as the tables of `Errors` have it."""

    key: str
    layer: str
    target: str
    column: str
    codes: Sequence[str]


class Device(NamedTuple):
    """A code of a set."""

    key: str
    layer: str
    code: str


class Plan:
    """What is counted by a codebook, the columns that takes, and the place of each count."""

    def __init__(self, book: Codebook) -> None:
        self.stances = [
            Stance(f"{layer.id}.{target.id}", layer.id, target.id, control_name(layer.id, target.id),
                   [code for code in layer.code_ids if code != UNRELATED])
            for layer in book.predicted_layers if KINDS[layer.kind].by_target for target in book.targets
        ]  # fmt: skip
        self.devices = [Device(key, *key.split(".", 1)) for key in device_codes(book)]
        layer = voice_layer(book)
        self.voice = layer.id if layer else None
        counted = [
            f"{stance.key}.{name}"
            for stance in self.stances
            for name in (*stance.codes, f"#{OPEN}", f"#{UNDECIDED}", f"#{HELD}", f"#{JUDGED}")
        ]
        self.counted = [*counted, *(device.key for device in self.devices)]
        derived = [f"{s.key}.#{name}" for s in self.stances for name in (TOUCHED, ANSWERED, SENTENCES)]
        names = [*self.counted, COMMENTARIES, SENTENCES, *derived]
        self.place = {name: n for n, name in enumerate(names)}

    @property
    def columns(self) -> list[str]:
        voice = [self.voice, f"{self.voice}__abstained"] if self.voice else []
        stances = [f"{s.column}{end}" for s in self.stances for end in ("", "__abstained", "__touched")]
        sets = [f"{name}{end}" for name in self.sets for end in ("", "__abstained")]
        return ["commentary_id", "day", "model_version", *voice, *stances, *sets]

    @property
    def sets(self) -> list[str]:
        return list(dict.fromkeys(device.layer for device in self.devices))

    def questions(self) -> Iterator[tuple[str, str, str, str | None]]:
        """Key, place of the hits, place of what they are a share of, place of what has to be there at all."""
        for s in self.stances:
            judged = f"{s.key}.#{JUDGED}"
            yield s.key, f"{s.key}.#{TOUCHED}", f"{s.key}.#{SENTENCES}", judged
            for code in s.codes:
                yield f"{s.key}.{code}", f"{s.key}.{code}", f"{s.key}.#{ANSWERED}", judged
        for device in self.devices:
            yield device.key, device.key, SENTENCES, None


class Commentaries(NamedTuple):
    """Some commentaries: their ids and days, and their counts, a row a place of the plan."""

    ids: list[str]
    days: list[str | None]
    counts: Any


class Sums:
    """What the figures rest on, of the whole corpus, by period, and what is without a sure day.

    Parameters
    ----------
    period_of
        The period a day is in.
    is_learned
        Whether a model has learned from a commentary, where that is known.
    """

    def __init__(
        self, plan: Plan, period_of: Callable[[str], str], is_learned: Callable[[str], bool] | None = None
    ) -> None:
        self.plan, self._period_of, self._is_learned = plan, period_of, is_learned
        self.whole, self.undated = _zeros(plan), _zeros(plan)
        self.periods: dict[str, Any] = defaultdict(lambda: _zeros(plan))
        self.spread: dict[str, Spread] = defaultdict(Spread)
        self.first: str | None = None
        self.last: str | None = None
        self.learned = 0
        self._names: dict[str, str] = {}

    def add(self, some: Commentaries) -> None:
        if not some.ids:
            return
        place, counts = self.plan.place, some.counts
        self.whole += counts.sum(axis=1)
        for key, hits, of, there in self.plan.questions():
            kept = slice(None) if there is None else counts[place[there]] > 0
            self.spread[key].add_all(counts[place[hits]][kept], counts[place[of]][kept])
        days = [day for day in some.days if day is not None]
        if days:
            self.first = min(days) if self.first is None else min(self.first, *days)
            self.last = max(days) if self.last is None else max(self.last, *days)
        periods = np.array([self._period(day) for day in some.days])
        order = np.argsort(periods, kind="stable")
        starts = np.flatnonzero(np.r_[True, periods[order][1:] != periods[order][:-1]])
        grouped = np.add.reduceat(counts[:, order], starts, axis=1)
        for n, period in enumerate(periods[order][starts].tolist()):
            if period:
                self.periods[period] += grouped[:, n]
            else:
                self.undated += grouped[:, n]
        if self._is_learned is not None:
            self.learned += sum(map(self._is_learned, some.ids))

    def _period(self, day: str | None) -> str:
        """A period's name, empty where there is no day."""
        if day is None:
            return ""
        if day not in self._names:
            self._names[day] = self._period_of(day)
        return self._names[day]


def _zeros(plan: Plan) -> Any:
    return np.zeros(len(plan.place), dtype=np.int64)


class Counter:
    """Counts batch after batch; a commentary that runs on in the next batch or file is counted as one."""

    def __init__(self, plan: Plan, sums: Sums) -> None:
        self._plan, self._sums = plan, sums
        self._held: Commentaries | None = None

    def add(self, batch: Any) -> None:
        if not batch.num_rows:
            return
        some = commentaries_in(batch, self._plan)
        held = self._held
        if held is not None:
            if held.ids == some.ids[:1]:
                some.counts[:, 0] += held.counts[:, 0]
            else:
                self._count(held)
        self._held = Commentaries(some.ids[-1:], some.days[-1:], some.counts[:, -1:])
        self._count(Commentaries(some.ids[:-1], some.days[:-1], some.counts[:, :-1]))

    def end(self) -> None:
        """After the last batch of a share: what begins next is another commentary."""
        if self._held is not None:
            self._count(self._held)
        self._held = None

    def _count(self, some: Commentaries) -> None:
        self._sums.add(Commentaries(some.ids, some.days, _with_derived(some.counts, self._plan)))


def commentaries_in(batch: Any, plan: Plan) -> Commentaries:
    """The counts of the commentaries of a batch, whose rows stand together."""
    ids, days = batch.column("commentary_id"), batch.column("day")
    numbers = ids.indices.to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]])
    counts = np.zeros((len(plan.place), len(starts)), dtype=np.int64)
    for n, is_so in enumerate(_marks(batch, plan)):
        counts[n] = np.add.reduceat(is_so, starts, dtype=np.int64)
    counts[plan.place[SENTENCES]] = np.diff(np.r_[starts, len(numbers)])
    return Commentaries(ids.take(starts).to_pylist(), days.take(starts).to_pylist(), counts)


def _with_derived(counts: Any, plan: Plan) -> Any:
    """The counts with those that follow from others once a commentary is whole."""
    place = plan.place
    counts[place[COMMENTARIES]] = 1
    for stance in plan.stances:
        answered = sum((counts[place[f"{stance.key}.{code}"]] for code in stance.codes), 0)
        counts[place[f"{stance.key}.#{ANSWERED}"]] = answered
        counts[place[f"{stance.key}.#{TOUCHED}"]] = answered + counts[place[f"{stance.key}.#{OPEN}"]]
        judged = counts[place[f"{stance.key}.#{JUDGED}"]] > 0
        counts[place[f"{stance.key}.#{SENTENCES}"]] = np.where(judged, counts[place[SENTENCES]], 0)
    return counts


def _marks(batch: Any, plan: Plan) -> Iterator[Any]:
    """What each sentence is, in the order of `Plan.counted`."""
    own, away = _voice(batch, plan)
    for stance in plan.stances:
        names, codes = _coded(batch, stance.column)
        abstained = _flags(batch, f"{stance.column}__abstained")
        is_asked = codes >= 0
        directed = is_asked & ~abstained & ~_is(UNRELATED, names)[codes]
        touched_only = is_asked & ~directed & _flags(batch, f"{stance.column}__touched")
        for code in stance.codes:
            yield directed & own & _is(code, names)[codes]
        yield touched_only & own
        surely = directed | touched_only
        yield (surely & ~own & ~away) | (is_asked & abstained & ~touched_only & ~away)
        yield surely & away
        yield is_asked
    for layer in plan.sets:
        names, codes = _coded(batch, layer)
        doubted, doubts = _coded(batch, f"{layer}__abstained")
        for device in plan.devices:
            if device.layer == layer:
                yield _holds(device.code, names)[codes] & ~_holds(device.code, doubted)[doubts]


def _voice(batch: Any, plan: Plan) -> tuple[Any, Any]:
    """Where surely the author speaks, and where surely somebody else; the author, where nobody asked."""
    if plan.voice is None:
        return np.ones(batch.num_rows, dtype=bool), np.zeros(batch.num_rows, dtype=bool)
    names, codes = _coded(batch, plan.voice)
    sure = (codes >= 0) & ~_flags(batch, f"{plan.voice}__abstained")
    own = sure & _is("author", names)[codes]
    return own, sure & ~own


def _coded(batch: Any, column: str) -> tuple[list[str], Any]:
    """The words of a dictionary column, and their places in the rows: -1 where there is none."""
    found = batch.column(column)
    return found.dictionary.to_pylist(), found.indices.fill_null(-1).to_numpy(zero_copy_only=False)


def _flags(batch: Any, column: str) -> Any:
    return batch.column(column).fill_null(False).to_numpy(zero_copy_only=False)


def _is(code: str, names: Sequence[str]) -> Any:
    """For each word whether it is the code; one more for rows without any."""
    return np.array([*(name == code for name in names), False], dtype=bool)


def _holds(code: str, names: Sequence[str]) -> Any:
    return np.array([*(code in name.split("|") for name in names), False], dtype=bool)
