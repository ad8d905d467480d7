from typing import Annotated

import typer

from annotate.commands.terminal import JsonOption, StudyOption, UrlOption, print_report, telling
from annotate.study import open_study


def pull(
    study: StudyOption = None,
    url: UrlOption = None,
    full: Annotated[bool, typer.Option(help="Fetch everything anew, not only what changed.")] = False,
    json: JsonOption = False,
) -> None:
    """Fetch the codings: the exports as they came, then data/annotations.jsonl."""
    from annotate import pull as pulling
    from annotate.credentials import connect

    own = open_study(study)
    with own.locked(), telling() as tell:
        report = pulling.pull(connect(own, url=url), own, full=full, tell=tell)
    lines = [f"{report.annotations} annotations ({report.skipped} skipped, {report.incomplete} incomplete, "
             f"{report.invalid} invalid, {report.deleted} deleted since the last pull)",
             f"{report.fetched} tasks were fetched"]  # fmt: skip
    if report.decisions:
        lines.append(f"{report.decisions} decisions of a third person; `standpunkt adjudicate` takes them in")
    lines += [f"! {p.annotator}: {p.problem}\n  {p.link}" for p in report.problems[:20]]
    if len(report.problems) > 20:
        lines.append(f"… and {len(report.problems) - 20} more (--json has all)")
    print_report(report, json, "\n".join(lines))
