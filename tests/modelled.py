"""Models that are played: what one says is made of its prompt alone, as a real one's would be."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from responder import Asked, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

_EVIDENCE = re.compile(r'<evidence key="(E\d+)"[^>]*>\n(.*?)\n</evidence>', re.DOTALL)
_CLAIM = re.compile(r'<claim id="([CO]\d+)"([^>]*)>\n(.*?)\n</claim>', re.DOTALL)
_TOPIC = re.compile(r"^Topic ([\w-]+): ", re.MULTILINE)
_PAIR = re.compile(
    r'<passage number="(?P<n>\d+)">\n(.*?)\n</passage>\n<claim number="(?P=n)">\n(.*?)\n</claim>',
    re.DOTALL,
)
_FALLEN = re.compile(r'<fallen number="(\d+)"')


class Read(NamedTuple):
    """What a prompt says."""

    form: str
    """`draft`, `summary`, `revision` or `answer`."""
    evidence: dict[str, str]
    claims: dict[str, str]
    kinds: dict[str, str]
    """The attributes of claims."""
    topics: list[str]
    fallen: list[int]


def read(asked: Asked) -> Read:
    """Return what a prompt says, in whichever form it came."""
    words = asked.words
    text = asked.body.get("outputConfig", {}).get("textFormat", {})
    form = asked.tool or text.get("structure", {}).get("jsonSchema", {}).get("name", "")
    if not form:
        form = next(
            name
            for name, mark in (
                ("revision", "Number of the claim that fell"),
                ("answer", "None if the evidence does not answer"),
                ("summary", "Ids of claims, the most important first"),
                ("draft", "The topic's id in the outline"),
            )
            if mark in words
        )
    claims = _CLAIM.findall(words)
    return Read(
        form,
        dict(_EVIDENCE.findall(words)),
        {name: text for name, _, text in claims},
        {name: told for name, told, _ in claims},
        _TOPIC.findall(words),
        [int(number) for number in _FALLEN.findall(words)],
    )


def item(key: str, quote: str, text: str = "", **more: Any) -> dict[str, Any]:
    """Return a new claim."""
    return {"text": text or quote, "citations": [{"evidence": key, "quote": quote}], **more}


def longest(text: str) -> str:
    """Return the longest line of a text: prose, as a rule."""
    return max(text.splitlines(), key=len)


def draft(prompt: Read, new: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a draft that keeps what is there and adds claims to the first topic."""
    kept = [{"keep": name} for name in prompt.claims if name.startswith("C")]
    blocks = [{"form": "bullets", "items": [*kept, *new]}] if kept or new else []
    return {"topics": [{"topic": prompt.topics[0], "blocks": blocks}]}


def honest(asked: Asked) -> Reply:
    """Quote the longest line of each passage that no claim has yet; keep what is there."""
    prompt = read(asked)
    if prompt.form == "summary":
        return Reply(json.dumps({"claims": list(prompt.claims)}))
    lines = {key: longest(text) for key, text in prompt.evidence.items()}
    if prompt.form == "answer":
        return Reply(json.dumps({"claims": [item(key, line) for key, line in lines.items()]}))
    if prompt.form == "revision":
        return Reply(json.dumps({"claims": []}))
    known = set(prompt.claims.values())
    new = [item(key, line) for key, line in lines.items() if line not in known]
    return Reply(json.dumps(draft(prompt, new)))


def lying(change: Callable[[str, str], list[dict[str, Any]]]) -> Callable[[Asked], Reply]:
    """Return a model whose new claims are what `change` makes of a key and a line of it."""

    def script(asked: Asked) -> Reply:
        prompt = read(asked)
        if prompt.form not in {"draft", "answer"}:
            return honest(asked)
        new = [x for key, text in prompt.evidence.items() for x in change(key, longest(text))]
        said = draft(prompt, new) if prompt.form == "draft" else {"claims": new}
        return Reply(json.dumps(said))

    return script


def two_claims(asked: Asked) -> Reply:
    """Quote the sentence on the memory of Beta, then that of Alpha; say nothing of what fell."""
    prompt = read(asked)
    if prompt.form != "answer":
        return honest(asked)
    lines = [(key, longest(text)) for key, text in prompt.evidence.items()]
    chosen = [item(key, line) for name in ("Beta", "Alpha") for key, line in lines
              if f"The {name} accelerator has" in line]  # fmt: skip
    return Reply(json.dumps({"claims": chosen}))


def judged(words: str) -> list[tuple[str, str]]:
    """Return the pairs of claim and passage that a judge is asked about, as the prompt has them."""
    return [(claim, passage) for _, passage, claim in _PAIR.findall(words)]


def judging(asked: Asked) -> Reply:
    """Judge by the words: yes where half of a claim's stand in the passage, which it then shows."""
    found = []
    for number, (claim, passage) in enumerate(judged(asked.words), start=1):
        wanted = set(re.findall(r"\w+", claim.lower()))
        held = wanted & set(re.findall(r"\w+", passage.lower()))
        yes = bool(wanted) and len(held) * 2 >= len(wanted)
        words = [passage] if yes else []
        found.append({"number": number, "words": words, "supported": yes})
    return Reply(json.dumps({"judgements": found}))
