"""GGUF files of language models in a few kilobytes, for the real runtime.

All tokens have the same embedding and the one layer adds nothing, so whatever is asked, the same
tokens are the likeliest, in a fixed order. Held to a grammar, such a model says the shortest JSON
there is, or never ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

_WIDTH = 32
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_CONTROL = ("<|im_start|>", "<|im_end|>")
LACONIC = '<|im_end|>}]"0t'
"""Closes what is open: empty texts and lists, 0, true."""
ENDLESS = "a"
"""Never closes a text."""


def saved(path: Path, likes: str, *, context: int = 100_000) -> Path:
    """Save a model and return its path.

    Args:
        path: where to.
        likes: the tokens it likes best, the best first; `<|im_end|>` is one.
        context: how many tokens it takes; a byte is a token, as a rule.
    """
    tokens = [*_CONTROL, *_bytes(), "th"]
    best = [_CONTROL[1]] if likes.startswith(_CONTROL[1]) else []
    best += list(likes.removeprefix(_CONTROL[1]))
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(context)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_WIDTH)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(_CONTROL) + [1] * (len(tokens) - len(_CONTROL)))
    writer.add_token_merges(["t h"])  # there must be one
    writer.add_eos_token_id(1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(_TEMPLATE)
    for name, tensor in _tensors(tokens, best).items():
        writer.add_tensor(name, tensor.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tensors(tokens: list[str], best: list[str]) -> dict[str, np.ndarray]:
    liking = {token: len(best) - at for at, token in enumerate(best)}
    output = np.zeros((len(tokens), _WIDTH))
    output[:, 0] = [liking.get(token, -1.0) for token in tokens]
    embeddings = np.zeros((len(tokens), _WIDTH))
    embeddings[:, 0] = 1.0
    square = np.zeros((_WIDTH, _WIDTH))
    found = {
        "token_embd.weight": embeddings,
        "output_norm.weight": np.ones(_WIDTH),
        "output.weight": output,
    }
    for name in ("attn_norm", "ffn_norm"):
        found[f"blk.0.{name}.weight"] = np.ones(_WIDTH)
    for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
        found[f"blk.0.{name}.weight"] = square
    return found


def _bytes() -> list[str]:
    """Return the characters that stand for the 256 bytes in GPT-2's vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + at) for at in range(len(others))]
