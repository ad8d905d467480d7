from pathlib import Path
from typing import Annotated

import typer

from annotate.commands.terminal import JsonOption, StudyOption, print_report, say, say_next
from schemas.decimals import counted
from schemas.errors import DataError


def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The backup, such as studie.tar.gz.")],
    study: StudyOption = None,
    restore: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Unpack FILE into this new folder instead.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Pack a study into one file, without credentials; or restore it from there."""
    from annotate.study import backup as packing
    from annotate.study.folder import open_study

    if restore is not None:
        restored = packing.restore(path, restore)
        words = f"restored {counted(restored.files, 'file')} to {restored.path}"
        if restored.left_out:
            words += f"; {restored.left_out} left out that no study holds (local state, ways in, links)"
        print_report(restored, json, words)
        return
    opened = open_study(study)
    try:
        with opened.locked("backup", say):
            packed = packing.back_up(opened, path)
    except OSError as error:
        words = f"cannot be locked while it is packed: {error.strerror or error}"
        raise DataError(words, path=opened.folder) from error
    print_report(
        packed,
        json,
        f"packed {counted(packed.files, 'file')} ({packed.bytes / 1e6:.1f} MB) into {packed.path}",
    )
    say_next(opened, json, after="backup")
