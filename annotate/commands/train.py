from pathlib import Path
from typing import Annotated

import msgspec
import typer

from annotate.commands.terminal import (
    CodebookOption,
    JsonOption,
    StudyOption,
    print_report,
    table,
    telling,
)
from annotate.study import open_study
from schemas.codebook import Codebook, load_codebook
from schemas.errors import SettingsError
from schemas.jsonl import read_jsonl
from schemas.records import GoldSentence

GoldOption = Annotated[
    Path | None, typer.Option("--gold", metavar="FILE", help="Gold rows; the study's if not given.")
]
AbstainOption = Annotated[
    float | None,
    typer.Option(
        "--abstain-at",
        metavar="PRECISION",
        help="Mark answers as abstained where fewer of such were right (default 0.7).",
        min=0.0,
        max=1.0,
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Of everything random.")]


def gold_and_codebook(
    gold: Path | None, codebook: Path | None, study: Path | None
) -> tuple[list[GoldSentence], Codebook]:
    """The rows and the codebook: given files, or the study's."""
    if gold is not None and codebook is not None:
        return list(read_jsonl(gold, GoldSentence)), load_codebook(codebook)
    if (gold is None) != (codebook is None) and study is None:
        raise SettingsError("--gold and --codebook go together", flag="--codebook" if gold else "--gold")
    own = open_study(study)
    rows = list(read_jsonl(gold or own.needs(own.gold, "adjudicate"), GoldSentence))
    return rows, load_codebook(codebook) if codebook else own.codebook()


def train(
    gold: GoldOption = None,
    codebook: CodebookOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="The model folder to make.")
    ] = None,
    study: StudyOption = None,
    seed: SeedOption = 0,
    abstain_at: AbstainOption = None,
    json: JsonOption = False,
) -> None:
    """Train the classifier on gold sentences."""
    rows, book = gold_and_codebook(gold, codebook, study)
    if output is None and gold is not None:
        raise SettingsError("where should the model go?", flag="-o")
    from train.fit import fit
    from train.settings import with_abstention
    from train.store import save_model

    with telling() as tell:
        tell(f"training on {len(rows)} sentences")
        model, report = fit(rows, book, settings=with_abstention(abstain_at), seed=seed)
        folder = save_model(model, output or open_study(study).models / model.meta.model_version)
    done = msgspec.structs.replace(report, model_dir=str(folder))
    shown = [
        (name, sum(layer.codes.values()), "yes" if layer.trained else f"no: {layer.reason}")
        for name, layer in done.layers.items()
    ]
    words = f"{done.model_version}: {done.n} sentences, {done.seconds:.1f} s\n{folder}\n\n"
    print_report(done, json, words + table(["layer", "values", "trained"], shown))
