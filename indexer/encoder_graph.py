"""Writes layers of a BERT encoder as an ONNX graph, straight from its safetensors: no torch, no tracing.

The operators are onnxruntime's fused ones (its documentation: ContribOperators.md), so that nothing is left to
optimise when a graph is loaded. Weights lie in a file beside the graph, which onnxruntime maps into memory: processes
share it, and only what is used is read.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensors = Mapping[str, NDArray[np.float32]]

GRAPH = "graph.onnx"
_WEIGHTS = "weights.bin"
_INLINE_BYTES = 4096
_OPSET = 17
_IR = 10
_ATTENTION = "attention.self"


@dataclass(frozen=True)
class Shape:
    """What must be known of an encoder beside its weights."""

    layers: int
    heads: int
    size: int
    epsilon: float

    @property
    def lower(self) -> int:
        """How many layers make the lower half, which no adapter changes."""
        return self.layers // 2


def shape_of(folder: Path) -> Shape | None:
    """The encoder's shape, or None if it is none of those that these graphs can say."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    plain = (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
    )
    if not plain:
        return None
    return Shape(
        config["num_hidden_layers"], config["num_attention_heads"], config["hidden_size"],
        config["layer_norm_eps"],
    )  # fmt: skip


def read_tensors(folder: Path) -> dict[str, NDArray[np.float32]]:
    """The encoder's weights by name, without the prefix that some files carry."""
    from safetensors.numpy import load_file

    return {k.removeprefix("bert."): v for k, v in load_file(folder / "model.safetensors").items()}


class _Graph:
    """Collects nodes and weights under names that say where they come from."""

    def __init__(self, tensors: Tensors, shape: Shape) -> None:
        self.tensors, self.shape = tensors, shape
        self.nodes: list[Any] = []
        self.weights: dict[str, NDArray[np.float32]] = {}

    def weight(self, name: str) -> str:
        """A tensor as it stands in the file."""
        self.weights[name] = self.tensors[name]
        return name

    def matrix(self, name: str) -> str:
        """A linear layer's weight, turned so that rows are inputs."""
        self.weights[name] = np.ascontiguousarray(self.tensors[name].T)
        return name

    def add(self, op: str, inputs: list[str], output: str, domain: str = "com.microsoft", **attributes: Any) -> str:  # fmt: skip
        from onnx import helper

        self.nodes.append(helper.make_node(op, inputs, [output], domain=domain, **attributes))
        return output

    def embeddings(self) -> str:
        """Token ids and types to the layers' first input."""
        norm = "embeddings.LayerNorm"
        tables = [
            self.weight(f"embeddings.{n}_embeddings.weight")
            for n in ("word", "position", "token_type")
        ]
        inputs = ["ids", "types", *tables, self.weight(f"{norm}.weight"), self.weight(f"{norm}.bias")]  # fmt: skip
        from onnx import helper

        self.nodes.append(
            helper.make_node(
                "EmbedLayerNormalization", inputs, ["embedded", "unused"], domain="com.microsoft",
                epsilon=self.shape.epsilon,
            )
        )  # fmt: skip
        return "embedded"

    def layer(self, number: int, hidden: str) -> str:
        """One layer over `hidden`; returns the name of its output."""
        at = f"encoder.layer.{number}"
        parts = [f"{at}.{_ATTENTION}.{n}" for n in ("query", "key", "value")]
        packed, bias = f"{at}.qkv.weight", f"{at}.qkv.bias"
        self.weights[packed] = np.concatenate([self.tensors[f"{p}.weight"].T for p in parts], 1)
        self.weights[bias] = np.concatenate([self.tensors[f"{p}.bias"] for p in parts])
        seen = self.add(
            "Attention", [hidden, packed, bias, "mask"], f"{at}.seen", num_heads=self.shape.heads
        )
        dense = f"{at}.attention.output"
        mixed = self.add("MatMul", [seen, self.matrix(f"{dense}.dense.weight")], f"{at}.mixed", "")
        middle = self._added(mixed, hidden, dense, f"{at}.middle")
        wide = self.add(
            "MatMul", [middle, self.matrix(f"{at}.intermediate.dense.weight")], f"{at}.wide", ""
        )
        bent = self.add(
            "BiasGelu", [wide, self.weight(f"{at}.intermediate.dense.bias")], f"{at}.bent"
        )
        narrow = self.add(
            "MatMul", [bent, self.matrix(f"{at}.output.dense.weight")], f"{at}.narrow", ""
        )
        return self._added(narrow, middle, f"{at}.output", f"{at}.out")

    def _added(self, value: str, to: str, module: str, output: str) -> str:
        """`value` with its bias added to what went in, normalised."""
        norm = f"{module}.LayerNorm"
        inputs = [
            value, to, self.weight(f"{norm}.weight"), self.weight(f"{norm}.bias"), self.weight(f"{module}.dense.bias"),
        ]  # fmt: skip
        return self.add("SkipLayerNormalization", inputs, output, epsilon=self.shape.epsilon)


def _model(tensors: Tensors, shape: Shape, layers: range) -> Any:
    """The graph of some layers; those that begin with the first read token ids, the others hidden states."""
    from onnx import TensorProto, helper, numpy_helper

    graph = _Graph(tensors, shape)
    first = layers.start == 0
    hidden = graph.embeddings() if first else "hidden"
    for number in layers:
        hidden = graph.layer(number, hidden)
    pair = ["b", "t"]
    inputs = [helper.make_tensor_value_info("mask", TensorProto.INT32, pair)]
    if first:
        for name in ("ids", "types"):
            inputs.append(helper.make_tensor_value_info(name, TensorProto.INT32, pair))
    else:
        wide = [*pair, shape.size]
        inputs.append(helper.make_tensor_value_info("hidden", TensorProto.FLOAT, wide))
    output = helper.make_tensor_value_info(hidden, TensorProto.FLOAT, [*pair, shape.size])
    weights = [numpy_helper.from_array(v, k) for k, v in graph.weights.items()]
    made = helper.make_graph(graph.nodes, "layers", inputs, [output], weights)
    domains = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=domains, ir_version=_IR)


def write_graph(tensors: Tensors, shape: Shape, layers: range, target: Path) -> None:
    """Write `layers` into the folder `target`, whole or not at all; if it is there by now, it stays."""
    import onnx

    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=".writing-"))
    try:
        onnx.save_model(
            _model(tensors, shape, layers), str(scratch / GRAPH), save_as_external_data=True,
            location=_WEIGHTS, size_threshold=_INLINE_BYTES,
        )  # fmt: skip
        scratch.chmod(0o755)
        try:
            os.rename(scratch, target)
        except OSError:
            if not (target / GRAPH).is_file():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    # What versions of Baton before this one left here.
    for stale in target.parent.glob("*.onnx"):
        stale.unlink(missing_ok=True)
