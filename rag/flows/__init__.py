"""Flows: where stages meet. They yield what happened."""
