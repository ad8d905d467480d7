from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from annotate.commands.terminal import JsonOption, Verbs, print_report, say, say_next, say_progress
from schemas.errors import StandpunktError

app = typer.Typer(
    cls=Verbs, help="Install, start and stop Label Studio on this machine.", no_args_is_help=True
)


@app.command()
def install() -> None:
    """Install Label Studio in an environment of its own."""
    from annotate.label_studio import local_server

    if not local_server.install(say_progress):
        say(f"Label Studio {local_server.VERSION} is already installed")


@app.command()
def start(
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="postgresql://user@host/name for a team, or sqlite; kept for later. Password: PGPASSWORD.",
        ),
    ] = None,
    database_password_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Read the database's password from FILE, which you alone may read."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Answer with N processes, on PostgreSQL alone; kept for later."
        ),
    ] = None,
) -> None:
    """Start it on 127.0.0.1 and print its address and login; nothing happens where it runs already."""
    from annotate.label_studio import local_server
    from annotate.study.folder import study_here

    before = local_server.load()
    studio = local_server.start(
        say_progress, database=database, password_file=database_password_file, workers=workers
    )
    password = password_words(studio.password if local_server.is_new(studio, before) else None)
    lines = [f"address   {studio.url}", f"login     {studio.email}", f"password  {password}"]
    if studio.database:
        lines.append(f"database  {local_server.shown_database(studio)}")
    if studio.workers > 1:
        lines.append(f"workers   {studio.workers}")
    print_report(None, False, "\n".join(lines))
    with suppress(StandpunktError):  # the server runs, whatever is wrong with a study that lies here
        say_next(study_here(), False)


@app.command()
def status(
    show_password: Annotated[
        bool, typer.Option("--show-password", help="Print the login and its password as well.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Say whether it is installed and running, and where."""
    from annotate.label_studio import local_server

    found = local_server.status()
    state = "running" if found.running else "stopped" if found.installed else "not installed"
    words = f"Label Studio {found.version}: {state}" + (f" at {found.url}" if found.running else "")
    words += f"\nfolder: {found.folder}\ndatabase: {found.database}"
    words += f"\nworkers: {found.workers}" if found.workers > 1 else ""
    body = msgspec.to_builtins(found)
    if show_password:
        known = local_server.load()
        body["password"] = known.password if known else None
        words += f"\nlogin: {known.email}\npassword: {known.password}" if known else "\nno login was made yet"
    print_report(body, json, words)


def password_words(password: str | None) -> str:
    """The password where its account was just made, else how to see it."""
    return password or "(`standpunkt studio status --show-password` shows it)"


@app.command()
def stop() -> None:
    """Stop it; all it holds is kept."""
    from annotate.label_studio import local_server

    say("stopped" if local_server.stop(say_progress) else "it was not running")


@app.command()
def trust(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="Address such as https://ls.example.org.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the confirmation back.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List what was confirmed.")] = False,
    json: JsonOption = False,
) -> None:
    """Confirm that LABEL_STUDIO_API_KEY may go to a server that a study.yaml names."""
    from annotate.label_studio import trusted

    if (url is None) != show or (show and remove):
        raise typer.BadParameter("give either an address or --list", param_hint="URL")
    if url is None:
        words = "\n".join(trusted.trusted()) or "none was confirmed"
    elif remove:
        place = trusted.origin(url)
        words = f"{place} gets no token" if trusted.distrust(url) else f"{place} was not confirmed"
    else:
        words = f"LABEL_STUDIO_API_KEY may go to {trusted.trust(url)}"
    print_report({"trusted": trusted.trusted()}, json, words)
