"""The ledger: every claim of the last edition accounted for in the next."""

from rag.stages.ledger.accounts import Accounted, Draftsman, account, netted, own_claims
from rag.stages.ledger.settling import says_all

__all__ = ["Accounted", "Draftsman", "account", "netted", "own_claims", "says_all"]
