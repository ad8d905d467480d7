from annotate.commands.terminal import JsonOption, StudyOption, UrlOption, print_report


def open_study_page(
    study: StudyOption = None,
    url: UrlOption = None,
    json: JsonOption = False,
) -> None:
    """Show a study at a glance in the browser, and go on from there."""
    from annotate.start.gather import gather
    from annotate.study.folder import open_study

    opened = open_study(study)
    if json:
        print_report(gather(opened, url=url), True, "")
