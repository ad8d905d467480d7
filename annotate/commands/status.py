from annotate.commands.terminal import JsonOption, StudyOption, UrlOption, print_report, table


def status(study: StudyOption = None, url: UrlOption = None, json: JsonOption = False) -> None:
    """Say who has how much to do."""
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync.status import adjudicator_progress, annotator_progress

    opened = open_study(study)
    studio = connect(opened, url=url)
    found = annotator_progress(studio, opened)
    undecided = adjudicator_progress(studio, opened)
    head = ["annotator", "tasks", "done", "skipped", "open", "incomplete", "suggested", "minutes left"]
    rows = [
        (p.annotator, p.tasks, p.done, p.skipped, p.open, p.incomplete, p.suggested,
         "–" if p.minutes_left is None else f"{p.minutes_left:.0f}")
        for p in [*found, *([undecided] if undecided else [])]
    ]  # fmt: skip
    print_report({"annotators": found, "undecided": undecided}, json, table(head, rows))
