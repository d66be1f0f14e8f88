"""CSV files to raw tables: the encoding and the separator are found by rule and recorded.

Strict UTF-8 hardly passes by chance and goes first; UTF-16 only with its byte-order mark. GB18030
decodes almost any bytes, so its text must also look like Chinese: every other letter common.

Source: RFC 4180; GB 18030-2022; block names of the Unicode Standard.
"""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.export.cells import guard, unguard

from .raw_table import CellKind, RawCell, RawRow, RawTable, column_letters

if TYPE_CHECKING:
    from pathlib import Path

    from rasters.findings import Finding

__all__ = ["read_csv"]

_LARGEST_FILE = 20_000_000  # bytes; 1,000 parks with facts have 1 million
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# ASCII, Latin-1 signs, Greek, general punctuation to letterlike and units, CJK punctuation to
# unified ideographs, full-width forms. Mojibake is full of private use, Hangul and rare planes.
_PLAUSIBLE = ((0x09, 0xFF), (0x391, 0x3C9), (0x2010, 0x2642), (0x3000, 0x33FF), (0x4E00, 0x9FFF),
              (0xFF01, 0xFFE5))  # fmt: skip
_SEPARATORS = (",", "\t", ";")


def read_csv(path: Path) -> tuple[list[RawTable], list[Finding]]:
    """Read one CSV file as a table of texts.

    Returns
    -------
    tables, findings
        One table, or none where the file is refused.

    """
    size = path.stat().st_size
    if size > _LARGEST_FILE:
        words = {"limit": _LARGEST_FILE}
        return [], [finding("parks", "parks-file-large", value=size, where=path.name, **words)]
    text, found = _decoded(path.read_bytes(), path.name)
    if text is None:
        return [], found
    separator, remarks = _separator(text, path.name)
    found += remarks
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[RawRow] = []
    number = 0
    try:
        for number, line in enumerate(reader, 1):
            cells = {
                column: _cell(content, f"{path.name}!{column_letters(column)}{number}")
                for column, content in enumerate(line, 1)
                if content.strip()
            }
            if cells:
                where = f"{path.name}!{number}:{number}"
                rows.append(RawRow(number=number, where=where, cells=cells))
    except csv.Error as error:
        where = f"{path.name}!{number + 1}:{number + 1}"
        return [], [*found, finding("parks", "parks-csv-quotes", value=error, where=where)]
    return [RawTable(name=path.name, rows=tuple(rows), typed=False)], found


def _cell(content: str, where: str) -> RawCell:
    """Return a text; the apostrophe that kept it from being a formula is taken off."""
    plain = unguard(content)
    value = plain if guard(plain) == content else content
    return RawCell(value=value, kind=CellKind.TEXT, where=where)


def _decoded(raw: bytes, name: str) -> tuple[str | None, list[Finding]]:
    """Return the text of a file and the encoding that was chosen, where it was a choice."""
    encodings = ("utf-16",) if raw.startswith(_UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text or (encoding == "gb18030" and not _is_plausible(text)):
            break
        if encoding == "utf-8-sig":
            return text, []
        return text, [finding("parks", "parks-csv-encoding", value=encoding, where=name)]
    value = raw[:16].hex(" ")
    return None, [finding("parks", "parks-csv-undecodable", value=value, where=name)]


def _is_plausible(text: str) -> bool:
    """Return whether every character is one that a Chinese table has."""
    return all(any(low <= ord(c) <= high for low, high in _PLAUSIBLE) for c in set(text))


def _separator(text: str, name: str) -> tuple[str, list[Finding]]:
    """Return the separator that the first line has most of; other than a comma it is noted."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    chosen = max(_SEPARATORS, key=lambda s: (first.count(s), -_SEPARATORS.index(s)))
    if chosen == ",":
        return chosen, []
    value = "Tab" if chosen == "\t" else chosen
    return chosen, [finding("parks", "parks-csv-separator", value=value, where=name)]
