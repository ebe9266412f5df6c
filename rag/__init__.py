"""Keep a living, cited report: the model proposes, the evidence disposes."""

__version__ = "0.1.0"
