"""Table cells that span rows or columns → a cell for each place that they span.

Markdown has no such cells; without the words repeated, a row would not say whose figures it has.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_CELLS = {"td", "th"}
_MOST = 64
"""Places that a cell may span either way; HTML allows more, tables that are read have fewer."""
_LONGEST = 120
"""Characters of a cell that is repeated; a longer one dresses the page, and is left once."""


def spread(tree: Any) -> None:
    """Write the cells of each table of a page out, and make one header row of several."""
    for table in list(tree.iter("table")):
        rows = list(_rows(table))
        if table.find(".//table") is None and any(_spans(cell) != (1, 1) for cell in _all(rows)):
            _write_out(rows)
        _join_headers(rows)


def _rows(table: Any) -> Iterator[Any]:
    for row in table.iter("tr"):
        if next(row.iterancestors("table"), None) is table:
            yield row


def _all(rows: list[Any]) -> Iterator[Any]:
    return (cell for row in rows for cell in row if cell.tag in _CELLS)


def _spans(cell: Any) -> tuple[int, int]:
    """Return how many rows and columns a cell spans, at least one."""
    found = ((cell.get(name) or "").strip() for name in ("rowspan", "colspan"))
    down, across = (int(value) if value.isdecimal() else 1 for value in found)
    return max(1, min(down, _MOST)), max(1, min(across, _MOST))


def _write_out(rows: list[Any]) -> None:
    waiting: dict[int, tuple[int, Any]] = {}
    """By column, for how many rows more a cell of a row above stands there."""
    for row in rows:
        cells = [cell for cell in row if cell.tag in _CELLS]
        placed: list[Any] = []
        below: dict[int, tuple[int, Any]] = {}
        while cells or any(at >= len(placed) for at in waiting):
            at = len(placed)
            if at in waiting:
                left, cell = waiting.pop(at)
                placed.append(_copy(cell))
                if left > 1:
                    below[at] = (left - 1, cell)
            elif cells:
                cell = cells.pop(0)
                down, across = _spans(cell)
                for number in range(across):
                    placed.append(cell if number == 0 else _copy(cell))
                    if down > 1:
                        below[at + number] = (down - 1, cell)
            else:
                placed.append(row.makeelement("td", {}))
        waiting = below
        for cell in placed:
            for name in ("rowspan", "colspan"):
                cell.attrib.pop(name, None)
        row[:] = placed


def _copy(cell: Any) -> Any:
    words = " ".join("".join(cell.itertext()).split())
    if len(words) > _LONGEST:
        return cell.makeelement(cell.tag, {})
    copy = deepcopy(cell)
    copy.tail = None
    return copy


def _join_headers(rows: list[Any]) -> None:
    """Make one header of the rows above the first that has data: their words, column by column."""
    headers = []
    for row in rows:
        cells = [cell for cell in row if cell.tag in _CELLS]
        if not cells or any(cell.tag != "th" for cell in cells):
            break
        headers.append(cells)
    if len(headers) < 2 or len(headers) == len(rows):  # noqa: PLR2004 - one is one already
        return
    first = headers[0]
    if any(len(cells) != len(first) for cells in headers):
        return
    for column in zip(*headers, strict=True):
        words = (" ".join("".join(cell.itertext()).split()) for cell in column)
        told = " ".join(dict.fromkeys(word for word in words if word))
        for child in list(column[0]):
            column[0].remove(child)
        column[0].text = told
    for cells in headers[1:]:
        row = cells[0].getparent()
        row.getparent().remove(row)
