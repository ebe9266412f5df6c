"""Names are found, and a claim's name that its passages do not have is told."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.names import missing_names, names

_GROUPS = [
    ["Amazon Bedrock", "Bedrock", "Bedrock Marketplace"],
    ["Amazon SageMaker AI", "Amazon SageMaker", "SageMaker"],
    ["Amazon SageMaker HyperPod", "SageMaker HyperPod", "HyperPod"],
    ["Elastic Fabric Adapter", "EFA", "EFAv4"],
    ["P5 instances", "P5", "P5e"],
    ["P5en instances", "P5en"],
    ["Trn2 instances", "Trn2", "Trainium2", "AWS Trainium", "Trainium"],
    ["EC2 UltraClusters", "UltraCluster"],
    ["Llama", "Llama 3", "Llama 3.1", "Llama 3 70B", "Llama 3.1 405B"],
]
_KNOWN = tuple(name for group in _GROUPS for name in group)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("we run p5en.48xlarge and H200", ["p5en.48xlarge", "H200"]),
        ("Llama 3.1 405B beats gpt-oss-120b", ["Llama 3.1 405B", "gpt-oss-120b"]),
        ("the DeepSeek-V3 model of 671B parameters", ["DeepSeek-V3"]),
        ("bedrock or hyperpod", ["bedrock", "hyperpod"]),
        ("says Matt Garman of AWS", ["Matt Garman", "AWS"]),
        ("Customers like it. Many do.", []),
        ("DeepSpeed helps. OpenAI's too.", ["DeepSpeed", "OpenAI"]),
        ("an API for GPU memory in January", []),
        ("Where to Train Large Models with HyperPod", ["HyperPod"]),
        ("", []),
    ],
)
def test_names_are_known_or_written_like_names(text, found):
    """Known in any case; with digits; capitalised in mid-sentence; not what merely starts one."""
    assert [name.text for name in names(text, _KNOWN)] == found


@pytest.mark.parametrize(
    ("claim", "passages"),
    [
        ("It runs on Amazon SageMaker HyperPod", "HyperPod runs it"),
        ("It runs on HyperPod", "on Amazon SageMaker HyperPod"),
        ("It runs on SageMaker", "the Amazon SageMaker AI service"),
        ("Amazon Bedrock has it", "in Bedrock"),
        ("an EC2 UltraCluster", "UltraClusters"),
        ("with EFA", "the Elastic Fabric Adapter"),
        ("P5 instances", "a P5 has it"),
        ("the Llama-3.1-405B", "Llama 3.1 405B"),
        ("use GPT-OSS 120B", "gpt-oss-120b"),
        ("use Qwen 3 there", "Qwen3"),
        ("says Matt Garman", "Garman, Matt: yes"),
        ("in AWS's view", "AWS thinks"),
    ],
)
def test_another_way_to_write_a_name_is_the_name(claim, passages):
    """A mere shortening, a plural, a hyphen, the case and the order of words change no name."""
    assert missing_names(claim, passages, _GROUPS) == []


@pytest.mark.parametrize(
    ("claim", "passages", "absent"),
    [
        ("It is Trainium2", "AWS Trainium", "Trainium2"),
        ("It is Trainium", "Trainium2", "Trainium"),
        ("on P5", "on P5en", "P5"),
        ("on P5e", "on P5", "P5e"),
        ("on p5.48xlarge", "on p5en.48xlarge", "p5.48xlarge"),
        ("with EFAv4", "with EFA", "EFAv4"),
        ("in Bedrock Marketplace", "in Bedrock", "Bedrock Marketplace"),
        ("on HyperPod", "on SageMaker", "HyperPod"),
        ("Llama 3 does", "Llama 3.1 does", "Llama 3"),
        ("Llama 3 70B does", "Llama 3 8B does", "Llama 3 70B"),
        ("Trn2 has it", "Trainium2 has it", "Trn2"),
        ("DeepSeek-V3", "DeepSeek-V2", "DeepSeek-V3"),
        ("said by Anthropic", "said by Mistral", "Anthropic"),
    ],
)
def test_another_name_is_missing(claim, passages, absent):
    """Another generation, size or service is another name, even an alias of the same term."""
    assert [name.text for name in missing_names(claim, passages, _GROUPS)] == [absent]


_TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        "Amazon Bedrock HyperPod H200 p5.48xlarge Llama 3 3.1 405B the of says Matt AWS's . A-1 "
        "8 GPUs MoE I'm OpenAI - / EFAv4 December 2024".split()
    ),
    max_size=12,
).map(" ".join)


@given(_TEXTS)
def test_names_are_spans_in_order(text):
    """Of any text: each name is the text at its span, and none overlap."""
    found = names(text, _KNOWN)
    assert all(text[name.start : name.end] == name.text for name in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(_TEXTS)
def test_a_text_names_what_it_names(text):
    """No name of a claim is missing from passages that are the claim, in any case of letters."""
    assert missing_names(text, text, _GROUPS) == []


def test_what_is_made_of_a_name_stands_with_it():
    """A people, a language or a movement stands on the place or person; other names do not."""
    passages = "A mine in China collapsed. Europe and Libya sent help, and Omaha did."
    assert missing_names("A Chinese mine got European and Libyan help.", passages) == []
    absent = missing_names("A mine in Chile got help, and Omani money.", passages)
    assert [name.text for name in absent] == ["Chile", "Omani"]
