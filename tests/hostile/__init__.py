"""Hostile writers against the gates and the ledger."""
