"""Texts in object storage, such as ``s3://bucket/texts/*.jsonl.gz``, by fsspec where that is installed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from annotate.texts.inputs import formats
from annotate.texts.sources import READABLE, Source, suffix_of
from schemas.errors import DataError, SettingsError, StandpunktError, install_line

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+(?:://|::)")


def is_remote(name: str) -> bool:
    """Whether a name is an address of fsspec, such as ``s3://bucket/a.txt``, and no path.

    >>> is_remote("s3://texts/a.txt"), is_remote("texts/a.txt"), is_remote("C:/texts")
    (True, False, False)
    """
    return _ADDRESS.match(name) is not None


def find_remote(address: str) -> Iterator[tuple[Source, int]]:
    """The files behind an address of a file, a folder or a pattern, each with its bytes.

    Raises
    ------
    DataError, SettingsError
        There is no readable file, the storage does not answer, or what reads it is not installed.
    """
    with _told(address):
        system, place = _system(address)
        found = system.find(place, detail=True) if system.isdir(place) else system.glob(place, detail=True)
        sizes = {name: info["size"] or 0 for name, info in found.items() if info["type"] == "file"}
    names = sorted(name for name in sizes if suffix_of(PurePosixPath(name)) in formats())
    if not names:
        raise DataError(f"no file there, expected {READABLE}", path=address)
    for name in names:
        suffix = suffix_of(PurePosixPath(name))
        yield Source(system.unstrip_protocol(name), name, formats()[suffix], suffix), sizes[name]


def remote_version(address: str) -> str:
    """What changes with the content of a file, as its storage tells without handing it out."""
    with _told(address):
        system, place = _system(address)
        return str(system.ukey(place))


@contextmanager
def local_copies(addresses: list[str]) -> Iterator[dict[str, str]]:
    """Files under their own names on this machine, as long as the block takes: path here → address."""
    with TemporaryDirectory(prefix="standpunkt-") as folder:
        copies = {}
        for number, address in enumerate(addresses):
            with _told(address):
                system, place = _system(address)
                copy = Path(folder, str(number), PurePosixPath(place).name)
                copy.parent.mkdir()
                system.get_file(place, str(copy))
                copies[str(copy)] = address
        yield copies


def _system(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise SettingsError(f"{address} needs fsspec ({error}): {install_line('fsspec')}") from error
    system, place = url_to_fs(address)
    return system, str(place)


@contextmanager
def _told(address: str) -> Iterator[None]:
    """What a storage raises in the block, as an error that names the address."""
    try:
        yield
    except ImportError as error:  # of the package of one storage, such as s3fs: its words say which
        raise SettingsError(f"{address}: {error}") from error
    except FileNotFoundError as error:
        raise DataError("no such file", path=address) from error
    except StandpunktError:
        raise
    except Exception as error:  # each storage has its own: no key, no such server, a key that is refused
        raise DataError(f"cannot be read: {error}", path=address) from error
