"""The sentences of a study as Label Studio tasks, and as the rows a model reads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from annotate.study.folder import Study
from annotate.texts.context import running_text, to_rows
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.jsonl import read_jsonl
from schemas.records import Assignment, Commentary, ContextSentence, Sentence
from schemas.studio_json import TaskData


def task_data(commentary: Commentary, sentences: Sequence[Sentence], codebook: Codebook) -> list[TaskData]:
    """What the tasks of a commentary carry; ``note`` stays empty until a suggestion is shown."""
    shared = {
        "commentary_id": commentary.commentary_id,
        "title": commentary.title,
        "author": commentary.author or "",
        "date": commentary.date or "",
        "codebook_version": codebook.version,
    }
    around = running_text(commentary, sentences)
    return [
        TaskData(sentence_id=s.sentence_id, text=s.text, before=before, after=after, **shared)
        for s, (before, after) in zip(sentences, around, strict=True)
    ]


def task_row(data: TaskData, place: Mapping[str, str], meta: Assignment) -> dict[str, Any]:
    """A task body as Label Studio imports it, its place among the others beside the sentence."""
    return {"data": {**msgspec.to_builtins(data), **place}, "meta": msgspec.to_builtins(meta)}


def study_rows(study: Study) -> list[ContextSentence]:
    """The sentences of a study as a model reads them."""
    return [row for piece in rows_by_commentary(study) for row in piece]


def rows_by_commentary(study: Study) -> Iterator[list[ContextSentence]]:
    """The rows of one commentary after the other: context makes them large."""
    sentences: dict[str, list[Sentence]] = {}
    for sentence in read_jsonl(study.needs(study.sentences, "split"), Sentence):
        sentences.setdefault(sentence.commentary_id, []).append(sentence)
    for commentary in read_jsonl(study.needs(study.commentaries, "split"), Commentary):
        yield to_rows(commentary, sentences.pop(commentary.commentary_id, []))


def study_tasks(study: Study, codebook: Codebook) -> tuple[list[Sentence], dict[str, TaskData]]:
    """The sentences of a study in order, and the task data of each."""
    commentaries = list(read_jsonl(study.needs(study.commentaries, "split"), Commentary))
    sentences = list(read_jsonl(study.needs(study.sentences, "split"), Sentence))
    by_commentary: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        by_commentary.setdefault(sentence.commentary_id, []).append(sentence)
    known = {commentary.commentary_id for commentary in commentaries}
    stray = next((name for name in by_commentary if name not in known), None)
    if stray:
        raise DataError(
            f'sentences of "{stray}", which is not in {study.commentaries.name}', path=study.sentences
        )
    data: dict[str, TaskData] = {}
    for commentary in commentaries:
        rows = task_data(commentary, by_commentary.get(commentary.commentary_id, []), codebook)
        data.update((row.sentence_id, row) for row in rows)
    return sentences, data
