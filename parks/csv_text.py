"""The rows of a CSV file of series as cells, every row as long as its heading."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from rasters.findings import finding

from .csv_decoding import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from rasters.findings import Finding

__all__ = ["LARGEST_FILE", "read_cells"]

LARGEST_FILE = 64 * 2**20
"""Most bytes of a file: a year of hours with a hundred plants takes a tenth of it."""


def read_cells(
    path: Path,
) -> tuple[list[str], list[list[str]], NDArray[np.int64], list[Finding]]:
    """Return headings, rows and their line numbers, without blank rows.

    Returns
    -------
    headings, rows, lines, findings
        Headings are stripped; every row has as many cells. Without a heading where the file
        cannot be used: a finding says why.

    """
    text, findings = read_text(path, largest=LARGEST_FILE)
    reader = csv.reader(io.StringIO(text or "", newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        headings = [cell.strip() for cell in next(reader, [])]
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(headings):
                value = f"{len(cells)} cells under {len(headings)} headings"
                where = f"{path.name}, row {reader.line_num}"
                findings.append(finding("parks", "power-file-unreadable", value=value, where=where))
                return [], [], np.empty(0, dtype=np.int64), findings
            rows.append(cells)
            lines.append(reader.line_num)
    except csv.Error as error:
        where = f"{path.name}, row {reader.line_num}"
        findings.append(finding("parks", "power-file-unreadable", value=error, where=where))
        return [], [], np.empty(0, dtype=np.int64), findings
    if text is not None and not (headings and rows):
        findings.append(finding("parks", "power-file-unreadable", value="empty", where=path.name))
    return headings, rows, np.array(lines, dtype=np.int64), findings
