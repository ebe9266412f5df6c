"""Models by LlamaIndex's classes: what is sent, what is read, what the user is told."""

from __future__ import annotations

import gc
import json
import warnings
from itertools import pairwise
from types import SimpleNamespace

import pytest
from compatible import USAGE
from hypothesis import given
from hypothesis import strategies as st
from played import Played
from responder import Fault, Reply, Reset, Slow
from servers import closed_port

from rag.adapters.llama_index.errors import explained
from rag.adapters.llama_index.reply import reply_of, said
from rag.errors import CapError, ConfigError, PrerequisiteError, RagError, ServiceError
from rag.types import Caps, Tokens
from rag.writing import Budget, UnfinishedError

from .conftest import PROMPT

ANSWER = json.dumps({"claims": [{"text": "Because — 因为 “so”.", "citations": []}]})
GOOD = Reply(ANSWER)
FORMS = ["json", "tool", "schema"]


@pytest.fixture(autouse=True)
def played():
    """Nothing is left of what another test played."""
    Played.said.clear()
    Played.asked.clear()


@pytest.mark.parametrize("structure", FORMS)
def test_a_reply_comes_back_whole(asking, structure):
    """By plain JSON, a function or a schema, the text is what the model said; the call is kept."""
    asking.server.plays(GOOD)
    assert asking.model(structure=structure).reply(PROMPT) == ANSWER
    (call,) = asking.calls
    assert call.model == "llama-index/llama_index.llms.openai_like.OpenAILike example-7b"
    assert call.tokens == Tokens(input=1000, output=300, cache_read=200)
    assert call.stop == ("tool_calls" if structure == "tool" else "stop")
    assert (call.purpose, call.prompt) == ("answer", PROMPT.checksum)
    assert (call.retries, call.error) == (0, "")


@pytest.mark.parametrize("structure", FORMS)
def test_the_form_is_asked_for_as_configured(asking, structure):
    """A function that must be called, a schema that the server holds to, or the schema in words."""
    asking.server.plays(GOOD)
    asking.model(structure=structure).reply(PROMPT)
    (asked,) = asking.server.asked
    schema = json.loads(PROMPT.form_schema)
    told = f"{PROMPT.plain}\n{PROMPT.form_schema}"
    if structure == "tool":
        assert asked.tool == "answer"
        assert (
            asked.body["tools"][0]["function"]["parameters"]["properties"] == schema["properties"]
        )
        assert asked.body["tool_choice"] == "required"
    assert (told in asked.words) == (structure != "tool")
    form = asked.body.get("response_format", {}).get("json_schema", {}).get("schema")
    assert form == (schema if structure == "schema" else None)


def test_data_comes_last(asking):
    """Instruction, task and form, then the data; in one message where there is no system prompt."""
    asking.server.plays(GOOD)
    asking.model().reply(PROMPT)
    asking.model(system=False).reply(PROMPT)
    first, second = (asked.body["messages"] for asked in asking.server.asked)
    assert [message["role"] for message in first] == ["system", "user"]
    assert first[0]["content"] == PROMPT.system
    assert first[1]["content"].startswith(PROMPT.fixed)
    assert first[1]["content"].endswith("\n\n".join(PROMPT.data))
    assert [message["role"] for message in second] == ["user"]
    assert second[0]["content"] == f"{PROMPT.system}\n\n{first[1]['content']}"


def test_our_limits_are_given_to_the_class(asking):
    """The longest reply is sent; what the user sets for the class itself goes before it."""
    asking.server.plays(GOOD)
    asking.model(context_tokens=9000, output_tokens=700).reply(PROMPT)
    asking.model(arguments=asking.arguments(max_tokens=50)).reply(PROMPT)
    assert [asked.body["max_tokens"] for asked in asking.server.asked] == [700, 50]
    assert asking.model(context_tokens=9000, output_tokens=700).input_tokens == 8300
    with pytest.raises(
        ConfigError, match=r"context_tokens = 2000 leaves no room .* raise the first"
    ):
        asking.model(context_tokens=2000, output_tokens=1900)


@pytest.mark.parametrize(
    ("stop", "words"),
    [("length", "cut at its longest.*raise"), ("content_filter", "filter withheld.*another model")],
)
def test_a_bad_end_is_no_reply(asking, stop, words):
    """It is an error of its own, asked once, paid for, and kept with its reason."""
    asking.server.plays(GOOD._replace(stop=stop))
    with pytest.raises(UnfinishedError, match=words):
        asking.model().reply(PROMPT)
    (call,) = asking.calls
    assert (call.stop, call.tokens) == (stop, Tokens(input=1000, output=300, cache_read=200))
    assert stop in call.error
    assert len(asking.server.asked) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault(401, "invalid_api_key", "wrong key"), PrerequisiteError, "credentials.*wrong key"),
        (Fault(403, "forbidden", "no"), PrerequisiteError, "access is denied"),
        (Fault(404, "model_not_found", "no"), PrerequisiteError, "no such model or address"),
        (Fault(429, "insufficient_quota", "check your billing"), ServiceError, "quota is used up"),
        (
            Fault(400, "bad", "max_tokens is odd"),
            ServiceError,
            "refused as invalid.*odd.*llama_index.md",
        ),
        (
            Fault(400, "context_length_exceeded", "maximum context length is 4096 tokens"),
            UnfinishedError,
            "too long for the model.*lower llama_index.context_tokens",
        ),
    ],
)
def test_what_will_not_pass_is_asked_once(asking, fault, kind, words):
    """One line with what to do; nothing is tried again, by the class neither."""
    asking.server.plays(fault)
    with pytest.raises(kind, match=words) as raised:
        asking.model().reply(PROMPT)
    assert type(raised.value) is kind
    assert "\n" not in str(raised.value)
    assert len(asking.server.asked) == 1
    (call,) = asking.calls
    assert (call.tokens, call.stop, call.retries) == (None, "", 0)
    assert call.error == raised.value.message


@pytest.mark.parametrize(
    ("play", "words"),
    [
        (Fault(429, "rate_limit", "slow down"), "throttled, again and again"),
        (Fault(500, "server_error", "oh"), "the service failed"),
        (Fault(503, "loading", "loading model"), "the service failed"),
        (Fault(504, "late", ""), "no answer in time.*raise llama_index.timeout_s"),
        (Reset(), "nobody answers there, or the connection broke"),
    ],
)
def test_what_may_pass_is_asked_again(asking, play, words):
    """As often as configured and no more: the class's own retries are off. Then it is an error."""
    asking.server.plays(play, play, GOOD)
    assert asking.model(attempts=3).reply(PROMPT) == ANSWER
    assert len(asking.server.asked) == 3
    asking.server.plays(play)
    with pytest.raises(ServiceError, match=words):
        asking.model(attempts=3).reply(PROMPT)
    assert len(asking.server.asked) == 6
    assert [call.retries for call in asking.calls] == [2, 2]


def test_two_never_try_again_at_once(asking):
    """Where the user has the class try again, we do not."""
    asking.server.plays(Fault(500, "server_error", "oh"))
    with pytest.raises(ServiceError, match="the service failed"):
        asking.model(arguments=asking.arguments(max_retries=1), attempts=9).reply(PROMPT)
    assert len(asking.server.asked) == 2
    assert asking.calls[0].retries == 0


def test_a_server_that_says_nothing(asking):
    """After `timeout_s` it has not answered."""
    asking.server.plays(Slow(60))
    with pytest.raises(ServiceError, match=r"no answer in time.*raise llama_index.timeout_s"):
        asking.model(timeout_s=0.2, attempts=1).reply(PROMPT)


def test_a_server_that_is_not_there(asking):
    """The user is told to start it."""
    arguments = asking.arguments(api_base=f"http://127.0.0.1:{closed_port()}/v1")
    with pytest.raises(ServiceError, match=r"nobody answers there.*start the server"):
        asking.model(arguments=arguments, attempts=1).reply(PROMPT)


def test_a_key_that_nobody_set(asking, monkeypatch):
    """The class misses it before anything is sent: it takes nothing of a cap."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    arguments = asking.arguments()
    arguments.pop("api_key", None)
    with pytest.raises(PrerequisiteError, match=r"no credentials are found.*set the key"):
        asking.model(arguments=arguments, attempts=3).reply(PROMPT)
    assert asking.server.asked == []
    assert [call.retries for call in asking.calls] == [0]


@pytest.mark.parametrize(
    "words",
    [
        "The api_key client option must be set either by passing api_key to the client",
        "Could not resolve authentication method. Expected either api_key or auth_token to be set.",
        "Your default credentials were not found. To set up Application Default Credentials, see",
        "No API Key was provided",
    ],
)
def test_vendors_name_a_missing_key_in_their_own_words(words):
    """None has a status."""
    found = explained(TypeError(words), "m", [], limit="a")
    assert isinstance(found.error, PrerequisiteError)
    assert found.is_unread


def test_an_interrupted_call_is_kept(asking):
    """It may have cost something."""
    Played.said.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        asking.model("played.Played", {}).reply(PROMPT)
    assert [call.error for call in asking.calls] == ["interrupted"]


def test_a_class_of_the_users_own(asking):
    """One that only completes and tells nothing of tokens; its unknown errors are the service's."""
    model = asking.model("played.Played", {"answer": ANSWER})
    assert model.reply(PROMPT) == ANSWER
    assert PROMPT.system in Played.asked[0]
    assert (asking.calls[0].tokens, asking.calls[0].stop) == (None, "")
    Played.said.append(KeyError("choices"))
    with pytest.raises(ServiceError, match=r"the call failed \(KeyError: 'choices'\)") as raised:
        model.reply(PROMPT)
    assert isinstance(raised.value.__cause__, KeyError)
    assert len(Played.asked) == 2


@pytest.mark.parametrize(
    ("raw", "tokens", "stop"),
    [
        (
            {"prompt_eval_count": 7, "eval_count": 3, "done_reason": "stop"},
            Tokens(input=7, output=3),
            "stop",
        ),
        (
            {
                "usage": {
                    "input_tokens": 7, "output_tokens": 3,
                    "cache_read_input_tokens": 5, "cache_creation_input_tokens": 2,
                },
                "stop_reason": "end_turn",
            },
            Tokens(input=7, output=3, cache_read=5, cache_write=2),
            "end_turn",
        ),
        (
            SimpleNamespace(
                usage_metadata=SimpleNamespace(prompt_token_count=7, candidates_token_count=3),
                candidates=[{"finish_reason": "STOP"}],
            ),
            Tokens(input=7, output=3),
            "stop",
        ),
        ({"usage": {"prompt_tokens": None, "completion_tokens": 3}}, None, ""),
        ({"usage": None, "choices": []}, None, ""),
        (SimpleNamespace(choices=[SimpleNamespace(finish_reason=7)]), None, ""),
        ("text", None, ""),
        (None, None, ""),
    ],
)  # fmt: skip
def test_what_vendors_tell_is_found(asking, raw, tokens, stop):
    """Tokens and stop reasons under the names of several vendors, as mappings and as objects."""
    asking.model("played.Played", {"answer": ANSWER, "raw": raw}).reply(PROMPT)
    (call,) = asking.calls
    assert (call.tokens, call.stop) == (tokens, stop)


@pytest.mark.parametrize("stop", ["max_tokens", "MAX_TOKENS", "length", "SAFETY", "refusal"])
def test_bad_ends_of_other_vendors(asking, stop):
    """Each is no reply, in whichever letters it comes."""
    raw = {"candidates": [{"finish_reason": stop}]}
    with pytest.raises(UnfinishedError, match=stop.lower()):
        asking.model("played.Played", {"answer": ANSWER, "raw": raw}).reply(PROMPT)


def test_reasoning_is_no_part_of_the_reply(asking):
    """What a server leaves of it at the beginning of the text is taken off."""
    answer = f'<think>\nIs {{"claims": []}} right?\n</think>\n\n{ANSWER}'
    assert asking.model("played.Played", {"answer": answer}).reply(PROMPT) == ANSWER


@given(st.text())
def test_any_other_text_stays_as_it_was(text):
    """Only reasoning at the very beginning is taken off; an end that is missing takes all."""
    assert said(text) == text or text.lstrip().startswith("<think>")
    assert said(f"<think>{text}") in {"", text.partition("</think>")[2].lstrip()}


def test_a_reply_is_heard_while_it_comes(asking):
    """Each time it has grown; the end is the whole, with why it ended."""
    asking.server.plays(GOOD)
    heard: list[str] = []
    assert asking.model().stream(PROMPT, heard.append) == ANSWER
    assert heard == []  # not every class can
    assert asking.model(stream=True).stream(PROMPT, heard.append) == ANSWER
    assert heard[-1] == ANSWER
    assert len(heard) > 1
    assert all(after.startswith(before) for before, after in pairwise(heard))
    assert [(call.stop, call.error) for call in asking.calls] == [("stop", "")] * 2
    asking.server.plays(GOOD._replace(stop="length"))
    with pytest.raises(UnfinishedError, match="cut at its longest"):
        asking.model(stream=True).stream(PROMPT, heard.append)


def test_what_a_listener_raises_is_its_own(asking):
    """It ends the call, is no failing of the service, and nothing is asked again."""
    asking.server.plays(GOOD)

    def heard(_):
        raise LookupError

    with pytest.raises(LookupError):
        asking.model(stream=True).stream(PROMPT, heard)
    assert len(asking.server.asked) == 1
    assert asking.calls[0].error == "interrupted"
    with warnings.catch_warnings():  # the vendor's stream is closed when it is forgotten
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_a_function_is_not_heard(asking):
    """A reply in a tool comes back whole, and only then."""
    asking.server.plays(GOOD)
    heard: list[str] = []
    assert asking.model(structure="tool", stream=True).stream(PROMPT, heard.append) == ANSWER
    assert heard == []


def test_each_attempt_is_held_against_the_cap(asking):
    """What no model has read costs nothing, what is counted costs that, else it costs the most."""
    slow, broken = Fault(429, "rate_limit", "slow down"), Fault(500, "server_error", "oh")
    budget = Budget()
    model = asking.model(budget=budget, attempts=2)
    asking.server.plays(slow, GOOD)
    model.reply(PROMPT)
    assert (budget.spent.tokens, budget.held.tokens) == (1500, 0)
    asking.server.plays(broken, GOOD)
    model.reply(PROMPT)
    assert budget.spent.tokens > 3000 + 2000
    assert budget.held.tokens == 0


def test_at_the_cap_nothing_is_sent(asking):
    """It is no call, and is not recorded."""
    model = asking.model(budget=Budget(Caps(tokens=2500)))
    with pytest.raises(CapError, match="--max-tokens 2,500: 0 are spent"):
        model.reply(PROMPT)
    assert (asking.server.asked, asking.calls) == ([], [])
    assert model.at_once(9) == 1


def test_the_counts_are_those_of_the_wire():
    """The tokens of the tests above are what the server sends."""
    assert USAGE["prompt_tokens"] - USAGE["prompt_tokens_details"]["cached_tokens"] == 1000


@given(st.text(), st.integers())
def test_any_exception_is_one_line_without_secrets(words, status):
    """Whatever a vendor raises becomes an error of ours that can be printed."""
    error = RuntimeError(f"{words} s3cret-k3y {words}")
    error.status_code = status
    found = explained(error, "llama-index/x", ["s3cret-k3y"], limit="a.b").error
    assert isinstance(found, RagError)
    assert str(found).isprintable()
    assert "s3cret" not in str(found)
    assert found.exit_status in {3, 6}


def test_circular_causes_end():
    """An exception that is its own context is understood, too."""
    one, other = RuntimeError("a"), ConnectionError("b")
    one.__context__, other.__context__ = other, one
    assert "nobody answers" in str(explained(one, "m", [], limit="a").error)


def test_a_response_without_anything():
    """No text, no counts, no reason: an empty reply, which is then no draft."""
    message = SimpleNamespace(blocks=[], content=None, additional_kwargs={})
    response = SimpleNamespace(message=message, raw=None, additional_kwargs={})
    assert reply_of(response) == ("", "", None)
