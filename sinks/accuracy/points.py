"""Reading an accuracy sample as points: one line for each unit, its map class given or not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from rasters.findings import finding
from sinks.csv_lines import number, read_lines

from .sample import merged_classes, sample_of
from .strata import Strata, overlaps, parse_ecosystem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rasters.findings import Finding
    from sinks.categories import Ecosystem
    from sinks.csv_lines import CsvLine

    from .sample import Sample, Units

REQUIRED_COLUMNS = ("id", "reference0", "reference1")
"""Columns of a file of points; reference0 and reference1 are ecosystems at both dates."""
OPTIONAL_COLUMNS = ("map0", "map1", "zone_code", "longitude", "latitude", "note")
"""Further columns: the ecosystems that the map shows, or where to read them from it."""
_MAP, _REFERENCE = ("map0", "map1"), ("reference0", "reference1")
_LIMITS = {"longitude": 180.0, "latitude": 90.0}


def read_points(
    path: Path, *, years: tuple[int, int], merge: Sequence[Sequence[str]]
) -> tuple[Sample | None, list[Finding]]:
    """Read a sample with one line for each unit.

    Parameters
    ----------
    path
        CSV with the columns named above; ecosystems as ids or by their Chinese names. A unit
        without ``map0`` and ``map1`` needs ``longitude`` and ``latitude`` (WGS 84 or CGCS2000
        degrees): its map class, and its zone where blank, are read from the maps of the run.
    years
        The dates that were compared.
    merge
        Classes to join, as lists of names; a list of one gives a class with ``*`` its name.

    Returns
    -------
    sample, findings
        None where a finding is an error.

    """
    lines, found = read_lines(path, required=REQUIRED_COLUMNS, optional=OPTIONAL_COLUMNS)
    groups, faults = merged_classes(merge, path.name)
    found += [*faults, *overlaps(groups, where=path.name), *_repeated_ids(lines)]
    strata = Strata(groups, complete=False)
    counted: Units = Counter()
    places: list[tuple[str, float, float, str, str]] = []
    for line in lines:
        zone = line.cells["zone_code"]
        reference, faults = _class(line, _REFERENCE, strata)
        found += faults
        if any(line.cells[column] for column in _MAP):
            mapped, faults = _class(line, _MAP, strata)
            counted[zone, mapped, reference] += 1
        else:
            place, faults = _place(line)
            places.append((line.cells["id"], *place, zone, reference))
        found += faults
    if found:
        return None, found
    columns = ["id", "longitude", "latitude", "zone_code", "reference_class"]
    unread = pd.DataFrame(places, columns=columns) if places else None
    return sample_of(counted, strata, years, path, places=unread), found


def _class(line: CsvLine, columns: Sequence[str], strata: Strata) -> tuple[str, list[Finding]]:
    """Return the class of a unit by two columns, or what is wrong with them."""
    ends: list[Ecosystem] = []
    found = []
    for column in columns:
        ecosystem = parse_ecosystem(line.cells[column])
        if ecosystem is None:
            text = line.cells[column]
            where = f"{line.where}, {column}"
            found.append(finding("sinks", "accuracy-ecosystem", value=text, where=where))
        else:
            ends.append(ecosystem)
    return ("", found) if found else (strata.of(ends[0], ends[1]) or "", [])


def _place(line: CsvLine) -> tuple[tuple[float, float], list[Finding]]:
    """Return longitude and latitude of a unit, or what is wrong with them."""
    found, degrees = [], []
    for column, limit in _LIMITS.items():
        value = number(line.cells[column])
        if value is None or abs(value) > limit:
            text = line.cells[column]
            where = f"{line.where}, {column}"
            found.append(finding("sinks", "accuracy-place", value=text, where=where))
        degrees.append(value or 0.0)
    return (degrees[0], degrees[1]), found


def _repeated_ids(lines: Iterable[CsvLine]) -> list[Finding]:
    """Return a finding for every unit whose id stood before: it would count twice."""
    found, seen = [], set()
    for line in lines:
        name = line.cells["id"]
        if name in seen or not name:
            found.append(finding("sinks", "accuracy-id", value=name, where=line.where))
        seen.add(name)
    return found
