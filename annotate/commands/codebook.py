from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.commands.migrate import diff, migrate
from annotate.commands.terminal import (
    JsonOption,
    OutputOption,
    StudyOption,
    UrlOption,
    Verbs,
    one_stdout,
    print_report,
    say,
)
from schemas.errors import DataError, near_hit

if TYPE_CHECKING:
    from schemas.codebook import Codebook
    from schemas.draft import Draft

app = typer.Typer(
    cls=Verbs, help="Check codebooks and render screens and guidelines from them.", no_args_is_help=True
)
_TASKS = 1000  # that are looked at for fields with ids
File = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE]", help="Codebook file, or the name of a shipped codebook (default: the study's)."
    ),
]


@app.callback()
def _root() -> None:
    """Check codebooks and render screens and guidelines from them."""


def _path(file: str | None) -> Path:
    """The codebook that is named, else that of the study in the current folder."""
    from annotate.study.folder import study_here
    from schemas.codebooks import shipped_codebook

    if file is not None:
        return shipped_codebook(file)
    study = study_here()
    if study is None:
        raise typer.BadParameter("name a codebook, or call this in the folder of a study", param_hint="FILE")
    return study.codebook_path


@app.command()
def lint(file: File = None, json: JsonOption = False) -> None:
    """Print every problem of a codebook with its line; exit 1 where one is an error."""
    from schemas.lint import check_codebook

    path = _path(file)
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
    to: Annotated[str, typer.Option("--to", metavar="FORM", help=f"Output: {', '.join(RENDERERS)}.")],
    file: File = None,
    output: OutputOption = None,
) -> None:
    """Make Label Studio's screen, the guidelines, the short instructions, or a JSON Schema for editors."""
    from schemas.codebook import load_codebook
    from schemas.files import write_text

    if to not in RENDERERS:
        raise typer.BadParameter(
            f"{to}: expected one of {', '.join(RENDERERS)}{near_hit(to, RENDERERS)}", param_hint="--to"
        )
    path = _path(file)
    text = RENDERERS[to](load_codebook(path), path)
    write_text(output or "-", text)
    if output and output != "-":
        say(f"{output}: {len(text.encode()):,} bytes")


def _refuse_targets_alone(codebook: "Codebook", path: Path) -> None:
    if not codebook.layers:
        raise DataError("has targets only; `init --targets` joins them with layers", path=path)


@app.command("from-config")
def from_config(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Labeling config (XML), a project's JSON, or an export to guess it from."
        ),
    ] = None,
    project: Annotated[
        int | None, typer.Option(metavar="N", help="Project on Label Studio, instead of a file.")
    ] = None,
    output: OutputOption = "codebook.yaml",
    map_path: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="File for the map (default: map.yaml).")
    ] = None,
    study: StudyOption = None,
    url: UrlOption = None,
    json: JsonOption = False,
) -> None:
    """Draft a codebook, and the map of its project, from a labeling config or from an export."""
    from schemas.files import write_text

    one_stdout(output, json)
    if (file is None) == (project is None):
        raise typer.BadParameter("give either the FILE of a labeling config or --project N")
    place = output or "codebook.yaml"
    beside = map_path or (Path(place).with_name("map.yaml") if place != "-" else None)
    for path in (place, beside):
        if path is not None and str(path) != "-" and Path(path).exists():
            flag = "--map" if path == beside else "-o"
            raise DataError(f"is there already; name another file with {flag}", path=path)
    guessed = False
    if project is not None:
        drafted = _draft_of_project(project, study, url)
    else:
        drafted, guessed = draft_of_file(file or Path("-"))
    if guessed:
        say("note: guessed from the answers: what nobody chose is missing")
    write_text(place, drafted.codebook)
    if beside is not None:
        write_text(beside, drafted.map)
    words = f"{place}: {len(drafted.layers)} layers of {len(drafted.layers) + len(drafted.unread)} controls"
    lines = [words + (f"; {beside}: their map" if beside else "")]
    lines += [f"not read: {control} ({why})" for control, why in drafted.unread.items()]
    if json or place != "-":
        files = {"codebook": place, "map": beside and str(beside)}
        print_report({**files, "layers": drafted.layers, "unread": drafted.unread}, json, "\n".join(lines))
    else:
        say("\n".join(lines))


def draft_of_file(path: Path) -> "tuple[Draft, bool]":
    """The draft of a labeling config, or the guess from an export, and whether it is one."""
    from exports.readers.guess import guess_draft
    from exports.readers.tools import refuse_other_tool
    from schemas.draft import draft, read_config

    name = path.name.partition(".")[0] or "draft"
    config = read_config(path)
    if config is not None:
        try:
            return draft(config, name, path=path), False
        except DataError:
            refuse_other_tool(path)  # XML of INCEpTION
            raise
    return guess_draft([path], name), True


def _draft_of_project(project: int, study: Path | None, url: str | None) -> "Draft":
    """The draft of a project's screen; which fields hold ids is told by its first tasks."""
    from annotate.study.connect import connect
    from annotate.study.folder import open_study
    from exports.readers.guess import id_fields
    from schemas.draft import draft_of, parsed_config
    from schemas.errors import StudioError

    is_study = study is not None or Path("study.yaml").exists()
    studio = connect(open_study(study) if is_study else None, url=url, read_only=True)
    held = studio.project(project)
    if held is None:
        raise StudioError(f"reading project {project}", f"{studio.url} holds no such project", status=404)
    fields = id_fields([task.data for task in islice(studio.tasks(project), _TASKS)])
    return draft_of(parsed_config(held.label_config, None), f"project-{project}", fields=fields)


app.command("diff")(diff)
app.command("migrate")(migrate)
