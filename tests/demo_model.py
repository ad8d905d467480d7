"""A model of the demo's first codings, made without a server."""

from pathlib import Path

from msgspec.structs import asdict

from annotate.demo import material
from annotate.demo.run import demo_study
from annotate.study.split import split_study
from annotate.sync.tasks import study_rows
from schemas.codebook import Codebook
from schemas.jsonl import write_jsonl
from schemas.records import GoldSentence
from schemas.studio_json import read_result, to_result
from train.fit import fit
from train.persistence.folder import save_model
from train.settings import Settings


def demo_gold(folder: Path) -> tuple[list[GoldSentence], Codebook]:
    """What anna coded in all pieces of the demo, and the codebook; the folder becomes the study's."""
    study = demo_study(folder)
    split_study(study)
    book, given = study.codebook(), material.codings("anna")
    gold = [
        GoldSentence(
            **asdict(row), layers=read_result(to_result(given[row.sentence_id].layers, book), book).layers
        )
        for row in study_rows(study)
        if row.sentence_id in given
    ]
    return gold, book


def demo_model(folder: Path, *, inner_folds: int = 5) -> Path:
    """Trains in this folder and gives the model's; the pieces that the demo holds back stay unseen.

    ``gold.jsonl`` beside it is what it learned from, ``study`` the study of the pieces.
    """
    coded, book = demo_gold(folder / "study")
    gold = [row for row in coded if row.commentary_id not in material.HELD_OUT]
    write_jsonl(folder / "gold.jsonl", gold)
    return save_model(fit(gold, book, settings=Settings(inner_folds=inner_folds))[0], folder / "model")
