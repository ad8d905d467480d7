"""What stands in one file: the codings, the tasks they belong to, and what could not be used.

A coding is an annotation whose annotator may have no name yet; names are given, and the latest
coding is chosen, where all files of a study are at hand (`exports.readers.annotations`).
"""

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from exports.readers.existing_project import Translator
from exports.readers.label_studio import EXPECTED, is_stored, read_tasks
from exports.readers.taxonomies import Leaves
from schemas.codebook import Codebook, Layer
from schemas.errors import DataError
from schemas.files import reading, rows_of
from schemas.jsonl import read_jsonl
from schemas.kinds import KINDS, fits
from schemas.records import Annotation, Layers, LayerValue, Record, Selection, short_hash
from schemas.studio_json import (
    UNKNOWN_CONTROL,
    ParsedAnnotation,
    StudioAnnotation,
    TaskData,
    coder_of,
    control_names,
    read_result,
    suggested_by,
)

Person = int | str | None  # a user id, or an e-mail where the export has nothing else
_NAME = re.compile(r"[^\W\d_][\w .-]{0,79}")
#: The way out where an export is none of ours.
A_PROJECT = "a project made by hand is read with --map (`standpunkt codebook from-config` writes one)"
_OLD_SKIPPED = ("was_canceled", "skipped")  # what it was called before version 1.0
_EXCEL_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")


class Coding(Record, frozen=True, kw_only=True):
    """An annotation, where it comes from, and what is wrong with it.

    Its ``annotator`` is empty unless the file names them: ``person`` says then who it was. ``email`` is
    known of some accounts; ``changed_by`` is the user id of who changed the annotation last.
    """

    person: Person
    annotation: Annotation
    file: str
    project: int | None = None
    email: str | None = None
    changed_by: int | None = None
    broken: list[str] = []
    unknown: list[str] = []
    unread: list[str] = []
    is_rejected: bool = False


class FileCodings(msgspec.Struct, kw_only=True):
    """What was found in one file."""

    path: str
    codings: list[Coding] = []
    tasks: dict[str, TaskData] = {}
    tests: set[str] = set()
    projects: dict[int, int] = {}  # task id → project id, where the export says so
    drafts: int = 0
    unlabelled: int = 0
    unusable: list[str] = []
    warnings: list[str] = []


def read_file(
    path: str | Path,
    codebook: Codebook,
    *,
    older: Mapping[str, Codebook] | None = None,
    salvage: bool = False,
    leaves: Leaves | None = None,
    translator: Translator | None = None,
) -> FileCodings:
    """The codings of an export in any shape, or of an ``annotations.jsonl``.

    ``translator`` makes tasks of a project made by hand ours; ``leaves`` are those of its taxonomies.

    Rows that cannot be used are listed, not raised; ``salvage`` also lists what would make the
    whole file unusable: a list that breaks off, a line that is no annotation.

    Raises
    ------
    DataError
        The file cannot be read, is no export, breaks off, or is of another project.
    """
    file = FileCodings(path=str(path))
    if Path(path).name.removesuffix(".gz").endswith(".jsonl") and not _holds_tasks(path):
        _take_rows(file, codebook, salvage=salvage)
        translator = None
    else:
        project_map = translator.project_map if translator else None
        tasks = read_tasks(path, codebook, file.warnings, salvage=salvage, project_map=project_map)
        for place, found in tasks:
            task = translator.task(found) if translator else found
            if task is not None:
                _take_task(file, place, task, codebook, older or {}, leaves or Leaves())
    if translator is None:
        _refuse_foreign(file, codebook)
    return file


def _holds_tasks(path: str | Path) -> bool:
    """Whether the first line of a file is a task, or an annotation with its task inside."""
    if not Path(path).is_file():
        return False
    with reading(path) as file:
        line = next((line for line in rows_of(file, path) if line.strip()), b"")
    try:
        row = msgspec.json.decode(line.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and (
        is_stored(row) or not {"data", "annotations", "completions"}.isdisjoint(row)
    )


def _take_rows(file: FileCodings, codebook: Codebook, *, salvage: bool) -> None:
    passed_over: list[DataError] = []
    for row in read_jsonl(file.path, Annotation, passed_over=passed_over if salvage else None):
        layers, unknown = known_layers(row.layers, codebook)
        annotation = msgspec.structs.replace(row, layers=layers)
        file.codings.append(Coding(person=None, annotation=annotation, file=file.path, unknown=unknown))
    others = sorted({c.annotation.codebook for c in file.codings} - {codebook.codebook})
    if others:
        names = ", ".join(others)
        file.warnings.append(f"{file.path}: coded with the codebook {names}, read as {codebook.codebook}")
    file.unusable.extend(f"line {problem.line}: {problem.message}" for problem in passed_over)
    if not file.codings and not file.unusable:
        raise DataError(f"is empty, {EXPECTED}", path=file.path)


def known_layers(layers: Layers, codebook: Codebook) -> tuple[Layers, list[str]]:
    """The layers whose values the codebook knows, and what it does not know."""
    known: Layers = {}
    unknown: list[str] = []
    for layer_id, value in layers.items():
        layer = codebook.layer(layer_id)
        if layer is None:
            unknown.append(f"layer {layer_id}")
            continue
        strange = [f"{layer_id}: {what}" for what in _strange(layer, value, codebook)]
        unknown.extend(strange)
        if not strange:
            known[layer_id] = value
    return known, unknown


def _strange(layer: Layer, value: LayerValue, codebook: Codebook) -> list[str]:
    """What of a value the layer does not know: a code, a target, or the value's whole shape."""
    if not fits(layer, value):
        return [f"{str(value)[:60]} is not a value of a layer of kind {layer.kind}"]
    return KINDS[layer.kind].strange(layer, value, codebook.target_ids)


def _take_task(
    file: FileCodings,
    place: str,
    task: Any,
    codebook: Codebook,
    older: Mapping[str, Codebook],
    leaves: Leaves,
) -> None:
    """Adds the codings of a task; what is no task is noted with its place."""
    data = _task_data(task)
    if isinstance(data, str):
        file.unusable.append(f"{place}: {data}")
        return
    lost = _lost_to_excel(data)
    if lost:
        file.unusable.append(f"{place}: {lost}")
        return
    file.tasks.setdefault(data.sentence_id, data)
    meta = task["meta"] if isinstance(task.get("meta"), dict) else {}
    if meta.get("test") is True:
        file.tests.add(data.sentence_id)
    project, task_id = number_of(task.get("project")), number_of(task.get("id"))
    if task_id is not None and project is not None:
        file.projects[task_id] = project
    file.drafts += len(_list(task.get("drafts")))
    annotations = _list(task.get("annotations"))
    file.unlabelled += not annotations
    for annotation in annotations:
        if isinstance(annotation, dict):
            annotation = {**annotation, "result": leaves.named(_list(annotation.get("result")))}
        try:
            seen_with = _as_seen(annotation, codebook, older.get(data.codebook_version))
            coding = _coding(annotation, data, task, seen_with, file=file.path, project=project)
            file.codings.append(coding)
        except (msgspec.ValidationError, RecursionError) as error:
            file.unusable.append(f"{place}: found an annotation that is none: {error}")


def _task_data(task: Any) -> TaskData | str:
    """The data of one of our tasks, or what is wrong with it."""
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(data, dict):
        way = f"; {A_PROJECT}" if isinstance(task, dict) else ""
        return f"found {_shown(task)!r}, which is not a task with data{way}"
    words = {name: _word(data.get(name)) for name in TaskData.__struct_fields__}
    missing = [name for name in ("sentence_id", "commentary_id", "text") if not words[name]]
    if missing:
        lacks = " and no ".join(missing)
        return f"has no {lacks} in its data, as every task of a Standpunkt project has; {A_PROJECT}"
    return TaskData(**words)


def _shown(value: Any) -> str:
    try:
        return str(value)[:40]
    except RecursionError:
        return f"a {type(value).__name__} in thousands of others"


def _lost_to_excel(data: TaskData) -> str | None:
    """What Excel made of an id when it took it for a number, or of a version for a date."""
    prefix, colon, _ = data.sentence_id.rpartition(":")
    if colon and prefix != data.commentary_id and prefix.lstrip("0") == data.commentary_id.lstrip("0"):
        return f"commentary_id is {data.commentary_id}, its sentence_id begins with {prefix}: zeros were lost"
    if _EXCEL_DATE.fullmatch(data.codebook_version):
        return f"codebook_version is the date {data.codebook_version}: a spreadsheet rewrote it"
    return None


def _selection(meta: Any) -> Selection | UnsetType:
    """How `standpunkt select` picked the task's sentence; unset where it did not."""
    try:
        found = msgspec.convert(meta, Selection)
    except msgspec.ValidationError:
        return UNSET
    return UNSET if found.strategy == "all" else found


def _coding(
    foreign_item: Any,
    data: TaskData,
    task: dict[str, Any],
    codebook: Codebook,
    *,
    file: str,
    project: int | None,
) -> Coding:
    """The coding that an annotation of a task means.

    Raises
    ------
    msgspec.ValidationError
        It has not the form of an annotation.
    """
    if isinstance(foreign_item, dict):
        foreign_item = as_today(foreign_item)
    foreign = msgspec.convert(foreign_item, StudioAnnotation, strict=False)
    coder = coder_of(foreign.result)
    reading = ParsedAnnotation(layers={}, incomplete=[], broken=[], unknown=[])
    if not foreign.was_cancelled:
        reading = read_result(foreign.result, codebook)
    meta = task.get("meta")
    phase = meta.get("phase") if isinstance(meta, dict) else None
    annotation = Annotation(
        sentence_id=data.sentence_id,
        commentary_id=data.commentary_id,
        annotator=_own_name(foreign) or coder or "",
        codebook=codebook.codebook,
        codebook_version=data.codebook_version or None,
        phase=phase if isinstance(phase, str) else None,
        layers=reading.layers,
        skipped=bool(foreign.was_cancelled),
        incomplete=reading.incomplete,
        lead_time=foreign.lead_time,
        created_at=foreign.created,
        updated_at=foreign.updated,
        task_id=number_of(task.get("id")),
        annotation_id=foreign.id,
        suggested=suggested_by(foreign.prediction, task["data"], codebook),
        selection=_selection(meta),
    )
    return Coding(
        person=None if coder else _person(foreign),
        annotation=annotation,
        file=file,
        project=project,
        email=foreign.login if "@" in (foreign.login or "") and not coder else None,
        changed_by=foreign.changed_by,
        broken=reading.broken,
        unknown=reading.unknown,
        unread=reading.unread,
        is_rejected=_is_rejected(foreign_item),
    )


def as_today(annotation: Mapping[str, Any]) -> dict[str, Any]:
    """An annotation of an old or foreign export with the fields and types that Label Studio has today.

    An id that is no number, such as a UUID, becomes one that is always the same.
    """
    held = dict(annotation)
    given, time = held.get("id"), held.get("lead_time")
    if isinstance(given, str) and number_of(given) is None:
        held["id"] = int(short_hash(given, 12), 16) if given.strip() else None
    if isinstance(time, str):
        plain = time.strip().replace(",", ".")
        held["lead_time"] = float(plain) if re.fullmatch(r"\d{1,15}(\.\d{1,15})?", plain) else None
    if held.get("was_cancelled") is None:
        held["was_cancelled"] = next((held[old] for old in _OLD_SKIPPED if held.get(old) is not None), None)
    return held


def number_of(value: Any) -> int | None:
    """An id that is a number, also where it is written as words."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_rejected(annotation: Any) -> bool:
    """Whether the last review of an annotation, as Label Studio Enterprise exports it, did not accept it."""
    reviews = _list(annotation.get("reviews")) if isinstance(annotation, dict) else []
    last = reviews[-1] if reviews else None
    return isinstance(last, dict) and last.get("accepted") is False


def _as_seen(annotation: Any, codebook: Codebook, older: Codebook | None) -> Codebook:
    """The codebook an annotation was made with: the older one, unless it ticks what only the newer has."""
    if older is None:
        return codebook
    result = _list(annotation.get("result")) if isinstance(annotation, dict) else []
    names = {item.get("from_name") for item in result if isinstance(item, dict)}
    return codebook if names & (set(control_names(codebook)) - set(control_names(older))) else older


def _person(foreign: StudioAnnotation) -> Person:
    """The user id; where an export has the e-mail alone, that, to tell people apart by."""
    if foreign.user_id is not None:
        return foreign.user_id
    return None if _own_name(foreign) else foreign.login or None


def _own_name(foreign: StudioAnnotation) -> str:
    """The name that a table of ours has for its annotator; Label Studio writes numbers and e-mails."""
    by = foreign.completed_by
    return by if isinstance(by, str) and _NAME.fullmatch(by) else ""


def _refuse_foreign(file: FileCodings, codebook: Codebook) -> None:
    """Raises where a file has rows and none of them is of a project of this codebook."""
    if file.unusable and not file.tasks and not file.codings:
        raise DataError(f"{file.unusable[0]}; {EXPECTED}", path=file.path)
    strange = [what for coding in file.codings for what in coding.unknown if what.startswith(UNKNOWN_CONTROL)]
    ticked = (value for c in file.codings for value in c.annotation.layers.values() if value != [])
    if strange and next(ticked, None) is None:
        names = ", ".join(sorted({name.removeprefix(UNKNOWN_CONTROL) for name in strange})[:5])
        known = ", ".join(list(control_names(codebook))[:5])
        raise DataError(
            f"another project's export: no control of it is in the codebook {codebook.codebook}; "
            f"found {names}, expected {known}; --map says what other names stand for (`standpunkt codebook "
            "from-config` writes one)",
            path=file.path,
        )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)
