"""The text of a CSV file, and its rows as cells: UTF-8, or GB18030 where it is not.

GB18030 decodes nearly any bytes, so a file read as such is named in a finding, and it is the
headings that show whether the guess was right: those of another encoding match no known word.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from rasters.findings import finding

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
        cannot be used: ``power-file-large`` or ``power-file-unreadable`` says why.

    """
    text, findings = _text(path)
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


def _text(path: Path) -> tuple[str | None, list[Finding]]:
    """Return the text of a file, or why it cannot be read."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            limit = f"{LARGEST_FILE} bytes"
            value = f"{size} bytes"
            return None, [
                finding("parks", "power-file-large", value=value, where=path.name, limit=limit)
            ]
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return None, [finding("parks", "power-file-unreadable", value=reason, where=str(path))]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        note = finding("parks", "power-encoding", value="GB18030", where=path.name)
        return raw.decode("gb18030"), [note]
    except UnicodeDecodeError as error:
        value = f"byte {error.start}"
        return None, [finding("parks", "power-file-unreadable", value=value, where=path.name)]
