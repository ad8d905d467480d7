"""Who codes which sentence: drawn once, with the seed, and kept. Pure."""

import hashlib
from collections.abc import Collection, Mapping, Sequence

import msgspec

from annotate.study.folder import StudySettings
from schemas.records import Assignment, Sentence


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
    rows of the retired are kept.
    """
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
    test, control = _arms(sentences, settings, kept)

    def drawn(s: Sentence, name: str) -> Assignment:
        if (s.sentence_id, name) in old:
            return old[s.sentence_id, name]
        if s.sentence_id in of_sentence:  # whoever joins codes under the same conditions as the others
            return msgspec.structs.replace(of_sentence[s.sentence_id], annotator=name)
        return Assignment(
            sentence_id=s.sentence_id,
            annotator=name,
            phase=phase,
            suggest=phase != "pilot" and s.commentary_id not in control and s.commentary_id not in test,
            test=s.commentary_id in test,
        )

    return [
        drawn(s, name)
        for name in settings.annotators
        for s in sentences
        if name in owners.get(_unit(s, settings), ())
    ] + [a for a in kept if a.annotator in settings.retired]


def coding_order(sentences: Sequence[Sentence], annotator: str, settings: StudySettings) -> list[Sentence]:
    """The sentences in the order of this annotator: commentaries shuffled, each in the order of its text."""
    if settings.order == "shuffled":
        return sorted(sentences, key=lambda s: _rank(settings.seed, annotator, s.sentence_id))
    return sorted(sentences, key=lambda s: (_rank(settings.seed, annotator, s.commentary_id), s.index))


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
