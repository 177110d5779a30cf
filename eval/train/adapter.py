"""What both trained heads share: the packaged encoder with low-rank adapters, its tokens, its weights' file.

Method: LoRA, Hu et al. 2021, arXiv:2106.09685.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from indexer.embed import packaged_model_folder

RANK = 16
ADAPTED = 3
"""The upper layers: what is told apart here is meaning, and training takes half the time."""
MAX_TOKENS = 128


class LowRank(torch.nn.Module):
    """A frozen linear layer plus a trained low-rank delta."""

    def __init__(self, base: torch.nn.Linear) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = torch.nn.Parameter(
            torch.randn(RANK, base.in_features) / math.sqrt(base.in_features)
        )
        self.up = torch.nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        low = torch.nn.functional.linear(x, self.down)
        delta = torch.nn.functional.linear(low, self.up)
        return torch.add(self.base(x), delta)


class Encoder(torch.nn.Module):
    """The packaged encoder with an adapter on every linear layer of its upper half.

    The lower half stays as it is, so that its output can be computed once and kept while training.
    """

    def __init__(self) -> None:
        super().__init__()
        from transformers import AutoModel

        self.model: Any = AutoModel.from_pretrained(
            str(packaged_model_folder()), attn_implementation="eager"
        )
        self.model.requires_grad_(False)
        for layer in self.model.encoder.layer[-ADAPTED:]:
            attention = layer.attention
            for owner, name in (
                (attention.self, "query"), (attention.self, "key"), (attention.self, "value"),
                (attention.output, "dense"), (layer.intermediate, "dense"), (layer.output, "dense"),
            ):  # fmt: skip
                setattr(owner, name, LowRank(getattr(owner, name)))
        self.drop = torch.nn.Dropout(0.1)

    @torch.no_grad()
    def lower(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Output of the layers that training leaves alone: (b, t, 384)."""
        hidden = self.model.embeddings(input_ids=ids, token_type_ids=types)
        return self._through(self.model.encoder.layer[:-ADAPTED], hidden, mask)

    def upper(
        self, hidden: torch.Tensor, mask: torch.Tensor, counted: torch.Tensor
    ) -> torch.Tensor:
        """The mean of the tokens that count, after the adapted layers: (b, 384)."""
        hidden = self.tokens(hidden, mask)
        keep = counted.unsqueeze(-1).to(hidden.dtype)
        pooled: torch.Tensor = self.drop((hidden * keep).sum(1) / keep.sum(1).clamp(min=1))
        return pooled

    def tokens(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Every token after the adapted layers: (b, t, 384)."""
        read: torch.Tensor = self.drop(
            self._through(self.model.encoder.layer[-ADAPTED:], hidden, mask)
        )
        return read

    @staticmethod
    def _through(layers: Any, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        outside = (1.0 - mask[:, None, None, :].float()) * -1e4
        for layer in layers:
            hidden = layer(hidden, attention_mask=outside)
        return hidden

    def forward(self, ids: Any, mask: Any, types: Any, *, whole: bool = False) -> torch.Tensor:
        """The mean of the second text's tokens, or of both texts' if `whole`: (b, t) to (b, 384)."""
        return self.upper(self.lower(ids, mask, types), mask, mask if whole else mask * types)


def resume(encoder: Encoder, arrays: Mapping[str, np.ndarray]) -> None:
    """Take over the adapters that an earlier training saved."""
    for name, module in encoder.model.named_modules():
        if isinstance(module, LowRank):
            module.up.data = torch.from_numpy(arrays[f"{name}.up"].astype(np.float32))
            module.down.data = torch.from_numpy(arrays[f"{name}.down"].astype(np.float32))


def half_precision() -> Any:
    """Matrix products in bfloat16: about twice as fast where the processor has them, and no worse here."""
    return torch.autocast("cpu", dtype=torch.bfloat16)


def learned(model: torch.nn.Module) -> list[torch.nn.Parameter]:
    """The parameters that training changes."""
    return [p for p in model.parameters() if p.requires_grad]


def make_tokenizer() -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged_model_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
    tokenizer.no_padding()
    return tokenizer


def encode(
    tokenizer: Any, pairs: Sequence[tuple[str, str]]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pairs of texts as token ids, mask and types: three of shape (pairs, longest)."""
    encodings = tokenizer.encode_batch(list(pairs))
    out = torch.zeros(3, len(pairs), max(len(e.ids) for e in encodings), dtype=torch.long)
    for i, e in enumerate(encodings):
        out[0, i, : len(e.ids)] = torch.tensor(e.ids)
        out[1, i, : len(e.ids)] = 1
        out[2, i, : len(e.ids)] = torch.tensor(e.type_ids)
    return out[0], out[1], out[2]


def pool(values: torch.Tensor, owner: torch.Tensor, count: int) -> torch.Tensor:
    """The greatest of each owner's rows: (rows, n) to (count, n). A long turn answers in one passage."""
    out = torch.full((count, values.shape[1]), -1e4)
    index = owner.unsqueeze(1).expand_as(values)
    return out.scatter_reduce(0, index, values.float(), reduce="amax")


def save(
    encoder: Encoder,
    heads: Mapping[str, torch.nn.Linear],
    names: Mapping[str, Sequence[str]],
    path: Path,
    further: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Adapters as float16, heads and further tensors, named by the encoder's own weight names."""
    arrays: dict[str, np.ndarray] = {}
    for name, module in encoder.model.named_modules():
        if isinstance(module, LowRank):
            arrays[f"{name}.up"] = module.up.detach().numpy().astype(np.float16)
            arrays[f"{name}.down"] = module.down.detach().numpy().astype(np.float16)
    for head, layer in heads.items():
        arrays[f"{head}.weight"] = layer.weight.detach().numpy().astype(np.float32)
        arrays[f"{head}.bias"] = layer.bias.detach().numpy().astype(np.float32)
    for name, tensor in (further or {}).items():
        arrays[name] = tensor.detach().numpy().astype(np.float32)
    for kind, words in names.items():
        arrays[f"names.{kind}"] = np.array(words)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
