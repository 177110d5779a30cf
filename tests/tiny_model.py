"""Makes a tiny Llama with random weights: a real model that babbles. `python -m tests.tiny_model FOLDER`.

Fixed seed, a few hundred thousand weights, a byte-level tokenizer trained on a page of text. It proves that the whole
way through a real server works and that nothing false gets in, whatever comes out.
"""

from __future__ import annotations

import sys
from pathlib import Path

TEXT = """The customer signs the order form in March and the seller promises that the first site is live in six weeks.
record_claim search_evidence field text evidence E1 E2 E3 { } [ ] : , " goals.problem commitments.pricing done
"""
CHAT = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
CONTEXT = 8192


def make_tiny_model(folder: Path, seed: int = 7) -> Path:
    """Write model and tokenizer to `folder`; the same seed gives the same weights."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        [TEXT] * 4,
        trainers.BpeTrainer(vocab_size=600, special_tokens=special, initial_alphabet=alphabet),
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    fast.chat_template = CHAT
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(fast), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=32768, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    LlamaForCausalLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    sys.stdout.write(f"{make_tiny_model(Path(sys.argv[1]))}\n")
