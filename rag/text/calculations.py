"""Calculations that a claim records: `37B of 671B = 5.5 %`, `8 x 141 GB = 1,128 GB`.

The operands are figures like any other; the result is theirs, and is checked here.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from rag.text.numerals import unscaled
from rag.text.quantities import Quantity, missing, quantities, stands
from rag.text.units import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPERATORS = {
    "x": "*",
    "×": "*",
    "*": "*",
    "times": "*",
    "multiplied by": "*",
    "/": "/",
    "÷": "/",
    "divided by": "/",
    "+": "+",
    "plus": "+",
    "-": "-",
    "−": "-",
    "–": "-",
    "minus": "-",
    "of": "of",
    "out of": "of",
}
_WORDS = r"times|multiplied\sby|divided\sby|plus|minus|(?:out\s)?of"
_OPERATOR = re.compile(
    rf"\s(?P<spaced>[xX×*/÷+−–-]|{_WORDS})\s+(?:the\s|its\s|an?\s)?"
    r"|(?<=[\d%])\s?(?P<glued>[xX×*/÷+])\s?(?=[\d$€£])"
)
_EQUALS = re.compile(r"\s*[=≈]\s*(?:about\s|~)?")
_AFTER_OPERAND = re.compile(r"(?:[\s-][\w.-]+){0,4}\s*")
_NOT_CALCULATED = frozenset({"date", "many", "ordinal", "BPS"})
_OPERAND_CHARACTERS = 80
_SHOWN = re.compile(r"(?P<text>.*) \((?P<inside>(?:(?! \().)*=.*)\)(?P<stop>[.!?]?)", re.DOTALL)
"""As the report shows it, behind the sentence; somebody who writes may put it before the stop."""
_LONGEST = 400  # characters of an expression


class Calculation(NamedTuple):
    """An expression and what it is said to give, as they stand in a text."""

    operands: tuple[Quantity, ...]
    operators: tuple[str, ...]
    """One fewer than the operands, each `+`, `-`, `*`, `/` or `of`."""
    result: Quantity
    start: int
    end: int
    text: str


def parse(text: str) -> Calculation | None:
    """Return the first calculation in `text`, or None if it has none. Spans are those of `text`."""
    return next(_calculations(text), None)


def _calculations(text: str) -> Iterator[Calculation]:
    for equals in _EQUALS.finditer(text):
        result = _operand(text, equals.end(), len(text))
        if result is None:
            continue
        operands, operators = _expression(text, equals.start())
        if operators:
            span = operands[0].start, result.end
            words = text[slice(*span)]
            yield Calculation(tuple(operands), tuple(operators), result, *span, words)


def missing_operands(calculation: Calculation, passages: str) -> list[Quantity]:
    """Return the operands that stand in no passage, in order."""
    words = calculation.text
    return [item for item in calculation.operands if not stands(item, words, passages)]


def missing_figures(claim: str, passages: str) -> list[Quantity]:
    """Return the quantities of the claim that neither stand in a passage nor are calculated.

    The result of a right calculation need not stand; its operands must.
    """
    results = [item.result for item in _calculations(claim) if check(item)]
    return [
        item
        for item in missing(claim, passages)
        if not any(result.start <= item.start < result.end for result in results)
    ]


def check(calculation: Calculation) -> bool:
    """Whether the result is right to its last written digit and its unit is what comes out.

    Numbers that count something multiply, divide and share; measures add only to their own kind.
    A result may have a unit where an operand is a bare number (`98.32 / 8 = 12.29 USD`), and a
    price or rate may be taken for a time (`12.29 USD x 24 hours`).
    """
    if any(item.unit in _NOT_CALCULATED for item in (*calculation.operands, calculation.result)):
        return False
    return any(_holds(calculation, timeless=timeless) for timeless in (False, True))


def _expression(text: str, end: int) -> tuple[list[Quantity], list[str]]:
    """Return the operands and operators of the expression that ends at `end`."""
    first = max(0, end - _LONGEST)
    found = list(_OPERATOR.finditer(text, first, end))
    operands: list[Quantity] = []
    operators: list[str] = []
    stop = end
    while found:
        operator = found.pop()
        operand = _operand(text, operator.end(), stop)
        left = _last_operand(text, first, operator.start())
        if operand is None or left is None:
            break
        name = re.sub(r"\s", " ", operator["spaced"] or operator["glued"]).lower()
        operands.insert(0, operand)
        operators.insert(0, _OPERATORS[name])
        stop = operator.start()
        if not found or found[-1].end() > left.start:
            break
        if text[found[-1].end() : left.start].strip():
            break
    left = _last_operand(text, first, stop)
    return ([left, *operands] if operators and left else []), operators


def _operand(text: str, start: int, stop: int) -> Quantity | None:
    """Return the single value that `text[start:stop]` begins with, words after it allowed."""
    stop = min(stop, start + _OPERAND_CHARACTERS)
    found = quantities(text[start:stop])
    if not found or found[0].start or found[0].low != found[0].high:
        return None
    return _moved(found[0], start)


def _last_operand(text: str, first: int, stop: int) -> Quantity | None:
    """Return the last single value before `stop`, at most four words away."""
    start = max(first, stop - _OPERAND_CHARACTERS)
    for found in reversed(quantities(text[start:stop])):
        if _AFTER_OPERAND.fullmatch(text, start + found.end, stop):
            return _moved(found, start) if found.low == found.high else None
        break
    return None


def _moved(quantity: Quantity, by: int) -> Quantity:
    if quantity.unit == "date" and len(quantity.text) == len("2048"):  # here it is no year
        quantity = quantity._replace(low=quantity.low / 10000, high=quantity.high / 10000, unit="")
    return quantity._replace(start=quantity.start + by, end=quantity.end + by)


class _Term(NamedTuple):
    """A value on the way, with its measures and their powers, and whether it is a percentage."""

    value: Fraction
    measures: tuple[tuple[str, int], ...]
    is_share: bool


def _holds(calculation: Calculation, *, timeless: bool) -> bool:
    """Whether the result follows; `timeless`: durations are numbers without a unit."""
    result = calculation.result
    if timeless and result.unit in {"s", "month"}:
        return False
    terms = [_term(item, timeless=timeless) for item in calculation.operands]
    total = _evaluated(terms, calculation.operators)
    if total is None:
        return False
    expected, step = _expected(result)
    measure = result.unit if result.unit in MEASURES - {"%", "x", "point"} else ""
    if not measure or total.measures:
        value = total.value * 100 if result.unit == "%" else total.value
        if total.measures != (((measure, 1),) if measure else ()):
            return False
        return abs(value - expected) <= step / 2
    is_bare = any(not item.unit for item in calculation.operands)
    return is_bare and abs(total.value * _unit_factor(result) - expected) <= step / 2


def _unit_factor(quantity: Quantity) -> Fraction:
    """Return how many of the canonical unit one of the written one is."""
    numbers = [item for item in quantities(re.sub(r"[^\d.,]+$", "", quantity.text)) if item.low]
    return Fraction(quantity.low) / Fraction(numbers[0].low) if numbers else Fraction(1)


def _expected(result: Quantity) -> tuple[Fraction, Fraction]:
    """Return the result and the worth of its last written digit, in the canonical unit."""
    plain = unscaled(result.text)
    if plain is None or not plain:
        return Fraction(result.low), Fraction(1)
    exponent = plain.as_tuple().exponent
    last = Fraction(10) ** (exponent if isinstance(exponent, int) else 0)
    return Fraction(result.low), last * Fraction(result.low) / Fraction(plain)


def _term(quantity: Quantity, *, timeless: bool) -> _Term:
    if quantity.unit in {"%", "x"}:
        share = quantity.unit == "%"
        return _Term(Fraction(quantity.low) / (100 if share else 1), (), share)
    if timeless and quantity.unit in {"s", "month"}:
        return _Term(Fraction(unscaled(quantity.text) or quantity.low), (), is_share=False)
    measures = ((quantity.unit, 1),) if quantity.unit in MEASURES else ()
    return _Term(Fraction(quantity.low), measures, is_share=False)


def _evaluated(terms: list[_Term], operators: tuple[str, ...]) -> _Term | None:
    """Return the expression's value, products before sums; None if it makes no sense."""
    sums: list[tuple[str, _Term]] = []
    sign, product = "+", terms[0]
    for operator, term in zip(operators, terms[1:], strict=True):
        if operator in "+-":
            sums.append((sign, product))
            sign, product = operator, term
            continue
        is_part = operator == "of" and not product.is_share
        joined = _joined(product, term, divides=operator == "/" or is_part)
        if joined is None:
            return None
        product = joined
    sums.append((sign, product))
    kinds = {(term.measures, term.is_share) for _, term in sums}
    if len(kinds) > 1:
        return None
    value = sum((term.value if sign == "+" else -term.value for sign, term in sums), Fraction(0))
    return _Term(value, *next(iter(kinds)))


def _joined(one: _Term, other: _Term, *, divides: bool) -> _Term | None:
    """Return the product or the quotient of two terms; None where it divides by zero."""
    if divides and not other.value:
        return None
    powers = dict(one.measures)
    for name, power in other.measures:
        powers[name] = powers.get(name, 0) + (-power if divides else power)
    value = one.value / other.value if divides else one.value * other.value
    kept = tuple(sorted((name, power) for name, power in powers.items() if power))
    return _Term(value, kept, is_share=False)


def split_calculation(words: str) -> tuple[str, str]:
    """Return a claim's words without the calculation shown in brackets behind them, and that."""
    shown = _SHOWN.fullmatch(words)
    if shown is None or parse(shown["inside"]) is None:
        return words, ""
    return shown["text"] + shown["stop"], shown["inside"]
