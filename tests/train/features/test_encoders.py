"""Sentence embeddings beside the counted features, with the encoder that brings its own weights."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from schemas.codebook import Codebook
from schemas.errors import ModelError, SettingsError
from schemas.records import GoldSentence
from train.features import encoders
from train.features.encoders import ENCODERS, Encoder, encode
from train.features.naming import MEANING
from train.features.passages import to_passages
from train.features.scorer import Scorer
from train.features.sentence import VECTORS, SentenceFeatures
from train.fit import fit
from train.persistence.folder import META_FILE, load_model, save_model
from train.pipelines import columns_of
from train.predict import predict
from train.settings import Settings

TEXTS = [
    "Das Tempolimit kommt.",
    "Eine Geschwindigkeitsbegrenzung wird eingeführt.",
    "Der Kuchen ist süß.",
    " ",
]


def test_vectors_of_like_sentences_are_near_and_an_empty_one_is_zero() -> None:
    vectors = encode("use", TEXTS)
    assert vectors.shape == (4, ENCODERS["use"].size)
    assert np.allclose(np.linalg.norm(vectors[:3], axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1
    assert not vectors[3].any()


def test_the_vectors_are_the_last_block_and_scored_as_in_the_matrix(rows: list[GoldSentence]) -> None:
    passages = to_passages(rows[:60])
    features = SentenceFeatures(encoder="use")
    matrix = features.fit_transform(passages)
    assert matrix.shape[1] == len(features.get_feature_names_out()) == sum(features.widths.values())
    for block, view in VECTORS.items():
        own = matrix[:, columns_of(features, (block,))].toarray()
        assert np.allclose(own, encode("use", passages.column(view)), atol=1e-5)
    vectors = matrix[:, columns_of(features, tuple(VECTORS))].toarray()
    assert np.array_equal(vectors, features.encoded(passages))
    weights = np.random.default_rng(0).normal(size=(matrix.shape[1], 3)).astype(np.float32)
    assert np.allclose(Scorer(features, weights).scores(passages), matrix @ weights, atol=1e-3)


def test_a_model_keeps_the_name_and_answers_as_before(
    rows: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    model, _ = fit(rows, codebook, settings=Settings(encoder="use", grid=(0.1,)))
    folder = save_model(model, tmp_path / "m")
    again = load_model(folder)
    assert again.meta.settings.encoder == "use"
    answers = predict(again, rows[:20])
    assert answers == predict(model, rows[:20])
    reasons = [name for answer in answers for name, _ in answer.reasons["function"]]
    assert MEANING in reasons  # its share in an answer is said, beside words
    assert len(set(reasons)) > 1
    assert (
        again.meta.model_version != fit(rows, codebook, settings=Settings(grid=(0.1,)))[0].meta.model_version
    )

    meta = msgspec.json.decode((folder / META_FILE).read_bytes())
    meta["settings"]["encoder"] = "os.system"
    (folder / META_FILE).write_bytes(msgspec.json.encode(meta))
    with pytest.raises(ModelError, match=r'encoder "os\.system" is not known'):
        load_model(folder)


def test_an_unknown_name_is_told_before_any_work(rows: list[GoldSentence], codebook: Codebook) -> None:
    with pytest.raises(SettingsError, match=r'no encoder "ues", expected one of use, st:FOLDER.*"use"'):
        fit(rows, codebook, settings=Settings(encoder="ues"))


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> encoders.Encode:
        import nowhere_to_be_found  # noqa: F401

        raise AssertionError

    monkeypatch.setitem(ENCODERS, "absent", Encoder(4, load, "standpunkt[embeddings]"))
    with pytest.raises(SettingsError, match=r'pip install "standpunkt\[embeddings\]"'):
        encode("absent", ["Ja."])


def test_a_text_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def load() -> encoders.Encode:
        def encode_all(texts: Sequence[str]) -> np.ndarray:
            asked.extend(texts)
            return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

        return encode_all

    monkeypatch.setitem(ENCODERS, "counting", Encoder(2, load, "nothing"))
    first = encode("counting", ["Ja.", "Nein.", "Ja.", ""])
    assert np.array_equal(encode("counting", ["Nein.", "Ja."]), first[[1, 2]])
    assert asked == ["Ja.", "Nein."]
