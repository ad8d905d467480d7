import os
from collections.abc import Mapping
from typing import Annotated

import typer

from annotate.commands.terminal import ModelOption, StudyOption, UrlOption, say
from schemas.errors import SettingsError, install_line, near_hit


def serve(
    model: ModelOption = None,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Address to listen on; others than this machine need a secret."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", help="Port to listen on.", min=0, max=65535)] = 9090,
    connect: Annotated[
        bool, typer.Option("--connect", help="Add it to each annotator's project in Label Studio.")
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="With --connect: the address by which Label Studio reaches it, if another."
        ),
    ] = None,
    rule: Annotated[
        str,
        typer.Option(metavar="RULE", help="For trainings: the rule that adjudicates (default: majority)."),
    ] = "majority",
    study: StudyOption = None,
    url: UrlOption = None,
) -> None:
    """Suggest codes while people code: the backend that Label Studio asks, "Start training" included."""
    try:
        from annotate.serve import server
    except ImportError as error:
        words = f"serving needs starlette and uvicorn ({error}): {install_line('starlette', 'uvicorn')}"
        raise SettingsError(words) from error
    from annotate.serve.trainings import Retraining
    from annotate.study.connect import connect as connect_to
    from annotate.study.folder import open_study
    from exports.adjudication.rules import EXPERT, RULES

    if address is not None and not connect:
        raise typer.BadParameter("needs --connect", param_hint="--address")
    if rule not in RULES and not rule.startswith(EXPERT):
        known = [*RULES, f"{EXPERT}NAME"]
        raise SettingsError(
            f'no rule "{rule}"{near_hit(rule, known)}; expected {", ".join(known)}', flag="--rule"
        )
    opened, secret = open_study(study), os.environ.get(server.SECRET, "")
    studio = connect_to(opened, url=url)

    def add(projects: Mapping[str, int], listening: str) -> None:
        called = address.rstrip("/") if address else listening
        server.add_to_projects(studio, projects, called, secret=secret, say=say)

    server.serve(
        opened,
        model=model,
        projects=lambda one: server.project_numbers(studio, one),
        host=host,
        port=port,
        secret=secret,
        work=Retraining(url=url, rule=rule),
        say=say,
        add=add if connect else None,
    )
