"""TOOLS: how the texts and codings of each other tool are read, one module a form of files."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from exports.readers.tools.argilla import ARGILLA
from exports.readers.tools.doccano import DOCCANO
from exports.readers.tools.files import Package, first_row, open_package
from exports.readers.tools.imported import Collector, Imported, Tool
from exports.readers.tools.inception import INCEPTION
from exports.readers.tools.potato import POTATO
from exports.readers.tools.prodigy import PRODIGY
from exports.readers.tools.refi_qda import REFI_QDA
from schemas.errors import DataError, SettingsError, near_hit

#: In the order in which a file is tried; what is surest to be known comes first.
TOOLS: dict[str, Tool] = {
    tool.name: tool for tool in (PRODIGY, ARGILLA, DOCCANO, POTATO, REFI_QDA, INCEPTION)
}
#: The ways of a project that is in Label Studio already.
LABEL_STUDIO = (
    "is an export of Label Studio: `standpunkt look FILE` says what is in it, `standpunkt codebook "
    "from-config FILE` makes its codebook and map, `standpunkt agree FILE --codebook C --map M` reads it"
)
#: What is no file of another tool, and how it is read instead: the sign at its beginning, and the words.
_OTHERS = (
    ((b"<?xml", b"<Project"), "is XML alone: export the project with its texts, as .qdpx or .zip"),
    (
        (b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf"),
        "is a text without codings: `standpunkt split FILE` is for texts",
    ),
)


def read_tools(paths: Iterable[Path], *, tool: str | None = None, blank_is_none: bool = False) -> Imported:
    """The texts and codings of files of one tool.

    Parameters
    ----------
    tool
        A key of `TOOLS`; None: found by the files themselves.
    blank_is_none
        Whether somebody who set no label in a text has read it, where a file does not say so.

    Raises
    ------
    DataError
        A file that cannot be read, of no tool that is known, or of another than the rest.
    """
    if tool is not None and tool not in TOOLS:
        raise SettingsError(
            f'"{tool}": expected one of {", ".join(TOOLS)}{near_hit(tool, TOOLS)}', flag="--from"
        )
    packages = [open_package(path) for path in paths]
    found = TOOLS[tool] if tool is not None else _tool_of(packages)
    into = Collector(found.name, blank_is_none=blank_is_none)
    found.read(packages, into)
    return into.finished(packages[0].path)


def way_of(path: str | Path) -> str | None:
    """What a file with codings is and which verb reads it; None for any other file."""
    if not Path(path).is_file():
        return None
    with suppress(DataError):
        package = open_package(Path(path))
        if (tool := _known(package)) is not None:
            return f"is of {tool.title}: `standpunkt import {path}` makes a study of it"
        if _is_label_studio(package):
            return LABEL_STUDIO
    return None


def refuse_other_tool(path: str | Path) -> None:
    """Raises a DataError with the way where a file is of another tool than Label Studio."""
    words = way_of(path)
    if words is not None and words != LABEL_STUDIO:
        raise DataError(words, path=path)


def _tool_of(packages: Sequence[Package]) -> Tool:
    known = [(package, tool) for package in packages if (tool := _known(package)) is not None]
    if not known:
        raise _unknown(packages[0])
    first, chosen = known[0]
    for package in packages:
        tool = next((tool for other, tool in known if other is package), None)
        if tool is None and not package.is_archive and package.path.suffix.lower() in chosen.beside:
            continue
        if tool is None:
            raise _unknown(package)
        if tool is not chosen:
            words = f"is of {tool.title}, {first.path} of {chosen.title}: import the files of one tool"
            raise DataError(words, path=package.path)
    return chosen


def _known(package: Package) -> Tool | None:
    return next((tool for tool in TOOLS.values() if tool.is_mine(package)), None)


def _is_label_studio(package: Package) -> bool:
    if package.is_archive:
        return False
    row = first_row(package)
    of_task = bool({"annotations", "completions"} & row.keys()) and "data" in row
    of_storage = isinstance(row.get("task"), dict) and "result" in row
    return of_task or of_storage or {"annotation_id", "annotator"} <= row.keys()


def _unknown(package: Package) -> DataError:
    """The error for a file of no tool, with what it is instead."""
    if _is_label_studio(package):
        return DataError(LABEL_STUDIO, path=package.path)
    head = package.head.lstrip(b"\xef\xbb\xbf \r\n\t")
    for signs, words in _OTHERS:
        if head.startswith(signs):
            return DataError(words, path=package.path)
    known = "; ".join(f"{tool.title}: {tool.export}" for tool in TOOLS.values())
    return DataError(f"is of no tool that is known ({known}); --from names the tool", path=package.path)
