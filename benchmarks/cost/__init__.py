"""Tokens and calls of a run that adds one reference, beside writing the whole report anew."""
