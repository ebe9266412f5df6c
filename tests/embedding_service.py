"""A server that answers as Amazon Bedrock's embedding models and rerankers do, on the loopback.

It holds requests to botocore's service model and to the models' documented bodies. Vectors are made
of hashed words, so texts that share words are near; relevance is the share of the question's words
that a passage has.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import botocore.session
from responder import Fault, Misbehaving, Reset, Slow, check
from servers import Loopback, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SESSION = botocore.session.get_session()
_INVOKE = _SESSION.get_service_model("bedrock-runtime").operation_model("InvokeModel")
_RERANK = _SESSION.get_service_model("bedrock-agent-runtime").operation_model("Rerank")
_WORD = re.compile(r"\w+")
_PAGE = 400
"""Results of Rerank that come at once."""

TITAN = "amazon.titan-embed-text-v2:0"
COHERE_3 = "cohere.embed-multilingual-v3"
COHERE_4 = "us.cohere.embed-v4:0"
NOVA = "amazon.nova-2-multimodal-embeddings-v1:0"
RERANKER = "cohere.rerank-v3-5:0"


class Asked(NamedTuple):
    """A request that the service would take."""

    model: str
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def texts(self) -> list[str]:
        """What is to be embedded, or reranked."""
        if "sources" in self.body:
            sources = self.body["sources"]
            return [item["inlineDocumentSource"]["textDocument"]["text"] for item in sources]
        if "inputText" in self.body:
            return [self.body["inputText"]]
        if "taskType" in self.body:
            return [self.body["singleEmbeddingParams"]["text"]["value"]]
        return list(self.body["texts"])


class Raw(NamedTuple):
    """A body as it is, announced as so many bytes longer."""

    body: bytes
    lacking: int = 0


Play = dict[str, Any] | Fault | Reset | Slow | Raw


def answer(asked: Asked) -> dict[str, Any]:
    """Return what the service answers when all is well."""
    return _relevance(asked) if "sources" in asked.body else _embedded(asked)


def _embedded(asked: Asked) -> dict[str, Any]:
    body = asked.body
    if asked.model.startswith("amazon.titan"):
        found = _vector(body["inputText"], body["dimensions"])
        words = len(_WORD.findall(body["inputText"]))
        return {"embedding": found, "inputTextTokenCount": words, "embeddingsByType": {}}
    if asked.model.startswith("amazon.nova"):
        params = body["singleEmbeddingParams"]
        question = params["embeddingPurpose"] == "TEXT_RETRIEVAL"
        found = _vector(params["text"]["value"], params["embeddingDimension"], question=question)
        return {"embeddings": [{"embeddingType": "TEXT", "embedding": found}]}
    question = body["input_type"] == "search_query"
    size = body.get("output_dimension", 1024)
    found = [_vector(text, size, question=question) for text in body["texts"]]
    return {"id": "x", "response_type": "embeddings_by_type", "embeddings": {"float": found}}


def _vector(text: str, size: int, *, question: bool = False) -> list[float]:
    """Return a vector of no particular length."""
    vector = [0.0] * size
    vector[0] = 0.25 + question
    for word, count in Counter(_WORD.findall(text.lower())).items():
        checksum = int.from_bytes(sha256(word.encode()).digest()[:8])
        vector[1 + checksum % (size - 1)] += 3 * count if checksum >> 63 else -3 * count
    return vector


def _relevance(asked: Asked) -> dict[str, Any]:
    wanted = set(_WORD.findall(asked.body["queries"][0]["textQuery"]["text"].lower()))
    results = []
    for index, passage in enumerate(asked.texts):
        shared = wanted & set(_WORD.findall(passage.lower()))
        score = len(shared) / (len(wanted) or 1)
        results.append({"index": index, "relevanceScore": score})
    results.sort(key=lambda item: -item["relevanceScore"])
    start = int(asked.body.get("nextToken", 0))
    page = {"results": results[start : start + _PAGE]}
    more = start + _PAGE < len(results)
    check(_RERANK.output_shape.members["results"], page["results"], "results")
    return {**page, "nextToken": str(start + _PAGE)} if more else page


def _held(asked: Asked) -> None:
    """Assert that a body is one of the model's, as documented; keys that it does not have fail."""
    body = asked.body
    texts = asked.texts
    assert all(text.strip() for text in texts), "a text is blank"
    if asked.model == TITAN:
        assert set(body) == {"inputText", "dimensions", "normalize"}
        assert body["dimensions"] in {256, 512, 1024}
        assert body["normalize"] is True
        assert len(texts[0]) <= 50_000
    elif asked.model == NOVA:
        assert set(body) == {"schemaVersion", "taskType", "singleEmbeddingParams"}
        assert body["schemaVersion"] == "nova-multimodal-embed-v1"
        assert body["taskType"] == "SINGLE_EMBEDDING"
        params = body["singleEmbeddingParams"]
        assert set(params) == {"embeddingPurpose", "embeddingDimension", "text"}
        assert params["embeddingPurpose"] in {"GENERIC_INDEX", "TEXT_RETRIEVAL"}
        assert params["embeddingDimension"] in {256, 384, 1024, 3072}
        assert params["text"] == {"truncationMode": "NONE", "value": texts[0]}
        assert len(texts[0]) <= 50_000
    else:
        keys = {"texts", "input_type", "truncate", "embedding_types"}
        fourth = asked.model not in {COHERE_3, "cohere.embed-english-v3"}
        assert set(body) == keys | ({"output_dimension"} if fourth else set())
        assert not fourth or body["output_dimension"] in {256, 512, 1024, 1536}
        assert body["input_type"] in {"search_document", "search_query"}
        assert body["truncate"] == "NONE"
        assert body["embedding_types"] == ["float"]
        assert 1 <= len(texts) <= 96
        assert fourth or max(map(len, texts)) <= 2048


class _Request(Misbehaving):
    server: EmbeddingService

    def do_POST(self) -> None:  # noqa: N802 - the standard library's
        content = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            asked = self._asked(content)
            play = self.server.script(asked)
        except BaseException as error:
            self.server.wrong.append(error)
            raise
        if isinstance(play, Raw):
            self.head(200, {"Content-Type": "application/json"})
            self.send_header("Content-Length", str(len(play.body) + play.lacking))
            self.end_headers()
            self.wfile.write(play.body)
            self.close_connection = True
        elif isinstance(play, dict):
            count = {"x-amzn-bedrock-input-token-count": "7"} if self.server.counts else {}
            self.send(200, play, count)
        else:
            self.misbehave(play)

    def _asked(self, content: bytes) -> Asked:
        body = json.loads(content)
        assert self.headers["Authorization"], "the request is not signed"
        if self.path == "/rerank":
            check(_RERANK.input_shape, body, "rerank")
            configuration = body["rerankingConfiguration"]["bedrockRerankingConfiguration"]
            asked = Asked(configuration["modelConfiguration"]["modelArn"], body, dict(self.headers))
        else:
            found = re.fullmatch(r"/model/(?P<model>[^/]+)/invoke", self.path)
            assert found, self.path
            model = unquote(found["model"])
            check(_INVOKE.input_shape.members["modelId"], model, "modelId")
            assert len(content) <= _INVOKE.input_shape.members["body"].metadata["max"]
            assert self.headers["Content-Type"] == "application/json"
            asked = Asked(model, body, dict(self.headers))
            _held(asked)
        self.server.asked.append(asked)
        return asked


class EmbeddingService(Loopback):
    """The server, with its script and what it was asked."""

    def __init__(self) -> None:
        super().__init__(_Request)
        self.script: Callable[[Asked], Play] = answer
        self.asked: list[Asked] = []
        self.wrong: list[BaseException] = []
        self.counts = False
        """Whether a header says how many tokens were read."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def plays(self, *plays: Play | None) -> None:
        """Play these one after the other, the last one for ever; None: answer well."""
        left = list(plays)

        def script(asked: Asked) -> Play:
            play = left.pop(0) if len(left) > 1 else left[0]
            return answer(asked) if play is None else play

        self.script = script


@contextmanager
def serving_embeddings() -> Iterator[EmbeddingService]:
    """Run a service until the block ends; what it could not take fails the test."""
    with running(EmbeddingService()) as server:
        yield server
    assert not server.wrong, server.wrong
