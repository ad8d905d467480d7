from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.migrate import diff, migrate
from annotate.commands.terminal import JsonOption, OutputOption, print_report, say
from schemas.errors import DataError, near_hit

if TYPE_CHECKING:
    from schemas.codebook import Codebook

app = typer.Typer(help="Check codebooks and render screens and guidelines from them.", no_args_is_help=True)
File = Annotated[
    str, typer.Argument(metavar="FILE", help="Codebook file, or the name of a shipped codebook.")
]


@app.callback()
def _root() -> None:
    """Check codebooks and render screens and guidelines from them."""


@app.command()
def lint(file: File, json: JsonOption = False) -> None:
    """Print every problem of a codebook with its line; exit 1 where one is an error."""
    from schemas.codebooks import shipped_codebook
    from schemas.lint import check_codebook

    path = shipped_codebook(file)
    _, findings = check_codebook(path)
    lines = [f"{path}:{f.line}:{f.column}: {f.severity}: {f.message}" for f in findings]
    report = {"findings": findings}
    print_report(report, json, "\n".join(lines) if lines else f"{path}: no problems found")
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _studio(codebook: "Codebook", path: Path) -> str:
    from schemas.labeling import labeling_config

    _refuse_targets_alone(codebook, path)
    return labeling_config(codebook) + "\n"


def _instructions(codebook: "Codebook", path: Path) -> str:
    from schemas.labeling import instructions

    _refuse_targets_alone(codebook, path)
    return instructions(codebook) + "\n"


def _guidelines(codebook: "Codebook", path: Path) -> str:
    from schemas.guidelines import guidelines_page

    return guidelines_page(codebook)


def _json_schema(codebook: "Codebook", path: Path) -> str:
    import msgspec

    from schemas.editor_schema import editor_schema

    return msgspec.json.format(msgspec.json.encode(editor_schema()), indent=2).decode() + "\n"


#: What a codebook is made into: name → maker.
RENDERERS: "dict[str, Callable[[Codebook, Path], str]]" = {
    "studio": _studio,
    "guidelines": _guidelines,
    "instructions": _instructions,
    "json-schema": _json_schema,
}


@app.command()
def render(
    file: File,
    to: Annotated[str, typer.Option("--to", metavar="FORM", help=f"Output: {', '.join(RENDERERS)}.")],
    output: OutputOption = None,
) -> None:
    """Make Label Studio's screen, the guidelines, the short instructions, or a JSON Schema for editors."""
    from schemas.codebook import load_codebook
    from schemas.codebooks import shipped_codebook
    from schemas.files import write_text

    if to not in RENDERERS:
        raise typer.BadParameter(
            f"{to}: expected one of {', '.join(RENDERERS)}{near_hit(to, RENDERERS)}", param_hint="--to"
        )
    path = shipped_codebook(file)
    text = RENDERERS[to](load_codebook(path), path)
    write_text(output or "-", text)
    if output and output != "-":
        say(f"{output}: {len(text.encode()):,} bytes")


def _refuse_targets_alone(codebook: "Codebook", path: Path) -> None:
    if not codebook.layers:
        raise DataError("has targets only; `init --targets` joins them with layers", path=path)


app.command("diff")(diff)
app.command("migrate")(migrate)
