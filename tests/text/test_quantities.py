"""Quantities are found whatever their format, and none of a claim goes unchecked."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.quantities import missing, quantities
from rag.text.scan import scan


def _read(text):
    return [(*map(str, {item.low: 0, item.high: 0}), item.unit) for item in quantities(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,024 of them", [("1024", "")]),
        ("256 experts and eight GPUs", [("256", "expert"), ("8", "gpu")]),
        ("30 to 40%, 24-36 hours", [("30", "40", "%"), ("86400", "129600", "s")]),
        ("between 30 and 40 percent", [("30", "40", "%")]),
        ("4x, four times, twice, half", [("4", "x"), ("4", "x"), ("2", "x"), ("0.5", "x")]),
        ("2.5 times faster", [("2.5", "x")]),
        ("halves, doubled, tripling", [("0.5", "x"), ("2", "x"), ("3", "x")]),
        ("double precision, a double-digit rise", []),
        ("$3 per million tokens", [("3", "USD"), ("1000000", "token")]),
        ("$3 / MTok", [("3", "USD"), ("1000000", "")]),
        ("USD 98.32 or €5", [("98.32", "USD"), ("5", "EUR")]),
        ("a third of it", [("1", "/3")]),
        ("3 December 2024", [("20241203", "date")]),
        ("December 2024, since 2023", [("20241200", "date"), ("20230000", "date")]),
        ("2048 tokens", [("2048", "token")]),
        ("671B parameters", [("671000000000", "parameter")]),
        ("a 128k-token window", [("128000", "token")]),
        ("18 fifth-generation NVLink links", [("18", "link"), ("5", "ordinal")]),
        ("version 535.104.12, 5:1", [("535", "version 535.104.12"), ("5", ":1")]),
        ("8 x NVIDIA B200, 8xH100", [("8", ""), ("8", "")]),
        ("p5en.48xlarge, DeepSeek-V3, H200, gpt-oss-120b", []),
        ("Meta's Llama 3.1 405B and Llama 3 models", []),
        ("Qwen3 235B-A22B on x86, x2 as fast", [("2", "x")]),
        ("one of the two", [("2", "")]),
        ("tens of thousands of GPUs", [("10000", "many")]),
        ("fell by -5 %", [("-5", "%")]),
        ("", []),
    ],
)
def test_a_quantity_is_a_value_in_a_canonical_unit(text, found):
    """Numbers, words, ranges, multiples, money, dates: each gives one exact value and its unit."""
    assert _read(text) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,024 tokens", "1024 tokens"),
        ("3.2 Tbps", "3,200 Gbps"),
        ("four times", "4x"),
        ("671B parameters", "671 billion parameters"),
        ("400 GBPS", "400 Gbps"),
        ("$1.5 million", "USD 1,500,000"),
        ("1.5 million users", "1500000 users"),
        ("13.4 TB", "13,400 GB"),
        ("2 TiB", "2,048 GiB"),
        ("24 hours", "1 day"),
        ("2 years", "24 months"),
        ("20.8 petaflops", "20,800 TFLOPS"),
        ("December 3, 2024", "2024-12-03"),
        ("50%", "half of it"),
        ("40 percent", "40%"),
        ("10 gigabits per second", "10 Gbit/s"),
        ("a 24-hour window", "24 hours"),
        ("30–40 %", "between 30% and 40%"),
        ("two GPUs", "both GPUs"),
        ("12 fold", "12x"),
        ("it doubles the memory", "twice the memory"),
        ("it halves the price", "the price falls by 50%"),
        ("$3 per 1M tokens", "$3 per million tokens"),
        ("$3 per million tokens", "$3/MTok"),
    ],
)
def test_formats_and_units_are_normalised(one, other):
    """What is written in another format, another unit of the same measure or words is the same."""
    assert missing(one, other) == []


@pytest.mark.parametrize(
    ("claim", "passages", "absent"),
    [
        ("640 GB", "640 GiB", ["640 GB"]),
        ("8 GPUs", "8 TB", ["8 GPUs"]),
        ("8 GPUs", "8 experts", ["8 GPUs"]),
        ("8", "8 GPUs", []),
        ("8", "eight GPUs", []),
        ("8 of 256 experts", "256 experts, 8 routed", []),
        ("16 accelerators", "16 Trainium2 chips", []),
        ("16 GPUs", "16 Trainium2 chips", ["16 GPUs"]),
        ("30 to 40%", "up to 40%", ["30 to 40%"]),
        ("40%", "30 to 40%", []),
        ("about 5%", "5.2%", ["5%"]),
        ("5.5 GB", "5.5 Gb", ["5.5 GB"]),
        ("in 2024", "3 December 2024", []),
        ("on 3 December 2024", "in 2024", ["3 December 2024"]),
        ("a 1,440 GB memory", "| Memory (GB) | 1,440 |", []),
        ("a 1,440 GB memory", "| Price | 1,440 |", ["1,440 GB"]),
        ("thousands of GPUs", "10,000 GPUs", []),
        ("millions of users", "10,000 users", ["millions"]),
        ("Llama 3 uses it", "the Llama 3 models", []),
        ("400 MW", "400 GW", ["400 MW"]),
        ("5 million", "5 billion", ["5 million"]),
        ("version 1.10", "version 1.1", ["1.10"]),
        ("1/2 of it", "each of them has a part", ["1/2"]),
        ("½ of it", "each of them has a part", ["1/2"]),
        ("with 70 trillion parameters", "with 70 billion parameters", ["70 trillion parameters"]),
        ("⑦ GB", "7 GB", []),
        ("it loses 2 million steps", "it loses 2 steps", ["2 million steps"]),
        ("it loses two million steps", "it loses two steps", ["two million steps"]),
        ("it loses 2 steps", "it loses 2 million steps", ["2 steps"]),
        ("it loses 2 chips", "it loses 2 dozen steps", ["2 chips"]),
        ("it doubles the price", "it halves the price", ["doubles"]),
        ("triple the memory", "twice the memory", ["triple"]),
        ("two Alpha hold it", "twice what one Alpha holds", ["two"]),
        ("by a factor of two", "twice as fast", []),
        ("it doubles the load", "it splits the load", ["doubles"]),
        ("it sextuples the load", "it doubles the load", ["sextuples"]),
        ("a hundredfold", "ten times", ["hundredfold"]),
        ("cut by an order of magnitude", "cut by 90%", ["an order of magnitude"]),
        ("cut by an order of magnitude", "cut tenfold", []),
        ("25‰ of it", "25% of it", ["25‰"]),
        ("5 permille of it", "0.5% of it", []),
        ("a balance of $200", "a balance of -$200", ["$200"]),
        ("a balance of −$200", "a balance of -$200", []),
        ("a gain of -$5 million", "a gain of $5 million", ["-$5 million"]),
        ("it fell to 5 °C", "it fell to minus 5 °C", ["5 °C"]),
        ("it fell to minus 5 °C", "it fell to -5 °C", []),
        ("the twentieth product", "the 5th product", ["twentieth"]),
        ("the twenty-first product", "the 21st product", []),
        ("2x to 4x faster", "2 to 4 times faster", []),
        ("2x to 5x faster", "2 to 4 times faster", ["2x to 5x"]),
    ],
)
def test_a_figure_stands_with_its_value_and_unit_or_is_missing(claim, passages, absent):
    """Another unit, another kind of thing, a rounding or a single end of a range do not do."""
    assert [item.text for item in missing(claim, passages)] == absent


@pytest.mark.parametrize(
    ("claim", "passages", "absent"),
    [
        ("$0.50 per million images", "$0.50 per million tokens", ["$0.50 per million images"]),
        ("$0.50 per token", "$0.50 per million tokens", ["$0.50 per token"]),
        ("$0.50 per hour", "$0.50 per million tokens", ["$0.50 per hour"]),
        ("$12.50 per minute", "$12.50 per hour", ["$12.50 per minute"]),
        ("1,024 dollars a month", "1,024 dollars a day", ["1,024 dollars a month"]),
        ("$2 per node per hour", "$2 per GPU-hour", ["$2 per node per hour"]),
        ("40 tokens per minute", "40 output tokens per second", ["40 tokens per minute"]),
        ("$12.50 per minute", "$12.50 per hour, or $12.50 for the start", []),
        ("$12.50 per hour", "| Price per hour | $12.50 |", []),
        ("$12.50 per hour", "$12.50 hourly", []),
        ("$12.50 an hour", "$12.50/hr", []),
        ("$12.50 per hour", "$12.50 per instance per hour", []),
        ("$12.50", "$12.50 per hour", []),
        ("$5 per day", "$5 per 24 hours", []),
        ("$5 per input token", "$5 per token", []),
        ("$5 per seat", "$5 per user", []),
        ("8 links per accelerator", "8 links per GPU", []),
        ("8 GPUs per node", "Servers of 8 GPUs\nPrice per hour", []),
        ("3 outages a year ago", "3 outages per month", []),
    ],
)
def test_what_a_figure_is_told_by_is_of_the_figure(claim, passages, absent):
    """It falls if wherever it stands something else stands behind `per`; what is silent is none."""
    assert [item.text for item in missing(claim, passages)] == absent


@pytest.mark.parametrize(
    ("claim", "passages", "absent"),
    [
        ("Errors fell by 8%.", "Errors fell to 8%.", ["by 8%"]),
        ("Errors fell from 8%.", "Errors fell to about 8%.", ["from 8%"]),
        ("Errors fell by 12%.", "Errors fell from 12% to 8%.", ["by 12%"]),
        ("Sales rose to 20%.", "Sales rose by 20% to $3 billion.", ["to 20%"]),
        ("Sales rose by $3 billion.", "Sales rose by 20% to $3 billion.", ["by $3 billion"]),
        ("Sales grew by 9 GB.", "Sales grew from 5 to 9 GB.", ["by 9 GB"]),
        ("Sales grew to 9 GB.", "Sales grew from 5 to 9 GB.", []),
        ("Costs are cut by up to 90%.", "It reduces costs by 90%.", []),
        ("Costs fell by 90%.", "Costs fell by 90%, then they rose to 90% of it.", []),
        ("Costs fell by 90%.", "A 90% cut in costs.", []),
        ("Costs are cut by 90%.", "It cuts what is due to 90% of them.", []),
        ("Use grew by 2x.", "Use grew to 2x.", []),
        ("Use grew by 2025.", "Use grew from 2025 on.", []),
    ],
)  # fmt: skip
def test_what_a_figure_is_to_a_change_is_of_the_figure(claim, passages, absent):
    """By so much, to so much and from so much are three things, where the passages tell which."""
    assert [item.text for item in missing(claim, passages)] == absent


_UNITS = st.sampled_from(["", " GB", "%", "x", " hours", " GPUs", " experts", " million users"])
_NUMBERS = st.decimals(0, 10**9, places=2) | st.integers(2, 10**12)


@given(_NUMBERS, _UNITS)
def test_thousands_separators_change_nothing(number, unit):
    """A number with separators is the number without, whatever its unit."""
    plain, grouped = f"it is {number}{unit} now", f"it is {number:,}{unit} now"
    assert missing(plain, grouped) == missing(grouped, plain) == []


@given(st.integers(1, 10**6), st.sampled_from([("TB", "GB"), ("Tbps", "Gbps"), ("GW", "MW")]))
def test_a_larger_unit_is_a_thousand_smaller_ones(number, units):
    """The same measure in another unit of the same family is the same figure."""
    large, small = units
    one, other = f"{Decimal(number) / 1000:f} {large}", f"{number} {small}"
    assert missing(one, other) == missing(other, one) == []


@given(st.integers(1, 999), st.sampled_from([("thousand", 3), ("million", 6), ("billion", 9)]))
def test_a_scale_in_words_is_its_zeros(number, scale):
    """`3 million` is 3,000,000."""
    word, zeros = scale
    assert missing(f"{number} {word} users", f"{number * 10**zeros:,} users") == []
    assert missing(f"{number * 10**zeros} users", f"{number} {word} users") == []


@given(_NUMBERS, _UNITS, st.data())
def test_a_changed_digit_is_always_missing(number, unit, data):
    """No figure stands on a passage that has it with another digit."""
    digits = str(number)
    at = data.draw(st.sampled_from([i for i, char in enumerate(digits) if char.isdigit()]))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[at]]))
    changed = digits[:at] + other + digits[at + 1 :]
    assert missing(f"it has {changed}{unit} now", f"it has {digits}{unit} now") != []


_TOLD_BY = st.sampled_from("hour minute day month token request image GPU node user".split())


@given(_NUMBERS, _TOLD_BY, _TOLD_BY, st.sampled_from(["per", "per thousand", "per million"]))
def test_a_changed_denominator_is_always_missing(number, one, other, per):
    """A price by one thing stands on a price by the same thing and by no other."""
    found = missing(f"it costs ${number} {per} {one}", f"it costs ${number} {per} {other}")
    assert (found == []) is (one == other)


_TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        "8 1,024 3.2 Tbps GB % x to - between and one eight hundred million of GPUs Llama H200 "
        "USD $ 2024 December 3 half times 5:1 1/3 v1.2.3 twice thousands -5 p5.48xlarge . "
        "4th Qwen3 30B-A3B x86 x2 8xH100 -based".split()
    ),
    max_size=14,
).map(" ".join)


@given(_TEXTS)
def test_quantities_are_spans_in_order_and_no_digit_is_left_out(text):
    """Of any text: spans hold the texts, none overlap, each digit lies in a quantity or a name."""
    found, names = scan(text)
    assert list(found) == quantities(text)
    spans = sorted([(item.start, item.end) for item in found] + list(names))
    assert all(text[item.start : item.end] == item.text for item in found)
    assert all(item.low <= item.high for item in found)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    covered = {at for start, end in spans for at in range(start, end)}
    assert {match.start() for match in re.finditer(r"\d", text)} <= covered


@given(_TEXTS)
def test_a_text_bears_itself_out(text):
    """Nothing of a claim is missing from passages that are the claim."""
    assert missing(text, text) == []
