from annotate.commands.terminal import DryRunOption, JsonOption, StudyOption, print_report, say, say_next
from schemas.decimals import counted


def relink(study: StudyOption = None, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Split mended commentaries anew and carry their codings over."""
    from annotate.study.folder import open_study
    from annotate.study.relink import relink_study

    opened = open_study(study)
    with opened.locked("relink", say):
        report = relink_study(opened, dry_run=dry_run)
    lines = [
        f"{counted(report.unchanged, 'sentence')} as before, {len(report.links)} mended, "
        f"{len(report.added)} new, {len(report.lost)} not found again"
        + (" (nothing was written)" if dry_run else "")
    ]
    for link in report.links:
        lines += [f"~ {link.similarity:.2f}  {_cut(link.old_text)}", f"        {_cut(link.new_text)}"]
    for lost in report.lost:
        lines.append(f"- {lost.old}  {_cut(lost.old_text)}")
        if lost.nearest:
            lines.append(f"  nearest ({lost.similarity:.2f})  {_cut(lost.nearest_text)}")
    print_report(report, json, "\n".join(lines))
    if not dry_run:
        say_next(opened, json, after="relink")


def _cut(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
