"""How often something occurs, corrected for what a classifier misses and invents.

The errors are measured on hand-coded sentences the model has not learned from; that they are the
same in the new texts is assumed, and only as good as the likeness of the two.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np

from annotate.analysis.piece import (
    PieceView,
    SentenceView,
    TaggedPiece,
    device_codes,
    view_piece,
    voice_layer,
)
from annotate.analysis.summary import wilson
from annotate.kinds import DIRECTION_OPEN
from annotate.progress import Progress, no_progress
from schemas.codebook import Codebook
from schemas.decimals import counted
from schemas.files import write_json
from schemas.kinds import KINDS, fits
from schemas.records import UNRELATED, Commentary, GoldSentence, Prediction, Record, Sentence, short_hash

if TYPE_CHECKING:
    from train.model import Model, ModelMeta

MIN_CODED, MIN_COMMENTARIES = 10, 3
MIN_UNSEEN = 100  # hand-coded sentences the model has not seen, to judge it by itself
DRAWS = 1000
NOT_CODED = "keine von Hand codierten Sätze"
TOO_FEW = "zu wenige von Hand codierte Sätze"
TOO_UNSURE = "das Modell trennt hier zu schlecht"
LEARNED = "das Modell hat aus Texten hier gelernt"

_MOST_LEARNED = 0.01  # of the commentaries that are counted

_FORMAT = 2  # of the tables, in files that keep them: raised with what they hold

Cell = tuple[int, int, int, int]  # hits, misses, false hits, rightly left out


class Errors(Record, frozen=True, kw_only=True):
    """A model's hits and misses a question, one entry a hand-coded commentary.

    ``tables`` are keyed ``<layer>.<target>`` or ``<layer>.<code>`` for touched or given, and
    ``<layer>.<target>.<code>`` for a code among what is touched and found with its direction.
    """

    how: Literal["unseen", "cross-validated"]
    sentences: int
    tables: dict[str, list[Cell]]


class Estimate(Record, frozen=True, kw_only=True):
    """A share with its 95 % interval; ``reason`` says why it is not corrected."""

    share: float
    interval: tuple[float, float]
    corrected: bool
    reason: str | None = None


def is_like_measured(learned: int, commentaries: int) -> bool:
    """Whether a model errs in these commentaries as where its errors were measured.

    It has learned from next to none of them: it finds more where it has, and a correction adds still more.
    """
    return learned <= _MOST_LEARNED * commentaries


def measure_errors(model: "Model", gold: Sequence[GoldSentence], progress: Progress = no_progress) -> Errors:
    """What a model gets wrong in hand-coded sentences it has not learned from.

    Where gold holds enough commentaries the model has not seen, they are judged by it; else models
    trained like it, each without the commentaries it judges, stand in for it.

    Raises
    ------
    DataError
        The rows do not fit the codebook, or nothing can be held out.
    """
    from train.evaluate import predict_held_out
    from train.novelty import commentary_hash
    from train.predict import predict

    known = set(model.meta.commentaries)
    unseen = [row for row in gold if commentary_hash(row.commentary_id) not in known]
    book = model.meta.book
    if len(unseen) >= MIN_UNSEEN and len({row.commentary_id for row in unseen}) >= MIN_COMMENTARIES:
        pairs: Iterable[tuple[GoldSentence, Prediction]] = zip(unseen, predict(model, unseen), strict=True)
        how: Literal["unseen", "cross-validated"] = "unseen"
    else:
        coded = counted(len(gold), "hand-coded sentence")
        progress(f"measuring errors on {coded}, once: as long as five trainings")
        pairs, how = (
            predict_held_out(gold, book, settings=model.meta.settings, seed=model.meta.seed),
            "cross-validated",
        )
    return errors_of(pairs, book, how)


def errors_of(
    pairs: Iterable[tuple[GoldSentence, Prediction]],
    codebook: Codebook,
    how: Literal["unseen", "cross-validated"],
) -> Errors:
    """The tables of gold rows beside what was predicted for them."""
    counts: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    sentences = 0
    for row, prediction in pairs:
        sentences += 1
        for what, truth, is_found in _answers(row, prediction, codebook):
            counts[what][row.commentary_id][_place(truth, is_found)] += 1
    tables = {
        what: [(c[0], c[1], c[2], c[3]) for _, c in sorted(texts.items())]
        for what, texts in sorted(counts.items())
    }
    return Errors(how=how, sentences=sentences, tables=tables)


def estimate(
    hits: int, of: int, errors: Errors | None, what: str, *, spread: float = 1.0, why: str = NOT_CODED
) -> Estimate:
    """The share of what was counted, corrected where the errors are known.

    The corrected share is (q - f) / (h - f), with q what was counted, h the share of hits and f of
    false hits (Rogan & Gladen 1978; "adjusted count", Forman 2008), held within 0 and 1. Its
    interval is of a bootstrap over hand-coded commentaries together with draws of the count.

    Parameters
    ----------
    spread
        By how much sentences of a piece resemble each other: the design effect (`Spread`).
    why
        The reason where there are no errors to correct by.
    """
    size = of / max(1.0, spread)
    plain = wilson(hits / of * size, size) if of else (0.0, 1.0)
    share = round(hits / of, 6) if of else 0.0
    tables = errors.tables.get(what, []) if errors else []
    reason = _too_few(tables) if errors else why
    if not of or reason:
        return Estimate(share=share, interval=plain, corrected=False, reason=reason)
    adjusted = _adjusted(share, size, tuple(tables))
    if adjusted is None:
        return Estimate(share=share, interval=plain, corrected=False, reason=TOO_UNSURE)
    return Estimate(share=adjusted[0], interval=adjusted[1], corrected=True)


class Spread:
    """The design effect of a share over pieces: its variance between pieces over that of single draws.

    Sums only, so that memory does not grow with the pieces (Kish 1965, ratio estimator).
    """

    def __init__(self) -> None:
        self.pieces, self.yy, self.yn, self.nn, self.y, self.n = 0, 0, 0, 0, 0, 0

    def add(self, hits: int, of: int) -> None:
        self.pieces += 1
        self.yy, self.yn, self.nn = self.yy + hits * hits, self.yn + hits * of, self.nn + of * of
        self.y, self.n = self.y + hits, self.n + of

    def add_all(self, hits: Any, of: Any) -> None:
        """Many pieces at once, by arrays of whole numbers."""
        self.pieces += len(hits)
        self.yy, self.yn = self.yy + int(hits @ hits), self.yn + int(hits @ of)
        self.nn = self.nn + int(of @ of)
        self.y, self.n = self.y + int(hits.sum()), self.n + int(of.sum())

    @property
    def effect(self) -> float:
        p = self.y / self.n if self.n else 0.0
        if self.pieces < 2 or not 0 < p < 1:
            return 1.0
        squares = self.yy - 2 * p * self.yn + p * p * self.nn
        between = self.pieces / (self.pieces - 1) * squares / self.n**2
        return max(1.0, between / (p * (1 - p) / self.n))


def counts_of(view: PieceView, codebook: Codebook) -> dict[str, tuple[int, int]]:
    """Hits and chances of each question in a piece, keyed as the tables of `Errors` are."""
    counts: dict[str, tuple[int, int]] = {}
    size = len(view.sentences)
    for tally in view.targets:
        if tally.asked:
            counts[tally.lens.key] = (tally.touched, size)
            counts[f"{tally.lens.key}.favor"] = (tally.counts.get("favor", 0), tally.answered)
    tokens = Counter(token for shown in view.sentences for token in shown.tokens)
    for code in device_codes(codebook):
        counts[code] = (tokens[code], size)
    return counts


def _place(truth: bool, is_found: bool) -> int:
    return (0 if is_found else 1) if truth else (2 if is_found else 3)


def _answers(
    row: GoldSentence, prediction: Prediction, codebook: Codebook
) -> Iterator[tuple[str, bool, bool]]:
    shown = _seen(row, prediction, codebook)
    voice = voice_layer(codebook)
    is_own = voice is None or row.layers.get(voice.id) == "author"
    for layer in codebook.predicted_layers:
        value: Any = row.layers.get(layer.id)
        if not fits(layer, value):
            continue
        if KINDS[layer.kind].by_target and (voice is None or voice.id in row.layers):
            for target, code in value.items():
                key = f"{layer.id}.{target}"
                mark = shown.marks.get(key)
                truth, is_found = is_own and code != UNRELATED, mark is not None and mark.tone != "unsure"
                yield key, truth, is_found
                if truth and is_found and mark and mark.code != DIRECTION_OPEN:
                    for name in layer.code_ids:
                        if name != UNRELATED:
                            yield f"{key}.{name}", code == name, mark.code == name
        elif KINDS[layer.kind].several:
            for name in layer.code_ids:
                if name not in layer.exclusive:
                    yield f"{layer.id}.{name}", name in value, f"{layer.id}.{name}" in shown.tokens


def _seen(row: GoldSentence, prediction: Prediction, codebook: Codebook) -> SentenceView:
    """The sentence as the pages count it."""
    sentence = Sentence(
        sentence_id=row.sentence_id, commentary_id=row.commentary_id, index=0, start=0, end=len(row.text),
        text=row.text, kind="sentence", continues=False, chain_id=None, block=0,
    )  # fmt: skip
    commentary = Commentary(commentary_id=row.commentary_id, title="", text=row.text, blocks=[])
    piece = TaggedPiece(commentary=commentary, sentences=[sentence], predictions=[prediction])
    return view_piece(piece, codebook, number=1).sentences[0]


def _too_few(tables: Sequence[Cell]) -> str | None:
    coded, others = sum(t[0] + t[1] for t in tables), sum(t[2] + t[3] for t in tables)
    texts = sum(t[0] + t[1] > 0 for t in tables)
    if coded < MIN_CODED or others < MIN_CODED or texts < MIN_COMMENTARIES:
        return f"{TOO_FEW}, {coded} mit und {others} ohne" if coded + others else TOO_FEW
    return None


def _adjusted(
    share: float, size: float, tables: tuple[Cell, ...]
) -> tuple[float, tuple[float, float]] | None:
    (hit, false_hit), (hits, false_hits), state = _drawn_rates(tables)
    if not hit[0] > false_hit[0]:
        return None
    rng = np.random.default_rng(0)
    rng.bit_generator.state = state
    counted = rng.beta(share * size + 0.5, (1 - share) * size + 0.5, size=DRAWS)
    room = hits - false_hits
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.clip((counted - false_hits) / room, 0, 1)
    usable = np.isfinite(drawn) & (room > 0)
    if usable.mean() < 0.975:
        return None
    low, high = np.quantile(drawn[usable], [0.025, 0.975])
    point = min(1.0, max(0.0, (share - false_hit[0]) / (hit[0] - false_hit[0])))
    return round(float(point), 6), (round(float(low), 6), round(float(high), 6))


@lru_cache(maxsize=256)
def _drawn_rates(tables: tuple[Cell, ...]) -> tuple[tuple[Any, Any], tuple[Any, Any], Any]:
    """The rates, those of each draw of hand-coded commentaries, and where the generator is then."""
    table = np.array(tables, dtype=float)
    rng = np.random.default_rng(0)
    weights = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=DRAWS)
    return _rates(table.sum(axis=0)[None]), _rates(weights @ table), rng.bit_generator.state


def _rates(sums: Any) -> tuple[Any, Any]:
    """The share of hits and of false hits, for each row of four sums."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return sums[:, 0] / (sums[:, 0] + sums[:, 1]), sums[:, 2] / (sums[:, 2] + sums[:, 3])


def measured_errors(
    load: Callable[[], "Model"], meta: "ModelMeta", gold: Sequence[GoldSentence], kept: Path,
    progress: Progress = no_progress,
) -> Errors:  # fmt: skip
    """As `measure_errors`, kept in a file so that the same model and gold are measured once."""
    text = "\n".join(msgspec.json.encode([row.sentence_id, row.text, row.layers]).decode() for row in gold)
    stamp = f"{_FORMAT} {meta.model_version} {short_hash(text, 16)}"
    try:
        known = msgspec.json.decode(kept.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        known = None
    if known is None or known.stamp != stamp:
        known = _Kept(stamp=stamp, errors=measure_errors(load(), gold, progress))
        write_json(kept, known)
    return known.errors


class _Kept(Record, frozen=True, kw_only=True):
    stamp: str
    errors: Errors
