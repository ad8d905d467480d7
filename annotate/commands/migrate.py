"""``codebook diff`` and ``codebook migrate``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.terminal import (
    DryRunOption,
    JsonOption,
    StudyOption,
    UrlOption,
    print_report,
    progress_bar,
    say,
    say_next,
)

if TYPE_CHECKING:
    from annotate.migrate.run import MigrateReport
    from schemas.versions.diff import Change

SHOWN = 20
Old = Annotated[Path, typer.Argument(metavar="OLD", help="Old version of the codebook.")]
New = Annotated[Path, typer.Argument(metavar="NEW", help="New version of the codebook.")]
MapOption = Annotated[
    Path | None,
    typer.Option(
        "--map", metavar="FILE", help="Map of renamed ids that labels do not reveal (docs/migration.md)."
    ),
]


def diff(old: Old, new: New, map: MapOption = None, json: JsonOption = False) -> None:
    """Print what changed between two versions of a codebook; exit 1 where the version step is wrong."""
    from schemas.codebook import load_codebook
    from schemas.versions.diff import check_step, compare
    from schemas.versions.id_map import read_map

    before, now = load_codebook(old), load_codebook(new)
    difference = compare(before, now, read_map(map, before, now) if map else None)
    lines = [
        *_changes(difference.changes),
        f"{difference.old_version} → {difference.version}: asks for {_asks(difference.asks_for)}",
    ]
    print_report(difference, json, "\n".join(lines))
    check_step(difference, new)


def migrate(
    old: Old,
    new: New,
    map: MapOption = None,
    study: StudyOption = None,
    url: UrlOption = None,
    undo: Annotated[bool, typer.Option("--undo", help="Restore OLD from the backup.")] = False,
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Migrate only files, for a study without Label Studio.")
    ] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Bring a study with all its codings from one version of its codebook to the next.

    Interrupted, it can be run again to the end. Nobody should code while it runs.
    """
    from annotate.migrate import run as migrating
    from annotate.study.connect import connect
    from annotate.study.folder import open_study

    if undo and map:
        raise typer.BadParameter(
            "cannot be used with --undo: the backup contains the map", param_hint="--map"
        )
    opened = open_study(study)
    studio = None if files_only else connect(opened, url=url)
    with opened.locked("codebook migrate", say), progress_bar() as progress:
        if undo:
            report = migrating.undo(studio, opened, old, new, dry_run=dry_run, progress=progress)
        else:
            report = migrating.migrate(
                studio, opened, old, new, id_map=map, dry_run=dry_run, progress=progress
            )
    print_report(report, json, "\n".join(_lines(report)))
    if not dry_run:
        say_next(opened, json, after="migrate")


def _changes(changes: "list[Change]") -> list[str]:
    return [str(change) for change in changes] or ["nothing changed"]


def _asks(step: str) -> str:
    return "no step" if step == "none" else f"a {step} step"


def _lines(report: "MigrateReport") -> list[str]:
    would = "would be " if report.dry_run else ""
    way = (report.version, report.old_version) if report.undone else (report.old_version, report.version)
    lines = [f"{way[0]} → {way[1]}"] + ([] if report.undone else _changes(report.changes))
    for row in report.projects:
        lines.append(
            f"{row.annotator}: {would}changed {row.annotations} annotations, {row.drafts} drafts, "
            f"{row.predictions} predictions, {row.tasks} tasks"
        )
        if row.meanwhile:
            lines.append(f"  {row.meanwhile} of them were coded after the backup")
    lines.append(f"files {would}changed: {', '.join(report.files) or 'none'}")
    lines += [f"! {_who(row.annotator)}{row.sentence_id}: {row.place} {row.reason}\n  {row.link}".rstrip()
              for row in report.again[:SHOWN]]  # fmt: skip
    if len(report.again) > SHOWN:
        lines.append(f"… and {len(report.again) - SHOWN} more to look at again (--json has all)")
    if report.backup:
        lines.append(f"backup: {report.backup}")
    return lines


def _who(annotator: str) -> str:
    return f"{annotator}: " if annotator else ""
