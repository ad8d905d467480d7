"""Rows with the text and what was coded side by side, each as the task of a full JSON export.

Label Studio's own flat exports, JSON_MIN and CSV, have one row an annotation. What one control holds is
written as the bare value where it is one, else as an object or a list (the SDK's ``prettify_result``); a
CSV cell holds the same as JSON text. Tables that people keep have a column a layer and one for who coded,
or a column an annotator; what they are called is guessed from lists of names, and said.
"""

import csv
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from schemas.codebook import NO_TARGET, STUDIO_FIELDS, TASK_FIELDS, Codebook, Layer
from schemas.errors import DataError, near_hit
from schemas.kinds import KINDS
from schemas.project_map import ProjectMap
from schemas.records import short_hash
from schemas.studio_json import FLAT, NOT_ASKED, NOT_CODED, OWN_CONTROLS, READ_TYPES, TEXT_TAG, control_names

#: What a flat export never holds, whatever is in the project.
LOST = "skipped annotations, drafts, suggestions and the phase of a task"
#: What people call the columns of a table, in lower case and with _ between words; the first is ours.
COLUMNS = {
    "sentence_id": "sentence_id satz_id satzid satz_nr satznr",
    "commentary_id": "commentary_id commentary kommentar_id kommentar text_id textid doc_id document_id "
    "document dokument_id dokument article_id article artikel_id artikel",
    "text": "text satz sentence satztext wortlaut",
    "title": "title titel",
    "author": "author autor autorin",
    "date": "date datum",
    "coder": "annotator coder rater annotatorin annotator_in codierer codiererin codierer_in kodierer "
    "kodiererin kodierer_in coder_id annotator_id coded_by completed_by user",
    "annotation_id": "annotation_id",
}  # fmt: skip
#: What stands in a cell that says nothing, unless the codebook has a code of that name.
MISSING = frozenset(["", "na", "n/a", "#n/a", "#nv", "nan", "null", "none", "-", "–", ".", "k.a.", "k. a."])
_NOT_CONTROLS = {*TASK_FIELDS, *STUDIO_FIELDS, "agreement", "history"}
_CSV_FIELD_LIMIT = 10_000_000  # a commentary's running text is longer than csv's own 131,072
_DELIMITERS = ",;\t"
_PEEKED = 500  # rows that are looked at to tell whose column of a wide table is what

#: The place of a row in its file, and the task it stands for.
Placed = tuple[str, Any]
#: Word → the code it stands for; None where the words are free.
Known = Mapping[str, str] | None


class Cell(NamedTuple):
    """What a column holds: a control's codes; in a wide table, those of one annotator."""

    control: str
    known: Known
    annotator: str | None = None


class Form(NamedTuple):
    """What the columns of a table stand for.

    ``data`` is field of a task → column; ``is_studio`` says that Label Studio wrote the table, in which an
    empty cell is a control without a tick; ``controls`` are all there could be, where those without a
    column are not asked; ``unread`` the columns that are nothing of this.
    """

    data: dict[str, str]
    cells: dict[str, Cell]
    coder: str | None = None
    is_studio: bool = False
    is_mapped: bool = False
    controls: Sequence[str] = ()
    unread: Sequence[str] = ()


class FlatRows:
    """Makes tasks of rows; adds what it takes the columns for, or what the form lost, to ``warnings``."""

    def __init__(self, codebook: Codebook, project_map: ProjectMap | None, warnings: list[str]) -> None:
        self._codebook, self._map, self._warnings = codebook, project_map, warnings
        self._known = _known_words(codebook)
        self._forms: dict[tuple[str, ...], Form | None] = {}
        self._has_said = False
        self._unnamed: dict[str, None] = {}

    @property
    def controls(self) -> list[str]:
        """What columns of codes may be called."""
        return list(self._map.controls if self._map else self._known)

    @property
    def field_names(self) -> str:
        """What a column with the sentence may be called."""
        if self._map is None:
            return "sentence_id"
        return " or ".join(filter(None, (self._map.sentence_id, self._map.text)))

    def is_flat(self, row: Mapping[str, Any]) -> bool:
        """Whether an object of a JSON file is a row of JSON_MIN or a table, not a task."""
        if not {"data", "annotations"}.isdisjoint(row):
            return False
        form = self.form_of(row)
        return (
            self._map is not None or "sentence_id" in row or bool(form and form.cells and not form.is_studio)
        )

    def form_of(self, row: Mapping[str, Any]) -> Form | None:
        """The form of an object's keys; None where they say no sentence."""
        names = tuple(row)
        if names not in self._forms:
            form = self.form(names, [row], is_json=True)
            self._forms[names] = form
        return self._forms[names]

    def form(
        self, names: Sequence[str], rows: Sequence[Mapping[str, Any]], *, is_json: bool = False
    ) -> Form | None:
        """What the columns stand for; None where none has the sentence."""
        if self._map is not None:
            return _mapped_form(names, self._map, self._codebook)
        data = fields_of(names)
        coder = data.pop("coder", None)
        if not {"text", "sentence_id"} & set(data) and "id" in names:
            data["sentence_id"] = "id"
        cells = {
            name: Cell(control, self._known[control])
            for name in names
            if name not in data.values() and name != coder and (control := self._control(name)) is not None
        }
        if is_studio(names) or (is_json and "sentence_id" in names and coder is None and not cells):
            controls = {name: Cell(name, self._known.get(name, {})) for name in names if _is_control(name)}
            controls |= {name: Cell(name, None) for name in OWN_CONTROLS if name in names}
            return Form({name: name for name in TASK_FIELDS}, controls, "annotator", is_studio=True)
        if not {"text", "sentence_id"} & set(data):
            return None
        rest = [name for name in names if name not in {*data.values(), coder, *cells}]
        if coder is None and not cells:
            cells = self._wide_cells(rest, rows)
        rest = [name for name in rest if name not in cells and name not in STUDIO_FIELDS and name]
        return Form(data, cells, coder, controls=list(control_names(self._codebook)), unread=rest)

    def say(self, form: Form, names: Sequence[str]) -> None:
        """Adds what the first form was taken for; what a map does not name is gathered for `end`."""
        if self._map is not None:
            named = {self._map.text, self._map.sentence_id, self._map.commentary_id, form.coder}
            held = {*form.cells, *STUDIO_FIELDS} | named
            self._unnamed.update(dict.fromkeys(name for name in names if name not in held))
        if self._has_said:
            return
        self._has_said = True
        if form.is_studio:
            words = f"a flat export (JSON_MIN or CSV) does not hold {LOST}: prefer JSON"
        else:
            words = _table_words(form)
        self._warnings.append(words)

    def end(self) -> None:
        """Adds the columns that a map does not name, once all rows were read."""
        if self._unnamed:
            names = list(self._unnamed)
            more = ", …" if len(names) > 12 else ""
            self._warnings.append(f"columns that the map does not name: {', '.join(names[:12])}{more}")

    def _control(self, name: str) -> str | None:
        """The control a column is named after: by its name, or by its layer's label."""
        if name in self._known:
            return name
        plain = name.strip().casefold()
        by_label = {self._codebook.say(layer.label).casefold(): layer for layer in self._codebook.layers}
        layer = by_label.get(plain)
        if layer is not None and not KINDS[layer.kind].by_target:
            return layer.id
        return next((control for control in self._known if control == plain), None)

    def _wide_cells(self, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Cell]:
        """The columns of a table with one an annotator: ``art_anna``, or ``anna`` where one layer fits."""
        cells = {name: cell for name in names if (cell := self._named_cell(name))}
        if cells:
            return cells
        fitting = {
            layer.id: [name for name in names if _fits(layer, self._known[layer.id], name, rows)]
            for layer in self._codebook.layers
            if KINDS[layer.kind].has_codes and not KINDS[layer.kind].by_target
        }
        wide = {layer_id: columns for layer_id, columns in fitting.items() if len(columns) > 1}
        if len(wide) > 1:
            (one, columns), (other, _), *_ = wide.items()
            raise DataError(
                f"columns {', '.join(columns[:3])} hold codes of {one} and of {other}: name the layer in "
                f"each column, such as {one}_{columns[0]}"
            )
        return {
            name: Cell(layer_id, self._known[layer_id], name.strip())
            for layer_id, columns in wide.items()
            for name in columns
        }

    def _named_cell(self, name: str) -> Cell | None:
        words = {control: control for control in self._known}
        words |= {
            self._codebook.say(layer.label): layer.id
            for layer in self._codebook.layers
            if not KINDS[layer.kind].by_target
        }
        found = whose(name, words)
        return Cell(words[found[0]], self._known[words[found[0]]], found[1]) if found else None


def whose(name: str, layers: Iterable[str]) -> tuple[str, str] | None:
    """The layer and the annotator of a column such as ``art_anna``, ``anna_art`` or ``art (anna)``."""
    for layer in sorted(layers, key=len, reverse=True):
        word = re.escape(layer)
        found = re.fullmatch(rf"{word}[\s_.:/(\[-]+(.+?)[)\]]?", name.strip(), re.IGNORECASE)
        found = found or re.fullmatch(rf"(.+?)[\s_.:/-]+{word}", name.strip(), re.IGNORECASE)
        if found:
            return layer, found[1]
    return None


def is_studio(names: Iterable[str]) -> bool:
    """Whether Label Studio's converter wrote these columns."""
    found = set(names)
    return bool(found & {"lead_time", "created_at"}) or {"id", "annotation_id", "annotator"} <= found


def _is_control(name: str) -> bool:
    """Whether a column holds what was coded: none of the task's own and none that are added."""
    return name not in _NOT_CONTROLS and not name.startswith("_data_") and not name.endswith("_transcript")


def fields_of(names: Sequence[str]) -> dict[str, str]:
    """Field of a task, or ``coder`` → its column."""
    plain = {re.sub(r"[^\w]+", "_", name.strip().casefold()).strip("_"): name for name in reversed(names)}
    found = {
        field: plain[word]
        for field, words in COLUMNS.items()
        for word in [next((word for word in words.split() if word in plain), None)]
        if word is not None
    }
    own = {name: name for name in TASK_FIELDS if name in names}
    return {**found, **own}


def _known_words(codebook: Codebook) -> dict[str, Known]:
    """Control → what its cells may say, as ids and as labels."""
    known: dict[str, Known] = {}
    for layer in codebook.layers:
        kind = KINDS[layer.kind]
        for control in kind.control_names(layer, codebook.target_ids):
            if not kind.has_codes:
                known[control] = None
            elif control.endswith(f"__{NO_TARGET}"):
                known[control] = {NO_TARGET: NO_TARGET}
            else:
                known[control] = words_of(layer, codebook)
    return known


def words_of(layer: Layer, codebook: Codebook) -> dict[str, str]:
    """Id or label → the code of a layer."""
    labels = {codebook.say(code.label): code.id for code in layer.codes}
    return {**labels, **{value: value for value in layer.values}}


def _mapped_form(names: Sequence[str], project_map: ProjectMap, codebook: Codebook) -> Form | None:
    """The form of a table whose columns a map names; the fields of its tasks keep their names."""
    if not {project_map.sentence_id, project_map.text} & set(names) - {""}:
        return None
    cells = {}
    coder = fields_of(names).get("coder")
    is_wide = coder is None and not is_studio(names) and project_map.controls.keys().isdisjoint(names)
    for name in names:
        found = whose(name, project_map.controls) if is_wide else None
        named, annotator = found or (name, None)
        if named in project_map.controls or named in project_map.ignore:
            control = project_map.controls.get(named)
            layer = codebook.layer(control.layer) if control else None
            known: Known = {}
            if control and layer and KINDS[layer.kind].has_codes:
                known = {word: word for word in (*control.codes, *words_of(layer, codebook))}
            elif layer is not None:
                known = None
            cells[name] = Cell(named, known, annotator)
    data = {name: name for name in names if name not in cells and name not in STUDIO_FIELDS}
    return Form(data, cells, coder, is_studio=is_studio(names), is_mapped=True)


def _fits(layer: Layer, known: Known, name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all that stands in a column is codes of a layer."""
    held = [row.get(name) for row in rows]
    words = [str(value) for value in held if value is not None and not _is_missing(value, known)]
    return bool(words) and all(
        match(word, known or {}) for value in words for word in split_cell(value, known or {})
    )


def _table_words(form: Form) -> str:
    fields = [
        f"{field} in {name}" for field, name in form.data.items() if field != name and not form.is_mapped
    ]
    coders = list(dict.fromkeys(cell.annotator for cell in form.cells.values() if cell.annotator))
    layers = dict.fromkeys(cell.control for cell in form.cells.values())
    who = f"annotators {', '.join(coders)}" if coders else f"annotator in {form.coder or 'no column'}"
    parts = [f"read as a table: {', '.join(layers)}", who, *fields]
    if not form.is_mapped and "text" not in form.data:
        parts.append("no column text: the ids stand in its place")
    if not form.is_mapped and "sentence_id" not in form.data:
        parts.append("ids made of the texts")
        if "commentary_id" not in form.data:
            parts.append(OWN_COMMENTARIES.format("a column commentary_id"))
    if form.unread:
        parts.append(f"not read: {', '.join(form.unread[:12])}")
    return "; ".join(parts)


#: What is said where nothing tells which text a sentence is of.
OWN_COMMENTARIES = (
    "each text is taken for a commentary of its own, which makes intervals too narrow if they are sentences "
    "of one: {} says which"
)


def match(word: str, known: Mapping[str, str]) -> str | None:
    """The code that a word of a cell stands for, in whatever case; 3,0 and 3.0 are 3."""
    word = word.strip()
    if word in known:
        return known[word]
    if number := re.fullmatch(r"(\d+)[.,]0+", word):
        return known.get(number[1])
    folded = word.casefold()
    return next((code for name, code in known.items() if name.casefold() == folded), None)


def split_cell(value: str, known: Mapping[str, str]) -> list[str]:
    """The words of a cell that holds one code or several.

    They are separated by ``|``, a semicolon or a comma, or are a JSON list; what is a code as a whole is one.

    >>> split_cell("ironie; metapher", {"ironie": "ironie", "metapher": "metapher"})
    ['ironie', 'metapher']
    """
    if match(value, known):
        return [value]
    if value.lstrip().startswith("["):
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            parsed = None
        if isinstance(parsed, list) and all(isinstance(one, str | int | float) for one in parsed):
            return [str(one) for one in parsed]
    for sign in ("|", ";", ",", "\n"):
        parts = [part.strip() for part in value.split(sign) if part.strip()]
        if len(parts) > 1 and (sign == "|" or any(match(part, known) for part in parts)):
            return [word for part in parts for word in split_cell(part, known)]
    return [value.strip(" |;,\n") if match(value.strip(" |;,\n"), known) else value]


def _is_missing(value: Any, known: Known) -> bool:
    if value is None:
        return True
    return isinstance(value, str) and value.strip().casefold() in MISSING and not match(value, known or {})


def to_task(row: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The task of a row, with its annotations, as the full JSON export has it."""
    task = {"id": row.get("id"), "data": _data(row, form)}
    if form.is_studio and row.get("annotator") is None and row.get("annotation_id") is None:
        return {**task, "annotations": []}  # a task that nobody has coded
    coders = dict.fromkeys(cell.annotator for cell in form.cells.values()) or {None: None}
    made = (_annotation(row, form, annotator) for annotator in coders)
    return {**task, "annotations": [annotation for annotation in made if annotation is not None]}


def _data(row: Mapping[str, Any], form: Form) -> dict[str, Any]:
    data = {field: row.get(name) for field, name in form.data.items()}
    if form.is_studio or form.is_mapped:
        return data
    given = data.get("sentence_id")
    text = str((data.get("text") if "text" in form.data else given) or "").strip()
    commentary = data.get("commentary_id") or (str(given).rpartition(":")[0] or given if given else None)
    commentary = commentary or (f"text-{short_hash(text, 8)}" if text else None)
    sentence = given or (f"{commentary}:{short_hash(text, 8)}" if text else None)
    return {**data, "commentary_id": commentary, "sentence_id": sentence, "text": text}


def _annotation(row: Mapping[str, Any], form: Form, annotator: str | None) -> dict[str, Any] | None:
    """What a row says of one annotator; None where a table says nothing."""
    result: list[dict[str, Any]] = []
    is_coded = False
    for name, cell in form.cells.items():
        if cell.annotator != annotator:
            continue
        held = row.get(name)
        if _is_missing(held, cell.known):
            if not form.is_studio:
                result.append(_item(cell.control, {}, NOT_CODED))
            continue
        is_coded = True
        result.extend(_item(cell.control, value) for value in _values(held, cell.known))
    coder = annotator or (row.get(form.coder) if form.coder else None)
    by_row = coder is not None and annotator is None
    if not (is_coded or form.is_studio or by_row or row.get("annotation_id") is not None):
        return None
    asked = {cell.control for cell in form.cells.values() if cell.annotator == annotator}
    result.extend(_item(name, {}, NOT_ASKED) for name in form.controls if name not in asked)
    return {
        "id": None if annotator else row.get("annotation_id"),
        "completed_by": coder,
        "result": result,
        **{name: row.get(name) for name in ("lead_time", "created_at", "updated_at")},
    }


def _item(control: str, value: dict[str, Any], kind: str = FLAT) -> dict[str, Any]:
    return {"from_name": control, "to_name": TEXT_TAG, "type": kind, "value": value}


def _values(held: Any, known: Known) -> Iterator[dict[str, Any]]:
    """The ``value`` objects behind what one control holds."""
    for one in _listed(held):
        if isinstance(one, dict):
            yield one
        elif known is None:
            yield {"text": [one]}
        elif isinstance(one, str):
            yield {"choices": [match(word, known) or word for word in split_cell(one, known)]}
        elif one is not None:
            yield {"choices": [one]}


def read_csv(lines: Iterator[str], path: str | Path, flat: FlatRows, expected: str) -> Iterator[Placed]:
    """The tasks of a table's rows, of a CSV export or one that people keep; one that Excel rewrote as well.

    Raises
    ------
    DataError
        No header that names a sentence and something coded, or a row that no CSV reader can read.
    """
    reader = _table(lines)
    try:
        names = [name for name in reader.fieldnames or [] if name]
        placed = ((reader.line_num, row) for row in reader)
        peeked = list(itertools.islice(placed, _PEEKED))
        form = flat.form(names, [row for _, row in peeked])
        refuse_form(form, names, flat, path, expected)
        assert form is not None
        flat.say(form, names)
        for line, row in itertools.chain(peeked, placed):
            cells = {name: _cell(name, value, form) for name, value in row.items() if isinstance(name, str)}
            yield f"line {line}", to_task(cells, form)
    except csv.Error as error:
        raise DataError(f"not CSV: {error}", path=path, line=reader.line_num) from error


def read_table(lines: Iterator[str], path: str | Path) -> Iterator[dict[str, Any]]:
    """The rows of a table, column → cell; a DataError as of `read_csv`."""
    reader = _table(lines)
    try:
        for row in reader:
            yield {name: value for name, value in row.items() if name}
    except csv.Error as error:
        raise DataError(f"not CSV: {error}", path=path, line=reader.line_num) from error


def _table(lines: Iterator[str]) -> "csv.DictReader[str]":
    header = next(lines, "")
    if header[:4].lower() == "sep=":  # Excel's own first line
        header = next(lines, "")
    delimiter = max(_DELIMITERS, key=header.count)
    csv.field_size_limit(_CSV_FIELD_LIMIT)
    return csv.DictReader(itertools.chain([header], lines), delimiter=delimiter)


def refuse_form(
    form: Form | None, names: Sequence[str], flat: FlatRows, path: str | Path, expected: str
) -> None:
    """Raises where a header names no sentence, or nothing that was coded."""
    shown = ", ".join(name[:30] for name in names[:6]) or "nothing"
    if form is None:
        raise DataError(
            f"no column {flat.field_names} in its first line ({shown} …), nor one called text; {expected}",
            path=path,
        )
    if form.is_studio and not form.is_mapped and "sentence_id" not in names:
        raise DataError(
            f"no column sentence_id in its first line ({shown} …): an export of a project made by hand is "
            "read with --map (`standpunkt codebook from-config` writes one)",
            path=path,
        )
    if not form.cells and not form.is_studio:
        controls = flat.controls
        near = next((hit for name in form.unread or names if (hit := near_hit(name, controls))), "")
        raise DataError(
            f"no column is a layer of the codebook{near}; found {shown}, expected one of "
            f"{', '.join(controls[:6])}, or --map that says what the columns stand for",
            path=path,
        )


def _cell(name: str, value: Any, form: Form) -> Any:
    """What a CSV cell stands for; an empty one is no value."""
    if not isinstance(value, str):
        return None
    cell = form.cells.get(name)
    if cell is not None:
        return _held(value, cell.known is None) if value else None
    if name in ("id", "annotation_id") or name == form.coder:
        number = int(value) if re.fullmatch(r"\d{1,18}", value) else _whole(value)
        return None if isinstance(number, str) and _is_missing(number, None) else number
    if name == "lead_time":
        return _number(value)
    return value or (None if name in STUDIO_FIELDS else "")


def _whole(value: str) -> int | str | None:
    """Excel writes 17 as ``17,0`` where it took the column for decimals; an e-mail stays as it is."""
    if value == "None":  # str(None), as the converter writes a task that nobody has coded
        return None
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else value.strip()


def _number(value: str) -> float | None:
    match = re.fullmatch(r"\s*(\d{1,15})(?:[.,](\d{1,15}))?\s*", value)
    return float(f"{match[1]}.{match[2] or 0}") if match else None


def _held(value: str, is_text: bool) -> Any:
    """A control's cell: the bare value, or JSON text where there are several."""
    if value[0] not in "[{":
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value  # someone's comment that begins with a bracket
    if is_text and not (isinstance(parsed, list | dict) and any(_is_value(one) for one in _listed(parsed))):
        return value
    return parsed


def _listed(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [held]


def _is_value(one: Any) -> bool:
    return isinstance(one, dict) and any(key in one for key in READ_TYPES.values())
