"""Sentences → the requests that are sent: bodies, their keys in the cache, and the model version. Pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from annotate.zeroshot.answers import answer_schema
from annotate.zeroshot.prompt import Message, instructions, messages, question, question_whole
from schemas.codebook import Codebook
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.records import ContextSentence, GoldSentence, Record, short_hash

#: Sentences asked in one request with ``--whole``: models lose count in longer lists.
WHOLE_PART = 40
#: Alternatives asked for in each token's place; some servers refuse more.
TOP = 5
#: German text has about so many characters a token, with the tokenizers of 2024 and after.
CHARACTERS_A_TOKEN = 3.3


class PromptSettings(Record, frozen=True, kw_only=True):
    """What an answer depends on beside the model, the codebook and the sentence.

    ``temperature`` is 0 for one sample; repeated answers need some chance. ``answer_tokens`` None: what the
    form takes.
    """

    whole: bool = False
    samples: int = 1
    examples: int = 0
    temperature: float = 0.0
    answer_tokens: int | None = None


class Question(NamedTuple):
    """What is asked in one request; ``sample`` counts repetitions from 0.

    ``rows`` are all sentences that are asked, ``numbers`` what they are called with ``--whole``.
    """

    rows: tuple[ContextSentence, ...]
    numbers: tuple[int, ...]
    talk: list[Message]
    sample: int


class Piece(NamedTuple):
    """A commentary's title and its sentences with the text around each."""

    title: str
    rows: Sequence[ContextSentence]


class Prompt:
    """All that the requests of a run have in common.

    Parameters
    ----------
    gold
        Coded sentences that examples are chosen from; never from the commentary that is asked, and never of
        the test share.
    """

    def __init__(
        self, model: str, codebook: Codebook, layers: Sequence[Layer], settings: PromptSettings,
        gold: Sequence[GoldSentence] = (), titles: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.model, self.codebook, self.layers, self.settings = model, codebook, layers, settings
        self.system = instructions(codebook, layers, whole=settings.whole)
        self.schema = answer_schema(codebook, layers, whole=settings.whole)
        self._titles = titles or {}
        self._pool = _example_pool(gold, codebook, layers) if settings.examples else []
        self._examples: tuple[str, list[tuple[str, dict[str, Any]]]] | None = None

    def version(self, more: str = "") -> str:
        """``llm-<model>-<8 hex>`` over model, prompt and settings, and ``more`` that rows depend on."""
        parts = [
            self.model, self.system, msgspec.json.encode(self.schema).decode(),
            msgspec.json.encode(self.settings).decode(),
            "".join(f"{row.sentence_id}{row.text}{row.layers}" for row in self._pool), more,
        ]  # fmt: skip
        name = re.sub(r"[^a-z0-9.]+", "-", self.model.lower()).strip("-.")[:40] or "model"
        return f"llm-{name}-{short_hash(chr(0).join(parts), 8)}"

    def questions(self, piece: Piece) -> Iterator[Question]:
        """The requests for a commentary, in order."""
        rows = piece.rows
        if not rows:
            return
        examples = self._examples_for(rows)
        if not self.settings.whole:
            for row in rows:
                talk = messages(self.system, examples, question(row, piece.title, self.codebook))
                yield from (Question((row,), (), talk, n) for n in range(self.settings.samples))
            return
        for start in range(0, len(rows), WHOLE_PART):
            part = tuple(rows[start : start + WHOLE_PART])
            numbers = tuple(range(start + 1, start + len(part) + 1))
            asked = question_whole(rows, piece.title, self.codebook, numbers[0], numbers[-1])
            talk = messages(self.system, examples, asked)
            yield from (Question(part, numbers, talk, n) for n in range(self.settings.samples))

    def body(self, asked: Question) -> dict[str, Any]:
        """The request as it is sent to an endpoint that knows all of it."""
        return {
            "model": self.model,
            "messages": list(asked.talk),
            "stream": False,
            "temperature": self.settings.temperature,
            "seed": asked.sample,
            "max_tokens": self.settings.answer_tokens or self.expected_tokens(asked) * 2 + 64,
            "logprobs": True,
            "top_logprobs": TOP,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "coding", "strict": True, "schema": self.schema},
            },
        }

    def expected_tokens(self, asked: Question) -> int:
        """About how many tokens an answer has."""
        per_row = sum(self._value_tokens(layer) for layer in self.layers) + 8
        return per_row * len(asked.rows)

    def _value_tokens(self, layer: Layer) -> int:
        kind = KINDS[layer.kind]
        if kind.by_target:
            return 6 + sum(10 + len(target) // 3 for target in self.codebook.target_ids)
        return 8 + len(layer.id) // 3 + (30 if kind.several else 6)

    def _examples_for(self, rows: Sequence[ContextSentence]) -> list[tuple[str, dict[str, Any]]]:
        commentary = rows[0].commentary_id
        if self._examples is None or self._examples[0] != commentary:
            texts = {row.text for row in rows}
            pool = [row for row in self._pool if row.commentary_id != commentary and row.text not in texts]
            chosen = choose_examples(pool, self.layers, self.settings.examples)
            self._examples = (commentary, [self._example(row) for row in chosen])
        return self._examples[1]

    def _example(self, row: GoldSentence) -> tuple[str, dict[str, Any]]:
        answer: dict[str, Any] = {layer.id: row.layers[layer.id] for layer in self.layers}
        if not self.settings.whole:
            return question(row, self._titles.get(row.commentary_id, ""), self.codebook), answer
        title = self._titles.get(row.commentary_id, "")
        return question_whole([row], title, self.codebook, 1, 1), {"sentences": [{"n": 1, **answer}]}


def request_key(body: Mapping[str, Any]) -> str:
    """The name of a request's answer in the cache: SHA-256 over all that is asked."""
    return hashlib.sha256(msgspec.json.encode(body)).hexdigest()


def choose_examples(pool: Sequence[GoldSentence], layers: Sequence[Layer], number: int) -> list[GoldSentence]:
    """Sentences that show as many different codes as possible, each from another "
    "commentary while there are."""
    chosen: list[GoldSentence] = []
    shown: set[str] = set()
    left = {row.sentence_id: (row, _codes(row, layers)) for row in pool}
    used: set[str] = set()
    while left and len(chosen) < number:
        best = max(
            left.values(), key=lambda pair: (len(pair[1] - shown), pair[0].commentary_id not in used)
        )  # of equals the first, and the pool is in an order that says nothing
        chosen.append(best[0])
        shown |= best[1]
        used.add(best[0].commentary_id)
        del left[best[0].sentence_id]
    return chosen


def _codes(row: GoldSentence, layers: Sequence[Layer]) -> set[str]:
    found = set()
    for layer in layers:
        value = row.layers[layer.id]
        if isinstance(value, dict):
            found |= {f"{layer.id} {target} {code}" for target, code in value.items()}
        else:
            found |= {f"{layer.id} {code}" for code in (value if isinstance(value, list) else [value])}
    return found


def _example_pool(
    gold: Sequence[GoldSentence], codebook: Codebook, layers: Sequence[Layer]
) -> list[GoldSentence]:
    """The rows that answer all that is asked, in an order that rests on their ids alone."""
    rows = [row for row in gold if not row.test and _is_complete(row, codebook, layers)]
    return sorted(rows, key=lambda row: short_hash(row.sentence_id, 16))


def _is_complete(row: GoldSentence, codebook: Codebook, layers: Sequence[Layer]) -> bool:
    for layer in layers:
        value = row.layers.get(layer.id)
        if value is None or KINDS[layer.kind].strange(layer, value, codebook.target_ids):
            return False
        if isinstance(value, dict) and set(value) != set(codebook.target_ids):
            return False
    return True
