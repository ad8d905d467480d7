"""A sentence-transformers folder with a tiny network, made for a test."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WORDS = ["[UNK]", "[CLS]", "das", "ist", "gut", "schlecht", "nicht", "Gut"]


SIZE = 3


TABLE = np.random.default_rng(0).normal(size=(len(WORDS), SIZE)).astype(np.float32)


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")


def write_network(
    path: Path, *, inputs: tuple[str, ...] = ("input_ids", "attention_mask"), rank: int = 3
) -> None:
    """Looks each token's vector up, and no more."""
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "tokens"]) for name in inputs]
    nodes = [helper.make_node("Gather", ["table", inputs[0]], ["found"])]
    nodes += [helper.make_node("ReduceMean" if rank == 2 else "Identity", ["found"], ["last_hidden_state"],
                               **({"axes": [1], "keepdims": 0} if rank == 2 else {}))]  # fmt: skip
    shape = ["n", "tokens", SIZE] if rank == 3 else ["n", SIZE]
    made = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "tiny", given, [made], [numpy_helper.from_array(TABLE, "table")])
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))


def write_folder(folder: Path, pooling: str = "mean", *, length: int = 32, lower: bool = False) -> Path:
    write_json(folder / "modules.json", [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ])  # fmt: skip
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": length, "do_lower_case": lower})
    modes = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens", "lasttoken": "lasttoken"}
    write_json(
        folder / "1_Pooling/config.json",
        {"word_embedding_dimension": SIZE} | {f"pooling_mode_{v}": k == pooling for k, v in modes.items()},
    )
    write_tokenizer(folder, WORDS)
    write_network(folder / "onnx/model.onnx")
    return folder


def write_tokenizer(folder: Path, words: list[str]) -> None:
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token=words[0]))
    tokenizer.normalizer = normalizers.Strip()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A", special_tokens=[("[CLS]", 1)])
    tokenizer.enable_padding(length=40)  # as published ones may have it
    tokenizer.save(str(folder / "tokenizer.json"))
