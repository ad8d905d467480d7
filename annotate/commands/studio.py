from typing import Annotated

import typer

from annotate.commands.terminal import JsonOption, print_report, say, say_progress

app = typer.Typer(help="Install, start and stop Label Studio on this machine.", no_args_is_help=True)


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
            metavar="URL", help="postgresql://user:password@host/name for a team, or sqlite; kept for later."
        ),
    ] = None,
) -> None:
    """Start it on 127.0.0.1 and print its address and login; nothing happens where it runs already."""
    from annotate.label_studio import local_server

    studio = local_server.start(say_progress, database=database)
    lines = [f"address   {studio.url}", f"login     {studio.email}", f"password  {studio.password}"]
    if studio.database:
        lines.append(f"database  {local_server.shown_database(studio)}")
    print_report(None, False, "\n".join(lines))


@app.command()
def status(json: JsonOption = False) -> None:
    """Say whether it is installed and running, and where."""
    from annotate.label_studio import local_server

    running = local_server.status()
    state = "running" if running.running else "stopped" if running.installed else "not installed"
    words = f"Label Studio {running.version}: {state}" + (f" at {running.url}" if running.running else "")
    print_report(running, json, f"{words}\nfolder: {running.folder}\ndatabase: {running.database}")


@app.command()
def stop() -> None:
    """Stop it; all it holds is kept."""
    from annotate.label_studio import local_server

    say("stopped" if local_server.stop() else "it was not running")
