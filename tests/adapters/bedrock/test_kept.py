"""Replies that are kept: an identical request is not paid twice, anything else is a request."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from contracts.writer import SPEC, notes
from modelled import honest
from responder import Fault, Reply, responding

from rag.adapters.store import Replies
from rag.errors import PrerequisiteError, ServiceError
from rag.replies import Malformed
from rag.settings import load_config, load_prompts
from rag.types import Caps, Draft, SectionTask, Tokens
from rag.writing import Budget, ModelWriter, UnfinishedError

from .conftest import PROMPT

ANSWER = json.dumps({"claims": [{"text": "Because — 因为 “so”.", "citations": []}]})


@pytest.fixture
def replies(tmp_path):
    """Give a place for replies."""
    with closing(Replies(tmp_path / "replies.db")) as made:
        yield made


@pytest.mark.parametrize("stream", [True, False])
def test_the_same_request_is_sent_once(asking, replies, stream, tmp_path):
    """Also by the next run; the call is recorded as what it is, and takes nothing of a cap."""
    asking.responder.plays(Reply(ANSWER))
    first = asking.model(replies=replies, stream=stream).reply(PROMPT)
    with closing(Replies(tmp_path / "replies.db")) as again:
        budget = Budget(Caps(tokens=1))
        assert asking.model(replies=again, stream=stream, budget=budget).reply(PROMPT) == first
    assert len(asking.responder.asked) == 1
    paid, kept = asking.calls
    assert (paid.is_kept, kept.is_kept) == (False, True)
    assert (kept.tokens, kept.stop, kept.error) == (Tokens(), paid.stop, "")
    assert kept.prompt == paid.prompt


@pytest.mark.parametrize(
    "other",
    [
        {"max_output_tokens": 300},
        {"region": "eu-west-1"},
        {"structure": "schema"},
        {"prompt": {"data": ("<question>When?</question>",)}},
        {"prompt": {"system": "You answer briefly."}},
    ],
)
def test_another_request_is_sent(asking, replies, other):
    """Another region, limit, form or word: all that matters."""
    asking.responder.plays(Reply(ANSWER))
    asking.model(replies=replies).reply(PROMPT)
    prompt = PROMPT.model_copy(update=other.pop("prompt", {}))
    asking.model(replies=replies, **other).reply(prompt)
    assert len(asking.responder.asked) == 2
    assert not any(call.is_kept for call in asking.calls)


def test_another_endpoint_is_asked(asking, replies):
    """What one service said is not what another one would."""
    asking.responder.plays(Reply(ANSWER))
    asking.model(replies=replies).reply(PROMPT)
    with responding() as second:
        second.plays(Reply(ANSWER))
        asking.model(replies=replies, endpoint_url=second.url).reply(PROMPT)
        assert len(second.asked) == 1


@pytest.mark.parametrize(
    ("play", "ended"),
    [
        (Reply(ANSWER, "max_tokens"), UnfinishedError),
        (Reply(ANSWER, "content_filtered"), UnfinishedError),
        (Reply(ANSWER, "malformed_tool_use"), Malformed),
        (Fault(424, "ModelErrorException"), ServiceError),
    ],
)
def test_what_came_to_no_good_end_is_not_kept(asking, replies, play, ended):
    """The next run asks anew."""
    model = asking.model(replies=replies, attempts=1)
    asking.responder.plays(play)
    if ended is Malformed:
        assert isinstance(model.reply(PROMPT), Malformed)
    else:
        with pytest.raises(ended):
            model.reply(PROMPT)
    asking.responder.plays(Reply(ANSWER))
    assert json.loads(model.reply(PROMPT)) == json.loads(ANSWER)
    assert len(asking.responder.asked) == 2


def test_a_reply_that_could_not_be_read_is_not_kept(asking, replies, tmp_path):
    """It went back to the model: neither it nor what corrects it is given again."""
    writer = ModelWriter(
        asking.model(replies=replies), load_prompts(tmp_path), load_config(tmp_path)
    )
    task = SectionTask(spec=SPEC, evidence=notes())
    bad = iter([Reply('{"topics": [{"topic": "prices", "blocks": []}]}')] * 3)
    asking.responder.script = lambda asked: next(bad, None) or honest(asked)
    assert not isinstance(writer.write_section(task), Draft)  # read twice, bad twice
    assert isinstance(writer.write_section(task), Draft)  # bad once more, then corrected
    assert isinstance(writer.write_section(task), Draft)
    assert len(asking.responder.asked) == 5
    assert isinstance(writer.write_section(task), Draft)
    assert len(asking.responder.asked) == 5
    assert [call.is_kept for call in asking.calls] == [False] * 5 + [True]


def test_a_damaged_file_is_named(tmp_path):
    """It may be deleted: nothing is lost but money."""
    path = tmp_path / "replies.db"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(PrerequisiteError, match=r"replies\.db is damaged.*delete it"):
        Replies(path)
