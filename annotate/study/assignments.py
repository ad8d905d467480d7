"""Who codes which sentence: drawn once, with the seed, and kept. Pure."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from annotate.study.folder import StudySettings
from schemas.records import Assignment, Sentence

FIRST = -1  # stands for the batch of the commentaries that everybody codes first


def assign(
    sentences: Sequence[Sentence],
    settings: StudySettings,
    kept: Sequence[Assignment] = (),
    *,
    phase: str = "main",
    done: Collection[str] = (),
) -> list[Assignment]:
    """An assignment per annotator and sentence, in the order of annotators and sentences.

    Units (commentaries, or sentences with ``unit: sentence``) are ordered by a hash of seed and
    id; the first ``overlap`` share of them goes to all annotators, each other one to the annotator
    with the fewest sentences. What is in ``kept`` stays as it was drawn: only new units are drawn, so
    a corpus that grows moves no work. An annotator who joins later codes what all others share. What a
    retired annotator was to code alone goes to the others, unless all of the unit is in ``done``; the
    rows of the retired are kept. Once batches were selected (`assign_batch`) nothing new is drawn.
    With the first draw some commentaries that all code come first for everybody (``shared_first``).
    """
    if has_batches(kept):  # what no batch has brought yet waits
        assigned = {a.sentence_id for a in kept}
        sentences = [s for s in sentences if s.sentence_id in assigned]
    test, control = _arms(sentences, settings, kept)

    def drawn(s: Sentence) -> Assignment:
        return Assignment(
            sentence_id=s.sentence_id,
            annotator="",
            phase=phase,
            suggest=phase != "pilot" and s.commentary_id not in control and s.commentary_id not in test,
            test=s.commentary_id in test,
        )

    rows = _dealt(sentences, settings, kept, drawn, done)
    return rows if kept else _with_shared_first(rows, sentences, settings)


def assign_batch(
    sentences: Sequence[Sentence],
    settings: StudySettings,
    kept: Sequence[Assignment],
    batch: Iterable[Assignment],
    *,
    done: Collection[str] = (),
) -> list[Assignment]:
    """What is kept with a batch of selected sentences, which is dealt out as in `assign`.

    ``batch`` has a row for each selected sentence; whose it is, is decided here.
    """
    drawn = {a.sentence_id: a for a in batch}
    assigned = {a.sentence_id for a in kept} | set(drawn)
    wanted = [s for s in sentences if s.sentence_id in assigned]
    return _dealt(wanted, settings, kept, lambda s: drawn[s.sentence_id], done)


def has_batches(kept: Iterable[Assignment]) -> bool:
    """Whether `standpunkt select` has picked any: then nothing else is assigned."""
    return any(a.strategy != "all" for a in kept)


def _dealt(
    sentences: Sequence[Sentence],
    settings: StudySettings,
    kept: Sequence[Assignment],
    drawn: Callable[[Sentence], Assignment],
    done: Collection[str],
) -> list[Assignment]:
    """The rows of these sentences by annotator; ``drawn`` makes the row of one that has none yet."""
    owners = _kept_owners(sentences, kept, settings)
    left = {_unit(s, settings) for s in sentences if s.sentence_id not in done}
    new = [unit for unit in _units(sentences, settings) if unit not in owners and unit in left]
    sizes = _sizes(sentences, settings)
    load = {
        name: sum(sizes.get(u, 0) for u, who in owners.items() if name in who) for name in settings.annotators
    }
    ranked = _ranked(new, settings.seed, "overlap")
    shared = _more(settings.overlap, len(owners), len(ranked))
    for n, unit in enumerate(ranked):
        if n < shared or not settings.annotators:
            owners[unit] = tuple(settings.annotators)
        else:
            least = min(settings.annotators, key=lambda name: (load[name], settings.annotators.index(name)))
            load[least] += sizes[unit]
            owners[unit] = (least,)
    old = {(a.sentence_id, a.annotator): a for a in kept}
    of_sentence = {a.sentence_id: a for a in kept}

    def row(s: Sentence, name: str) -> Assignment:
        if (s.sentence_id, name) in old:
            return old[s.sentence_id, name]
        # whoever joins codes under the same conditions as the others
        same = of_sentence.get(s.sentence_id) or drawn(s)
        return msgspec.structs.replace(same, annotator=name)

    return [
        row(s, name)
        for name in settings.annotators
        for s in sentences
        if name in owners.get(_unit(s, settings), ())
    ] + [a for a in kept if a.annotator in settings.retired]


def _with_shared_first(
    rows: Sequence[Assignment], sentences: Sequence[Sentence], settings: StudySettings
) -> list[Assignment]:
    """The rows with a rank for the commentaries that everybody codes first, so that agreement shows early.

    Those of the test share come last among them: the first that anybody codes is not what a model is
    to be judged by.
    """
    commentary = {s.sentence_id: s.commentary_id for s in sentences}
    coders = Counter(row.sentence_id for row in rows)
    by_all = {name for name, count in coders.items() if count == len(settings.annotators)}
    test = {commentary[row.sentence_id] for row in rows if row.test}
    shared = [commentary[s.sentence_id] for s in sentences if s.sentence_id in by_all]
    ranked = sorted(_ranked(list(dict.fromkeys(shared)), settings.seed, "first"), key=test.__contains__)
    first = {name: rank for rank, name in enumerate(ranked[: settings.shared_first])}
    return [
        msgspec.structs.replace(row, rank=first[commentary[row.sentence_id]])
        if row.sentence_id in by_all and commentary[row.sentence_id] in first
        else row
        for row in rows
    ]


def coding_order(
    sentences: Sequence[Sentence],
    annotator: str,
    settings: StudySettings,
    assigned: Mapping[str, Assignment] | None = None,
) -> list[Sentence]:
    """The sentences in the order of this annotator: commentaries shuffled, each in the order of its text.

    Before them come those that everybody codes first. Selected batches follow in their turn, each in its
    own order; with ``order: shuffled`` each of these parts is shuffled.
    """
    rows = assigned or {}

    def key(s: Sentence) -> tuple[int, int, bytes, int]:
        row = rows.get(s.sentence_id)
        batch, rank = (0, 0) if row is None or row.rank is msgspec.UNSET else (row.batch, row.rank)
        if row is not None and row.rank is not msgspec.UNSET and row.strategy == "all":
            batch = FIRST
        if settings.order == "shuffled":
            return batch, 0, _rank(settings.seed, annotator, s.sentence_id), 0
        return batch, rank, _rank(settings.seed, annotator, s.commentary_id), s.index

    return sorted(sentences, key=key)


def is_held_back(commentary_id: str, settings: StudySettings) -> bool:
    """Whether a commentary is of the test share, as long as nothing of it is assigned.

    By its id alone: a corpus that grows, and batches that leave it, change nothing.
    """
    return int.from_bytes(_rank(settings.seed, "test", commentary_id)) < settings.test_share * 2**256


def _arms(
    sentences: Sequence[Sentence], settings: StudySettings, kept: Sequence[Assignment]
) -> tuple[set[str], set[str]]:
    """The commentaries of the test share, and of the arm coded without suggestions."""
    commentary = {s.sentence_id: s.commentary_id for s in sentences}
    drawn = {commentary[a.sentence_id] for a in kept if a.sentence_id in commentary}
    test = {commentary[a.sentence_id] for a in kept if a.test and a.sentence_id in commentary}
    new = [c for c in dict.fromkeys(commentary.values()) if c not in drawn]
    more = _more(settings.test_share, len(drawn), len(new))
    kept_test = len(test)
    test |= set(_ranked(new, settings.seed, "test")[:more])
    rest = [c for c in new if c not in test]
    more = _more(settings.no_suggestion_share, len(drawn) - kept_test, len(rest))
    return test, set(_ranked(rest, settings.seed, "control")[:more])


def _more(share: float, drawn: int, new: int) -> int:
    """How many of the new ones are in a share, so that it holds however many are added at a time."""
    return round(share * (drawn + new)) - round(share * drawn)


def _kept_owners(
    sentences: Sequence[Sentence], kept: Sequence[Assignment], settings: StudySettings
) -> dict[str, tuple[str, ...]]:
    unit = {s.sentence_id: _unit(s, settings) for s in sentences}
    owners: dict[str, list[str]] = {}
    for a in kept:
        if a.sentence_id in unit and a.annotator in settings.annotators:
            names = owners.setdefault(unit[a.sentence_id], [])
            if a.annotator not in names:
                names.append(a.annotator)
    earlier = {a.annotator for a in kept} & set(settings.annotators)
    joined = [name for name in settings.annotators if name not in earlier]
    # where one person codes alone, nothing says that it was to be shared but the overlap
    is_shared = len(earlier) > 1 or settings.overlap == 1
    return {
        unit: (*names, *joined) if is_shared and set(names) == earlier else tuple(names)
        for unit, names in owners.items()
    }


def _unit(sentence: Sentence, settings: StudySettings) -> str:
    return sentence.sentence_id if settings.unit == "sentence" else sentence.commentary_id


def _units(sentences: Sequence[Sentence], settings: StudySettings) -> list[str]:
    return list(dict.fromkeys(_unit(s, settings) for s in sentences))


def _sizes(sentences: Sequence[Sentence], settings: StudySettings) -> Mapping[str, int]:
    sizes: dict[str, int] = {}
    for s in sentences:
        unit = _unit(s, settings)
        sizes[unit] = sizes.get(unit, 0) + 1
    return sizes


def _ranked(ids: Sequence[str], seed: int, salt: str) -> list[str]:
    return sorted(ids, key=lambda name: _rank(seed, salt, name))


def _rank(seed: int, salt: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{salt}\n{name}".encode()).digest()
