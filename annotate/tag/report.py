"""The report of a tagging run, of a few commentaries and of a folder alike."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from annotate.analysis.piece import TaggedPiece
from annotate.kinds import kind_of
from annotate.texts.commentaries import Failed
from schemas.codebook import Codebook
from schemas.records import Record


class TagReport(Record, frozen=True, kw_only=True):
    """``abstained`` counts answers that stayed below their threshold, by layer.

    ``coverage`` is the share of answers that did not, null where there is none; a target that is surely
    not touched is no answer. ``drift`` names
    the commentaries that are unlike the training data; ``other_language`` those that were not tagged, as
    they are in a language the model was not trained on; ``unanswered`` counts sentences without any
    answer, as they have no row in a file of predictions.
    """

    commentaries: int
    sentences: int
    model_version: str
    abstained: dict[str, int]
    failed: list[Failed]
    coverage: float | None = None
    drift: dict[str, list[str]] = {}
    other_language: list[Failed] = []
    unanswered: int = 0


class CommentaryCounts(NamedTuple):
    """What the report needs of one commentary; answers and abstained ones by layer."""

    commentary_id: str
    sentences: int
    answers: dict[str, int]
    abstained: dict[str, int]
    notices: list[str]
    unanswered: int = 0


def counts_in(tagged: TaggedPiece, codebook: Codebook) -> CommentaryCounts:
    answers: Counter[str] = Counter()
    abstained: Counter[str] = Counter()
    names = {name: None for prediction in tagged.predictions for name in prediction.layers}
    for name in names:
        kind = kind_of(codebook.layer(name))
        given = [prediction.layers[name] for prediction in tagged.predictions if name in prediction.layers]
        singles = [answer for layer in given for answer in kind.single_answers(layer)]
        answers[name] = len(singles)
        abstained[name] = sum([bool(answer.abstained) for answer in singles])
    return CommentaryCounts(
        tagged.commentary.commentary_id,
        len(tagged.sentences),
        dict(answers),
        dict(abstained),
        tagged.drift.notices if tagged.drift else [],
        sum(not prediction.layers for prediction in tagged.predictions),
    )


def tag_report(
    model_version: str,
    counts: Iterable[CommentaryCounts],
    failed: Sequence[Failed] = (),
    other_language: Sequence[Failed] = (),
) -> TagReport:
    commentaries = sentences = answers = unanswered = 0
    abstained: Counter[str] = Counter()
    drift: dict[str, list[str]] = {}
    for commentary in counts:
        commentaries += 1
        sentences += commentary.sentences
        unanswered += commentary.unanswered
        answers += sum(commentary.answers.values())
        for name, count in commentary.abstained.items():
            abstained[name] += count
        if commentary.notices:
            drift[commentary.commentary_id] = commentary.notices
    return TagReport(
        commentaries=commentaries,
        sentences=sentences,
        model_version=model_version,
        abstained=dict(abstained),
        failed=list(failed),
        coverage=round(1 - sum(abstained.values()) / answers, 6) if answers else None,
        drift=drift,
        other_language=list(other_language),
        unanswered=unanswered,
    )
