from annotate.commands.terminal import JsonOption, StudyOption, UrlOption, print_report, say_next, table


def status(study: StudyOption = None, url: UrlOption = None, json: JsonOption = False) -> None:
    """Say who has how much to do."""
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync.status import study_status

    opened = open_study(study)
    report = study_status(connect(opened, url=url), opened)
    head = ["annotator", "tasks", "done", "skipped", "open", "incomplete", "suggested", "minutes left"]
    rows = [
        (p.annotator, p.tasks, p.done, p.skipped, p.open, p.incomplete, p.suggested,
         "–" if p.minutes_left is None else f"{p.minutes_left:.0f}")
        for p in [*report.annotators, *([report.undecided] if report.undecided else [])]
    ]  # fmt: skip
    lines = [table(head, rows), *(f"! {notice}" for notice in report.notices)]
    print_report(report, json, "\n".join(lines))
    say_next(opened, json)
