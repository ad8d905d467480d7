"""A tagged piece in one row: what it touches and which way, who else speaks, what is new about it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import sqrt
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from annotate.analysis.names import mentions_in, uncovered
from annotate.analysis.piece import PieceView, TaggedPiece, Tally, device_codes, key_sentences, view_piece
from annotate.analysis.speakers import one_name_each, speaker_at
from schemas.codebook import Codebook
from schemas.records import Record

T = TypeVar("T")
MIN_EARLIER, MIN_SENTENCES = 3, 50
_Z95, _Z99 = 1.959964, 2.575829


class KeySentence(Record, frozen=True, kw_only=True):
    sentence_id: str
    code: str
    score: float
    text: str


class TargetSummary(Record, frozen=True, kw_only=True):
    """A target in a piece: sentences of the author's own voice by code.

    ``direction_open`` are touched for sure, by none of the codes; they count as ``touched``.
    ``interval`` is of ``share``, the touched among all sentences: 95 %, Wilson (1927), for a piece
    taken as a sample of its author's writing. It holds no error of the model: ``corrected`` is
    false. ``abstained`` touch the target perhaps; ``held`` do in another's voice.
    """

    touched: int
    codes: dict[str, int]
    abstained: int
    held: int
    share: float
    interval: tuple[float, float]
    corrected: bool = False
    key_sentences: list[KeySentence]
    direction_open: int = 0


class Speaker(Record, frozen=True, kw_only=True):
    """Who is relayed, in which sentences; ``name`` is null where the sentence names nobody."""

    name: str | None
    sentences: list[str]


class Name(Record, frozen=True, kw_only=True):
    name: str
    sentences: list[str]


class Difference(Record, frozen=True, kw_only=True):
    """A target or device that stands in clearly more or fewer sentences than in earlier pieces.

    ``difference`` is the 99 % interval of ``share`` less ``earlier`` (Newcombe 1998, method 10);
    only those without zero are listed.
    """

    what: str
    share: float
    earlier: float
    difference: tuple[float, float]


class PieceSummary(Record, frozen=True, kw_only=True):
    """A row of ``--summary``. ``differs`` is null where there is too little to hold against."""

    commentary_id: str
    title: str
    author: str | None
    date: str | None
    url: str | None
    sentences: int
    voices: dict[str, int]
    targets: dict[str, TargetSummary]
    devices: dict[str, int]
    speakers: list[Speaker]
    names: list[Name]
    notices: list[str]
    unknown: float | None
    earlier_pieces: int
    differs: list[Difference] | None
    model_version: str


class Seen(NamedTuple):
    """What was counted in an author's pieces."""

    pieces: int
    sentences: int
    counts: Counter[str]


_NOTHING = Seen(0, 0, Counter())


def summarise(pieces: Sequence[TaggedPiece], codebook: Codebook, *, model_version: str) -> list[PieceSummary]:
    """A row a piece, in the order given; each held against its author's earlier ones among them."""
    rows = [summary_of(piece, codebook, model_version=model_version) for piece in pieces]
    return with_differences(rows)


def summary_of(piece: TaggedPiece, codebook: Codebook, *, model_version: str) -> PieceSummary:
    """A piece by itself."""
    return summary_of_view(view_piece(piece, codebook, number=1), codebook, model_version=model_version)


def summary_of_view(view: PieceView, codebook: Codebook, *, model_version: str) -> PieceSummary:
    """As `summary_of`, of a piece as its page shows it."""
    piece, drift = view.piece, view.piece.drift
    commentary = piece.commentary
    return PieceSummary(
        commentary_id=commentary.commentary_id,
        title=commentary.title,
        author=commentary.author,
        date=commentary.date,
        url=commentary.url,
        sentences=len(view.sentences),
        voices=dict(sorted(Counter(shown.voice for shown in view.sentences).items())),
        targets={t.lens.target.id: _target(t, view) for t in view.targets if t.asked and t.lens.target},
        devices=_devices(view, codebook),
        speakers=_speakers(view),
        names=[
            Name(name=m.name, sentences=[piece.sentences[n - 1].sentence_id for n in m.sentences])
            for m in uncovered(mentions_in([s.text for s in piece.sentences]), codebook)
        ],
        notices=drift.notices if drift else [],
        unknown=drift.unknown if drift else None,
        earlier_pieces=0,
        differs=None,
        model_version=model_version,
    )


def with_differences(rows: Sequence[PieceSummary]) -> list[PieceSummary]:
    """The rows, each with what sets it apart from its author's pieces of earlier days.

    Pieces without a date or author are held against nothing, and nothing against them.
    """
    ordered = sorted(range(len(rows)), key=lambda n: (rows[n].author or "", rows[n].date or ""))
    done = list(rows)
    for n, summary in differences(ordered, lambda n: (rows[n], rows[n].date)):
        done[n] = summary
    return done


def differences(
    items: Iterable[T], facts: Callable[[T], tuple[PieceSummary, str | None]]
) -> Iterator[tuple[T, PieceSummary]]:
    """Items in the order of author and day, each with its summary held against the earlier ones.

    ``facts`` gives the summary and the day of an item. Pieces of one day are not earlier than
    each other.
    """
    seen, waiting, last = _NOTHING, list[PieceSummary](), ("", "")
    for item in items:
        summary, day = facts(item)
        here = (summary.author or "", day or "")
        if here != last:
            seen = _NOTHING if here[0] != last[0] else _added(seen, waiting)
            waiting, last = [], here
        if not all(here):
            yield item, replace(summary, earlier_pieces=0, differs=None)
            continue
        yield item, replace(summary, earlier_pieces=seen.pieces, differs=_differences(summary, seen))
        waiting.append(summary)


def news_words(summary: PieceSummary, codebook: Codebook) -> list[str]:
    """What sets a piece apart, in a reader's words."""
    names = {f"target.{target.id}": f"„{codebook.say(target.question)}“" for target in codebook.targets}
    names |= {
        f"device.{layer.id}.{code.id}": codebook.say(code.label)
        for layer in codebook.layers
        for code in layer.codes
    }
    before = f"als in den {summary.earlier_pieces} früheren Texten"
    return [
        f"{'Häufiger' if one.share > one.earlier else 'Seltener'} {before}: "
        f"{names.get(one.what, one.what)} – "
        f"{one.share * 100:.0f}\u00a0% der Sätze, zuvor {one.earlier * 100:.0f}\u00a0%."
        for one in summary.differs or ()
    ]


def wilson(count: float, of: float, z: float = _Z95) -> tuple[float, float]:
    """The interval of a share (Wilson 1927).

    >>> tuple(round(edge, 3) for edge in wilson(5, 50))
    (0.043, 0.214)
    """
    if not of:
        return 0.0, 1.0
    p = count / of
    middle, reach = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return round(max(0.0, (middle - reach) / scale), 6), round(min(1.0, (middle + reach) / scale), 6)


def difference(count: int, of: int, other: int, other_of: int) -> tuple[float, float]:
    """The 99 % interval of one share less another (Newcombe 1998, method 10)."""
    p, q = count / of, other / other_of
    (l1, u1), (l2, u2) = wilson(count, of, _Z99), wilson(other, other_of, _Z99)
    low = p - q - sqrt((p - l1) ** 2 + (u2 - q) ** 2)
    high = p - q + sqrt((u1 - p) ** 2 + (q - l2) ** 2)
    return round(low, 6), round(high, 6)


def counted(row: PieceSummary) -> Counter[str]:
    """Sentences a target and a device, by the names that `Difference.what` uses."""
    counts = Counter({f"target.{name}": target.touched for name, target in row.targets.items()})
    counts.update({f"device.{name}": n for name, n in row.devices.items()})
    return counts


def _added(seen: Seen, rows: Sequence[PieceSummary]) -> Seen:
    for one in rows:
        seen = Seen(seen.pieces + 1, seen.sentences + one.sentences, seen.counts + counted(one))
    return seen


def _differences(row: PieceSummary, earlier: Seen) -> list[Difference] | None:
    if earlier.pieces < MIN_EARLIER or earlier.sentences < MIN_SENTENCES or not row.sentences:
        return None
    differences = []
    for what, count in counted(row).items():
        low, high = difference(count, row.sentences, earlier.counts[what], earlier.sentences)
        if low > 0 or high < 0:
            share, before = count / row.sentences, earlier.counts[what] / earlier.sentences
            differences.append(
                Difference(what=what, share=round(share, 6), earlier=round(before, 6), difference=(low, high))
            )
    return differences


def _target(tally: Tally, view: PieceView) -> TargetSummary:
    size = len(view.sentences)
    keys = [
        KeySentence(sentence_id=s.sentence.sentence_id, code=m.code, score=m.score, text=s.sentence.text)
        for s in key_sentences(view, tally.lens)
        for m in (s.marks[tally.lens.key],)
    ]
    return TargetSummary(
        touched=tally.touched,
        codes=tally.counts,
        abstained=tally.undecided,
        held=tally.held,
        share=round(tally.touched / size, 6) if size else 0.0,
        interval=wilson(tally.touched, size),
        key_sentences=keys,
        direction_open=tally.direction_open,
    )


def _devices(view: PieceView, codebook: Codebook) -> dict[str, int]:
    counts = Counter(token for shown in view.sentences for token in shown.tokens)
    return {code: counts[code] for code in device_codes(codebook)}


def _speakers(view: PieceView) -> list[Speaker]:
    found = [
        (speaker_at(shown.number, view.piece.sentences, view.piece.spellings), shown.sentence.sentence_id)
        for shown in view.sentences
        if shown.voice in ("other", "mixed")
    ]
    known = one_name_each([name for name, _ in found if name])
    sentences_by_speaker: dict[str | None, list[str]] = defaultdict(list)
    for name, sentence_id in found:
        sentences_by_speaker[known[name] if name else None].append(sentence_id)
    return [Speaker(name=name, sentences=ids) for name, ids in _most_first(sentences_by_speaker.items())]


def _most_first(items: Iterable[tuple[str | None, list[str]]]) -> list[tuple[str | None, list[str]]]:
    return sorted(items, key=lambda item: (item[0] is None, -len(item[1]), item[0] or ""))
