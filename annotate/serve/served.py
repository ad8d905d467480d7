"""A study and a model as of one moment, and what is answered of its tasks."""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from annotate.label_studio.answers import HeldTask
from annotate.study.folder import Study
from annotate.sync.suggester import Suggester
from annotate.sync.suggestions import TaskSuggestion, study_task, withheld_reason
from annotate.texts.blocks import find_blocks
from annotate.texts.context import to_rows
from exports.formats.material import codes_of
from schemas.controls import control_name
from schemas.errors import ModelError
from schemas.jsonl import read_jsonl
from schemas.labeling import labeling_config
from schemas.records import UNRELATED, Assignment, Commentary, Prediction, Sentence, SetPrediction, short_hash

if TYPE_CHECKING:
    from train.model import Model

#: Sentences whose suggestions are kept: a few dozen megabytes at most.
KEPT = 20_000

Suggested = Mapping[str, TaskSuggestion | None]
#: A place in a text: start and end, half open.
Span = tuple[int, int]


class Answer(NamedTuple):
    """What is suggested for a task, or why nothing is; ``unexpected`` is worth a line in the log."""

    suggestion: TaskSuggestion | None
    reason: str = ""
    unexpected: bool = False


class Offered(NamedTuple):
    """A code that is certain enough of a sentence, with its score; of a set each is one.

    ``of_author`` says that the direction is the author's in other commentaries.
    """

    layer: str
    target: str | None
    code: str
    score: float
    of_author: bool


class Served:
    """What requests are answered from. It never changes: a newer model or pull makes another one.

    Parameters
    ----------
    projects
        Annotator → the number of their project.

    Raises
    ------
    ModelError
        The model shares no layer with the study's codebook.
    """

    def __init__(self, model: "Model", study: Study, projects: Mapping[str, int]) -> None:
        codebook = study.codebook()
        self.suggester = Suggester(without_reasons(model), study, codebook)
        self.annotators = {number: name for name, number in projects.items()}
        self.config = labeling_config(codebook).strip()
        check_fits(self.suggester, study)
        self._pieces: dict[str, tuple[Commentary, list[Sentence]]] = {
            row.commentary_id: (row, [])
            for row in read_jsonl(study.needs(study.commentaries, "split"), Commentary)
        }
        self._commentary: dict[str, str] = {}
        for row in read_jsonl(study.needs(study.sentences, "split"), Sentence):
            if row.commentary_id in self._pieces:
                self._pieces[row.commentary_id][1].append(row)
                self._commentary[row.sentence_id] = row.commentary_id
        self._of_text = {commentary.text: name for name, (commentary, _) in self._pieces.items()}
        self._withheld = _withheld(study)
        self._kept: OrderedDict[tuple[str, str], Mapping[Any, Any]] = OrderedDict()
        self._n_kept = 0
        self._cache, self._predicting = threading.Lock(), threading.Lock()

    @property
    def model_version(self) -> str:
        return self.suggester.model.meta.model_version

    def unknown(self, project: int | None, config: str | None) -> str | None:
        """Why a project gets no suggestions at all; None where it does."""
        if project not in self.annotators:
            return f"project {project} is not one of this study's annotators"
        if config is not None and config.strip() != self.config:
            return f"the screen of project {project} is not the codebook's; `standpunkt push` updates it"
        return None

    def answer(self, task: HeldTask, annotator: str) -> Answer:
        """What `prelabel` would put on this task in the annotator's project."""
        known = study_task(task)
        commentary = self._commentary.get(known.sentence_id) if known else None
        if known is None or commentary is None:
            return Answer(None, f"task {task.id} is no sentence of the study", unexpected=True)
        # what the study says counts too: any member of a Label Studio can change a task
        if reason := known.withheld or self._withheld.get((annotator, known.sentence_id)):
            return Answer(None, reason)
        suggestion = self._suggested(commentary, annotator).get(known.sentence_id)
        if suggestion is None or suggestion.result is None:
            return Answer(None, "nothing certain enough")
        return Answer(suggestion)

    def _suggested(self, commentary: str, annotator: str) -> Suggested:
        """The suggestions for a commentary, which is predicted as a whole and once."""
        coded = self.suggester.coded(annotator, commentary)

        def make() -> Suggested:
            rows = to_rows(*self._pieces[commentary])
            return {
                row.sentence_id: self.suggester.suggest(row, coded) for row in self.suggester.predict(rows)
            }

        return self._once((commentary, annotator if coded else ""), make)

    def answers_in(self, text: str, spans: Sequence[Span], user: str) -> Mapping[Span, Sequence[Offered]]:
        """What is certain enough of the sentences of a document, by their places.

        A document with the text of a commentary of the study is that commentary: it has its author, and
        where an annotator may have no suggestion there is none (who is no annotator gets none where any of
        them may have none). Where its sentences are those of the study as well, they are answered alike.
        """
        name = self._of_text.get(text)
        commentary, sentences = self._pieces[name] if name else (document_of(text), [])
        held = [(one.start, one.end) for one in sentences if self._is_withheld(one.sentence_id, user)]
        if not sentences or not {(one.start, one.end) for one in sentences} <= {*spans}:
            sentences = sentences_in(commentary, spans)
        places = {one.sentence_id: (one.start, one.end) for one in sentences}
        rows = to_rows(commentary, sentences)

        def make() -> Mapping[Span, Sequence[Offered]]:
            return {places[row.sentence_id]: self._offered(row) for row in self.suggester.predict(rows)}

        key = short_hash(repr((text, sorted(places.values()))), 64)
        found: Mapping[Span, Sequence[Offered]] = self._once(("", key), make)
        return {
            place: one
            for place, one in found.items()
            if not any(start < place[1] and place[0] < end for start, end in held)
        }

    def _offered(self, prediction: Prediction) -> tuple[Offered, ...]:
        certain = self.suggester.certain(prediction)
        found = []
        for name, value in certain.layers.items():
            layer, said = self.suggester.codebook.layer(name), prediction.layers[name]
            for target, code in codes_of(layer, value) if layer else ():
                if code not in (None, UNRELATED):
                    control = control_name(name, target)
                    score = (
                        said.scores[code] if isinstance(said, SetPrediction) else certain.confidence[control]
                    )
                    found.append(Offered(name, target, code, score, control in certain.from_author))
        return tuple(found)

    def _is_withheld(self, sentence_id: str, user: str) -> bool:
        names = [user] if user in self.annotators.values() else self.annotators.values()
        return any((name, sentence_id) in self._withheld for name in names)

    def _once(self, key: tuple[str, str], make: Callable[[], Mapping[Any, Any]]) -> Mapping[Any, Any]:
        """What was made for the key before, or is made now."""
        if (found := self._found(key)) is not None:
            return found
        with self._predicting:  # two at once take as long, and the same one would be predicted twice
            if (found := self._found(key)) is not None:
                return found
            made = make()
        with self._cache:
            self._kept[key] = made
            self._n_kept += len(made)
            while self._n_kept > KEPT and len(self._kept) > 1:
                self._n_kept -= len(self._kept.popitem(last=False)[1])
        return made

    def _found(self, key: tuple[str, str]) -> Mapping[Any, Any] | None:
        with self._cache:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)


def document_of(text: str) -> Commentary:
    """A text of which nothing else is known."""
    return Commentary(commentary_id=short_hash(text, 12), title="", text=text, blocks=find_blocks(text))


def sentences_in(commentary: Commentary, spans: Sequence[Span]) -> list[Sentence]:
    """The sentences of a text where somebody else has split it; what lies outside its paragraphs is none."""
    found: list[Sentence] = []
    ends = [block.end for block in commentary.blocks]
    for start, end in sorted({*spans}):
        text, block = commentary.text[start:end], bisect_right(ends, start)
        is_inside = block < len(ends) and commentary.blocks[block].start < end
        if text.strip() and is_inside and commentary.blocks[block].kind in ("paragraph", "list_item"):
            found.append(
                Sentence(
                    sentence_id=f"{start}-{end}", commentary_id=commentary.commentary_id, index=len(found),
                    start=start, end=end, text=text, kind="sentence", continues=False, chain_id=None,
                    block=block,
                )
            )  # fmt: skip
    return found


def without_reasons(model: "Model") -> "Model":
    """The model as it is, less what explains its predictions: nobody is shown that in Label Studio."""
    from dataclasses import replace

    settings = msgspec.structs.replace(model.meta.settings, reasons=False)
    return replace(model, meta=msgspec.structs.replace(model.meta, settings=settings))


def check_fits(suggester: Suggester, study: Study) -> None:
    """Refuses a model without any layer that the study has."""
    layers = [layer.id for layer in suggester.codebook.predicted_layers]
    if all(name in suggester.unshared for name in layers):
        meta = suggester.model.meta
        raise ModelError(
            f"is of the codebook {meta.codebook} {meta.codebook_version} and shares none of the layers "
            f"{', '.join(layers)} of {study.codebook_path}; expected a model trained with that codebook",
            path=meta.model_version,
        )


def held_back(assignments: Sequence[Assignment]) -> dict[tuple[str, str], str]:
    """Annotator and sentence → why nothing may be suggested there, as it was drawn."""
    reasons = {
        (row.annotator, row.sentence_id): withheld_reason(
            HeldTask(id=0, data={}, meta=msgspec.to_builtins(row))
        )
        for row in assignments
    }
    return {key: reason for key, reason in reasons.items() if reason}


def _withheld(study: Study) -> dict[tuple[str, str], str]:
    path = study.assignments
    return held_back(list(read_jsonl(path, Assignment))) if path.exists() else {}
