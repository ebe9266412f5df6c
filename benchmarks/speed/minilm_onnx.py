"""MiniLM as quantised ONNX: exported once from the packaged weights, then kept."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.common import minilm, scratch

if TYPE_CHECKING:
    import torch

_OPSET = 17


def quantised_minilm() -> Path:
    """Return a model folder with MiniLM's encoder in int8 ONNX and its tokenizer."""
    folder = scratch() / "all-MiniLM-L6-v2-int8"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=scratch()) as temporary:
            made = Path(temporary, "model")
            made.mkdir()
            _export(made)
            made.replace(folder)  # whole or not at all
    return folder


def _export(folder: Path) -> None:
    import torch  # noqa: PLC0415 - these are only needed the first time
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415
    from transformers import AutoModel  # noqa: PLC0415

    class Encoder(torch.nn.Module):
        """The encoder with its inputs in a row, as tracing wants them."""

        def __init__(self, model: torch.nn.Module) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor
        ) -> torch.Tensor:
            found = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types)
            hidden: torch.Tensor = found.last_hidden_state
            return hidden

    source = minilm().path
    model = AutoModel.from_pretrained(str(source), local_files_only=True).eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    sample = torch.ones((1, 8), dtype=torch.int64)
    plain = folder / "fp32.onnx"
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of the tracer, on constants of the model's own code
        torch.onnx.export(
            Encoder(model),
            (sample, sample, torch.zeros_like(sample)),
            str(plain),
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_axes={
                name: {0: "batch", 1: "length"} for name in [*names, "last_hidden_state"]
            },
            opset_version=_OPSET,
            dynamo=False,
        )
    quantize_dynamic(
        str(plain),
        str(folder / "model.onnx"),
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
    )
    plain.unlink()
    for name in ("tokenizer.json", "sentence_bert_config.json"):
        shutil.copyfile(source / name, folder / name)
