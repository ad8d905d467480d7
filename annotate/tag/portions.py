"""Which files become which part: the inputs divided, the same way on every machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from annotate.texts.commentaries import Failed
from annotate.texts.inputs import find_sources, unread_files
from annotate.texts.remote import find_remote, is_remote
from schemas.errors import DataError, SettingsError
from schemas.files import readable
from schemas.records import short_hash, slug

#: Formats whose files hold many commentaries: each has a part of its own, as has any file of this size.
_APART, _LARGE = {"jsonl", "delimited", "workbook", "archive"}, 2**20
#: Bytes of small files that come into one part, about.
_TOGETHER = 2**23


class Portion(NamedTuple):
    """What becomes one part: the name of its files, the paths or addresses it is made of, and their bytes."""

    name: str
    files: tuple[str, ...]
    size: int


def portions_of(names: Sequence[str], failed: list[Failed]) -> list[Portion]:
    """The parts that inputs give, in their order; what cannot be read is added to ``failed``.

    Small files of one commentary each come together. Where a part ends, the name and the size of its last
    file say alone: a file more changes one part, and not all behind it.
    """
    portions: list[Portion] = []
    together: list[tuple[str, int]] = []

    def end(files: Sequence[tuple[str, int]]) -> None:
        if files:
            paths = [readable(file) for file, _ in files]
            name = "-".join(filter(None, ["part", slug(paths[0]), short_hash("\n".join(paths), 8)]))
            portions.append(Portion(name, tuple(file for file, _ in files), sum(size for _, size in files)))

    for file, (form, size) in _inputs(names, failed).items():
        if form in _APART or size >= _LARGE:
            end([(file, size)])
            continue
        together.append((file, size))
        if crc32(file.encode("utf-8", "surrogatepass")) * _TOGETHER < size << 32:
            end(together)
            together = []
    end(together)
    return portions


def _inputs(names: Sequence[str], failed: list[Failed]) -> dict[str, tuple[str, int]]:
    """Format and bytes of each file, by its path or address."""
    found: dict[str, tuple[str, int]] = {}
    for name in names:
        if name == "-":
            raise SettingsError("parts are made of files, and standard input is none: name files or folders")
        try:
            if is_remote(name):
                found |= {str(source.path): (source.format, size) for source, size in find_remote(name)}
            else:
                files = ((str(source.path), source.format) for source in find_sources([name]))
                found |= {file: (form, Path(file).stat().st_size) for file, form in files}
        except DataError as error:
            failed.append(Failed.of(error))
    local = [name for name in names if not is_remote(name)]
    failed += [
        Failed(input=readable(path), reason=f"{readable(path)}: {reason}")
        for path, reason in unread_files(local)
    ]
    return found
