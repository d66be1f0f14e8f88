"""Reading an accuracy sample as a matrix of counts: map classes by reference classes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rasters.findings import finding
from sinks.csv_lines import number, read_lines

from .sample import sample_of
from .strata import Strata, join, overlaps, parse_stratum

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.csv_lines import CsvLine

    from .sample import Sample, Units
    from .strata import Stratum

_MATRIX_COLUMN = "map_class"


def read_matrix(
    path: Path, *, years: tuple[int, int], merge: Sequence[Sequence[str]]
) -> tuple[Sample | None, list[Finding]]:
    """Read a sample as counts: rows are map classes, columns reference classes.

    Parameters
    ----------
    path
        CSV with the column ``map_class`` and one column for each reference class.
    years
        The dates that were compared.
    merge
        Classes of the matrix to join, as lists of their names.

    Returns
    -------
    sample, findings
        None where a finding is an error.

    """
    lines, found = read_lines(path, required=(_MATRIX_COLUMN,), optional=None)
    columns = [c for c in (lines[0].cells if lines else ()) if c != _MATRIX_COLUMN]
    named = list(dict.fromkeys([*(line.cells[_MATRIX_COLUMN] for line in lines), *columns]))
    parsed: dict[str, Stratum] = {}
    for name in named:
        stratum, faults = parse_stratum(name, where=path.name)
        found += faults
        if stratum is not None:
            parsed[name] = stratum
    joined, faults = _joined(parsed, merge, path.name)
    strata = tuple(dict.fromkeys(joined.values()))
    found += [*faults, *overlaps(strata, where=path.name), *_repeated_rows(lines)]
    counted: Units = Counter()
    for line in lines:
        for column in columns:
            units = number(line.cells[column])
            if units is None or units < 0 or units != int(units):
                found.append(
                    finding(
                        "sinks",
                        "accuracy-count",
                        value=line.cells[column],
                        where=f"{line.where}, {column}",
                    )
                )
            elif line.cells[_MATRIX_COLUMN] in joined and column in joined and units:
                pair = joined[line.cells[_MATRIX_COLUMN]].name, joined[column].name
                counted["", *pair] += int(units)
    if found:
        return None, found
    return sample_of(counted, Strata(strata, complete=True), years, path), found


def _repeated_rows(lines: Iterable[CsvLine]) -> list[Finding]:
    """Return a finding for every map class that has two rows."""
    rows = Counter(line.cells[_MATRIX_COLUMN] for line in lines)
    return [
        finding(
            "sinks", "accuracy-row-repeated", value=line.cells[_MATRIX_COLUMN], where=line.where
        )
        for line in lines
        if rows[line.cells[_MATRIX_COLUMN]] > 1
    ]


def _joined(
    parsed: dict[str, Stratum], merge: Sequence[Sequence[str]], where: str
) -> tuple[dict[str, Stratum], list[Finding]]:
    """Return the class that each class of a matrix is counted in."""
    joined, found = dict(parsed), []
    for names in merge:
        unknown = [name for name in names if name not in parsed]
        found += [
            finding("sinks", "accuracy-merge", value=name, where=where, known=", ".join(parsed))
            for name in unknown
        ]
        if not unknown:
            whole = join(parsed[name] for name in names)
            joined |= dict.fromkeys(names, whole)
    return joined, found
