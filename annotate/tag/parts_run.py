"""All parts of a run, made by an engine, and the report of them."""

import time
from collections.abc import Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from annotate.tag.engines import TRIES, Engine
from annotate.tag.parts import PartDone, PartOptions, PartReport, sum_of, tag_part
from annotate.tag.portions import Portion
from annotate.texts.commentaries import Failed
from schemas.errors import StandpunktError
from schemas.files import readable
from schemas.records import Record

_MOST_TOLD = 1000  # failures that a report names; the manifests have all


class PartsReport(Record, frozen=True, kw_only=True):
    """What there is to tell of all parts, also of those that an earlier run made (``finished_before``).

    ``failed`` names the first thousand of ``failures``; ``drift`` counts commentaries with a notice;
    ``sentences_a_second`` is of what this run made, null where all was finished.
    """

    model_version: str
    engine: str
    parts: int
    finished_before: int
    commentaries: int
    sentences: int
    abstained: dict[str, int]
    coverage: float | None
    drift: dict[str, int]
    other_language: int
    unanswered: int
    failures: int
    failed: list[Failed]
    seconds: float
    sentences_a_second: float | None = None


def tag_parts(
    portions: Sequence[Portion], options: PartOptions, engine: Engine, *, workers: int = 1,
    address: str | None = None,
) -> Iterator[tuple[Portion, PartDone]]:  # fmt: skip
    """The parts as they are finished, those of earlier runs too.

    Raises
    ------
    StandpunktError
        What keeps one part from being made keeps all, such as a model that cannot be read or a full disk.
    """
    for portion, done in engine(partial(tag_part, options), portions, workers=workers, address=address):
        if done is None:
            name = readable(portion.files[0])
            words = f"{name}: its worker was ended {TRIES} times, perhaps for want of memory"
            failure = Failed(input=name, reason=words)
            yield portion, PartDone(PartReport(failed=[failure]))
        elif done.refused is not None:
            raise StandpunktError(done.refused)
        else:
            yield portion, done


class Total:
    """The report of a run, as its parts are finished."""

    def __init__(self, options: PartOptions, engine: str, failed: Sequence[Failed]) -> None:
        self._options, self._engine, self._begun = options, engine, time.monotonic()
        self._sum, self._failures = PartReport(failed=list(failed[:_MOST_TOLD])), len(failed)
        self.parts = self.before = self._sentences_now = 0

    def add(self, done: PartDone) -> None:
        self.parts += 1
        self.before += done.before
        self._sentences_now += 0 if done.before else done.report.sentences
        self._failures += len(done.report.failed)
        both = sum_of(self._sum, done.report)
        self._sum = replace(both, failed=both.failed[:_MOST_TOLD], notes=both.notes[:_MOST_TOLD])

    @property
    def sentences_a_second(self) -> float | None:
        """Of what this run itself made."""
        return self._sentences_now / (time.monotonic() - self._begun) if self._sentences_now else None

    @property
    def sentences(self) -> int:
        return self._sum.sentences

    @property
    def notes(self) -> list[str]:
        return self._sum.notes

    def report(self) -> PartsReport:
        counted, speed = self._sum, self.sentences_a_second
        return PartsReport(
            model_version=self._options.model_version,
            engine=self._engine,
            parts=self.parts,
            finished_before=self.before,
            commentaries=counted.commentaries,
            sentences=counted.sentences,
            abstained=counted.abstained,
            coverage=round(1 - sum(counted.abstained.values()) / counted.answers, 6)
            if counted.answers
            else None,
            drift=counted.drift,
            other_language=counted.other_language,
            unanswered=counted.unanswered,
            failures=self._failures,
            failed=counted.failed,
            seconds=round(time.monotonic() - self._begun, 1),
            sentences_a_second=round(speed, 1) if speed else None,
        )
