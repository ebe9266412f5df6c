"""Class paths and arguments of the configuration: what is wrong is one line."""

from __future__ import annotations

import pytest
from servers import closed_port

from rag.errors import ConfigError, PrerequisiteError

from .conftest import OPENAI_LIKE, PROMPT


@pytest.mark.parametrize(
    ("class_path", "kind", "words"),
    [
        ("Ollama", ConfigError, "'Ollama', which is no path of a class: name module and class"),
        ("played.Played; import os", ConfigError, "no path of a class"),
        ("../played.Played", ConfigError, "no path of a class"),
        ("played.Playd", ConfigError, "played has no Playd: it has Needing, Played, Refusing"),
        ("played.Words", ConfigError, "Words is not an LLM of LlamaIndex's: it has Needing"),
        ("json.loads", ConfigError, "loads is not an LLM.*: name a class that is an LLM"),
        ("llama_index.core.llms.LLM", ConfigError, "LLM is not an LLM.*MockLLM"),
        (
            "llama_index.llms.no_such_vendor.Model",
            PrerequisiteError,
            "'llama_index.llms.no_such_vendor': pip install llama-index-llms-no-such-vendor",
        ),
        (
            "no_such_package.Model",
            PrerequisiteError,
            "needs the package 'no_such_package': install",
        ),
    ],
)
def test_a_class_that_is_none(asking, class_path, kind, words):
    """A path, a package, a name or a kind: each is told with what to do."""
    with pytest.raises(kind, match=words) as raised:
        asking.model(class_path, {})
    assert type(raised.value) is kind
    assert str(raised.value).startswith(f"model names {class_path!a}"[:12])


@pytest.mark.parametrize(
    ("class_path", "arguments", "kind", "words"),
    [
        (
            OPENAI_LIKE,
            {"api_bas": "http://x"},
            ConfigError,
            r"llama_index\.model\.api_bas: OpenAILike has no such .*: did you mean api_base\?",
        ),
        (OPENAI_LIKE, {"xyzzy": 1}, ConfigError, r"xyzzy: OpenAILike has no such .*: delete it"),
        (
            "llama_index.llms.ollama.Ollama",
            {"model": "x", "base_urll": "http://x"},
            ConfigError,
            r"base_urll: Ollama has no such argument: did you mean base_url\?",
        ),
        ("llama_index.llms.ollama.Ollama", {}, ConfigError, r"cannot be made .*'model'.*: correct"),
        (
            OPENAI_LIKE,
            {"temperature": "s3cret-k3y"},
            ConfigError,
            r"llama_index\.model\.temperature: .*valid number.*: correct the value",
        ),
        (
            "played.Refusing",
            {},
            ConfigError,
            r"Refusing cannot be made \(ValueError: no licence for",
        ),
        ("played.Needing", {}, PrerequisiteError, r"cannot be made \(ImportError\): install"),
    ],
)
def test_arguments_that_it_refuses(asking, class_path, arguments, kind, words):
    """An unknown name is never passed over, as pydantic would; a value is not shown."""
    with pytest.raises(kind, match=words) as raised:
        asking.model(class_path, arguments)
    assert "\n" not in str(raised.value)
    assert not arguments or "s3cret" not in str(raised.value)


def test_secrets_come_from_the_environment(asking, monkeypatch):
    """Wherever they stand; they are sent, and never shown."""
    monkeypatch.setenv("RAG_TEST_KEY", "s3cret-k3y")
    key = {"env": "RAG_TEST_KEY"}
    arguments = asking.arguments(api_key=key, default_headers={"X-Key": key}, additional_kwargs={})
    asking.model(arguments=arguments).reply(PROMPT)
    (asked,) = asking.server.asked
    assert asked.headers["Authorization"] == "Bearer s3cret-k3y"
    assert asked.headers["X-Key"] == "s3cret-k3y"
    assert "s3cret" not in "".join(call.model_dump_json() for call in asking.calls)
    with pytest.raises(ConfigError, match=r"no licence for key ….*correct \[llama_index\.model\]"):
        asking.model("played.Refusing", {"answer": key})
    monkeypatch.setenv("RAG_TEST_KEY", "")
    missing = r"no RAG_TEST_KEY, which llama_index\.model\.default_headers\.X-Key names: export"
    with pytest.raises(PrerequisiteError, match=missing):
        asking.model(arguments=asking.arguments(default_headers={"X-Key": key}))


def test_nothing_is_asked_when_it_is_made(asking):
    """Ollama's class would ask its server how much the model reads; it is told instead."""
    arguments = {"model": "x", "base_url": f"http://127.0.0.1:{closed_port()}"}
    model = asking.model("llama_index.llms.ollama.Ollama", arguments, attempts=1)
    assert model.input_tokens == 6000
    assert model.name == "llama-index/llama_index.llms.ollama.Ollama x"


@pytest.mark.parametrize(
    ("structure", "class_path", "words"),
    [
        ("tool", "played.Played", "played.Played calls no functions: use"),
        ("schema", "played.Played", "Played takes no JSON schema: use"),
    ],
)
def test_a_form_that_the_class_has_not(asking, structure, class_path, words):
    """It is refused when the model is made, not in the middle of a run."""
    with pytest.raises(ConfigError, match=words):
        asking.model(class_path, {}, structure=structure)
