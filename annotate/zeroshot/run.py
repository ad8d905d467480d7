"""A run: what is not known yet is asked, a few at once; then the rows are made of what is known.

Between the two stands the cache alone, so that memory does not grow with the corpus, a run that was broken
off goes on, and a second one asks nothing and writes the same bytes.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from annotate.progress import Progress, no_progress
from annotate.zeroshot.cache import AnswerCache, Reply
from annotate.zeroshot.endpoint import Endpoint
from annotate.zeroshot.prompt import repair
from annotate.zeroshot.questions import CHARACTERS_A_TOKEN, Piece, Prompt, Question, request_key
from annotate.zeroshot.rows import (
    Answer,
    Answered,
    combine,
    merged,
    needs_repair,
    outcomes,
    read_reply,
    to_prediction,
)
from schemas.errors import EndpointError
from schemas.records import GoldSentence, Prediction, Record

if TYPE_CHECKING:
    from train.classifiers.confidence import Confidence, Outcome

#: Requests that fail in a row before the endpoint is taken for gone; one sentence alone may be at fault.
MOST_FAILED = 5

Pieces = Callable[[], Iterable[Piece]]


class Limits(Record, frozen=True, kw_only=True):
    """How much a run may ask: requests sent, tokens spent (both of this run), requests at once."""

    max_requests: int | None = None
    max_tokens: int | None = None
    parallel: int = 4


class Plan(Record, frozen=True, kw_only=True):
    """What a run would take: tokens are estimated, as long as no answer is known."""

    commentaries: int
    sentences: int
    requests: int
    cached: int
    prompt_tokens: int
    answer_tokens: int


class Asked(Record, frozen=True, kw_only=True):
    """What a run took; ``failed`` are requests without an answer, by reason."""

    sent: int
    cached: int
    repaired: int
    prompt_tokens: int
    answer_tokens: int
    failed: dict[str, int]
    stopped: str | None = None


class Known:
    """What the cache knows of a prompt's questions."""

    def __init__(self, prompt: Prompt, cache: AnswerCache) -> None:
        self.prompt, self.cache = prompt, cache

    def answers(self, piece: Piece) -> Iterator[tuple[Any, dict[str, Answer], dict[str, str]]]:
        """Each sentence that was asked, its answers, and why it has no others."""
        samples: dict[str, list[Answered]] = {}
        rows = {}
        for asked in self.prompt.questions(piece):
            for row, answered in zip(asked.rows, self._read(asked) or (), strict=False):
                samples.setdefault(row.sentence_id, []).append(answered)
                rows[row.sentence_id] = row
        for name, row in rows.items():
            yield row, *combine(samples[name], self.prompt)

    def _read(self, asked: Question) -> list[Answered] | None:
        body = self.prompt.body(asked)
        reply = self.cache.get(request_key(body))
        if reply is None:
            return None
        answers = read_reply(reply, asked, self.prompt)
        again = repair_body(asked, body, reply, self.prompt)
        second = self.cache.get(request_key(again)) if again else None
        return merged(answers, read_reply(second, asked, self.prompt)) if second else answers


def repair_body(
    asked: Question, body: Mapping[str, Any], reply: Reply, prompt: Prompt
) -> dict[str, Any] | None:
    """The request that asks once more; None where the reply can be read, or no second would help."""
    reason = needs_repair(reply, asked, prompt)
    if reason is None:
        return None
    return {**body, "messages": repair(asked.talk, reply.content, reason, prompt.codebook)}


def plan(pieces: Pieces, known: Known) -> Plan:
    """What is still to be asked."""
    counts: Counter[str] = Counter()
    for piece in pieces():
        counts["commentaries"] += 1
        counts["sentences"] += len(piece.rows)
        for asked in known.prompt.questions(piece):
            if request_key(known.prompt.body(asked)) in known.cache:
                counts["cached"] += 1
                continue
            counts["requests"] += 1
            counts["characters"] += sum(len(message["content"]) for message in asked.talk)
            counts["answer"] += known.prompt.expected_tokens(asked)
    return Plan(
        commentaries=counts["commentaries"], sentences=counts["sentences"], requests=counts["requests"],
        cached=counts["cached"], prompt_tokens=round(counts["characters"] / CHARACTERS_A_TOKEN),
        answer_tokens=counts["answer"],
    )  # fmt: skip


def ask_all(
    pieces: Pieces, known: Known, endpoint: Endpoint, limits: Limits, *, total: int,
    progress: Progress = no_progress,
) -> Asked:  # fmt: skip
    """Asks what is not known; answers are kept as they come.

    Raises
    ------
    EndpointError
        The endpoint refuses, or answers no more; what it answered before is kept.
    """
    run = _Run(known, endpoint, limits, total, progress)
    try:
        asyncio.run(run.all(asked for piece in pieces() for asked in known.prompt.questions(piece)))
    finally:
        known.cache.flush()
    return run.report()


class _Run:
    def __init__(
        self, known: Known, endpoint: Endpoint, limits: Limits, total: int, progress: Progress
    ) -> None:
        self.known, self.endpoint, self.limits = known, endpoint, limits
        self.total, self.progress = total, progress
        self.counts: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.in_a_row = 0
        self.stopped: str | None = None
        self.began = time.monotonic()
        endpoint.say = lambda words: progress(words, self.counts["done"], total)

    async def all(self, questions: Iterator[Question]) -> None:
        tasks = [asyncio.create_task(self._work(questions)) for _ in range(self.limits.parallel)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.endpoint.close()

    async def _work(self, questions: Iterator[Question]) -> None:
        for asked in questions:
            if self.stopped is not None:
                return
            try:
                await self._answer(asked)
            except EndpointError as error:
                self._fail(error)

    async def _answer(self, asked: Question) -> None:
        prompt = self.known.prompt
        body = prompt.body(asked)
        reply = await self._reply(body)
        again = repair_body(asked, body, reply, prompt) if reply is not None else None
        if again is not None and await self._reply(again) is not None:
            self.counts["repaired"] += 1

    async def _reply(self, body: Mapping[str, Any]) -> Reply | None:
        key = request_key(body)
        known = self.known.cache.get(key)
        if known is not None:
            self.counts["cached"] += 1
            return known
        reply = await self.endpoint.ask(body, self._may_send)
        if reply is None:
            return None
        self.in_a_row = 0
        self.known.cache.put(key, reply)
        self.counts.update(done=1, prompt=reply.prompt_tokens, answer=reply.answer_tokens)
        self._tell()
        return reply

    def _may_send(self) -> bool:
        most, tokens = self.limits.max_requests, self.limits.max_tokens
        if most is not None and self.endpoint.sent >= most:
            self.stopped = f"--max-requests {most} is reached"
        elif tokens is not None and self.counts["prompt"] + self.counts["answer"] >= tokens:
            self.stopped = f"--max-tokens {tokens} is reached"
        return self.stopped is None

    def _fail(self, error: EndpointError) -> None:
        self.in_a_row += 1
        is_all = error.status in (401, 402, 403, 404) or 300 <= (error.status or 0) < 400
        if is_all or not self.counts["done"] or self.in_a_row >= MOST_FAILED:
            raise error
        self.failed[f"{error.status}: {error.words}" if error.status else error.words] += 1

    def _tell(self) -> None:
        done = self.counts["done"]
        left = max(self.total - done, 0) * (time.monotonic() - self.began) / done
        spent = self.counts["prompt"] + self.counts["answer"]
        self.progress(f"asking: {spent:,} tokens, {_duration(left)} left", done, max(self.total, done))

    def report(self) -> Asked:
        return Asked(
            sent=self.endpoint.sent, cached=self.counts["cached"], repaired=self.counts["repaired"],
            prompt_tokens=self.counts["prompt"], answer_tokens=self.counts["answer"],
            failed=dict(sorted(self.failed.items())), stopped=self.stopped,
        )  # fmt: skip


def fit_confidences(
    pieces: Pieces, known: Known, gold: Sequence[GoldSentence]
) -> tuple[dict[str, "Confidence"], dict[str, int]]:
    """What coded sentences teach of the model's answers, by layer; and on how many sentences that rests."""
    from train.classifiers.confidence import fit_confidence

    by_id = {row.sentence_id: row for row in gold if not row.test}
    commentaries = {row.commentary_id for row in by_id.values()}
    found: dict[str, list[Outcome]] = {}
    rows: dict[str, set[str]] = {}
    for piece in pieces():
        if not piece.rows or piece.rows[0].commentary_id not in commentaries:
            continue
        for row, answers, _ in known.answers(piece):
            if row.sentence_id in by_id:
                for layer, outcome in outcomes(by_id[row.sentence_id], answers, known.prompt):
                    found.setdefault(layer, []).append(outcome)
                    rows.setdefault(layer, set()).add(row.sentence_id)
    fitted = {layer: fit_confidence(some) for layer, some in found.items() if len(rows[layer]) >= MIN_CODED}
    kept = {layer: confidence for layer, confidence in fitted.items() if confidence is not None}
    return kept, {layer: len(rows[layer]) for layer in kept}


#: Coded sentences below which a layer's scores are not calibrated.
MIN_CODED = 50


class RowCounts(Record, frozen=True, kw_only=True):
    """What became of the sentences; ``unanswered``: layer → reason → answers that are missing."""

    rows: int
    complete: int
    unanswered: dict[str, dict[str, int]]
    scored: int


class Rows:
    """The rows of a run in the order of the sentences, and what is counted while they are made."""

    def __init__(
        self, pieces: Pieces, known: Known, version: str, confidences: Mapping[str, "Confidence"]
    ) -> None:
        self._pieces, self._known, self._version = pieces, known, version
        self._confidences = confidences
        self._counts: Counter[str] = Counter()
        self._unanswered: dict[str, Counter[str]] = {}

    def __iter__(self) -> Iterator[Prediction]:
        for piece in self._pieces():
            for row, answers, missing in self._known.answers(piece):
                self._counts.update(rows=1, complete=not missing)
                self._counts["scored"] += any(answer.scores is not None for answer in answers.values())
                for name, reason in missing.items():
                    layer = name.partition("__")[0]
                    self._unanswered.setdefault(layer, Counter())[reason] += 1
                yield to_prediction(row, answers, self._known.prompt, self._version, self._confidences)

    def counts(self) -> RowCounts:
        return RowCounts(
            rows=self._counts["rows"], complete=self._counts["complete"], scored=self._counts["scored"],
            unanswered={name: dict(sorted(found.items())) for name, found in self._unanswered.items()},
        )  # fmt: skip


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
