"""Settings put into ``study.yaml`` as a person would: the line they stand in, and nothing else."""

import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from annotate.study.folder import Study, StudySettings
from schemas.errors import DataError, SettingsError
from schemas.files import decode_utf8, read_bytes, write_text
from schemas.jsonl import read_jsonl
from schemas.records import Assignment
from schemas.yaml_file import parse_yaml

Value = str | float | list[str]
WRITTEN = ("study", "id", "annotators", "retired", "overlap", "unit")  # the settings that verbs change


def with_given(
    study: Study, *, annotators: str | None = None, overlap: float | None = None, unit: str | None = None
) -> Study:
    """The study with what was given in place of what stands in its file; the file is not touched.

    Parameters
    ----------
    annotators
        Names joined by commas, such as ``anna,ben``.
    overlap
        The share that all annotators code, 0 to 1.

    Raises
    ------
    SettingsError
        Names the flag, what was found and what is expected; also where the change would contradict
        what was drawn already.
    """
    options: dict[str, Value] = {}
    if annotators is not None:
        options["annotators"] = names_in(annotators)
    if overlap is not None:
        options["overlap"] = overlap
    if unit is not None:
        if unit not in ("commentary", "sentence"):
            raise SettingsError(f'--unit "{unit}": expected commentary or sentence')
        options["unit"] = unit
    changed = {name: value for name, value in options.items() if getattr(study.settings, name) != value}
    try:
        given = study.with_settings(**changed)
    except DataError as error:
        raise SettingsError(error.message, flag=" ".join(f"--{name}" for name in changed)) from error
    if changed and study.assignments.exists():
        _refuse_what_was_drawn(study, given.settings, changed)
    return given


def write_settings(study: Study) -> bool:
    """Writes the settings of this study that differ from its file; comments and all else stay.

    Raises
    ------
    DataError
        The file is written in a way that cannot be changed line by line; it is left as it was.
    """
    path = study.settings_path
    text = decode_utf8(read_bytes(path), path)
    current = msgspec.convert(parse_yaml(text, path)[0], StudySettings, strict=False)
    new = text
    for name in WRITTEN:
        value = getattr(study.settings, name)
        if getattr(current, name) != value:
            new = with_setting(new, name, value)
    if new == text:
        return False
    try:
        written = msgspec.convert(parse_yaml(new, path)[0], StudySettings, strict=False)
    except (DataError, msgspec.ValidationError):
        written = None
    if written != study.settings:
        raise DataError("cannot be changed here as it is written; change it by hand", path=path)
    write_text(path, new)
    return True


def with_setting(text: str, name: str, value: Value) -> str:
    """The text of a YAML mapping with one top-level setting changed, or added at its end."""
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)  # the pure one counts in characters
    entry = next((child for key, child in node.value if key.value == name), None)
    if entry is None:
        return f"{text.rstrip()}\n{name}: {_scalar(value)}\n"
    start, end = entry.start_mark.index, entry.end_mark.index
    if isinstance(value, list) and isinstance(entry, yaml.SequenceNode) and not entry.flow_style:
        return _block_list(text, entry, value)
    space = " " if start == end else ""  # a key without a value
    return f"{text[:start]}{space}{_scalar(value)}{text[end:]}"


def _block_list(text: str, entry: Any, values: list[str]) -> str:
    """A list of one item a line: items that stay keep their lines and what is said behind them."""
    starts = [text.rfind("\n", 0, item.start_mark.index) + 1 for item in entry.value]
    end = text.find("\n", entry.value[-1].end_mark.index)
    end = len(text) if end < 0 else end
    kept_lines = {
        item.value: text[start:stop].rstrip()
        for item, start, stop in zip(entry.value, starts, [*starts[1:], end], strict=True)
    }
    indent = " " * entry.start_mark.column
    lines = [kept_lines.get(value, f"{indent}- {value}") for value in values]
    return text[: starts[0]] + "\n".join(lines) + text[end:]


def _scalar(value: Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    return f"{value:.15g}" if isinstance(value, float) else value


def names_in(option: str) -> list[str]:
    """The names of annotators, from such as ``anna,ben``.

    Raises
    ------
    SettingsError
        A name is missing between two commas.
    """
    names = [unicodedata.normalize("NFC", name.strip()) for name in option.split(",")]
    if not all(names):
        raise SettingsError(f'--annotators "{option}": expected names such as anna,ben')
    return names


def _refuse_what_was_drawn(study: Study, settings: StudySettings, changed: Mapping[str, Value]) -> None:
    """What `assignments.jsonl` keeps is not drawn again, so it cannot be asked for otherwise."""
    for name in ("overlap", "unit"):
        if name in changed:
            old: Any = getattr(study.settings, name)
            raise SettingsError(
                f"--{name} {_scalar(changed[name])}: the sentences were drawn with {_scalar(old)}, and "
                f"{study.assignments} keeps what was drawn; expected {_scalar(old)} (for commentaries "
                f"that come later alone, change it in {study.settings_path.name} by hand)"
            )
    rows = list(read_jsonl(study.assignments, Assignment))
    for name in study.settings.annotators:
        drawn = sum(row.annotator == name for row in rows)
        if name not in settings.annotators and drawn:
            raise SettingsError(
                f"--annotators: {name} is missing, for whom {drawn} sentences were drawn "
                f"({study.assignments}); expected {','.join(study.settings.annotators)} and any new ones "
                f"(`standpunkt annotators retire {name}` takes somebody off the work)"
            )
