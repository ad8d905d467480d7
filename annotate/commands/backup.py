from pathlib import Path
from typing import Annotated

import typer

from annotate.commands.terminal import JsonOption, StudyOption, print_report


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
        report = packing.restore(path, restore)
        words = f"restored {report.files} files to {report.path}"
    else:
        opened = open_study(study)
        with opened.locked():
            report = packing.back_up(opened, path)
        words = f"packed {report.files} files ({report.bytes / 1e6:.1f} MB) into {report.path}"
    print_report(report, json, words)
