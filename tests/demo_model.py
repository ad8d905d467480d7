"""A model of the demo's first codings, made without a server."""

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import asdict

from annotate.demo import material
from annotate.demo.run import demo_study
from annotate.study.folder import Study
from annotate.study.split import split_study
from annotate.sync.tasks import study_rows
from schemas.codebook import Codebook
from schemas.jsonl import write_jsonl
from schemas.records import GoldSentence, Layers
from schemas.studio_json import read_result, to_result
from train.fit import fit
from train.persistence.folder import save_model
from train.settings import Settings


def demo_gold(folder: Path) -> tuple[list[GoldSentence], Codebook]:
    """What anna coded in all pieces of the demo, and the codebook; the folder becomes the study's."""
    study = demo_study(folder)
    split_study(study)
    given = {name: coding.layers for name, coding in material.codings("anna").items()}
    return gold_of(study, given), study.codebook()


def gold_of(study: Study, given: Mapping[str, Layers]) -> list[GoldSentence]:
    """The sentences of a study that were coded, by their ids; a target that is not named is not touched."""
    book = study.codebook()
    return [
        GoldSentence(**asdict(row), layers=read_result(to_result(given[row.sentence_id], book), book).layers)
        for row in study_rows(study)
        if row.sentence_id in given
    ]


def demo_model(folder: Path, *, inner_folds: int = 5) -> Path:
    """Trains in this folder and gives the model's; the pieces that the demo holds back stay unseen.

    ``gold.jsonl`` beside it is what it learned from, ``study`` the study of the pieces.
    """
    coded, book = demo_gold(folder / "study")
    gold = [row for row in coded if row.commentary_id not in material.HELD_OUT]
    write_jsonl(folder / "gold.jsonl", gold)
    return save_model(fit(gold, book, settings=Settings(inner_folds=inner_folds))[0], folder / "model")
