"""Adapters: one vendor each, imported when wired."""
