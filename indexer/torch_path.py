"""The encoder by torch, on a graphics card or in half precision on processors that have it: for many texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.encoder import Array, Progress, batched, unit
from indexer.encoder_graph import Shape, read_tensors

CPU_BATCH_TOKENS = 1024
CARD_BATCH_TOKENS = 32_768


class TorchPath:
    """The same layers with the same weights, in another precision or on another device."""

    def __init__(self, folder: Path, shape: Shape, device: str, precision: str) -> None:
        """`precision` is the name of a torch type. Raises what torch raises where the device can't do it."""
        import torch

        self._torch, self._shape, self._device = torch, shape, device
        kind = getattr(torch, precision)
        tensors = read_tensors(folder)
        self._weights = {k: torch.from_numpy(v).to(device, kind) for k, v in tensors.items() if v.dtype == np.float32}  # fmt: skip
        self._budget = CPU_BATCH_TOKENS if device == "cpu" else CARD_BATCH_TOKENS

    def vectors(self, encodings: Sequence[Any], progress: Progress | None = None) -> Array:
        """Unit vectors, the mean of each text's tokens: (texts, d)."""
        torch = self._torch
        out = np.zeros((len(encodings), self._shape.size), np.float32)
        with torch.inference_mode():
            for batch in batched(encodings, progress, self._budget):
                ids, mask, types = (
                    torch.from_numpy(a).long().to(self._device)
                    for a in (batch.ids, batch.mask, batch.types)
                )
                states = self._states(ids, mask.bool(), types).float()
                keep = mask.unsqueeze(-1).float()
                mean = (states * keep).sum(1) / keep.sum(1)
                out[batch.rows] = unit(mean.cpu().numpy())
        return out

    def _states(self, ids: Any, mask: Any, types: Any) -> Any:
        weights, at = self._weights, "embeddings"
        hidden = (
            weights[f"{at}.word_embeddings.weight"][ids]
            + weights[f"{at}.position_embeddings.weight"][: ids.shape[1]]
            + weights[f"{at}.token_type_embeddings.weight"][types]
        )
        hidden = self._norm(hidden, at)
        padded = None if bool(mask.all()) else mask[:, None, None, :]
        for number in range(self._shape.layers):
            hidden = self._layer(hidden, padded, f"encoder.layer.{number}")
        return hidden

    def _layer(self, hidden: Any, mask: Any, at: str) -> Any:
        functional, (rows, tokens, size) = self._torch.nn.functional, hidden.shape
        query, key, value = (
            self._linear(hidden, f"{at}.attention.self.{n}")
            .view(rows, tokens, self._shape.heads, -1)
            .transpose(1, 2)
            for n in ("query", "key", "value")
        )
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        seen = seen.transpose(1, 2).reshape(rows, tokens, size)
        dense = f"{at}.attention.output"
        middle = self._norm(self._linear(seen, f"{dense}.dense") + hidden, dense)
        wide = functional.gelu(self._linear(middle, f"{at}.intermediate.dense"))
        return self._norm(self._linear(wide, f"{at}.output.dense") + middle, f"{at}.output")

    def _linear(self, hidden: Any, at: str) -> Any:
        weight, bias = self._weights[f"{at}.weight"], self._weights[f"{at}.bias"]
        return self._torch.nn.functional.linear(hidden, weight, bias)

    def _norm(self, hidden: Any, at: str) -> Any:
        weight, bias = self._weights[f"{at}.LayerNorm.weight"], self._weights[f"{at}.LayerNorm.bias"]  # fmt: skip
        return self._torch.nn.functional.layer_norm(
            hidden, (self._shape.size,), weight, bias, self._shape.epsilon
        )
