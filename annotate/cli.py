"""The command ``standpunkt``: its verbs, and the only place that turns an error into an exit code."""

import errno
import os
import sys
import zlib
from typing import NoReturn

import typer

from annotate.commands import (
    adjudicate,
    agree,
    annotators,
    audit,
    backup,
    codebook,
    demo,
    doctor,
    evaluate,
    export,
    import_codings,
    index,
    init,
    look,
    model,
    prelabel,
    pull,
    push,
    rehydrate,
    relink,
    report,
    select,
    serve,
    split,
    status,
    studio,
    tag,
    train,
    zeroshot,
)
from annotate.commands.open import open_study_page
from annotate.commands.terminal import Verbs, say_error
from schemas.errors import StandpunktError
from schemas.files import readable

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
app.command("open")(open_study_page)
app.command("look")(look.look)
app.command("init")(init.init)
app.command("import")(import_codings.import_codings)
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
app.command("audit")(audit.audit)
app.command("adjudicate")(adjudicate.adjudicate)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("report")(report.report)
app.command("tag")(tag.tag)
app.command("index")(index.index)
app.command("export")(export.export)
app.command("rehydrate")(rehydrate.rehydrate)
app.add_typer(model.app, name="model")
app.command("select")(select.select)
app.command("zeroshot")(zeroshot.zeroshot)
app.command("prelabel")(prelabel.prelabel)
app.command("serve")(serve.serve)
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
    _open_streams()
    try:
        try:
            app(standalone_mode=True)
        finally:
            sys.stdout.flush()
    except StandpunktError as error:
        _fail(error)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has seen enough
        _drop_output()
        sys.exit(1)
    except (OSError, MemoryError, RecursionError, UnicodeError, zlib.error) as error:
        _fail(f"{_verb()}: {_words(error)}")


def _fail(words: object) -> NoReturn:
    _drop_output()
    say_error(words)
    sys.exit(1)


def _drop_output() -> None:
    """Keeps the interpreter from trying once more, at its end, to write what cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_streams() -> None:
    """Gives a stream that was closed from the start its number, lest a file of ours take it.

    Reading from it gives nothing, writing to standard output fails.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            found = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if found != number:
                os.dup2(found, number)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _verb() -> str:
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    groups = {group.name for group in app.registered_groups}
    return " ".join(words[: 2 if words[:1] and words[0] in groups else 1])


def _words(error: BaseException) -> str:
    """What the system said, on one line, with the file where it names one."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; hand in less at once"
    if isinstance(error, RecursionError):
        return "what was read is nested too deeply"
    if isinstance(error, OSError) and error.errno == errno.EBADF:
        return "standard output is closed, and there is something to write to it"
    if isinstance(error, OSError) and error.strerror:
        files = [readable(os.fsdecode(name)) for name in (error.filename, error.filename2) if name]
        return ": ".join([*files, error.strerror])
    return " ".join(str(error).split()) or type(error).__name__


if __name__ == "__main__":
    main()
