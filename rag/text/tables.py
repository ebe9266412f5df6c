"""Rows of Markdown tables."""

from __future__ import annotations

import re


def row_cells(line: str) -> tuple[str, ...]:
    r"""Return the cells of a Markdown table row; `\|` is a bar inside a cell."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner))
