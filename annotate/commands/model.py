from pathlib import Path
from typing import Annotated

import typer

from annotate.commands.terminal import JsonOption, Verbs, print_report
from schemas.errors import near_hit

app = typer.Typer(
    cls=Verbs, help="Confirm a model's estimators and export its classifiers.", no_args_is_help=True
)
Folder = Annotated[Path, typer.Argument(metavar="MODEL_DIR", help="Model folder.")]


@app.callback()
def _root() -> None:
    """Confirm a model's estimators and export its classifiers."""


@app.command()
def trust(
    model: Folder,
    remove: Annotated[bool, typer.Option("--remove", help="Take the confirmation back.")] = False,
    json: JsonOption = False,
) -> None:
    """Confirm that a model with an estimator of its trainer's own may be loaded; print its types."""
    from train.persistence.estimators import ESTIMATORS_FILE, distrust, unsafe_types
    from train.persistence.estimators import trust as trust_file
    from train.persistence.folder import read_estimators_file

    data = read_estimators_file(model)
    report: dict[str, object] = {"types": [], "trusted": True}
    if data is None:
        words = f"{model}: plain data only, nothing to confirm"
    elif remove:
        words = f"{model}: no longer trusted" if distrust(data) else f"{model}: was not trusted"
        report["trusted"] = False
    else:
        types = unsafe_types(data, model / ESTIMATORS_FILE)
        trust_file(data)
        report["types"] = types
        head = (
            "types beyond those that skops knows to be safe:" if types else "all types are known to be safe"
        )
        words = "\n".join([head, *(f"  {name}" for name in types), f"{model}: trusted on this machine"])
    print_report(report, json, words)


@app.command()
def export(
    model: Folder,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="Output format: skops.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write.")],
    layer: Annotated[
        str | None,
        typer.Option("--layer", metavar="LAYER", help="One layer's Pipeline, and not a dict of all."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write a model's layers as fitted scikit-learn Pipelines over texts."""
    if to != "skops":
        raise typer.BadParameter(f'"{to}": expected skops{near_hit(to, ["skops"])}', param_hint="--to")
    if str(output) == "-":
        raise typer.BadParameter("a skops file is no text; name a file", param_hint="--output")
    from train import load_model
    from train.export import export_skops

    report = export_skops(load_model(model), output, layer=layer)
    what = f"the Pipeline of {layer}" if layer else f"a dict of Pipelines: {', '.join(report.layers)}"
    name = "pipeline" if layer else "pipelines"
    lines = [
        f"{output}: {what}",
        *(f"left out: {left}: {reason}" for left, reason in report.left_out.items()),
        "read it, where Standpunkt is installed, with:",
        "  import skops.io",
        f'  {name} = skops.io.load("{output}", trusted={report.types})',
    ]
    print_report(report, json, "\n".join(lines))
