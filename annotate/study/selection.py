"""Which sentences of a study are coded next: what may be picked, the pick, and the assignments it becomes."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from annotate.study.annotations import own_rows
from annotate.study.assignments import assign_batch, is_held_back
from annotate.study.folder import Study, StudySettings
from annotate.texts.context import to_rows
from schemas.errors import DataError, SettingsError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Assignment, Commentary, GoldSentence, Record, Sentence

if TYPE_CHECKING:
    from train.arrays import Ints
    from train.model import Model
    from train.selection.choose import LookedAt
    from train.selection.draw import Pick, Unit

#: The part of a commentary's sentences that have to be copied from one other, or it is none.
_COPIED = 0.5
#: Why a sentence could not be picked, in words.
REASONS = {
    "test": "held back for the test",
    "other": "not held back for the test",
    "assigned": "assigned, or of a commentary that was begun",
    "coded": "coded",
    "duplicate": "nearly the same as another",
    "disputed": "nearly the same as one on whose codes people differ",
}


class Picked(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A commentary or, with ``sentence_id``, one sentence; ``suggest`` is false in the control arm."""

    commentary_id: str
    sentence_id: str | None = None
    sentences: int
    strategy: str
    probability: float
    suggest: bool


class SelectReport(Record, frozen=True, kw_only=True):
    """``picks`` are in the order of coding; ``eligible`` counts the sentences they were picked from.

    ``random`` and ``control`` are how many of ``sentences`` were drawn at random, and get no suggestions;
    ``set_aside`` counts the sentences that could not be picked, by reason (`REASONS`).
    """

    batch: int
    unit: str
    strategy: str
    model_version: str | None
    wanted: int
    sentences: int
    commentaries: int
    random: int
    control: int
    eligible: int
    set_aside: dict[str, int]
    picks: list[Picked]
    dry_run: bool


class Eligible(NamedTuple):
    """What may be picked, in the order of the corpus, and how many may not by reason."""

    sentences: list[Sentence]
    set_aside: dict[str, int]


def select(
    study: Study,
    wanted: int,
    *,
    strategy: str,
    by_sentence: bool = False,
    model: "Model | None" = None,
    random_share: float = 0.2,
    phase: str = "main",
    test: bool = False,
    dry_run: bool = False,
) -> SelectReport:
    """Picks about so many sentences that nobody was to code yet, and keeps them as the next batch.

    Parameters
    ----------
    test
        Whether to pick, at random, from what is held back for the test, and from nothing else.

    Raises
    ------
    DataError
        Nothing is left to pick from.
    SettingsError
        study.yaml names no annotators.
    """
    from train.selection.choose import CAP, choose

    settings = study.settings
    if not settings.annotators:
        raise SettingsError(f"{study.settings_path}: annotators: the list is empty, expected [anna, ben]")
    sentences = list(read_jsonl(study.needs(study.sentences, "split"), Sentence))
    kept = list(read_jsonl(study.assignments, Assignment)) if study.assignments.exists() else []
    annotations = own_rows(study)
    gold = list(read_jsonl(study.gold, GoldSentence)) if study.gold.exists() else []
    coded = {row.sentence_id for row in annotations} | {row.sentence_id for row in gold}
    eligible, aside = find_eligible(
        sentences, settings, kept, coded=coded,
        disputed=disputed(gold), by_sentence=by_sentence, test=test,
    )  # fmt: skip
    if not eligible:
        why = ", ".join(f"{count} {REASONS[reason]}" for reason, count in aside.items())
        raise DataError(f"no sentence is left to select ({why}); expected new ones", path=study.sentences)
    units = _units(eligible, by_sentence)
    batch = max((a.batch for a in kept), default=0) + 1
    picks = choose(
        units, wanted, lambda places: _look_at(study, sentences, units, places),
        model=model, strategy=strategy, random_share=random_share,
        cap=CAP if by_sentence else None, seed=_seed(settings, batch),
    )  # fmt: skip
    silent = phase == "pilot" or test
    suggested = arms([(units[p.place].commentary_id, p.strategy) for p in picks], settings, sentences, kept)
    rows = list(_rows(units, picks, eligible, batch, phase, test, {} if silent else suggested))
    if not dry_run:
        done = {row.sentence_id for row in annotations if row.annotator in settings.retired}
        write_jsonl(study.assignments, assign_batch(sentences, settings, kept, rows, done=done))
    return SelectReport(
        batch=batch,
        unit="sentence" if by_sentence else "commentary",
        strategy=strategy,
        model_version=model.meta.model_version if model else None,
        wanted=wanted,
        sentences=len(rows),
        commentaries=len({units[p.place].commentary_id for p in picks}),
        random=sum(row.strategy == "random" for row in rows),
        control=0 if silent else sum(not row.suggest for row in rows),
        eligible=len(eligible),
        set_aside=aside,
        picks=[
            Picked(
                commentary_id=units[p.place].commentary_id,
                sentence_id=units[p.place].name if by_sentence else None,
                sentences=units[p.place].size,
                strategy=p.strategy,
                probability=p.probability,
                suggest=not silent and suggested[units[p.place].commentary_id],
            )
            for p in picks
        ],
        dry_run=dry_run,
    )


def find_eligible(
    sentences: Sequence[Sentence],
    settings: StudySettings,
    kept: Sequence[Assignment],
    *,
    coded: Collection[str] = (),
    disputed: Collection[str] = (),
    by_sentence: bool = False,
    test: bool = False,
) -> Eligible:
    """The sentences that may be picked. Pure.

    Whole commentaries may be where nothing of them is assigned or coded, and they are no copy of another.
    """
    from train.data.near_duplicates import earlier_copies

    assigned = {a.sentence_id for a in kept}
    taken = {s.sentence_id for s in sentences if s.sentence_id in assigned or s.sentence_id in coded}
    begun = {s.commentary_id for s in sentences if s.sentence_id in taken}
    test_ids = {a.sentence_id for a in kept if a.test}
    tested = {s.commentary_id for s in sentences if s.sentence_id in test_ids}
    held_back = tested | {
        name for name in {s.commentary_id for s in sentences} - begun if is_held_back(name, settings)
    }
    counts: Counter[str] = Counter()
    left = []
    for s in sentences:
        if s.sentence_id in taken or (not by_sentence and s.commentary_id in begun):
            counts["coded" if s.sentence_id in coded and s.sentence_id not in assigned else "assigned"] += 1
        elif (s.commentary_id in held_back) != test:
            counts["other" if test else "test"] += 1
        else:
            left.append(s)
    before = [s for s in sentences if s.sentence_id in taken]
    seen = [*before, *left]
    originals = earlier_copies([s.text for s in seen])
    copies = {
        seen[place].sentence_id: seen[first]
        for place, first in enumerate(originals)
        if first is not None and place >= len(before)
    }
    if not by_sentence:
        copies = _whole(copies, left)
    for s in left:
        if s.sentence_id in copies:
            counts["disputed" if copies[s.sentence_id].sentence_id in disputed else "duplicate"] += 1
    return Eligible([s for s in left if s.sentence_id not in copies], dict(sorted(counts.items())))


def _whole(copies: Mapping[str, Sentence], left: Sequence[Sentence]) -> dict[str, Sentence]:
    """All sentences of commentaries of which half is copied from one other commentary."""
    size = Counter(s.commentary_id for s in left)
    shared = Counter(
        (s.commentary_id, copies[s.sentence_id].commentary_id) for s in left if s.sentence_id in copies
    )
    copied = {own for (own, other), n in shared.items() if own != other and n >= _COPIED * size[own]}
    return {s.sentence_id: copies.get(s.sentence_id, s) for s in left if s.commentary_id in copied}


def disputed(gold: Sequence[GoldSentence]) -> set[str]:
    """The sentences on whose codes people differ: a layer is undecided, or no more than half agreed."""
    return {
        row.sentence_id
        for row in gold
        if row.undecided
        or any(
            n.get("annotators", 0) > 1 and 2 * n.get("agreed", 0) <= n["annotators"]
            for n in row.support.values()
        )
    }


def arms(
    picks: Sequence[tuple[str, str]],
    settings: StudySettings,
    sentences: Sequence[Sentence],
    kept: Sequence[Assignment],
) -> dict[str, bool]:
    """For each picked commentary whether suggestions are shown in it. Pure.

    One of so many is without, evenly over the order of coding and in each strategy alike; a commentary that
    was begun keeps its arm, or people would see suggestions in half of it.
    """
    commentary = {s.sentence_id: s.commentary_id for s in sentences}
    begun = {commentary[a.sentence_id]: a.suggest for a in kept if a.sentence_id in commentary and not a.test}
    strategy_of: dict[str, str] = {}
    for name, strategy in picks:
        strategy_of.setdefault(name, strategy)
    suggested: dict[str, bool] = {}
    share = settings.no_suggestion_share
    for strategy in dict.fromkeys(strategy_of.values()):
        names = [name for name, of in strategy_of.items() if of == strategy and name not in begun]
        offset = _seed(settings, len(kept), strategy) % 1000 / 1000
        for n, name in enumerate(names):
            suggested[name] = int((n + 1) * share + offset) == int(n * share + offset)
    return {name: begun.get(name, suggested.get(name, True)) for name in strategy_of}


def _units(sentences: Sequence[Sentence], by_sentence: bool) -> "list[Unit]":
    from train.selection.draw import Unit

    if by_sentence:
        return [Unit(s.sentence_id, s.commentary_id, 1) for s in sentences]
    size = Counter(s.commentary_id for s in sentences)
    return [Unit(name, name, count) for name, count in size.items()]


def _look_at(
    study: Study, sentences: Sequence[Sentence], units: "Sequence[Unit]", places: "Ints"
) -> "LookedAt":
    """The rows of these units as a model reads them."""
    import numpy as np

    from train.selection.choose import LookedAt

    position = {units[place].name: i for i, place in enumerate(places.tolist())}
    wanted = {units[place].commentary_id for place in places.tolist()}
    of_commentary: dict[str, list[Sentence]] = {}
    for s in sentences:
        if s.commentary_id in wanted:
            of_commentary.setdefault(s.commentary_id, []).append(s)
    rows, owner = [], []
    for commentary in read_jsonl(study.needs(study.commentaries, "split"), Commentary):
        if commentary.commentary_id not in of_commentary:
            continue
        for row in to_rows(commentary, of_commentary[commentary.commentary_id]):
            place = position.get(row.sentence_id, position.get(row.commentary_id))
            if place is not None:
                rows.append(row)
                owner.append(place)
    return LookedAt(rows, np.array(owner))


def _rows(
    units: "Sequence[Unit]",
    picks: "Sequence[Pick]",
    eligible: Sequence[Sentence],
    batch: int,
    phase: str,
    test: bool,
    suggested: Mapping[str, bool],
) -> Iterator[Assignment]:
    """A row for each picked sentence, in the order of coding; ``suggested`` is empty where nothing is."""
    of_unit: dict[str, list[str]] = {}
    names = {unit.name for unit in units}
    for s in eligible:
        name = s.sentence_id if s.sentence_id in names else s.commentary_id
        of_unit.setdefault(name, []).append(s.sentence_id)
    rank = 0
    for pick in picks:
        unit = units[pick.place]
        for sentence_id in of_unit[unit.name]:
            rank += 1
            yield Assignment(
                sentence_id=sentence_id,
                annotator="",
                phase=phase,
                batch=batch,
                strategy=pick.strategy,
                probability=pick.probability,
                suggest=suggested.get(unit.commentary_id, False),
                test=test,
                rank=rank,
            )


def _seed(settings: StudySettings, number: int, salt: str = "select") -> int:
    return int.from_bytes(hashlib.sha256(f"{settings.seed}\n{salt}\n{number}".encode()).digest()[:8])
