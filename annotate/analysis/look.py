"""What is in exports of a Label Studio project, before anything is set up: nothing is written anywhere.

The codings are read as they are; agreement, a quick model and its likely errors are those of `agree` and
`evaluate`, on sentences made of the tasks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.label_studio.client import task_link
from annotate.progress import Progress, no_progress
from exports.adjudication.adjudicate import adjudicate
from exports.agreement.agree import agree
from exports.agreement.figures_ahead import Ahead, ahead
from exports.agreement.report import AgreementReport
from exports.readers.annotations import Export, ReadReport, read_codings
from exports.readers.people import Who
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.project_map import ProjectMap
from schemas.records import Record, is_unknown

if TYPE_CHECKING:
    from schemas.records import GoldSentence
    from train.evaluation.report import EvaluationReport

SUSPECTS = 5  # likely errors that are kept a layer
#: Coded sentences that a layer needs before a model is tried, and commentaries that hold them.
ENOUGH, COMMENTARIES = 50, 5


class Control(Record, frozen=True, kw_only=True):
    """A control that is read as a layer; ``coded`` are the annotations that answer it."""

    control: str
    layer: str
    kind: str
    codes: int
    coded: int


class Suspect(Record, frozen=True, kw_only=True):
    """A coding to look at again: what gold says, what a model that had not seen it says, and where."""

    layer: str
    sentence_id: str
    text: str
    gold: str
    predicted: str
    score: float
    about: str = ""
    links: list[str] = []


class LayerModel(Record, frozen=True, kw_only=True):
    """A quick model on one layer: macro-F1 on what it has not seen, of the commonest code, and of people.

    ``model_same`` is the model's against just what ``human`` is measured against.
    """

    macro_f1: float | None
    interval: tuple[float, float] | None
    common: float | None
    human: float | None
    model_same: float | None
    n: int
    reason: str | None = None


class Look(Record, frozen=True, kw_only=True):
    """``missing`` says what a figure lacks, by ``agreement``, ``model``, or the layer's name."""

    source: list[str]
    guessed: bool
    text_field: str
    tasks: int
    annotated: int
    annotations: int
    skipped: int
    commentaries: int
    by_two: int
    annotators: dict[str, int]
    controls: list[Control]
    unread: dict[str, str]
    agreement: AgreementReport | None
    ahead: dict[str, Ahead]
    model: dict[str, LayerModel]
    suspects: list[Suspect]
    suspects_found: int
    missing: dict[str, str]
    next: list[str] = []
    read: ReadReport


def look(
    paths: Sequence[Path],
    codebook: Codebook,
    *,
    project_map: ProjectMap | None = None,
    guessed: bool = False,
    unread: Mapping[str, str] | None = None,
    names: Mapping[Who, str] | None = None,
    url: str | None = None,
    source: Sequence[str] | None = None,
    progress: Progress = no_progress,
) -> Look:
    """What exports hold, how far people agree, and how a quick model does.

    Parameters
    ----------
    unread
        Controls that the map leaves out, and why.
    url
        The server that the project is on, for links to tasks.

    Raises
    ------
    DataError
        A file cannot be read, or holds no task of the map's.
    """
    export = read_codings(
        paths, codebook, names=names, skip_invalid=True, project_map=project_map, by_path=True
    )
    book = export.codebook
    missing: dict[str, str] = {}
    progress("comparing annotators")
    agreement = _agreement(export, missing)
    progress("trying a model")
    rows, _ = adjudicate(export.annotations, export.tasks, book, tests=export.tests)
    evaluation = _evaluation(rows, export, missing)
    suspects = _suspects(evaluation, export, url) if evaluation else []
    coded = {row.sentence_id for row in export.annotations}
    return Look(
        source=list(source or map(str, paths)),
        guessed=guessed,
        text_field=project_map.text if project_map else "text",
        tasks=len(export.tasks) + len(export.report.unmatched),
        annotated=len(coded),
        annotations=len(export.annotations),
        skipped=export.report.skipped,
        commentaries=len({task.commentary_id for task in export.tasks.values()}),
        by_two=_by_two(export),
        annotators=dict(sorted(Counter(row.annotator for row in export.annotations).items())),
        controls=_controls(export, project_map),
        unread={**(unread or {}), **_not_read(export.report, unread or {})},
        agreement=agreement,
        ahead=ahead(agreement) if agreement else {},
        model=_models(evaluation) if evaluation else {},
        suspects=suspects,
        suspects_found=sum(layer.suspects_found for layer in evaluation.layers.values()) if evaluation else 0,
        missing=missing,
        read=export.report,
    )


def _by_two(export: Export) -> int:
    coders = Counter(
        row.sentence_id for row in export.annotations if row.layers and not is_unknown(row.annotator)
    )
    return sum(number > 1 for number in coders.values())


def _controls(export: Export, project_map: ProjectMap | None) -> list[Control]:
    book = export.codebook
    coded = Counter(name for row in export.annotations for name in row.layers)
    names = [(name, one.layer) for name, one in project_map.controls.items()] if project_map else []
    return [
        Control(control=name, layer=layer.id, kind=layer.kind, codes=len(layer.codes), coded=coded[layer.id])
        for name, layer_id in names or [(layer.id, layer.id) for layer in book.layers]
        if (layer := book.layer(layer_id)) is not None
    ]


def _not_read(report: ReadReport, known: Mapping[str, str]) -> dict[str, str]:
    """Results that were met and are of a type that is not read, by control."""
    found = {}
    for what, number in report.unread.items():
        control, _, kind = what.rpartition(" (")
        if control not in known:
            found[control] = f"{kind.removesuffix(')')}, {number} results"
    return found


def _agreement(export: Export, missing: dict[str, str]) -> AgreementReport | None:
    if not export.codebook.predicted_layers:
        missing["agreement"] = "no control has codes: words are not compared"
        return None
    try:
        return agree(export.annotations, export.codebook)
    except DataError as error:
        missing["agreement"] = error.message
        return None


def _evaluation(
    rows: "Sequence[GoldSentence]", export: Export, missing: dict[str, str]
) -> "EvaluationReport | None":
    """Cross-validation on what most annotators say, without an encoder: quick, and lower than `evaluate`."""
    layers = export.codebook.predicted_layers
    counts = {layer.id: sum(layer.id in row.layers for row in rows) for layer in layers}
    best = max(counts.values(), default=0)
    texts = len({row.commentary_id for row in rows})
    if best < ENOUGH:
        missing["model"] = f"{best} sentences are decided, {ENOUGH} are needed before a model is tried"
        return None
    if texts < COMMENTARIES:
        missing["model"] = f"{texts} commentaries, and whole ones are held out: {COMMENTARIES} are needed"
        return None
    from train.evaluate import cross_validate
    from train.settings import Settings

    try:
        return cross_validate(
            rows, export.codebook, settings=Settings(encoder=""), annotations=export.annotations,
            suspects=SUSPECTS,
        )  # fmt: skip
    except DataError as error:
        missing["model"] = error.message.partition("; --")[0]
        return None


def _models(evaluation: "EvaluationReport") -> dict[str, LayerModel]:
    return {
        name: LayerModel(
            macro_f1=layer.macro_f1,
            interval=layer.interval,
            common=layer.baseline_macro_f1,
            human=layer.ceiling.macro_f1 if layer.ceiling else None,
            model_same=layer.ceiling.model_macro_f1 if layer.ceiling else None,
            n=layer.n,
            reason=layer.reason,
        )
        for name, layer in evaluation.layers.items()
    }


def _suspects(evaluation: "EvaluationReport", export: Export, url: str | None) -> list[Suspect]:
    """The likely errors of all layers, the likeliest of each first, layer by layer in turn."""
    places: dict[str, list[str]] = {}
    for row in export.annotations:
        if row.task_id is not None:
            project = export.projects.get(row.task_id)
            if url and project is not None:
                place = task_link(url, project, row.task_id)
            else:
                place = f"task {row.task_id}" + (f" of project {project}" if project is not None else "")
            known = places.setdefault(row.sentence_id, [])
            known += [place] if place not in known else []
    found = [
        (n, name, error)
        for name, layer in evaluation.layers.items()
        for n, error in enumerate(layer.suspects)
    ]
    return [
        Suspect(
            layer=name, sentence_id=error.sentence_id, text=error.text, gold=error.gold,
            predicted=error.predicted, score=error.score, about=error.target or error.code or "",
            links=places.get(error.sentence_id, []),
        )
        for _, name, error in sorted(found, key=lambda item: item[0])
    ]  # fmt: skip
