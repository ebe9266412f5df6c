"""A recorded calculation is read, and is right to the last digit of its result or wrong."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.calculations import check, missing_figures, missing_operands, parse, split_calculation


@pytest.mark.parametrize(
    "text",
    [
        "37B of 671B = 5.5 %",
        "8 x 141 GB = 1,128 GB",
        "8 × 141 GB = 1.128 TB",
        "98.32 / 8 = 12.29 USD",
        "$98.32 / 8 GPUs = $12.29",
        "98.32/8=12.29",
        "640 - 80 = 560",
        "671B - 37B = 634B parameters",
        "2 + 3 x 4 = 14",
        "2048 / 8 = 256",
        "2 x 3 x 4 = 24",
        "40 % of 671B = 268.4B",
        "3.2 Tbps / 8 GPUs = 400 Gbps",
        "12.29 USD x 24 hours = 294.96 USD",
        "1 trillion x 2 bytes = 2,000 GB",
        "360 / 83 = 4.3x",
        "1 TB - 200 GB = 800 GB",
        "100 % - 5.5 % = 94.5 %",
        "37B active parameters of 671B total parameters = 5.5 %",
    ],
)
def test_a_right_calculation_holds(text):
    """Sums, products, quotients and shares hold, with their units and to the digits given."""
    calculation = parse(f"As said, {text}, and so on.")
    assert calculation is not None
    assert check(calculation)
    assert calculation.text == text


@pytest.mark.parametrize(
    "text",
    [
        "37B of 671B = 5.6 %",
        "8 x 141 GB = 1,129 GB",
        "8 x 141 GiB = 1,128 GB",
        "8 x 141 GB = 1,128",
        "8 x 141 GB = 1,128 TB",
        "640 - 80 = 570",
        "8 GPUs + 4 TB = 12",
        "5 / 0 = 3",
        "2 + 3 x 4 = 20",
        "3 December 2024 - 2020 = 4",
    ],
)
def test_a_wrong_calculation_does_not(text):
    """A digit off, another unit, a sum of unlike things, a division by zero: wrong."""
    calculation = parse(text)
    assert calculation is not None
    assert not check(calculation)


@pytest.mark.parametrize(
    "text", ["", "a = b", "8 = 8", "x = 8", "8 x = 9", "8 x y = z", "8 of 256"]
)
def test_what_is_no_calculation_is_none(text):
    """Without operands, an operator and a result there is none."""
    assert parse(text) is None


def test_only_what_belongs_to_the_expression_is_an_operand():
    """Figures of the sentence before it are not taken in."""
    calculation = parse("It picks 8 of 256 experts, 8 H200 GPUs x 141 GB = 1,128 GB")
    assert [item.text for item in calculation.operands] == ["8", "141 GB"]
    assert calculation.operators == ("*",)


def test_operands_stand_in_passages_and_the_result_need_not():
    """Each operand is a figure like any other; what comes out is the claim's own."""
    calculation = parse("8 x 141 GB = 1,128 GB")
    assert missing_operands(calculation, "It has 8 GPUs of 141 GB each.") == []
    absent = missing_operands(calculation, "It has 8 GPUs of 80 GB each.")
    assert [item.text for item in absent] == ["141 GB"]


def test_only_the_result_of_a_right_calculation_may_be_new():
    """A right result is no missing figure; a wrong one is, and so is an operand nobody gave."""
    passages = "It has 8 GPUs of 141 GB each."
    assert missing_figures("8 x 141 GB = 1,128 GB and 8 - 1 = 7", passages + " 1 spare") == []
    wrong = missing_figures("8 x 141 GB = 1,129 GB", passages)
    assert [item.text for item in wrong] == ["1,129 GB"]
    invented = missing_figures("9 x 141 GB = 1,269 GB", passages)
    assert [item.text for item in invented] == ["9"]


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 9))
def test_products_are_exact(one, other, off):
    """The product holds; any other number does not."""
    assert check(parse(f"{one:,} x {other} GB = {one * other:,} GB"))
    assert not check(parse(f"{one:,} x {other} GB = {one * other + off} GB"))


@given(st.integers(1, 10**5), st.integers(1, 10**5), st.integers(0, 6))
def test_quotients_hold_to_the_digits_that_are_written(one, other, places):
    """A quotient rounded to some digits holds; one unit of the last digit more does not."""
    step = Decimal(1).scaleb(-places)
    right = (Decimal(one) / other).quantize(step, ROUND_HALF_UP)
    assert check(parse(f"{one} / {other} = {right:f}"))
    assert not check(parse(f"{one} / {other} = {right + 2 * step:f}"))


_TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from("8 1,024 = x / of + - 5% 3 GB USD half 2024 0 ≈ GPUs 24 hours 1e9 ( )".split()),
    max_size=12,
).map(" ".join)


@given(_TEXTS)
def test_any_text_is_read(text):
    """Whatever the text: a calculation in it is its words, and is right or wrong."""
    calculation = parse(text)
    if calculation is not None:
        assert text[calculation.start : calculation.end] == calculation.text
        assert len(calculation.operands) == len(calculation.operators) + 1
        assert check(calculation) in {True, False}


@pytest.mark.parametrize(
    ("words", "text", "calculation"),
    [
        ("It has 64. (8 x 8 = 64)", "It has 64.", "8 x 8 = 64"),
        ("It has 64 (8 x 8 = 64).", "It has 64.", "8 x 8 = 64"),
        ("It (the chip) has 64 (8 x 8 = 64)", "It (the chip) has 64", "8 x 8 = 64"),
        ("It has 64 (8 x 8 = 64), I think.", "It has 64 (8 x 8 = 64), I think.", ""),
        ("It has 64 (x = 64).", "It has 64 (x = 64).", ""),
        ("(8 x 8 = 64)", "(8 x 8 = 64)", ""),
        ("", "", ""),
    ],
)
def test_a_calculation_is_told_from_the_words_before_it(words, text, calculation):
    """What stands in brackets behind a sentence is its calculation, before the stop or after."""
    assert split_calculation(words) == (text, calculation)
