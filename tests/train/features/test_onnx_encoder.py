"""A sentence-transformers folder as an encoder, with a tiny network that is made here."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from onnx_folder import SIZE, TABLE, WORDS, write_folder, write_json, write_network, write_tokenizer
from schemas.codebook import Codebook
from schemas.errors import ModelError, SettingsError
from schemas.records import GoldSentence
from train.features.encoders import encode, size_of
from train.features.onnx_encoder import POOLINGS
from train.fit import fit
from train.persistence.folder import load_model, save_model
from train.predict import predict
from train.settings import Settings


def expected(words: str, pool: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    vector = pool(TABLE[[WORDS.index(word) if word in WORDS else 0 for word in ["[CLS]", *words.split()]]])
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("pooling", list(POOLINGS))
def test_vectors_are_those_of_the_network(tmp_path: Path, pooling: str) -> None:
    name = f"st:{write_folder(tmp_path / 'tiny', pooling)}"
    texts = ["das ist gut", "das ist unbekannt", "  ", "nicht", "das ist gut"]
    found = encode(name, texts)
    assert found.shape == (5, size_of(name)) == (5, SIZE)
    for row, text in zip(found, texts, strict=True):
        if text.strip():
            assert np.allclose(row, expected(text, POOLINGS[pooling]), atol=1e-6), text
    assert not found[2].any()
    assert np.array_equal(found[0], encode(name, texts[:1])[0])  # whatever stands beside it


def test_the_newer_way_to_name_the_pooling_is_read(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    write_json(folder / "1_Pooling/config.json", {"embedding_dimension": SIZE, "pooling_mode": "cls"})
    assert np.allclose(encode(f"st:{folder}", ["gut"])[0], expected("gut", POOLINGS["cls"]), atol=1e-6)


def test_a_long_text_is_cut_and_case_is_as_the_folder_says(tmp_path: Path) -> None:
    short = encode(f"st:{write_folder(tmp_path / 'short', length=3)}", ["das ist gut gut", "Gut"])
    assert np.allclose(short[0], expected("das ist", POOLINGS["mean"]), atol=1e-6)
    assert np.allclose(short[1], expected("Gut", POOLINGS["mean"]), atol=1e-6)
    lower = encode(f"st:{write_folder(tmp_path / 'lower', lower=True)}", ["Gut"])
    assert np.allclose(lower[0], expected("gut", POOLINGS["mean"]), atol=1e-6)


@pytest.mark.slow
def test_a_model_knows_its_encoder_again(
    rows: list[GoldSentence], codebook: Codebook, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "tiny")
    settings = Settings(encoder=f"st:{folder}")
    model, _ = fit(rows, codebook, settings=settings)
    saved = save_model(model, tmp_path / "m")
    assert predict(load_model(saved), rows[:20]) == predict(model, rows[:20])

    before = encode(settings.encoder, ["das ist gut"])
    write_folder(folder, "max")
    assert not np.allclose(encode(settings.encoder, ["das ist gut"]), before)  # not the one in memory
    with pytest.raises(ModelError, match=r"found another in .*tiny.*expected"):
        load_model(saved)
    assert fit(rows, codebook, settings=settings)[0].meta.model_version != model.meta.model_version
    (folder / "onnx/model.onnx").unlink()
    with pytest.raises(ModelError, match=r"needs its encoder where training had it: .*no onnx/model\.onnx"):
        load_model(saved)


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (lambda f: f.rename(f.with_name("moved")), r"no modules\.json"),
    "no JSON": (lambda f: (f / "modules.json").write_text("{", "utf-8"), r"modules\.json that cannot be read"),
    "no list": (lambda f: write_json(f / "modules.json", {}), r"modules\.json of another form"),
    "a layer more": (lambda f: write_json(f / "modules.json", [{"type": "x.Dense", "path": "d"}]), "Dense"),
    "no pooling": (lambda f: write_json(f / "modules.json", [{"type": "x.Transformer"}]), "no pooling"),
    "two poolings": (
        lambda f: write_json(f / "1_Pooling/config.json", {"pooling_mode": "mean+max"}),
        "another way of pooling",
    ),
    "no size": (
        lambda f: write_json(f / "1_Pooling/config.json", {"pooling_mode": "mean"}),
        "no word_embedding_dimension",
    ),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), r"no tokenizer\.json"),
    "a spoilt tokenizer": (lambda f: (f / "tokenizer.json").write_text("{}", "utf-8"), "cannot be run"),
    "a spoilt network": (lambda f: (f / "onnx/model.onnx").write_bytes(b"x"), "cannot be run"),
    "another's tokenizer": (lambda f: write_tokenizer(f, [*map(str, range(9)), "gut"]), "cannot be run"),
    "another size": (
        lambda f: write_json(
            f / "1_Pooling/config.json", {"pooling_mode": "mean", "word_embedding_dimension": 4}
        ),
        "vectors of 3 numbers, expected 4",
    ),
    "a pooling more": (
        lambda f: write_json(
            f / "1_Pooling/config.json",
            {"word_embedding_dimension": 3, "pooling_mode_mean_tokens": True, "pooling_mode_weightedmean_tokens": True},
        ),
        "another way of pooling",
    ),
    "a strange network": (lambda f: write_network(f / "onnx/model.onnx", inputs=("pixels",)), '"pixels"'),
    "a flat network": (lambda f: write_network(f / "onnx/model.onnx", rank=2), "without vectors of tokens"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SPOILT))
def test_a_folder_that_does_not_serve_is_one_line(tmp_path: Path, name: str) -> None:
    spoil, words = SPOILT[name]
    folder = write_folder(tmp_path / "tiny")
    spoil(folder)
    with pytest.raises(SettingsError, match=words) as caught:
        encode(f"st:{folder}", ["gut"])
    assert "\n" not in str(caught.value)
    assert "expected" in str(caught.value)
