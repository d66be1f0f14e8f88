"""Parts that sum to their whole as decimals: rounding goes to the largest part, and levels add up.

Source: the largest-part rule is a choice; it moves some millionths of a unit at most.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from sinks.sink_zone_rules import SinkZone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sinks.zone_tree import ZoneTree

__all__ = ["CLOSED", "closed"]

CLOSED = ("area_ha", "value_t_c", "sink_t_co2_per_year")
"""Columns whose parts sum to the whole; bounds never do."""
_STOCK = ("value_t_c", "low_t_c", "high_t_c")
_SINK = ("sink_t_co2_per_year", "low_t_co2_per_year", "high_t_co2_per_year")
ROUNDING_MICRO = 10
"""Millionths that rounding may leave for each activity row: five pools of two parts."""

_Part: TypeAlias = "dict[str, int | None]"
_Key: TypeAlias = "tuple[Any, ...]"
_Group: TypeAlias = "dict[str, _Part]"
_KEYS = ("quantity", "year0", "year1")


def closed(
    parts: pd.DataFrame, whole: pd.DataFrame, tree: ZoneTree, *, rows: Mapping[str, int]
) -> pd.DataFrame:
    """Return the parts with the columns of :data:`CLOSED` adding up to the whole at every level.

    Parameters
    ----------
    parts
        ``zone_code, zone_name, level, quantity, year0, year1, sink_zone``, bounds, verdict, and
        the columns of :data:`CLOSED` as Decimals or missing.
    whole
        The same without ``sink_zone`` and bounds; a missing figure is not closed.
    tree
        Levels and zones.
    rows
        Activity rows by finest zone: each may leave some millionths of rounding.

    Returns
    -------
    DataFrame
        The rows of ``parts``, and rows ``unlocated`` for what is missed by more than rounding.

    """
    written = tree.levels[-1]
    allowed: dict[str, int] = {}
    for counted, zone in tree.ancestors[written].items():
        allowed[zone] = allowed.get(zone, 0) + ROUNDING_MICRO * int(rows.get(counted, 0))
    wholes = {key: part for (key, _), part in _read(whole.assign(sink_zone=""), written).items()}
    groups: dict[_Key, _Group] = {}
    for (key, zone), part in _read(parts, written).items():
        groups.setdefault(key, {})[zone] = part
    for key, group in groups.items():
        _close(group, wholes.get(key, {}), allowed[key[0]])
    return _written(parts, _rolled_up(groups, tree), tree)


def _close(group: _Group, whole: _Part, allowed: int) -> None:
    """Let the parts of one zone and period sum to its whole."""
    for column in CLOSED:
        total = whole.get(column)
        known = {zone: p[column] or 0 for zone, p in group.items() if p[column] is not None}
        left = 0 if total is None else total - sum(known.values())
        if not left:
            continue
        if abs(left) <= allowed and known:
            largest = max(known, key=lambda zone: (group[zone]["area_ha"] or 0, zone))
            group[largest][column] = known[largest] + left
        else:
            row = group.setdefault(SinkZone.UNLOCATED, dict.fromkeys(CLOSED))
            row[column] = left


def _rolled_up(groups: Mapping[_Key, _Group], tree: ZoneTree) -> dict[tuple[_Key, str], _Part]:
    """Return the parts of every level by (level, zone, period) and sink zone."""
    written = tree.levels[-1]
    sums: dict[tuple[_Key, str], _Part] = {}
    for level in tree.levels:
        parents = {
            zone: tree.ancestors[level][counted]
            for counted, zone in tree.ancestors[written].items()
        }
        for (zone, *period), group in groups.items():
            for name, part in group.items():
                key = ((level, parents[zone], *period), name)
                held = sums.setdefault(key, dict.fromkeys(CLOSED))
                for column, amount in part.items():
                    if amount is not None:
                        held[column] = (held[column] or 0) + amount
    return sums


def _written(
    parts: pd.DataFrame, sums: Mapping[tuple[_Key, str], _Part], tree: ZoneTree
) -> pd.DataFrame:
    """Return the rows of the parts with their sums, and a row for each sum that has no part."""
    plain = {((row["level"], row["zone_code"], *_period(row)), row["sink_zone"]): row
             for row in parts.to_dict("records")}  # fmt: skip
    lines = []
    for (key, name), part in sums.items():
        level, zone, quantity, year0, year1 = key
        blank: dict[Any, Any] = dict.fromkeys(parts.columns, pd.NA) | {
            "zone_code": zone, "zone_name": tree.names[zone], "level": level, "sink_zone": name,
            "quantity": quantity, "year0": year0, "year1": year1, "verdict": "not_estimated",
        }  # fmt: skip
        figures = {c: pd.NA if v is None else Decimal(v).scaleb(-6) for c, v in part.items()}
        row = {**blank, **plain.get((key, name), {}), **figures}
        if part["area_ha"] == 0 and part["value_t_c"] is None:
            zeros = [n for n in _STOCK + _SINK if n in _STOCK or quantity == "change"]
            row |= {**dict.fromkeys(zeros, Decimal(0)), "verdict": "no_signal"}
        lines.append(row)
    return pd.DataFrame(lines, columns=list(parts.columns))


def _read(table: pd.DataFrame, level: str) -> dict[tuple[_Key, str], _Part]:
    """Return the figures of a level in millionths by (zone, period) and sink zone."""
    return {
        ((row["zone_code"], *_period(row)), row["sink_zone"]): {
            column: None if pd.isna(row[column]) else int(Decimal(row[column]).scaleb(6))
            for column in CLOSED
        }
        for row in table[table["level"].eq(level)].to_dict("records")
    }


def _period(row: Mapping[Any, Any]) -> _Key:
    """Return quantity and years of a row, a missing year as None."""
    return tuple(None if pd.isna(row[key]) else row[key] for key in _KEYS)
