"""The extractive writer chooses by exact features, quotes verbatim, and repeats nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from values import chunks, document, reference

from rag.adapters.extractive import ExtractiveWriter
from rag.flows.checking import rules_of
from rag.flows.sections import keyed
from rag.settings import load_config
from rag.stages.verify import verify
from rag.text.normal import normalise
from rag.types import Block, Draft, Evidence, QuestionTask, Rejected, Section, SectionTask

CONFIG = load_config(Path(__file__).parent)
SECTIONS = {spec.id: spec for spec in CONFIG.outline.sections}

ONE = document(
    """\
# Notes on endpoints

## Serving limits

SageMaker real-time inference accepts payloads of 25 MB and answers within 60 seconds.
This makes it a good fit for chat.
SageMaker asynchronous inference queues requests of up to 1 GB, because long work would time out.
Thank you for reading these notes about endpoints, which we wrote in a hurry last week.

| Option | Payload limit | Best for |
| --- | --- | --- |
| SageMaker real-time inference | 25 MB | Chat |
| SageMaker asynchronous inference | 1 GB | Long requests |

> "An endpoint that nobody calls is the dearest endpoint of all." — Ada Example, engineer

## When to use which endpoint

| When | Use | Because |
| --- | --- | --- |
| A chat endpoint must answer at once | SageMaker real-time inference | Models stay loaded |
| A request to the endpoint takes an hour | SageMaker asynchronous inference | Requests are queued |
"""
)
TWO = document(
    """\
# More on endpoints

## Sharing endpoints

SageMaker inference components put several models on one endpoint, so 8 GPUs serve them all.
SageMaker real-time inference accepts payloads of 25 MB and must answer within 60 seconds.
"""
)


TALK = document(
    """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Ann Lee>Good morning. I'm thrilled to announce SageMaker HyperPod task governance.

00:00:30.000 --> 00:00:36.000
<v Ann Lee>This feature shares accelerators among teams and cuts the training cost by up to 40%.

00:01:30.000 --> 00:01:36.000
<v Ann Lee>It's a great day. The fastest teams never leave SageMaker HyperPod, one customer said.
""",
    "text/vtt",
)


def evidence_of(*documents) -> tuple[Evidence, ...]:
    """Return all chunks of the documents as keyed evidence."""
    return keyed(
        Evidence(key="E0", chunk=chunk, document=item, reference=reference(name))
        for name, item in documents
        for chunk in chunks(item, max_tokens=200)
    )


def written(section: str, evidence, others=()) -> list:
    """Return the blocks that the writer proposes for a section."""
    task = SectionTask(spec=SECTIONS[section], evidence=evidence, others=tuple(others))
    return list(ExtractiveWriter(CONFIG).write_section(task).blocks)


def checked(task: SectionTask):
    """Return what holds of what the writer proposes for a task."""
    rules = rules_of(CONFIG, task.spec)
    return verify(ExtractiveWriter(CONFIG).write_section(task), task.evidence, rules)


def texts(blocks) -> list[str]:
    """Return the claims' words."""
    return [claim.text for block in blocks for claim in block.claims]


def test_every_claim_passes_the_gates():
    """What the writer proposes is verbatim: nothing of it is ever rejected."""
    evidence = evidence_of(("one", ONE), ("two", TWO))
    task = SectionTask(spec=SECTIONS["inference"], evidence=evidence)
    found = checked(task)
    assert found.rejected == ()
    claims = [claim for block in found.blocks for claim in block.claims]
    assert claims
    for claim in claims:
        for citation in claim.citations:
            item = {"one": ONE, "two": TWO}[citation.reference_key]
            assert item.text[citation.start : citation.end] == citation.quote


def test_leaning_sentences_and_small_talk_stay_out():
    """Sentences that need their neighbour, or speak to the reader, are not claims."""
    said = texts(written("inference", evidence_of(("one", ONE))))
    assert any("payloads of 25 MB" in text for text in said)
    assert not any(text.startswith(("This makes", "Thank you")) for text in said)


def test_what_two_references_say_alike_is_said_once():
    """A near-duplicate of a chosen claim is not chosen."""
    blocks = written("inference", evidence_of(("one", ONE), ("two", TWO)))
    sentences = [
        claim.text
        for block in blocks
        if block.form in {"finding", "paragraph", "bullets"}
        for claim in block.claims
    ]
    assert sum("payloads of 25 MB" in text for text in sentences) == 1
    assert len(sentences) == len(set(sentences))


def test_rows_become_a_table_and_quotations_keep_their_speaker():
    """Rows of one header stand together; a quotation names who said it."""
    blocks = written("inference", evidence_of(("one", ONE)))
    table = next(block for block in blocks if block.form == "table")
    assert table.header == ("Option", "Payload limit", "Best for")
    assert [claim.cells[0] for claim in table.claims] == [
        "SageMaker real-time inference",
        "SageMaker asynchronous inference",
    ]
    quotation = next(block for block in blocks if block.form == "quotation")
    assert quotation.claims[0].attribution == "Ada Example, engineer"
    assert quotation.claims[0].text.startswith("An endpoint that nobody calls")


def table_of(name: str, sizes: str) -> str:
    """Return a table of instances whose header begins with a name: one row a character."""
    rows = "\n".join(f"| {name}{size}.xlarge | {ord(size)} |" for size in sizes)
    return f"| {name} instance | GPUs |\n| --- | --- |\n{rows}\n"


def rows_of_compute(text: str) -> dict[str, int]:
    """Return how many rows the section on compute shows of each table, by its header."""
    blocks = written("compute", evidence_of(("one", document(text))))
    return {block.header[0]: len(block.claims) for block in blocks if block.form == "table"}


def test_a_table_stands_where_tables_have_room():
    """Its header names a topic that shows no rows: it goes to the one that compares instances."""
    text = """\
# Links

## A word on p5.48xlarge instances

| Instance | GPU | # NVLinks | NVLink generation |
| --- | --- | --- | --- |
| p5.48xlarge | H100 | 18 | 4th |
| p6-b200.48xlarge | B200 | 18 | 5th |
"""
    assert rows_of_compute(text) == {"Instance": 2}


def test_a_sentence_stands_where_sentences_have_room():
    """Words that fit the comparison of instances best still are told: it shows rows alone."""
    said = texts(
        written(
            "compute",
            evidence_of(
                (
                    "one",
                    document(
                        "# Hosts\n\nA P5 instance has 192 vCPU, 640 GB of accelerator memory and "
                        "3,200 Gbps of network bandwidth.\n"
                    ),
                )
            ),
        )
    )
    assert [text for text in said if "192 vCPU" in text]


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 45), min_size=1, max_size=5))
def test_tables_share_the_room_that_a_topic_has(sizes: list[int]):
    """No long table crowds out a short one, no room is left unused, one row compares nothing."""
    topic = next(item for item in SECTIONS["compute"].topics if item.id == "instances-compared")
    text = "# Instances\n\n" + "\n".join(
        table_of("pgtuv"[place], LETTERS[:size]) for place, size in enumerate(sizes)
    )
    shown = rows_of_compute(text)
    named = zip("pgtuv", sizes, strict=False)
    comparable = {f"{name} instance": size for name, size in named if size > 1}
    assert shown.keys() == comparable.keys()
    assert sum(shown.values()) == min(topic.rows, sum(comparable.values()))
    cut = [shown[name] for name, size in comparable.items() if shown[name] < size]
    assert not cut or min(cut) >= max(shown.values()) - 1


def test_an_announcement_is_quoted_with_what_it_does():
    """Speech is quoted with its speaker, a sentence that leans on the last one together with it."""
    blocks = written("training", evidence_of(("talk", TALK)))
    said = [claim for block in blocks for claim in block.claims if "40%" in claim.text]
    assert [claim.text for claim in said] == [
        (
            "I'm thrilled to announce SageMaker HyperPod task governance. This feature shares "
            "accelerators among teams and cuts the training cost by up to 40%."
        )
    ]
    assert said[0].attribution.startswith("Ann Lee")
    assert not any("Good morning" in text or "great day" in text for text in texts(blocks))


def test_a_sentence_stands_alone_or_with_its_follower_never_twice():
    """Two sentences that belong together are one claim, and the first is no second one."""
    moe = document(
        "# Models\n\nDeepSeek-V3 has 256 experts per MoE layer and 671 billion parameters. "
        "Yet during inference only 9 experts are active at a time.\n"
    )
    said = texts(written("architecture-landscape", evidence_of(("moe", moe))))
    assert [text for text in said if "256 experts" in text] == [
        (
            "DeepSeek-V3 has 256 experts per MoE layer and 671 billion parameters. "
            "Yet during inference only 9 experts are active at a time."
        )
    ]


def test_what_the_user_deleted_is_not_said_in_other_cuts():
    """A sentence that is part of what he deleted, or has it in it, takes no room either."""
    said = "SageMaker asynchronous inference queues requests of up to 1 GB"
    evidence = evidence_of(("one", ONE))
    whole = next(text for text in texts(written("inference", evidence)) if text.startswith(said))
    for deleted in (f"{said}.", f"{whole} So they say of these endpoints."):
        task = SectionTask(spec=SECTIONS["inference"], evidence=evidence, refused_words=(deleted,))
        left = texts(ExtractiveWriter(CONFIG).write_section(task).blocks)
        assert left
        assert not any(text.startswith(said) for text in left)


def test_rules_go_to_the_decision_guides():
    """A when-use-because table stands in the guides and nowhere else."""
    evidence = evidence_of(("one", ONE))
    guides = written("decision-guides", evidence)
    assert any(block.header == ("When", "Use", "Because") for block in guides)
    assert not any("When" in block.header for block in written("inference", evidence))


def test_headings_come_from_the_outline():
    """No heading is the writer's own."""
    known = {topic.heading for spec in CONFIG.outline.sections for topic in spec.topics}
    blocks = written("inference", evidence_of(("one", ONE), ("two", TWO)))
    headings = [block.text for block in blocks if block.form == "heading"]
    assert headings
    assert set(headings) <= known


@given(order=st.permutations(range(8)))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=25)
def test_the_order_of_evidence_changes_nothing(order):
    """The same evidence in any order gives the same words in the same places."""
    evidence = evidence_of(("one", ONE), ("two", TWO))
    shuffled = [evidence[at % len(evidence)] for at in order] + list(evidence)
    again = keyed(shuffled)
    first, second = written("inference", evidence), written("inference", again)
    assert [(b.form, b.text, b.header, texts([b])) for b in first] == [
        (b.form, b.text, b.header, texts([b])) for b in second
    ]


def test_a_summary_repeats_claims_word_for_word():
    """The summary is made of claims of other sections, with their passages."""
    evidence = evidence_of(("one", ONE), ("two", TWO))
    task = SectionTask(spec=SECTIONS["inference"], evidence=evidence)
    section = Section(id="inference", title="Inference", blocks=checked(task).blocks)
    blocks = written("executive-summary", evidence, [section])
    assert texts(blocks)
    assert set(texts(blocks)) <= {claim.text for claim in section.claims}
    assert [block.text for block in blocks] == ["Inference"]


def test_what_was_said_stands_quoted_in_the_table_of_matches():
    """A spoken claim matches an element with a service too, with its speaker."""
    talk = document(
        "WEBVTT\n\n00:00:01.000 --> 00:00:09.000\n<v Ann Lee>With HyperPod, distributed training "
        "runs up to 40% faster than before.\n\n00:00:10.000 --> 00:00:19.000\n<v Ann Lee>"
        "Guardrails stop up to 85% of harmful output before it reaches a reader.\n",
        "text/vtt",
    )
    evidence = evidence_of(("talk", talk))
    others = []
    for name in ("training", "inference"):
        task = SectionTask(spec=SECTIONS[name], evidence=evidence)
        others.append(Section(id=name, title=name, blocks=checked(task).blocks))
    blocks = written("decision-guides", evidence, others)
    (table,) = [block for block in blocks if block.form == "table"]
    assert {claim.cells[2] for claim in table.claims} == {"40%", "85%"}
    assert all(claim.attribution.startswith("Ann Lee") for claim in table.claims)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How large may a payload of real-time inference be?", "25 MB"),
        ("What puts several models on one endpoint?", "inference components"),
    ],
)
def test_an_answer_begins_with_what_answers(question, words):
    """The first claim of an answer shares most with the question."""
    task = QuestionTask(question=question, evidence=evidence_of(("one", ONE), ("two", TWO)))
    said = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    assert words in said[0]
    joined = normalise(ONE.text) + normalise(TWO.text)
    rows = [text for text in said if "; " in text]
    assert all(normalise(text) in joined for text in said if text not in rows)


def test_what_falls_of_an_answer_makes_room_for_what_came_next():
    """Of an answer, what came next takes the place of what fell; a section has nothing better."""
    writer = ExtractiveWriter(CONFIG)
    evidence = evidence_of(("one", ONE), ("two", TWO))
    task = QuestionTask(
        question="Which payload does real-time inference accept?", evidence=evidence
    )
    proposed = writer.answer(task).blocks[0].claims
    fallen = [Rejected(claim=claim, verdict="not_entailed", reason="torn") for claim in proposed]
    again = writer.revise(task, fallen)
    fresh = [claim for claim in again if claim]
    assert len(again) == len(fallen)
    assert fresh
    assert not set(fresh) & set(proposed)
    assert verify(Draft(blocks=(Block(form="bullets", claims=tuple(fresh)),)), evidence).blocks
    section = SectionTask(spec=SECTIONS["inference"], evidence=evidence)
    assert writer.revise(section, fallen) == [None] * len(fallen)


WAITING = "\n\n".join(f"int wait{at}() {{\n  return {at};\n}}" for at in range(30))


@pytest.mark.parametrize(
    ("question", "words"), [("Where is TokenCache used?", "TokenCache.open"), ("Of note?", "")]
)
def test_code_answers_with_the_best_there_is(question, words):
    """A name is found where dots join it; whether anything answers at all was judged before."""
    code = document(f"{WAITING}\n\nvoid fill() {{\n  TokenCache.open(path);\n}}\n", "text/plain")
    task = QuestionTask(question=question, evidence=evidence_of(("code", code)))
    assert words in texts(ExtractiveWriter(CONFIG).answer(task).blocks)[0]


def test_a_row_answers_as_a_row():
    """By its columns, with the name that dots join in it; not as the marks it is written with."""
    table = document(
        "# Instances\n\n## GPUs\n\n| Instance | GPU | Links |\n| --- | --- | --- |\n"
        "| p9.large | H900 | 4th |\n| q2.large | A10 | 3rd |\n"
    )
    task = QuestionTask(question="What is in a P9?", evidence=evidence_of(("table", table)))
    (said, *_) = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    assert said == "Instance: p9.large; GPU: H900; Links: 4th"


def test_a_question_about_one_instance_is_not_answered_with_another():
    """The heading names the instance that is asked about, the row is of another one."""
    table = document(
        "# Links\n\n## A word on p9.large\n\nUse version 12 of the driver with GPU links.\n\n"
        "| Instance | GPU memory |\n| --- | --- |\n| q2.large | 24 GB |\n| q4.large | 48 GB |\n"
    )
    task = QuestionTask(
        question="How much GPU memory has a p9.large?", evidence=evidence_of(("table", table))
    )
    said = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    assert not any("q2" in text or "q4" in text for text in said)


def test_a_question_about_one_generation_is_not_answered_with_another():
    """Rows and sentences name their own; what tells of both stays."""
    notes = document(
        "# Memory of accelerators\n\n"
        "Each P9 instance has 640 GB of GPU memory in all.\n\n"
        "Each P7 instance has 320 GB of GPU memory in all.\n\n"
        "P9 instances have twice the GPU memory of P8 instances.\n\n"
        "| Instance | GPU memory |\n| --- | --- |\n| p9.large | 640 GB |\n| p6.large | 96 GB |\n"
    )
    evidence = evidence_of(("notes", notes))
    task = QuestionTask(question="How much GPU memory do P9 instances have?", evidence=evidence)
    said = " ".join(texts(ExtractiveWriter(CONFIG).answer(task).blocks))
    assert all(words in said for words in ("Each P9", "p9.large", "of P8"))
    assert not any(words in said for words in ("Each P7", "p6.large"))


PRICED = document(
    """\
# Notes on p9

## Memory and prices of p9.large

The p9.large instance has 640 GB of GPU memory and costs $98.32 per hour On-Demand.
The p9.large instance has 8 GPUs and 32 network cards for training.
q2.large instances have 24 GB of GPU memory and 4 network cards.
"""
)


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("How much GPU memory has p9.large?", "640 GB"),
        ("How much GPU memory has P9?", "640 GB"),
        ("How much GPU memory has the p9 large instance?", "640 GB"),
        ("How much GPU memory has p7-b400.large?", ""),
        ("How much GPU memory has the H9000?", ""),
        ("What does p9.large cost per hour?", "$98.32"),
        ("What is the price of q2.large?", ""),
    ],
)
def test_what_nothing_tells_of_is_not_answered(question, answered):
    """A name with digits that no evidence has, or a price where none is told: no near answer."""
    task = QuestionTask(question=question, evidence=evidence_of(("notes", PRICED)))
    said = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    assert bool(said) == bool(answered)
    assert all(answered in text for text in said[:1])


PROMPTED = document(
    """\
# Notes on q2

```bash
ann@q2.large:~$ nvidia-smi nvlink -s
GPU 0: the accelerator of a q2.large instance
```

A q2.large instance serves models of up to 70 billion parameters.
"""
)


@pytest.mark.parametrize("question", ["What is it?", "Why?", "How do you use it?"])
def test_a_question_without_a_subject_has_no_answer(question):
    """Unless the question before says what it is about."""
    task = QuestionTask(question=question, evidence=evidence_of(("notes", PRICED)))
    writer = ExtractiveWriter(CONFIG)
    assert not texts(writer.answer(task).blocks)
    follows = task.model_copy(update={"words": f"p9.large: {question}"})
    assert texts(writer.answer(follows).blocks)


def test_a_prompt_of_a_shell_is_no_price():
    """Nor are billions of parameters."""
    task = QuestionTask(
        question="What is the price of q2.large?", evidence=evidence_of(("notes", PROMPTED))
    )
    assert not texts(ExtractiveWriter(CONFIG).answer(task).blocks)


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("The Zeta9 accelerator has 96 GB.", "The Zeta9 accelerator has 80 GB of memory.", 2),
        ("The Zeta9 accelerator has EFA.", "The Zeta9 accelerator does not have EFA.", 2),
        ("The Zeta9 accelerator has 96 GB.", "The Zeta9 accelerator has 96 GB of memory.", 1),
    ],
)
def test_both_sides_of_a_contradiction_are_shown(one, other, shown):
    """Near words are told once, unless they have another figure or a denial."""
    pair = [(f"n{at}", document(f"# Notes\n\n{text}\n")) for at, text in enumerate((one, other))]
    question = "How much memory does the Zeta9 accelerator have, and does it have EFA?"
    task = QuestionTask(question=question, evidence=evidence_of(*pair))
    said = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    assert len(said) == shown


ASKED = document(
    """\
# Questions on models

## Can I train models in a bucket by fine-tuning?

Yes, you can train some models of Example Cloud with your data by fine-tuning them.

## Does Example Cloud use my data to train its models?

No, Example Cloud does not use inputs and outputs of customers to train its base models.
"""
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Does Example Cloud use my data to train its models?", "No, Example Cloud does not"),
        ("Can I train models in a bucket by fine-tuning?", "Yes, you can train"),
        ("Who may train what in Example Cloud?", ""),
    ],
)
def test_a_yes_answers_its_own_question_alone(question, answer):
    """Torn from the question above it, it would be said to another one."""
    task = QuestionTask(question=question, evidence=evidence_of(("asked", ASKED)))
    said = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    answers = [text for text in said if text.startswith(("Yes,", "No,"))]
    assert [text[: len(answer)] for text in answers] == ([answer] if answer else [])


DEFINED = document(
    """\
# Notes

Teams like HyperPod, since HyperPod restarts what failed on HyperPod nodes within 20 minutes.

HyperPod is a service that trains models on clusters of accelerators for weeks.

Figure 3: HyperPod and the clusters of accelerators that HyperPod manages in one account.
"""
)


@pytest.mark.parametrize(
    "question", ["What is a mixture of experts?", "What is mixture-of-experts?"]
)
def test_what_a_thing_is_comes_first_with_hyphens_or_without(question):
    """One writes mixture-of-experts where another writes mixture of experts."""
    told = document(
        "# Routers\n\nThe router of Nine sends tokens to 8 of 256 experts, a mixture it learns.\n\n"
        "Mixture-of-experts layers hold many networks, of which a router picks two a token.\n"
    )
    task = QuestionTask(question=question, evidence=evidence_of(("routers", told)))
    said = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    assert said[0].startswith("Mixture-of-experts layers")


@pytest.mark.parametrize("question", ["What is HyperPod?", "what does HyperPod mean"])
def test_a_thing_is_explained_by_what_begins_with_it(question):
    """Not by what merely names it more often, and never by a caption while there is better."""
    task = QuestionTask(question=question, evidence=evidence_of(("notes", DEFINED)))
    said = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    assert said[0].startswith("HyperPod is a service")
    assert not any(text.startswith("Figure") for text in said)


class Scorer:
    """PairScorer that likes the passages with a word, and has no use for the others."""

    name = "one word"

    def __init__(self, word: str) -> None:
        self.word = word

    def score(self, pairs):
        """See `PairScorer.score`."""
        return [8.0 if self.word in passage else -9.0 for _, passage in pairs]


@pytest.mark.parametrize(
    ("word", "wanted"), [("queues", ["SageMaker asynchronous"]), ("nothing of it", [])]
)
def test_the_scorer_orders_an_answer_and_leaves_out_what_answers_nothing(word, wanted):
    """What is said of payloads by words alone gives way to what the scorer takes for an answer."""
    task = QuestionTask(
        question="Which payload does an endpoint accept?", evidence=evidence_of(("one", ONE))
    )
    said = texts(ExtractiveWriter(CONFIG, Scorer(word)).answer(task).blocks)
    assert [text[: len(start)] for text, start in zip(said, wanted, strict=True)] == wanted


def test_the_scorer_has_no_say_in_a_section():
    """A report is a function of exact features: no model's last bit decides what it says."""
    task = SectionTask(spec=SECTIONS["inference"], evidence=evidence_of(("one", ONE)))
    alone = ExtractiveWriter(CONFIG).write_section(task)
    assert ExtractiveWriter(CONFIG, Scorer("nothing of it")).write_section(task) == alone


CACHING = (
    "# Notes\n\n"
    "Amazon Bedrock prompt caching cuts the cost of inference by up to 90% for models of {}.\n"
)
ROLES = (
    "# Notes\n\n"
    "Trn1 instances cost 50% less for {}, and Inf2 instances cost 40% less for {} than GPUs.\n"
)


@pytest.mark.parametrize(
    ("section", "one", "other"),
    [
        ("inference", CACHING.format("Anthropic"), CACHING.format("Meta")),
        ("compute", ROLES.format("training", "inference"), ROLES.format("inference", "training")),
    ],
)
def test_what_is_said_of_another_thing_is_no_repetition(section, one, other):
    """Other names, or the same ones in other places: both are shown, neither proves the other."""
    evidence = evidence_of(("one", document(one)), ("other", document(other)))
    blocks = written(section, evidence)
    claims = [claim for block in blocks for claim in block.claims]
    said = {claim.text for claim in claims}
    assert {text.split("\n\n")[1].strip() for text in (one, other)} <= said
    assert all(len(claim.citations) == 1 for claim in claims)


def test_what_two_references_say_in_the_same_words_stands_on_both():
    """The second one is cited for the claim of the first."""
    words = CACHING.format("Anthropic")
    blocks = written(
        "inference", evidence_of(("one", document(words)), ("two", document(words + " ")))
    )
    (claim,) = {claim for block in blocks for claim in block.claims}
    assert len(claim.citations) == 2


def test_words_that_two_references_quote_stand_on_both():
    """Who said it is the same in both: retracting one leaves the other."""
    quoting = ONE.text.partition("| Option")[0] + ONE.text[ONE.text.index("> ") :]
    pair = [(name, document(f"{quoting}\n{name}\n")) for name in ("one", "two")]
    blocks = written("inference", evidence_of(*pair))
    (said,) = [claim for block in blocks if block.form == "quotation" for claim in block.claims]
    assert said.attribution == "Ada Example, engineer"
    assert len(said.citations) == 2


RULES = "# Notes\n\n| When | Use | Because |\n| --- | --- | --- |\n"
CACHE = "Long prefixes recur | Amazon Bedrock prompt caching | Skipping prefixes saves up to 90%"
NEURON = (
    "Price performance decides and code runs on Neuron | Trn2 instances | AWS claims 30% more of it"
)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (CACHE, CACHE.replace("Skipping", "Skipping the same"), 1),  # a cell begins as a sentence
        (NEURON, NEURON.replace("Trn2 instances", "trn2.48xlarge"), 1),
        (
            NEURON,
            NEURON.replace("Price performance decides and code runs on Neuron", "{} and {}").format(
                "Code runs on Neuron", "price performance decides"
            ),
            1,
        ),
        (NEURON, NEURON.replace("30%", "40%"), 2),
        (NEURON, NEURON.replace("Trn2 instances", "Trn1 instances"), 2),
        (NEURON, NEURON.replace("Neuron", "CUDA only for inference by night"), 2),
        (NEURON, NEURON.replace("claims", "does not claim"), 2),
    ],
)
def test_a_rule_is_given_once(one, other, told):
    """Advice for the same case and reason is one rule, however its instance is called."""
    more = (
        "| An endpoint must answer at once | Amazon Bedrock on-demand | It is there |\n"
        "| Capacity is needed for 8 days | EC2 Capacity Blocks for ML | It is held |\n"
    )
    first, second = document(f"{RULES}| {one} |\n{more}"), document(f"{RULES}| {other} |\n")
    blocks = written("decision-guides", evidence_of(("one", first), ("two", second)))
    texts = [claim.text for block in blocks if block.header for claim in block.claims]
    assert sum("%" in text for text in texts) == told


def test_a_word_in_another_place_hides_no_repetition():
    """A name that stands twice and a verb that moved do not make it another statement."""
    long = (
        "G5 instances also bring NVIDIA Omni Virtual Workstation features, such as support for "
        "four screens with up to 5120x2880 points, and NVIDIA Omni Virtual Applications."
    )
    short = (
        "G5 instances support NVIDIA Omni Virtual Workstation and NVIDIA Omni Virtual Applications."
    )

    def said(*sentences: str) -> list[str]:
        page = document("\n\n".join(["# GPU instances", *sentences, ""]))
        return texts(written("compute", evidence_of(("one", page))))

    assert said(short) == [short]
    assert said(long, short) == [long]


def test_answers_that_differ_are_two_rows():
    """Yes and No of one thing are not the same row told twice."""
    table = (
        "# Spot\n\n## Instances\n\n| Instance | Spot support |\n| --- | --- |\n"
        "| p5.48xlarge | {} |\n| p4d.24xlarge | Yes |\n"
    )
    pair = [(name, document(table.format(name))) for name in ("Yes", "No")]
    rows = [
        claim.cells for block in written("compute", evidence_of(*pair)) for claim in block.claims
    ]
    assert ("p5.48xlarge", "Yes") in rows
    assert ("p5.48xlarge", "No") in rows
    assert rows.count(("p4d.24xlarge", "Yes")) == 1


def test_a_rule_of_one_guide_is_not_given_again_in_the_next():
    """Guides of one section share their rules."""
    rules = (
        RULES
        + "| A model is too slow for one task | Amazon Bedrock {} | A student is 5x as fast |\n"
        "| {} | {} | It is there |\n"
    )
    training = rules.format("Model Distillation training", "Training must restart", "HyperPod")
    inference = rules.format("model distillation", "An endpoint must answer", "Bedrock on-demand")
    blocks = written(
        "decision-guides", evidence_of(("one", document(training)), ("two", document(inference)))
    )
    said = [claim.text for block in blocks for claim in block.claims]
    assert sum("5x" in text for text in said) == 1


def test_frames_and_headers_are_no_answer():
    """What a console draws, and the header of a table by itself, tell nothing."""
    text = document(
        "# GPUs\n\n## p9.large\n\n"
        "| Instance | GPU memory |\n| --- | --- |\n| p9.large | 80 GB |\n\n"
        "```\n+-----------+----------------+\n| GPU Memory | Pass          |\n"
        "+-----------+----------------+\n+===========+================+\n```\n"
    )
    task = QuestionTask(
        question="How much GPU memory has a p9.large?", evidence=evidence_of(("gpus", text))
    )
    said = texts(ExtractiveWriter(CONFIG).answer(task).blocks)
    assert said == ["Instance: p9.large; GPU memory: 80 GB"]
