"""Which leaf of a taxonomy stands for one path of it, over all files that are read together."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from exports.readers.label_studio import read_tasks
from schemas.codebook import Code, Codebook, Layer
from schemas.errors import DataError
from schemas.files import reading
from schemas.project_map import ProjectMap
from schemas.studio_json import PATH, result_items, type_of

_PART = 1 << 20
_MARK = b"taxonomy"


class Leaves:
    """The paths of each leaf, by control; a leaf that was seen at one path alone is its name."""

    def __init__(self, paths: Mapping[tuple[str, str], Sequence[str]] | None = None) -> None:
        self._paths = paths or {}

    def is_name(self, control: str, path: str) -> bool:
        """Whether the last name of a path says which path it is."""
        return len(self._paths.get((control, path.rpartition(PATH)[2]), [])) == 1

    @property
    def ambiguous(self) -> dict[tuple[str, str], Sequence[str]]:
        """Control and leaf → its paths, where there are several."""
        return {name: paths for name, paths in self._paths.items() if len(paths) > 1}

    def named(self, result: Sequence[Any]) -> list[Any]:
        """The results of an annotation with every path of a taxonomy by its leaf, or as one word."""
        return [self._named(item) if is_taxonomy(item) else item for item in result]

    def _named(self, item: Mapping[str, Any]) -> dict[str, Any]:
        control = str(item.get("from_name"))
        words = [path.rpartition(PATH)[2] if self.is_name(control, path) else path for path in paths_of(item)]
        return {**item, "type": "taxonomy", "value": {"taxonomy": words}}


def is_taxonomy(item: Any) -> bool:
    """Whether a result holds paths of a taxonomy."""
    return isinstance(item, dict) and isinstance(item.get("value"), dict) and type_of(item) == "taxonomy"


def paths_of(item: Mapping[str, Any]) -> Iterator[str]:
    """The paths that a result holds, each as one word.

    >>> list(paths_of({"type": "taxonomy", "value": {"taxonomy": [["Mittel", "Ironie"]]}}))
    ['Mittel > Ironie']
    """
    for path in result_items(item):
        names = path if isinstance(path, list) else [path]
        if names and all(isinstance(name, str | int | float) for name in names):
            yield PATH.join(str(name).strip() for name in names)


def leaves_of(
    files: Sequence[str | Path], codebook: Codebook, project_map: ProjectMap | None = None
) -> Leaves:
    """The leaves of all taxonomies in some files, which are read once for them where they have one.

    What is no file, such as a pipe, can be read once only: a leaf that stands nowhere else is then not
    known to be one path's, and goes by its path.
    """
    paths: dict[tuple[str, str], list[str]] = {}
    for file in dict.fromkeys(files):
        if not (Path(file).is_file() and _has_taxonomy(file)):
            continue
        with suppress(DataError):  # whoever reads the file says what is wrong with it
            for item in _results(file, codebook, project_map):
                if is_taxonomy(item):
                    for path in paths_of(item):
                        known = paths.setdefault((str(item.get("from_name")), path.rpartition(PATH)[2]), [])
                        known += [path] if path not in known else []
    return Leaves(paths)


def _has_taxonomy(path: str | Path) -> bool:
    with suppress(DataError), reading(path) as file:
        end = b""
        while part := file.read(_PART):
            if _MARK in end + part:
                return True
            end = part[-len(_MARK) :]
    return False


def _results(file: str | Path, codebook: Codebook, project_map: ProjectMap | None) -> Iterator[Any]:
    for _, task in read_tasks(file, codebook, [], salvage=True, project_map=project_map):
        annotations = task.get("annotations") if isinstance(task, dict) else None
        for annotation in annotations if isinstance(annotations, list) else []:
            result = annotation.get("result") if isinstance(annotation, dict) else None
            yield from result if isinstance(result, list) else []


def with_paths(codebook: Codebook, leaves: Leaves) -> tuple[Codebook, list[str]]:
    """The codebook with a finer code for each path of a code that stands at several, and words about it."""
    said = []
    layers: list[Layer] = []
    for layer in codebook.layers:
        codes = list(layer.codes)
        for (control, leaf), paths in leaves.ambiguous.items():
            parent = next((c.id for c in layer.codes if leaf in (c.id, codebook.say(c.label))), None)
            if control == layer.id and parent is not None:
                codes += [Code(id=path, label=path, parent=parent) for path in paths]
                said.append(f"{control}: {leaf} stands at {' and '.join(paths)}, compared by path; {A_MAP}")
        layers.append(replace(layer, codes=codes))
    return (replace(codebook, layers=layers) if said else codebook), said


#: The way out where a leaf stands at several paths.
A_MAP = "--map gives each path its code"
