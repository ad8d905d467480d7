import typer

from annotate.commands.terminal import JsonOption, StudyOption, UrlOption, print_report
from schemas.errors import SettingsError


def doctor(study: StudyOption = None, url: UrlOption = None, json: JsonOption = False) -> None:
    """Look for what is wrong between the study and Label Studio; exit 1 where something is."""
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync.doctor import examine, unconnected

    opened = open_study(study)
    try:
        findings = examine(connect(opened, url=url), opened)
    except SettingsError as error:
        findings = [unconnected(error)]
    lines = []
    for finding in findings:
        lines.append(f"{'ok ' if finding.ok else '!! '} {finding.check}: {finding.message}")
        if not finding.ok:
            lines.append(f"    {finding.action}")
    print_report({"findings": findings}, json, "\n".join(lines))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
