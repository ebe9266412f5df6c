"""The ledger: every claim of the last edition accounted for in the next."""

from rag.stages.ledger.accounts import Accounted, Draftsman, account, netted, own_claims

__all__ = ["Accounted", "Draftsman", "account", "netted", "own_claims"]
