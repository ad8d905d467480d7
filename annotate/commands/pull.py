from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from annotate.commands.terminal import (
    JsonOption,
    MapOption,
    StudyOption,
    UrlOption,
    print_report,
    progress_bar,
    say,
    say_next,
)
from schemas.decimals import counted

if TYPE_CHECKING:
    from annotate.study.folder import Study
    from annotate.study.practice import PracticeReport


def pull(
    study: StudyOption = None,
    url: UrlOption = None,
    full: Annotated[bool, typer.Option(help="Fetch everything again, not only changes.")] = False,
    project: Annotated[
        int | None, typer.Option(metavar="N", help="Import a project made by hand; needs --map.")
    ] = None,
    map_path: MapOption = None,
    accept_removals: Annotated[
        bool,
        typer.Option(
            "--accept-removals", help="Take out codings that are gone; data/removed.jsonl keeps them."
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Fetch the codings: the exports as they came, then data/annotations.jsonl.

    Exit 1 where many codings are gone from the server and nobody has said that they were meant to go.
    """
    from annotate.study.folder import open_study

    if (project is None) != (map_path is None):
        raise typer.BadParameter("--project and --map must be used together")
    if project is not None and map_path is not None:
        _take(study, url, project, map_path, json=json)
        return
    from annotate.study.connect import connect
    from annotate.sync import pull as pulling
    from annotate.sync.practice import pull_practice

    opened = open_study(study)
    with opened.locked("pull", say), progress_bar() as progress:
        studio = connect(opened, url=url)
        practised = [_with_page(one, opened) for one in pull_practice(studio, opened, progress=progress)]
        if practised and not opened.assignments.exists():  # nothing but a practice was pushed yet
            print_report({"practice": practised}, json, "\n".join(map(_practice_words, practised)))
            return
        report = pulling.pull(studio, opened, full=full, accept_removals=accept_removals, progress=progress)
    lines = [f"{counted(report.annotations, 'annotation')} ({report.skipped} skipped, "
             f"{report.incomplete} incomplete, {report.invalid} invalid, "
             f"{report.deleted} deleted since the last pull)",
             f"fetched {counted(report.fetched, 'task')}"]  # fmt: skip
    if report.decisions:
        decisions = counted(report.decisions, "decision")
        lines.append(f"{decisions} of the adjudicator; `standpunkt adjudicate` applies them")
    lines += map(_practice_words, practised)
    lines += [f"! {notice}" for notice in report.notices]
    lines += [f"! {p.annotator}: {p.problem}\n  {p.link}" for p in report.problems[:20]]
    if len(report.problems) > 20:
        lines.append(f"… and {len(report.problems) - 20} more (--json has all)")
    body = {**msgspec.structs.asdict(report), **({"practice": practised} if practised else {})}
    print_report(body, json, "\n".join(lines))
    say_next(opened, json, after="pull")
    if report.kept:
        raise typer.Exit(1)


def _with_page(report: "PracticeReport", study: "Study") -> "PracticeReport":
    """The report with the page that was written for its annotator."""
    from annotate.pages.practice import practice_page
    from schemas.files import write_text

    path = study.reports / f"uebung-{report.annotator}.html"
    write_text(path, practice_page(report, study.codebook()))
    return msgspec.structs.replace(report, page=str(path))


def _practice_words(report: "PracticeReport") -> str:
    return (
        f"practice of {report.annotator}: {report.coded} of {counted(report.sentences, 'sentence')} coded, "
        f"{len(report.deviations)} of {counted(report.compared, 'answer')} differ: {report.page}"
    )


def _take(study: Path | None, url: str | None, project: int, map_path: Path, *, json: bool) -> None:
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync.existing_project import import_project

    opened = open_study(study)
    with opened.locked("pull", say), progress_bar() as progress:
        report = import_project(connect(opened, url=url), opened, project, map_path, progress=progress)
    lines = [
        f"{counted(report.annotations, 'annotation')} of project {project} "
        f"by {', '.join(report.annotators) or '–'}",
        f"({report.skipped} skipped, {report.incomplete} incomplete, {report.invalid} invalid)",
    ]
    if report.coded_here:
        lines.append(
            f"{report.coded_here} of them by people who coded the sentence in this study too: that counts"
        )
    lines += [
        f"! {what}: {counted(n, 'time')}, in no code; its layer is open there"
        for what, n in report.unmapped.items()
    ]
    lines += [
        f"! {what}: {counted(n, 'result')} of a type that is not read" for what, n in report.unread.items()
    ]
    lines += [
        f"{what}: {counted(n, 'time')}, left out as the map says" for what, n in report.left_out.items()
    ]
    if report.unmatched:
        lines.append(f"! {len(report.unmatched)} tasks match no sentence of this study, or more than one:")
        lines += [f"  {what}" for what in report.unmatched[:5]]
        lines += ["  …"] if len(report.unmatched) > 5 else []
    print_report(report, json, "\n".join(lines))
    say_next(opened, json, after="pull")
