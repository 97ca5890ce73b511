"""A sentence model made on the spot: each word has a vector of its own, and a text is what its words are together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

UNKNOWN, FIRST = "[UNK]", "[CLS]"
TOKENS_OUTPUT = "last_hidden_state"
OPSET, IR_VERSION = 17, 8
INPUTS = ("input_ids", "attention_mask", "token_type_ids")

Vectors = Mapping[str, Sequence[float]]


def write_tiny_model(
    directory: Path,
    vectors: Vectors,
    *,
    graph: str = "model.onnx",
    inputs: Sequence[str] = INPUTS,
    last_nodes: Sequence[NodeProto] = (),
    outputs: Sequence[str] = (TOKENS_OUTPUT,),
    most_positions: int | None = None,
) -> Path:
    """`last_nodes`: from the words' vectors, `words`, to what the graph gives; without any, the words' vectors."""
    words = [UNKNOWN, FIRST, *(word for word in vectors if word not in {UNKNOWN, FIRST})]
    dimensions = len(next(iter(vectors.values())))
    nothing = [0.0] * dimensions
    table = np.array([vectors.get(word, nothing) for word in words], dtype=np.float32)
    (directory / graph).parent.mkdir(parents=True, exist_ok=True)
    (directory / graph).write_bytes(_graph(table, inputs, last_nodes, outputs, most_positions).SerializeToString())
    _tokenizer(words).save(str(directory / "tokenizer.json"))
    return directory


def write_settings(directory: Path, name: str, **settings: object) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings), encoding="utf-8")


def _graph(
    table: NDArray[np.float32],
    inputs: Sequence[str],
    last_nodes: Sequence[NodeProto],
    outputs: Sequence[str],
    most_positions: int | None,
) -> ModelProto:
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["words"])]
    constants = {"table": table}
    if most_positions is not None:
        # As real models do, it fails on a text that is longer than its list of positions.
        constants["positions"] = np.arange(most_positions, dtype=np.int64)
        constants["first_axis"], constants["second_axis"] = np.array([0]), np.array([1])
        constants["tokens"] = np.zeros((most_positions, table.shape[1]), dtype=np.float32)
        nodes = [
            helper.make_node("Shape", ["input_ids"], ["shape"]),
            helper.make_node("Gather", ["shape", "second_axis"], ["length"]),
            helper.make_node("Sub", ["length", "second_axis"], ["last"]),
            helper.make_node("Gather", ["tokens", "last"], ["of_the_last_position"]),
            helper.make_node("Gather", ["table", "input_ids"], ["without_positions"]),
            helper.make_node("Add", ["without_positions", "of_the_last_position"], ["words"]),
        ]
    nodes += last_nodes or [helper.make_node("Identity", ["words"], [TOKENS_OUTPUT])]
    return helper.make_model(
        helper.make_graph(
            nodes,
            "tiny",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in inputs],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            [numpy_helper.from_array(values, name) for name, values in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )


def _tokenizer(words: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{FIRST} $A", special_tokens=[(FIRST, words.index(FIRST))]
    )
    # As some exports have it; what the bot says holds.
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=8)
    return tokenizer
