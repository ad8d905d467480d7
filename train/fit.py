"""From gold sentences to a model."""

import hashlib
import platform
import time
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

import msgspec

from schemas.codebook import Codebook
from schemas.errors import SettingsError
from schemas.records import GoldSentence, Record, short_hash
from train.classifiers.fitted import fitted_from
from train.data.examples import examples_of
from train.data.gold import count_copies, training_rows
from train.data.near_duplicates import inner_groups, tuning_clusters
from train.evaluation.model_figures import tuning_figures
from train.features.encoders import encode, identity_of, size_of
from train.features.passages import Passages, to_passages
from train.features.sentence import VECTORS, SentenceFeatures
from train.layers.answers import answer_columns
from train.layers.kinds import KINDS, fit_layer
from train.model import (
    EstimatorFile,
    FittedLayer,
    IfMissing,
    LayerState,
    Model,
    ModelMeta,
    Stacked,
    TargetState,
    TrainingData,
)
from train.novelty import commentary_hash, novelty_reference
from train.settings import FEATURES_FORMAT, TRAINING_FORMAT, Settings
from train.stacking import File, stack

_version = cache(metadata.version)  # versions are looked up in files


class LayerReport(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a layer was trained on; ``reason`` says why it was not, or what is odd about it, and
    ``not_learned`` names the codes of a set that are never given; ``examples`` of the codebook were learned
    from too.
    """

    codes: dict[str, int]
    trained: bool
    reason: str | None
    targets: dict[str, TargetState] = {}
    not_learned: list[str] = []
    examples: int = 0


class TrainReport(Record, frozen=True, kw_only=True):
    """``copies_left_out`` counts sentences that stood there more often than is learned from, and
    ``rows_left_out`` those beyond what is learned from at most (`train.data.gold.MOST_ROWS`);
    ``encoder_seconds`` is the part of ``seconds`` that went into vectors that were not known yet.
    """

    model_version: str
    model_dir: str | None = None
    n: int
    layers: dict[str, LayerReport]
    seconds: float
    copies_left_out: int = 0
    rows_left_out: int = 0
    encoder: str = ""
    encoder_seconds: float = 0.0
    stacked: Stacked | None = None


def fit(
    rows: Sequence[GoldSentence],
    codebook: Codebook,
    *,
    settings: Settings | None = None,
    seed: int = 0,
    with_figures: bool = False,
    file: File | None = None,
    if_missing: IfMissing = "refuse",
) -> tuple[Model, TrainReport]:
    """A model of every predicted layer of the codebook, and what it rests on.

    The order of the rows does not matter. Rows with ``test`` are never trained on.

    Parameters
    ----------
    with_figures
        Whether the model's figures are drawn up from what was held out in tuning
        (`train.evaluation.model_figures.tuning_figures`).
    file, if_missing
        Another's predictions, which layers take where it helps, and what the model does later without them
        (`train.stacking`). The figures are those of the model without.

    Raises
    ------
    DataError
        The rows do not fit the codebook (`train.data.gold.checked`), or all are test rows.
    """
    begin = time.perf_counter()
    settings = settings or Settings()
    size_of(settings.encoder)  # an unknown name is an error before any work
    texts = _estimator_reads_texts(settings)
    kept = training_rows(rows, codebook)
    examples = examples_of(codebook, rows) if settings.examples else []
    passages = to_passages([*kept, *examples])
    encoder_seconds = _seconds_to_encode(settings.encoder, passages)
    features = SentenceFeatures(encoder=settings.encoder)
    matrix = features.fit_transform(passages)
    clusters = tuning_clusters(kept)
    groups = inner_groups(kept, clusters)
    data = TrainingData(
        kept, passages, features, matrix, groups, clusters, codebook, settings, seed, texts, examples=examples
    )
    fitted = _fit_layers(data)
    meta = _meta(kept, codebook, settings, seed, {name: layer.state for name, layer in fitted.items()})
    if settings.estimator:
        meta = msgspec.structs.replace(meta, estimator=EstimatorFile(reads_texts=texts))
    model = Model(
        meta=meta,
        features=features,
        classifiers={
            name: {
                part: fitted_from(classifier, reads_texts=texts)
                for part, classifier in layer.classifiers.items()
            }
            for name, layer in fitted.items()
            if layer.state.trained
        },
        pairs={name: layer.pairs for name, layer in fitted.items() if layer.pairs is not None},
        topics={name: layer.topics for name, layer in fitted.items() if layer.topics is not None},
        touches={name: layer.touch for name, layer in fitted.items() if layer.touch is not None},
    )
    if with_figures:
        model = model.with_figures(tuning_figures(kept, fitted, meta))
    if file is not None:
        model = stack(model, kept, fitted, groups, file, if_missing)
    left = len([row for row in rows if not row.test]) - len(kept)
    report = _report(model.meta, time.perf_counter() - begin, count_copies(rows), left)
    return model, msgspec.structs.replace(report, encoder_seconds=round(encoder_seconds, 3))


def _fit_layers(data: TrainingData) -> dict[str, FittedLayer]:
    """The layers, in the codebook's order; those about targets rest on what the others say."""
    layers = data.codebook.predicted_layers
    fitted = {layer.id: fit_layer(layer, data) for layer in layers if not KINDS[layer.kind].has_targets}
    about_targets = [layer for layer in layers if layer.id not in fitted]
    if about_targets:
        trained = [layer for layer in layers if layer.id in fitted and fitted[layer.id].state.trained]
        said = {layer.id: fitted[layer.id].held_out() for layer in trained}
        data = data.without_examples()._replace(answers=answer_columns(trained, said, len(data.rows)))
    fitted |= {layer.id: fit_layer(layer, data) for layer in about_targets}
    return {layer.id: fitted[layer.id] for layer in layers}


def _seconds_to_encode(encoder: str, passages: Passages) -> float:
    """How long it takes until all vectors are known, so that it can be said what they cost."""
    begin = time.perf_counter()
    if encoder:
        encode(encoder, sorted({text for view in VECTORS.values() for text in passages.column(view)}))
    return time.perf_counter() - begin


def _estimator_reads_texts(settings: Settings) -> bool:
    """Whether the settings name an estimator that takes texts; one that cannot be made is an error."""
    if not settings.estimator:
        return False
    if settings.soft:
        problem = "--soft weighs sentences, which not every estimator takes: leave one of the two out"
        raise SettingsError(problem, flag="--estimator")
    from train.classifiers.named_estimator import load_estimator, reads_texts

    return reads_texts(load_estimator(settings.estimator))


def model_version(
    rows: Sequence[GoldSentence], codebook: Codebook, *, settings: Settings | None = None, seed: int = 0
) -> str:
    """The version a model trained on these rows has: a name for all that decides what it answers.

    These are the data, the codebook, the settings, the seed, the encoder, an estimator's module, the formats
    of features and training, and scikit-learn's version.
    """
    kept = training_rows(rows, codebook)
    settings = settings or Settings()
    parts = [
        data_hash(kept, soft=settings.soft),
        _digest(codebook),
        _digest(settings),
        str(seed),
        f"features {FEATURES_FORMAT}, training {TRAINING_FORMAT}",
        _version("scikit-learn"),
    ]
    parts += [identity] if (identity := identity_of(settings.encoder)) else []
    if settings.estimator:
        from train.classifiers.named_estimator import identity_of_estimator

        parts.append(identity_of_estimator(settings.estimator))
    return f"{codebook.codebook}-{short_hash(' '.join(parts), 8)}"


def data_hash(rows: Sequence[GoldSentence], *, soft: bool = False) -> str:
    """SHA-256 over all that training reads of the rows, with ``soft`` its support and probabilities too."""
    digest = hashlib.sha256()
    for row in rows:
        context = [row.sentence_id, row.commentary_id, row.text, row.before, row.after]
        context += [row.author] if row.author else []
        sure = (row.support, row.probabilities) if soft else ()
        digest.update(msgspec.json.encode([context, row.layers, *sure], order="sorted") + b"\n")
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """SHA-256 over the modules and word lists of this package; for information, no name rests on it."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*")):
        if file.suffix in (".py", ".txt"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _meta(
    rows: Sequence[GoldSentence],
    codebook: Codebook,
    settings: Settings,
    seed: int,
    layers: dict[str, LayerState],
) -> ModelMeta:
    return ModelMeta(
        model_version=model_version(rows, codebook, settings=settings, seed=seed),
        codebook=codebook.codebook,
        codebook_version=codebook.version,
        n=len(rows),
        seed=seed,
        settings=settings,
        encoder_hash=identity_of(settings.encoder),
        layers=layers,
        data_hash=data_hash(rows, soft=settings.soft),
        commentaries=sorted({commentary_hash(row.commentary_id) for row in rows}),
        code_hash=code_hash(),
        familiarity=novelty_reference(rows),
        versions={
            "python": platform.python_version(),
            **{name: _version(name) for name in ("numpy", "scikit-learn", "scipy", "skops")},
        },
        book=codebook,
    )


def _digest(record: Record) -> str:
    return hashlib.sha256(msgspec.json.encode(record)).hexdigest()


def _report(meta: ModelMeta, seconds: float, copies: int, left: int) -> TrainReport:
    return TrainReport(
        model_version=meta.model_version,
        n=meta.n,
        layers={
            name: msgspec.convert(state, LayerReport, from_attributes=True)
            for name, state in meta.layers.items()
        },
        seconds=round(seconds, 3),
        copies_left_out=copies,
        rows_left_out=left - copies,
        encoder=meta.settings.encoder,
        stacked=meta.stacked,
    )
