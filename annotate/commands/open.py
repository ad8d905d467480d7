from pathlib import Path
from typing import Annotated

import typer

from annotate.commands.terminal import JsonOption, StudyOption, UrlOption, print_report, say
from schemas.errors import SettingsError, install_line


def open_study_page(
    study: StudyOption = None,
    url: UrlOption = None,
    port: Annotated[
        int,
        typer.Option(metavar="PORT", help="Port on this machine (default: a free one).", min=0, max=65535),
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the browser, where there is one.")
    ] = True,
    static: Annotated[
        bool,
        typer.Option("--static", help="Write the page as a file to read, reports/start.html, and end."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show a study at a glance in the browser, and go on from there; ends with Ctrl-C."""
    from annotate.start.gather import gather
    from annotate.study.folder import open_study
    from schemas.files import write_text

    opened = open_study(study)
    if json or static:
        report = gather(opened, url=url)
        place = opened.reports / "start.html"
        if static:
            from annotate.start.page import start_page

            write_text(place, start_page(report, opened.codebook()))
            say(f"written: {place}")
            _show(place.resolve().as_uri(), browser)
        if json:
            print_report(report, True, "")
        return
    opened.codebook()  # what is wrong with it is said here, and not in the browser
    try:
        from annotate.start.server import serve_page
    except ImportError as error:
        words = (
            f"the page needs starlette and uvicorn ({error}): {install_line('starlette', 'uvicorn')}; "
            "`--static` writes one to read, without them"
        )
        raise SettingsError(words) from error
    serve_page(Path(opened.folder), url=url, port=port, say=say, show=lambda address: _show(address, browser))


def _show(address: str, browser: bool) -> None:
    import webbrowser

    from annotate.start.browser import has_browser

    if browser and has_browser():
        webbrowser.open(address)
