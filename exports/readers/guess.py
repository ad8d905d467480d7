"""The labeling config that an export may have been made with, guessed from what was answered.

A full JSON export says of each answer its control and type; what nobody chose is not in it. A flat one
does not say which columns are controls: that is told by where they stand and how they vary.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement

from msgspec import Struct, field

from exports.readers.flat import MISSING, fields_of, is_studio
from exports.readers.label_studio import read_values
from exports.readers.taxonomies import paths_of
from exports.readers.tools import refuse_other_tool
from schemas.codebook import STUDIO_FIELDS, TASK_FIELDS
from schemas.decimals import counted
from schemas.draft import MAX_STEPS, Draft, draft_of
from schemas.errors import DataError
from schemas.studio_json import PATH, result_values, type_of, value_key

#: More different answers, or longer ones, are words and no codes.
MAX_CODES, MAX_LABEL = 60, 80
_WIDGETS = {"choices": "Choices", "taxonomy": "Taxonomy", "rating": "Rating", "number": "Number"}
_HEAD = 5000  # rows of a table that are looked at
_SIGNS = ("|", ";", ",")
#: How a column of a wide table may be called: art_anna or art (anna), anna_art.
_WAYS = (
    r"(?P<layer>.+?)[\s_.:/(\[-]+(?P<who>[^\s_.:/()\[\]-]+)[)\]]?",
    r"(?P<who>[^\s_.:/-]+)[\s_.:/-]+(?P<layer>.+)",
)


class Guess(NamedTuple):
    """A config as a tree, and which fields of the tasks hold ids: ``sentence_id``, ``commentary_id``."""

    config: Element
    fields: dict[str, str]


class _Answers(Struct):
    """What was answered in one control."""

    to_name: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    values: dict[str, None] = {}
    several: bool = False


GUESSED = """\
# Guessed from the answers of an export: what nobody chose is missing. The labeling config (in Label Studio
# under Settings → Labeling Interface → Code) says more: `standpunkt codebook from-config CONFIG.xml`.
"""


def guess_draft(paths: Sequence[str | Path], name: str) -> Draft:
    """The codebook and the map of exports alone; errors as of `guess_config` and `schemas.draft.draft`."""
    guess = guess_config(paths)
    path = ", ".join(map(str, paths))
    return draft_of(guess.config, name, path=path, fields=guess.fields, head=GUESSED)


def guess_config(paths: Sequence[str | Path]) -> Guess:
    """The config behind exports of one project.

    Raises
    ------
    DataError
        A file is no export, or nothing is coded in them.
    """
    answers: defaultdict[str, _Answers] = defaultdict(_Answers)
    tasks: list[Mapping[str, Any]] = []
    rows: list[Mapping[str, Any]] = []
    for path in paths:
        for value in _values(path):
            if isinstance(data := value.get("data"), dict):
                tasks.append(data)
                _take(value, answers)
            elif "annotations" not in value and len(rows) < _HEAD:
                rows.append(value)
    where = ", ".join(map(str, paths))
    for path in paths if not tasks else ():
        refuse_other_tool(path)
    if rows and not tasks:
        controls = _controls(rows)
        tasks = [
            {name: cell for name, cell in row.items() if name not in {*controls, *STUDIO_FIELDS}}
            for row in rows
        ]
        layers = _layers_of(controls, rows)
        for row in rows:
            for name in controls:
                _take_cell(row.get(name), answers[layers.get(name, name)], controls[name])
    if not tasks:
        raise DataError("holds no task of Label Studio and no table of codings", path=where)
    if not answers and rows:
        raise DataError(
            f"{counted(len(rows), 'row')} and no column with few values that return, as codes do (columns: "
            f"{', '.join(map(str, rows[0]))}); a codebook of yours says what is one: --codebook",
            path=where,
        )
    if not answers:
        raise DataError(
            f"{len(tasks)} tasks and nobody coded in them: nothing says what the project asks; "
            "`standpunkt codebook from-config` makes a codebook of its labeling config",
            path=where,
        )
    return _guess(answers, tasks)


def _values(path: str | Path) -> Iterator[dict[str, Any]]:
    try:
        yield from read_values(path, [])
    except DataError:
        refuse_other_tool(path)
        raise


def _guess(answers: Mapping[str, _Answers], tasks: Sequence[Mapping[str, Any]]) -> Guess:
    texts = _texts(tasks)
    if not texts:
        raise DataError(f"no field of a task holds a text; found {', '.join(map(str, tasks[0])) or 'none'}")
    config = Element("View")
    shown: dict[str, str] = {}
    for name, found in answers.items():
        to_name = next(iter(found.to_name), "text").partition(",")[0]
        shown.setdefault(to_name, to_name if to_name in texts else texts[0])
        _add(config, name, to_name, found)
    for to_name, text in shown.items():
        SubElement(config, "Text", name=to_name, value=f"${text}")
    return Guess(config, _id_fields(tasks, set(shown.values())))


def id_fields(tasks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Which fields of the data of tasks hold ``sentence_id`` and ``commentary_id``."""
    return _id_fields(tasks, set(_texts(tasks)[:1])) if tasks else {}


def _id_fields(tasks: Sequence[Mapping[str, Any]], texts: set[str]) -> dict[str, str]:
    known = fields_of([str(name) for name in tasks[0]])
    fields = {name: known[name] for name in ("sentence_id", "commentary_id") if name in known}
    if "sentence_id" in fields and not _is_key(tasks, fields["sentence_id"], next(iter(texts))):
        del fields["sentence_id"]
    return {name: column for name, column in fields.items() if column not in texts}


def _is_key(tasks: Sequence[Mapping[str, Any]], name: str, text: str) -> bool:
    """Whether a field tells one text from another."""
    texts: dict[str, str] = {}
    return all(
        str(task.get(name) or "")
        and texts.setdefault(str(task[name]), str(task.get(text))) == str(task.get(text))
        for task in tasks
    )


def _add(config: Element, name: str, to_name: str, found: _Answers) -> None:
    kind = found.types.most_common(1)[0][0]
    values = [value for value in found.values if value.strip()]
    unread = f"{kind}, {counted(found.types[kind], 'result')}"
    tag = _WIDGETS.get(kind, "TextArea" if kind == "textarea" else unread)
    if tag == "Choices" and (len(values) > MAX_CODES or any(len(value) > MAX_LABEL for value in values)):
        tag = "TextArea"
    if tag == "Choices" and not found.several and all(re.fullmatch("[1-9][0-9]?", value) for value in values):
        tag = "Number"  # a scale whose steps are choices
    control = SubElement(config, tag, name=name, toName=to_name)
    if tag == "Choices":
        control.set("choice", "multiple" if found.several else "single")
        for value in values:
            SubElement(control, "Choice", value=value)
    elif tag == "Taxonomy":
        _add_paths(control, values)
    elif tag in ("Rating", "Number"):
        steps = [int(value) for value in values if re.fullmatch(r"[1-9][0-9]{0,2}", value)]
        if len(steps) == len(values) and steps and max(steps) <= MAX_STEPS:
            most = str(max(*steps, 5))
            control.attrib.update({"maxRating": most} if tag == "Rating" else {"min": "1", "max": most})


def _add_paths(control: Element, paths: Iterable[str]) -> None:
    nodes: dict[str, Element] = {"": control}
    for path in paths:
        above = ""
        for name in path.split(PATH):
            here = f"{above}{PATH}{name}" if above else name
            if here not in nodes:
                nodes[here] = SubElement(nodes[above], "Choice", value=name)
            above = here


# ------------------------------------------------------------------ full exports


def _take(task: Mapping[str, Any], answers: defaultdict[str, _Answers]) -> None:
    annotations = task.get("annotations")
    for annotation in annotations if isinstance(annotations, list) else ():
        result = annotation.get("result") if isinstance(annotation, dict) else None
        given: defaultdict[str, set[str]] = defaultdict(set)  # by control: passages have answers of their own
        for item in result if isinstance(result, list) else ():
            if isinstance(item, dict) and item.get("from_name") is not None:
                name = str(item["from_name"])
                answers[name].to_name[str(item.get("to_name") or "text")] += 1
                given[name].update(_take_value(item, answers[name]))
        for name, values in given.items():
            answers[name].several = answers[name].several or len(values) > 1


def _take_value(item: Mapping[str, Any], found: _Answers) -> list[str]:
    """Adds what a result holds, and gives it."""
    kind = type_of(item)
    found.types[kind] += 1
    if not isinstance(item.get("value"), dict) or value_key(item) is None:
        return []
    given = list(paths_of(item) if kind == "taxonomy" else map(str, result_values(item)))
    found.values.update(dict.fromkeys(given))
    return given


# ------------------------------------------------------------------ flat exports and tables


def _controls(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The columns that hold codes, with the sign between several in a cell."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    known = fields_of(names)
    fields = {*known.values(), *STUDIO_FIELDS, *TASK_FIELDS}
    ordered = [str(name) for name in rows[0]]
    of_json_min = is_studio(names) and "id" in ordered and 0 < ordered.index("id") < len(ordered) - 1
    data = (
        set(ordered[: ordered.index("id")]) if of_json_min and "annotation_id" not in ordered[:1] else set()
    )
    text = next(iter(_texts(rows)), "")
    key = "id" if "id" in names else known.get("sentence_id") or known.get("text") or text
    found = {}
    for name in names:
        if name == text or name in fields - {"id"} or name == "id" or name in data:
            continue
        cells = [row.get(name) for row in rows]
        if _is_control([_parsed(cell) for cell in cells], [str(row.get(key)) for row in rows]):
            found[name] = _sign(cells)
    return found


def _layers_of(controls: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The layer of each column of a table with one an annotator: ``art`` of ``art_anna`` and ``art_ben``.

    Their answers tell them from a layer's targets or years: people agree more than by chance.
    """
    if "coder" in fields_of(list(rows[0])) or is_studio(rows[0]):
        return {}
    for way in _WAYS:
        grid: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for name in controls:
            if parts := re.fullmatch(way, name.strip()):
                grid[parts["layer"]][parts["who"]] = name
        for people in (columns for columns in grid.values() if len(columns) > 1):
            if _is_alike([[row.get(name) for name in [*people.values()][:2]] for row in rows]):
                of_people = {
                    layer: columns for layer, columns in grid.items() if columns.keys() <= people.keys()
                }
                return {name: layer for layer, columns in of_people.items() for name in columns.values()}
    return {}


def _is_alike(pairs: Sequence[Sequence[Any]]) -> bool:
    """Whether two columns agree much more than by chance: a kappa above .4."""
    both = [(str(one), str(other)) for one, other in pairs if not (_is_missing(one) or _is_missing(other))]
    first, second = Counter(one for one, _ in both), Counter(other for _, other in both)
    chance = sum(first[value] * second[value] for value in first) / max(len(both), 1)
    return sum(one == other for one, other in both) - chance > 0.4 * (len(both) - chance)


def _is_control(cells: Sequence[Any], keys: Sequence[str]) -> bool:
    """Whether a column varies as answers do: within a task, or between few values that return."""
    given = [(key, cell) for key, cell in zip(keys, cells, strict=True) if not _is_missing(cell)]
    if not given:
        return False
    if any(_values_in(cell) for _, cell in given):
        return True
    words = [str(cell) for _, cell in given]
    if any(len(word) > MAX_LABEL for word in words):
        return False
    by_key: dict[str, set[str]] = {}
    for (key, _), word in zip(given, words, strict=True):
        by_key.setdefault(key, set()).add(word)
    varies = any(len(values) > 1 for values in by_key.values())
    number = len(set(words))
    numeric = all(re.fullmatch(r"-?[\d.,]+", word) for word in words) and number > MAX_STEPS
    returns = 1 < number <= MAX_CODES and 2 * number <= len(by_key)
    return not numeric and (varies or returns or (len(given) < len(cells) and number <= MAX_CODES))


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and cell.strip().casefold() in MISSING)


def _parsed(cell: Any) -> Any:
    if isinstance(cell, str) and cell[:1] in ("[", "{"):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell


def _values_in(cell: Any) -> list[dict[str, Any]]:
    """The ``value`` objects that a flat export has in a cell."""
    held = cell if isinstance(cell, list) else [cell]
    return [one for one in held if isinstance(one, dict)]


def _sign(cells: Iterable[Any]) -> str:
    """What stands between several codes of a cell, where each of them stands elsewhere too or ``|`` is it."""
    words = Counter(str(cell).strip() for cell in cells if isinstance(cell, str))
    for sign in _SIGNS:
        parts = Counter(part.strip() for word in words for part in word.split(sign))
        joined = [word for word in words if sign in word]
        if joined and (sign == "|" or all(parts[p.strip()] > 1 for word in joined for p in word.split(sign))):
            return sign
    return ""


def _take_cell(cell: Any, found: _Answers, sign: str) -> None:
    cell = _parsed(cell)
    if _is_missing(cell):
        return
    found.to_name["text"] += 1
    if objects := _values_in(cell):
        values = {one for value in objects for one in _take_value({"value": value}, found)}
        found.several = found.several or len(values) > 1
        return
    given = cell if isinstance(cell, list) else list(_split(str(cell), sign))
    found.types["choices"] += 1
    found.values.update(dict.fromkeys(str(one) for one in given))
    found.several = found.several or len(given) > 1


def _split(cell: str, sign: str) -> Iterator[str]:
    for part in cell.split(sign) if sign else [cell]:
        for other in _SIGNS if sign == "|" else ():
            if other != sign and other in part:
                yield from (one.strip() for one in part.split(other))
                break
        else:
            yield part.strip()


def _texts(tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields with words, those first that are called so, then the longest."""
    length: Counter[str] = Counter()
    for task in tasks:
        for name, value in task.items():
            if isinstance(value, str) and name not in STUDIO_FIELDS and value[:1] not in ("[", "{"):
                length[str(name)] += len(value)
    known = fields_of(list(length))
    called = [known["text"]] if "text" in known else []
    others = [name for name, _ in length.most_common() if name not in {*called, *known.values()}]
    ids = [name for name in known.values() if name in length and name not in called]
    return [*called, *others, *ids]
