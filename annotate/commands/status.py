from annotate.commands.terminal import JsonOption, StudyOption, UrlOption, print_report, table


def status(study: StudyOption = None, url: UrlOption = None, json: JsonOption = False) -> None:
    """Say who has how much to do."""
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from annotate.sync.status import adjudicator_progress, annotator_progress, people_without_place

    opened = open_study(study)
    studio = connect(opened, url=url)
    progress = annotator_progress(studio, opened)
    notices = people_without_place(studio, opened)
    undecided = adjudicator_progress(studio, opened)
    head = ["annotator", "tasks", "done", "skipped", "open", "incomplete", "suggested", "minutes left"]
    rows = [
        (p.annotator, p.tasks, p.done, p.skipped, p.open, p.incomplete, p.suggested,
         "–" if p.minutes_left is None else f"{p.minutes_left:.0f}")
        for p in [*progress, *([undecided] if undecided else [])]
    ]  # fmt: skip
    body = {"annotators": progress, "undecided": undecided, "notices": notices}
    print_report(body, json, "\n".join([table(head, rows), *(f"! {notice}" for notice in notices)]))
