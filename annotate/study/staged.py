"""Several files of a study that change together: all of them or none, whenever a process is killed.

They are written into a folder beside their places, which then gets its final name: from there on the
change is made, and whoever comes next moves in what is left.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME, _UNFINISHED = ".staged", ".staged-unfinished"


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder for what the block writes; its files take their places in ``folder`` when it ends well."""
    finish_staged(folder)
    beside = folder / _UNFINISHED
    beside.mkdir()
    try:
        yield beside
        beside.rename(folder / _NAME)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    finish_staged(folder)


def finish_staged(folder: Path) -> None:
    """Moves in what a process that was killed had completed, and clears away what it had not."""
    shutil.rmtree(folder / _UNFINISHED, ignore_errors=True)
    ready = folder / _NAME
    if ready.is_dir():
        for file in sorted(ready.iterdir()):
            file.replace(folder / file.name)
        ready.rmdir()
