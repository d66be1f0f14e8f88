"""One cell to one value: a number in its unit, an event, or a text.

A spreadsheet turns slips into plausible numbers, so a cell is read by rules alone. What can mean
two things is refused with its address; what was changed to be read is noted with its address.
A cell that says that there is nothing (``-``, ``无``) is missing and never zero.

Source: number formats, ECMA-376 part 1, 18.8.30 and 18.8.31 (a comma after the last digit
divides by 1000); bidirectional controls, Unicode Standard Annex 9, table 2.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.export.cells import clean_text

from .parameters import convert, dimensions_of, fold, known_units
from .raw_table import CellKind

if TYPE_CHECKING:
    from rasters.findings import Finding

    from .parameters import Parameter
    from .raw_table import RawCell

__all__ = [
    "Amount",
    "cell_finding",
    "formula_remarks",
    "is_missing_mark",
    "read_amount",
    "read_event",
    "read_text",
    "refused_cell",
    "unit_fault",
]

_MISSING_MARKS = frozenset(
    {"-", "--", "---", "—", "——", "–", "/", "\\", "无", "暂无", "缺", "缺失", "未知", "N/A", "n/a",
     "NA", "na", "NaN", "nan", "NULL", "null", "None", "none"}
)  # fmt: skip
_YES = frozenset({"是", "√", "✓", "yes", "Yes", "YES", "Y", "y"})
# Digits are ASCII: full-width ones are folded before, and those of other scripts are refused.
_NUMBER = re.compile(
    r"([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,2})?)(.*)",
    re.DOTALL,
)
_PERCENT_FORMAT = re.compile(r"(?<!\\)%")
_SCALED_FORMAT = re.compile(r"[0#?],+(?![0#?])")
_QUOTED = re.compile(r"\"[^\"]*\"|\\.|_.|\[[^\]]*\]")
_WORDS_OF_SCALE = re.compile(r"[万亿千百KkMmWwGg]")
_WHOLE_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a cell says about a quantity."""

    value: Decimal | None
    """In the unit of the parameter; None where the cell says that there is none."""


def read_amount(
    cell: RawCell, parameter: Parameter, unit: str, *, beside: str = "", typed: bool
) -> tuple[Amount | None, list[Finding]]:
    """Read a number of a quantity, in the unit of the quantity.

    Parameters
    ----------
    cell
        A cell that is not blank.
    parameter
        The quantity; its dimension has no events.
    unit
        Unit that the heading states, already known to the quantity; blank for none. A unit in
        the cell goes before it.
    beside
        Unit that stands beside the number in a column of its own; blank for none.
    typed
        Whether the file tells numbers from texts: only then is a number in a text remarked on.

    Returns
    -------
    amount, findings
        None where the cell is refused.

    """
    refused = refused_cell(cell)
    if refused is not None:
        return None, [refused]
    found = formula_remarks(cell)
    if cell.kind is CellKind.NUMBER:
        number, stated = Decimal(repr(cell.value)), ""
        if not number.is_finite():
            return None, [cell_finding("parks-cell-number", cell)]
        found += _format_remarks(cell, parameter)
    else:
        if is_missing_mark(cell.text):
            return Amount(value=None), [*found, cell_finding("parks-cell-missing", cell)]
        parsed = _parse_text(cell, typed=typed)
        if parsed is None:
            return None, [*found, cell_finding("parks-cell-number", cell)]
        number, stated, remarks = parsed
        found += remarks
    size, faults = _size(cell, parameter, unit, stated or beside, number)
    found += faults
    if size is None:
        return None, found
    value = convert(number, size)
    faults = _range_faults(cell, parameter, value)
    return (None if faults else Amount(value=value)), found + faults


def read_event(cell: RawCell) -> tuple[bool, list[Finding]]:
    """Return whether a cell says that an event took place, and the findings about it."""
    refused = refused_cell(cell)
    if refused is not None:
        return False, [refused]
    plain = fold(cell.text)
    if is_missing_mark(plain):
        return False, [cell_finding("parks-cell-missing", cell)]
    return (True, []) if plain in _YES else (False, [cell_finding("parks-event", cell)])


def read_text(cell: RawCell) -> tuple[str, list[Finding]]:
    """Read a text in form NFC, trimmed, on one line, without direction controls.

    HTML and formulas are texts like any other; whoever shows them escapes them.
    """
    refused = refused_cell(cell)
    if refused is not None and refused.code not in ("parks-cell-date", "parks-cell-boolean"):
        return "", [refused]
    found = formula_remarks(cell)
    composed = unicodedata.normalize("NFC", cell.text.replace("\t", " "))
    plain = "".join(c for c in clean_text(composed) if c in "\r\n" or not _is_control(c))
    if plain != composed:
        found.append(cell_finding("parks-text-controls", cell, read=plain))
    lines = [line.strip() for line in plain.splitlines()]
    flat = " ".join(line for line in lines if line)
    if len(lines) > 1:
        found.append(cell_finding("parks-text-lines", cell, read=flat))
    if is_missing_mark(flat):
        return "", [*found, cell_finding("parks-cell-missing", cell)]
    return flat, found


def is_missing_mark(text: str) -> bool:
    """Return whether a text says that there is no value.

    >>> is_missing_mark(" —— "), is_missing_mark("－"), is_missing_mark("0")
    (True, True, False)
    """
    return fold(text) in _MISSING_MARKS


def _is_control(letter: str) -> bool:
    """Return whether a character is a control or half of a surrogate pair."""
    return unicodedata.category(letter) in ("Cc", "Cs")


def cell_finding(code: str, cell: RawCell, **words: object) -> Finding:
    """Return a finding about a cell."""
    return finding("parks", code, value=cell.text, where=cell.where, **words)


def refused_cell(cell: RawCell) -> Finding | None:
    """Return why a cell holds neither number nor text, or None."""
    codes = {
        CellKind.ERROR: "parks-cell-error",
        CellKind.UNCOMPUTED: "parks-formula-uncomputed",
        CellKind.BOOLEAN: "parks-cell-boolean",
        CellKind.DATE: "parks-cell-date",
    }
    return cell_finding(codes[cell.kind], cell) if cell.kind in codes else None


def formula_remarks(cell: RawCell) -> list[Finding]:
    """Remark on the stored result of a formula; programs that do not calculate store 0."""
    if not cell.formula:
        return []
    code = "parks-formula-zero" if cell.value == 0 else "parks-formula"
    return [cell_finding(code, cell)]


def _format_remarks(cell: RawCell, parameter: Parameter) -> list[Finding]:
    """Warn where the number that is shown is not the number that is stored."""
    shown = cell.number_format.split(";")[0]
    bare = _QUOTED.sub("", shown)
    literals = [part for part in _QUOTED.findall(shown) if part[0] in '"\\']
    words = "".join(literals) + bare.replace("General", "")
    scaled = _SCALED_FORMAT.search(bare) or _WORDS_OF_SCALE.search(words)
    if scaled and not parameter.is_share:
        return [cell_finding("parks-format-scaled", cell, format=cell.number_format)]
    return []


def _parse_text(cell: RawCell, *, typed: bool) -> tuple[Decimal, str, list[Finding]] | None:
    """Return number, unit and remarks of a text, or None where it is no plain number."""
    folded = unicodedata.normalize("NFKC", cell.text).strip()
    match = _NUMBER.fullmatch(folded)
    if match is None:
        return None
    digits, rest = match[1], fold(match[2])
    if rest.startswith((",", ".")) or re.match(r"[\d~<>+-]", rest) is not None:
        return None
    number = Decimal(digits.replace(",", ""))
    remarks = []
    if folded != cell.text.strip():
        remarks.append(cell_finding("parks-cell-fullwidth", cell, read=f"{number:f}"))
    if "," in digits:
        remarks.append(cell_finding("parks-cell-thousands", cell, read=f"{number:f}"))
    if typed and not rest:
        remarks.append(cell_finding("parks-cell-text-number", cell, read=f"{number:f}"))
    return number, rest, remarks


def _size(
    cell: RawCell, parameter: Parameter, unit: str, stated: str, number: Decimal
) -> tuple[Fraction | None, list[Finding]]:
    """Return what one unit of the number is, by the cell, its format and its heading."""
    percent_format = _PERCENT_FORMAT.search(_QUOTED.sub("", cell.number_format)) is not None
    if percent_format and cell.kind is CellKind.NUMBER:
        if parameter.is_share:
            return Fraction(1), []
        words = {"format": cell.number_format}
        return None, [cell_finding("parks-format-percent", cell, **words)]
    if stated:
        return _stated_size(cell, parameter, unit, stated)
    if parameter.is_share:
        return (Fraction(1), []) if number == 0 else _share_size(cell, unit, number)
    if unit:
        return parameter.size(unit), []
    missing = {"parameter": parameter.name_zh, "known": known_units(parameter)}
    return None, [cell_finding("parks-unit-missing", cell, **missing)]


def _stated_size(
    cell: RawCell, parameter: Parameter, unit: str, stated: str
) -> tuple[Fraction | None, list[Finding]]:
    """Return the size of the unit that stands with the number; another in the heading yields."""
    size = parameter.size(stated)
    if size is None:
        return None, [unit_fault(stated, cell.where, parameter)]
    if not unit or fold(unit) == fold(stated):
        return size, []
    return size, [cell_finding("parks-cell-unit", cell, unit=stated, heading=unit)]


def _share_size(cell: RawCell, unit: str, number: Decimal) -> tuple[Fraction | None, list[Finding]]:
    """Return whether a bare number is a fraction or a percentage, if that can be told.

    Above 1 it cannot be a fraction, and without a unit not be known for a percentage; under a
    heading in % a number up to 1 may be either.
    """
    if fold(unit) == "%":
        if abs(number) > 1:
            return Fraction(1, 100), []
        return None, [cell_finding("parks-percent-ambiguous", cell)]
    if unit or abs(number) < 1:
        remark = [] if unit else [cell_finding("parks-share-fraction", cell)]
        return Fraction(1), remark
    if 1 <= number <= _WHOLE_PERCENT:
        return None, [cell_finding("parks-percent-ambiguous", cell)]
    return Fraction(1), []  # out of range either way, and said so there


def unit_fault(unit: str, where: str, parameter: Parameter) -> Finding:
    """Return why a unit does not do: unknown, or a unit of something else."""
    elsewhere = dimensions_of(unit)
    code = "parks-unit-dimension" if elsewhere else "parks-unit-unknown"
    words = {"parameter": parameter.name_zh, "known": known_units(parameter)}
    return finding("parks", code, value=unit, where=where, **words)


def _range_faults(cell: RawCell, parameter: Parameter, value: Decimal) -> list[Finding]:
    """Return why a value cannot be: below zero, or a share above 1."""
    words = {"parameter": parameter.name_zh, "read": f"{value:f}"}
    if parameter.is_share and not 0 <= value <= 1:
        return [cell_finding("parks-share-range", cell, **words)]
    if value < 0:
        return [cell_finding("parks-negative", cell, **words)]
    return []
