"""The command ``standpunkt``: its verbs, and the only place that turns an error into an exit code."""

import os
import sys

import typer

from annotate.commands import (
    adjudicate,
    agree,
    annotators,
    backup,
    codebook,
    demo,
    doctor,
    evaluate,
    init,
    prelabel,
    pull,
    push,
    relink,
    split,
    status,
    studio,
    tag,
    train,
)
from annotate.commands.terminal import Verbs, say_error
from schemas.errors import StandpunktError

app = typer.Typer(
    name="standpunkt",
    cls=Verbs,
    help="Stance and rhetoric in German political commentary: split, code in Label Studio, learn, tag.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# in the order of the loop: this is the order of the help
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.add_typer(studio.app, name="studio")
app.add_typer(codebook.app, name="codebook")
app.command("split")(split.split)
app.command("relink")(relink.relink)
app.command("push")(push.push)
app.command("status")(status.status)
app.add_typer(annotators.app, name="annotators")
app.command("doctor")(doctor.doctor)
app.command("pull")(pull.pull)
app.command("agree")(agree.agree)
app.command("adjudicate")(adjudicate.adjudicate)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("tag")(tag.tag)
app.command("prelabel")(prelabel.prelabel)
app.command("backup")(backup.backup)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and end.", is_eager=True),
) -> None:
    if version:
        from importlib.metadata import version as installed

        sys.stdout.write(f"standpunkt {installed('standpunkt')}\n")
        raise typer.Exit


def main() -> None:
    """Runs the command: exit 0 done, 1 an error, 2 wrong use, 130 Ctrl-C; a bug shows its traceback."""
    try:
        app(standalone_mode=True)
    except StandpunktError as error:
        say_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # whoever read our output has seen enough; keep the interpreter from complaining at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
