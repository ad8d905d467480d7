"""After a text was mended or published again: which old sentence is which new one.

Ids rest on the words of a sentence, so a mended typo makes a new id. Commentaries are paired by
id, else by the sentences they share; within a pair sentences are aligned in their order, equal
ones first, then those alike enough. What stays over is listed, never guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from schemas.records import Commentary, Record, Sentence

ALIKE = 0.75  # similarity from which a coding is carried over
_SHARED = 0.5  # share of equal sentences from which two commentaries are one
_TITLES = 0.8


class Link(Record, frozen=True, kw_only=True):
    """An old sentence that has a new id. A similarity below 1 says that its words changed."""

    old: str
    new: str
    similarity: float
    old_text: str
    new_text: str


class Lost(Record, frozen=True, kw_only=True):
    """An old sentence without a new one; ``nearest`` is what comes closest in its commentary."""

    old: str
    old_text: str
    nearest: str | None = None
    nearest_text: str = ""
    similarity: float = 0.0


class RelinkReport(Record, frozen=True, kw_only=True):
    """``mapping`` has every old sentence that was found, with its new id (mostly the same)."""

    unchanged: int
    links: list[Link]
    lost: list[Lost]
    added: list[str]
    mapping: dict[str, str]


def relink(
    old: Sequence[Sentence],
    new: Sequence[Sentence],
    *,
    old_commentaries: Iterable[Commentary] = (),
    new_commentaries: Iterable[Commentary] = (),
    alike: float = ALIKE,
) -> RelinkReport:
    """Where each old sentence is among the new ones.

    Parameters
    ----------
    old, new
        All sentences before and after.
    old_commentaries, new_commentaries
        Where given, commentaries are paired by author and similar title too.
    alike
        Similarity (difflib's ratio, 0 to 1) from which two sentences are one.
    """
    before, after = _by_commentary(old), _by_commentary(new)
    pairs = _paired(before, after, _titles(old_commentaries), _titles(new_commentaries))
    matched: dict[str, tuple[Sentence, Sentence]] = {}
    for name, sentences in before.items():
        for a, b in _aligned(sentences, after.get(pairs.get(name, ""), []), alike):
            matched[a.sentence_id] = (a, b)
    links = [_link(a, b) for a, b in matched.values() if a.sentence_id != b.sentence_id]
    new_ids = {b.sentence_id for _, b in matched.values()}
    free = {name: [s for s in sentences if s.sentence_id not in new_ids] for name, sentences in after.items()}
    return RelinkReport(
        unchanged=len(matched) - len(links),
        links=links,
        lost=[
            _lost(s, free.get(pairs.get(s.commentary_id, ""), []))
            for s in old
            if s.sentence_id not in matched
        ],
        added=[s.sentence_id for s in new if s.sentence_id not in new_ids],
        mapping={a: b.sentence_id for a, (_, b) in matched.items()},
    )


def similarity(first: str, second: str, *, least: float = 0.0) -> float:
    """How alike two texts are (0 to 1); 0 as soon as it is clear that ``least`` is not reached."""
    if first == second:
        return 1.0
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def _by_commentary(sentences: Iterable[Sentence]) -> dict[str, list[Sentence]]:
    groups: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        groups[sentence.commentary_id].append(sentence)
    return groups


def _titles(commentaries: Iterable[Commentary]) -> dict[str, tuple[str | None, str]]:
    return {c.commentary_id: (c.author, c.title) for c in commentaries}


def _paired(
    before: dict[str, list[Sentence]],
    after: dict[str, list[Sentence]],
    old_titles: dict[str, tuple[str | None, str]],
    new_titles: dict[str, tuple[str | None, str]],
) -> dict[str, str]:
    """Old commentary → new one: the same id, else the best of those that are left."""
    pairs = {name: name for name in before if name in after}
    left = [name for name in after if name not in pairs]
    texts = {name: {s.text for s in after[name]} for name in left}
    scores = []
    for name in before.keys() - pairs.keys():
        words = {s.text for s in before[name]}
        for other in left:
            shared = len(words & texts[other]) / min(len(words), len(texts[other]))
            title = _title_score(old_titles.get(name), new_titles.get(other))
            if shared >= _SHARED or title >= _TITLES:
                scores.append((-shared, -title, name, other))
    for _, _, name, other in sorted(scores):
        if name not in pairs and other not in pairs.values():
            pairs[name] = other
    return pairs


def _title_score(old: tuple[str | None, str] | None, new: tuple[str | None, str] | None) -> float:
    if old is None or new is None or old[0] != new[0]:
        return 0.0
    return similarity(old[1], new[1], least=_TITLES)


def _aligned(old: list[Sentence], new: list[Sentence], alike: float) -> list[tuple[Sentence, Sentence]]:
    pairs = []
    gaps = []
    matcher = SequenceMatcher(None, [s.text for s in old], [s.text for s in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pairs += list(zip(old[a:b], new[c:d], strict=True))
        else:
            gaps.append((old[a:b], new[c:d]))
    # what was moved is equal somewhere else
    waiting = {s.text: s for _, added in reversed(gaps) for s in reversed(added)}
    moved = {s.sentence_id: waiting.pop(s.text) for gone, _ in gaps for s in gone if s.text in waiting}
    settled = {s.sentence_id for s in moved.values()}
    for gone, added in gaps:
        pairs += [(s, moved[s.sentence_id]) for s in gone if s.sentence_id in moved]
        rest = [s for s in gone if s.sentence_id not in moved]
        pairs += _alike(rest, [s for s in added if s.sentence_id not in settled], alike)
    return pairs


def _alike(old: list[Sentence], new: list[Sentence], alike: float) -> list[tuple[Sentence, Sentence]]:
    """The pairs in the same order whose similarities add up to the most (Needleman and Wunsch)."""
    table = [[similarity(a.text, b.text, least=alike) for b in new] for a in old]
    table = [[value if value >= alike else 0.0 for value in row] for row in table]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, row in enumerate(table):
        for j, value in enumerate(row):
            best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], best[i][j] + value)
    pairs = []
    i, j = len(old), len(new)
    while i and j:
        if table[i - 1][j - 1] and best[i][j] == best[i - 1][j - 1] + table[i - 1][j - 1]:
            i, j = i - 1, j - 1
            pairs.append((old[i], new[j]))
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _link(old: Sentence, new: Sentence) -> Link:
    return Link(
        old=old.sentence_id,
        new=new.sentence_id,
        similarity=round(similarity(old.text, new.text), 6),
        old_text=old.text,
        new_text=new.text,
    )


def _lost(sentence: Sentence, candidates: list[Sentence]) -> Lost:
    scored = [(similarity(sentence.text, other.text), -n, other) for n, other in enumerate(candidates)]
    score, _, nearest = max(scored, key=lambda item: item[:2], default=(0.0, 0, None))
    if nearest is None or score < 0.3:
        return Lost(old=sentence.sentence_id, old_text=sentence.text)
    return Lost(
        old=sentence.sentence_id,
        old_text=sentence.text,
        nearest=nearest.sentence_id,
        nearest_text=nearest.text,
        similarity=round(score, 6),
    )
