"""The records that travel between the steps, one class a file of ``data/``.

Decoded and checked in one step as a line is read (`schemas.jsonl`); behind that, values are
trusted. The order of the fields is the order of the keys in the file. A key that is missing in
``layers`` means *not asked* or *not coded* and is never a value.
"""

import hashlib
import re
import unicodedata
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from schemas.latin_letters import in_latin_letters

BlockKind = Literal["title", "paragraph", "list_item", "caption", "url", "left_out"]
SentenceKind = Literal["sentence", "list_item"]

#: Value of a layer in a row: a code id (kind ``one``), a number (``scale``), code ids (``set``),
#: target id to code id (``stance``), or words (``text``); a kind of one's own may have fractions.
LayerValue = str | int | float | list[str] | dict[str, str]
Layers = dict[str, LayerValue]

UNRELATED = "unrelated"  # the stance value of a target that was asked and is not touched


class Record(Struct, frozen=True, kw_only=True):
    """What all rows share: immutable, built by name."""


class Block(Record, frozen=True, kw_only=True):
    """A typed stretch ``commentary.text[start:end]``; offsets are code points, half open.

    What is ``whole`` is not split: it was coded as one, in a tool whose codings were imported.
    """

    kind: BlockKind
    start: int
    end: int
    continues: bool = False
    whole: bool | UnsetType = UNSET


class Commentary(Record, frozen=True, kw_only=True):
    """A text with what is known of it.

    Without a ``language`` it is in German; ``translation_of`` is the id of its original.
    """

    commentary_id: str
    title: str
    author: str | None = None
    date: str | None = None
    source: str | None = None
    url: str | None = None
    outlet: str | None = None
    medium: str | None = None
    original_language: str | None = None
    translator: str | None = None
    license: str | None = None
    language: str | UnsetType = UNSET
    translation_of: str | UnsetType = UNSET
    text: str
    blocks: list[Block]
    captions: list[str] = []
    flags: list[str] = []


class Token(Record, frozen=True, kw_only=True):
    start: int
    end: int
    lemma: str
    tag: str


class Entity(Record, frozen=True, kw_only=True):
    start: int
    end: int
    label: str


class Sentence(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence, or the piece of one that stands in its block.

    ``commentary.text[s.start:s.end] == s.text``; ``block`` is the index into
    ``commentary.blocks``; ``tokens`` and ``entities`` are there with a spaCy pipeline that has
    them.
    """

    sentence_id: str
    commentary_id: str
    index: int
    start: int
    end: int
    text: str
    kind: SentenceKind
    continues: bool
    chain_id: str | None
    block: int
    tokens: list[Token] | None = None
    entities: list[Entity] | None = None


class Assignment(Record, frozen=True, kw_only=True):
    """Who is to code which sentence, and why it was chosen.

    ``probability`` is that of having been selected when the batch was, ``rank`` the place in the order of
    the batch; without a selection (strategy ``all``) only what everybody codes first has a rank.
    """

    sentence_id: str
    annotator: str
    phase: str = "main"
    batch: int = 1
    strategy: str = "all"
    probability: float = 1.0
    suggest: bool = True
    test: bool = False
    rank: int | UnsetType = UNSET


class Selection(Record, frozen=True, kw_only=True):
    """Why a sentence was coded: the batch it came with, what picked it, and the probability of that."""

    batch: int
    strategy: str
    probability: float


class SuggestionSnapshot(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a model had suggested on the screen when an annotation was made.

    ``layers`` was ticked; of that, the directions ``from_author`` were the author's in other
    commentaries. ``touched`` was only marked as touched. Both name ``layer__target``.
    """

    model_version: str
    layers: Layers
    touched: list[str] = []
    from_author: list[str] = []


class Annotation(Record, frozen=True, kw_only=True):
    """What one annotator coded in one sentence. Times are ISO 8601, ``lead_time`` seconds.

    ``selection`` is there only where ``standpunkt select`` picked the sentence.
    """

    sentence_id: str
    commentary_id: str
    annotator: str
    codebook: str
    codebook_version: str | None = None
    phase: str | None = None
    layers: Layers
    skipped: bool = False
    incomplete: list[str] = []
    lead_time: float | None = None
    created_at: str | None = None
    updated_at: str | None = None
    task_id: int | None = None
    annotation_id: int | None = None
    suggested: SuggestionSnapshot | None = None
    selection: Selection | UnsetType = UNSET


_UNKNOWN = re.compile(r"unknown-\d+")


def unknown_annotator(number: int) -> str:
    """The name in the rows of somebody of whom nothing is known: the ``number``-th in this sentence."""
    return f"unknown-{number}"


def is_unknown(annotator: str) -> bool:
    """Whether nothing is known of who coded; the same name in another sentence may be anybody else.

    >>> is_unknown("unknown-2"), is_unknown("annotator-2")
    (True, False)
    """
    return _UNKNOWN.fullmatch(annotator) is not None


class RemovedAnnotation(Annotation, frozen=True, kw_only=True):
    """An annotation that was pulled once and is gone from Label Studio: when that was seen, and why."""

    removed_at: str
    reason: str


class ContextSentence(Record, frozen=True, kw_only=True):
    """A sentence with the running text around it: what a model reads, and an adjudication fills."""

    sentence_id: str
    commentary_id: str
    index: int | None = None
    text: str
    before: str = ""
    after: str = ""
    author: str | None = None
    date: str | None = None


class GoldSentence(ContextSentence, frozen=True, kw_only=True):
    """A sentence with the layers that count; training needs ids, text and layers only."""

    layers: Layers
    support: dict[str, dict[str, int]] = {}
    probabilities: dict[str, dict[str, float | dict[str, float]]] = {}
    undecided: list[str] = []
    test: bool = False


class TouchPrediction(Record, frozen=True, kw_only=True):
    """Whether a target is touched, whichever way: a probability, and whether it is sure."""

    score: float
    threshold: float
    abstained: bool


#: What a direction rests on: the author's other commentaries, what was coded so far in this one, what a file
#: of predictions says beside the model (`train --with`), or words alone, which no suggestion may rest on.
DirectionSource = Literal["author", "commentary", "predictions", "text", "none"]


class CodePrediction(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A model's answer for a ``one`` or ``scale`` layer, or for one target of a stance layer.

    Of a stance alone: ``touched`` is the probability that the target is touched at all, ``touch`` says
    whether that is sure, though the answer may abstain because its direction is open; ``direction_from``
    is what the direction rests on.
    """

    code: str | int
    score: float
    threshold: float
    abstained: bool
    touched: float | None = None
    scores: dict[str, float]
    touch: TouchPrediction | None = None
    direction_from: DirectionSource | None = None

    @property
    def touch_sure(self) -> bool:
        """Whether it is sure that the target is touched."""
        return self.touch is not None and not self.touch.abstained

    @property
    def is_touched_only(self) -> bool:
        """Whether the touch is sure and its direction is not: no answer, and more than none."""
        return self.touch_sure and not self.is_directed

    @property
    def is_directed(self) -> bool:
        """Whether it is sure which way a target is touched."""
        return not self.abstained and self.code != UNRELATED


class SetPrediction(Record, frozen=True, kw_only=True):
    """A model's answer for a ``set`` layer; ``abstained`` lists codes too close to call."""

    codes: list[str]
    scores: dict[str, float]
    thresholds: dict[str, float]
    abstained: list[str] = []


LayerPrediction = CodePrediction | SetPrediction | dict[str, CodePrediction]


class Prediction(Record, frozen=True, kw_only=True):
    """What a model says of one sentence. Written, not read back: see `formats`.

    ``notices`` is there only where the commentary is unlike the training data, and names how. ``calibrated``
    is there only in rows of a language model: the layers whose scores are probabilities, fitted on coded
    sentences; in all others the model abstains everywhere.
    """

    sentence_id: str
    commentary_id: str
    text: str
    model_version: str
    codebook: str
    codebook_version: str
    layers: dict[str, LayerPrediction]
    reasons: dict[str, list[tuple[str, float]]] = {}
    notices: list[str] | UnsetType = UNSET
    calibrated: list[str] | UnsetType = UNSET


def slug(title: str) -> str:
    """The readable part of an id: lower case, in Latin letters, at most 60 characters.

    >>> slug("Trump hätte Größe: „Nein“ – na und?")
    'trump-haette-groesse-nein-na-und'
    >>> slug("Чи буде мир?")
    'chi-bude-mir'
    """
    return re.sub(r"[^a-z0-9]+", "-", in_latin_letters(title)).strip("-")[:60].strip("-")


def short_hash(text: str, digits: int) -> str:
    """The first hex digits of SHA-256 over NFC text in UTF-8."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")).hexdigest()[
        :digits
    ]


class IdRegister:
    """Hands out ids in the order of the file; one that recurs gets ``-2``, ``-3``.

    >>> ids = IdRegister()
    >>> ids.commentary("Nein!", None), ids.commentary("Nein!", None)
    ('nein-a149a1', 'nein-a149a1-2')
    """

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def commentary(self, title: str, author: str | None, own: str | None = None) -> str:
        """The record's own id, or one that rests on title and author: never on date or text."""
        digest = short_hash(f"{author or ''}\n{title}", 6)
        return self._unique(own or f"{slug(title) or 'text'}-{digest}")

    def sentence(self, commentary_id: str, text: str) -> str:
        return self._unique(f"{commentary_id}:{short_hash(text, 8)}")

    def _unique(self, name: str) -> str:
        count = self._seen[name] = self._seen.get(name, 0) + 1
        return name if count == 1 else f"{name}-{count}"
