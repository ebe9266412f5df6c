"""The ledger: what became of every claim, edition by edition."""

from __future__ import annotations

from typing import Literal

from rag.types.base import Value
from rag.types.claims import Claim

Fate = Literal["added", "returned", "restored", "merged", "superseded", "retired"]
"""`added`: new. `returned`: it was retired, and there is room or ground for it again. `restored`:
a draft merely dropped it, and it was put back. `merged`, `superseded`: another claim has its place.
`retired`: it left, for the reason given."""


class Entry(Value):
    """One thing that happened to a claim in an edition."""

    section: str
    fate: Fate
    claim: Claim
    """As it was, with its citations."""
    by: str = ""
    """For what was merged or superseded: the id of the claim in its place."""
    reason: str = ""
