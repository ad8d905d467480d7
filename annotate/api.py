"""The names promised to scripts: texts, codings, agreement, gold and predictions; docs/api.md shows each.

All else in the four packages may change with any version. Nothing here loads scikit-learn or spaCy.
"""

from collections.abc import Iterable

from annotate.texts.commentaries import read_commentaries
from annotate.texts.context import to_rows
from annotate.texts.sentences import split_sentences
from exports.adjudication.adjudicate import AdjudicationReport, adjudicate
from exports.agreement.agree import agree
from exports.agreement.report import AgreementReport
from exports.readers.annotations import Export, read_codings
from schemas.codebook import Codebook, load_codebook
from schemas.errors import StandpunktError
from schemas.records import Annotation, Commentary, GoldSentence, Prediction, Sentence
from train.model import Model
from train.persistence.folder import load_model
from train.predict import predict as predict_rows

__all__ = [
    "AdjudicationReport",
    "AgreementReport",
    "Annotation",
    "Codebook",
    "Commentary",
    "Export",
    "GoldSentence",
    "Model",
    "Prediction",
    "Sentence",
    "StandpunktError",
    "adjudicate",
    "agree",
    "load_codebook",
    "load_model",
    "predict",
    "read_codings",
    "read_commentaries",
    "split_sentences",
]


def predict(model: Model, commentaries: Iterable[Commentary]) -> list[Prediction]:
    """What a model says of each sentence of some commentaries, in their order.

    A commentary is read as a whole: its sentences speak for each other in stances.
    """
    return predict_rows(model, [row for c in commentaries for row in to_rows(c, split_sentences(c))])
