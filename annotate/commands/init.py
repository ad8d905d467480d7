from pathlib import Path
from typing import Annotated

import typer

from annotate.commands.terminal import say, say_next


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to create.")],
    codebook: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="Name of a shipped codebook, or a file.")
    ] = "kommentar-core",
    targets: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Targets for the stance layer, such as ziele-ukraine."),
    ] = None,
    annotators: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="Annotators, separated by commas; each has a Label Studio project."
        ),
    ] = "anna",
    name: Annotated[str | None, typer.Option(help="Name of the study (default: the folder's name).")] = None,
    copy_of: Annotated[
        Path | None,
        typer.Option(
            metavar="STUDY",
            help="Start from this study's settings and texts, without its codings and projects.",
        ),
    ] = None,
) -> None:
    """Make a study: a folder with settings, a codebook and a place for commentaries."""
    from annotate.study.folder import init_study
    from annotate.study.identity import copy_study
    from annotate.study.settings import names_in

    if copy_of is not None:
        report = copy_study(copy_of, folder, name)
        say(f"{folder} is a study of its own now: {report.study.name}, id {report.study.settings.id}")
        if report.set_aside:
            say(f"what belongs to the codings of {copy_of} and was copied along is in {report.set_aside}")
        return
    names = names_in(annotators)
    study = init_study(folder, codebook=codebook, targets=targets, annotators=names, name=name)
    say(f"created the study {study.name} in {folder}")
    say_next(study, False)
