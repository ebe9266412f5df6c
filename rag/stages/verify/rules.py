"""What the gates know besides the evidence: the config's own words, and the names of the field."""

from __future__ import annotations

from typing import NamedTuple


class Rules(NamedTuple):
    """What a draft may say without a citation, and what its claims are held to."""

    headings: frozenset[str] = frozenset()
    """Headings of the outline."""
    lead_ins: frozenset[str] = frozenset()
    """Lead-ins of the outline."""
    columns: frozenset[str] = frozenset()
    """Names of columns, in lower case; a table may also have those of a table it cites."""
    names: tuple[tuple[str, ...], ...] = ()
    """Names of the field, each with its aliases."""
    min_support: float = 0.5
    """The support score from which the passages are said to entail a claim, 0 to 1."""
    min_support_named: float = 0.5
    """The same for a claim with a name that its passages lack and nobody knows."""
