"""Targets as a table: ``targets.csv``, numbers in the unit of the target."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sinks.export.schemas import Kind, Schema

from .catalogue import convert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .progress import Progress

__all__ = ["TARGETS_SCHEMA", "targets_table"]

TARGETS_SCHEMA = Schema(
    name="targets",
    columns=MappingProxyType(
        {
            "zone_code": Kind.TEXT,
            "zone_name": Kind.TEXT,
            "indicator": Kind.TEXT,
            "indicator_name": Kind.TEXT,
            "year": Kind.INTEGER,
            "base_year": Kind.INTEGER,
            "comparator": Kind.TEXT,
            "value": Kind.NUMBER,
            "unit": Kind.TEXT,
            "value_ha": Kind.NUMBER,
            "figure": Kind.NUMBER,
            "figure_year": Kind.INTEGER,
            "figure_source": Kind.TEXT,
            "share": Kind.NUMBER,
            "left": Kind.NUMBER,
            "outcome": Kind.TEXT,
            "reason": Kind.TEXT,
            "phrase": Kind.TEXT,
            "document": Kind.TEXT,
            "locator": Kind.TEXT,
            "document_status": Kind.TEXT,
        }
    ),
    keys=("zone_code", "indicator", "year"),
)
"""Columns of ``targets.csv``; ``reason`` is Chinese, like the phrase and the document."""


def targets_table(rows: Sequence[Progress], *, zones: Mapping[str, str]) -> pd.DataFrame:
    """Return ``targets.csv``.

    Parameters
    ----------
    rows
        Targets with their progress.
    zones
        Chinese name by zone code.

    """
    found = []
    for row in rows:
        target, figure = row.target, row.figure
        indicator, value = target.indicator, target.value
        found.append(
            {
                "zone_code": target.zone_code,
                "zone_name": zones.get(target.zone_code, ""),
                "indicator": indicator.id,
                "indicator_name": indicator.name_zh,
                "year": target.year,
                "base_year": target.base_year,
                "comparator": str(target.comparator),
                "value": value,
                "unit": indicator.unit,
                "value_ha": None if value is None else convert(value, indicator.unit, "公顷"),
                "figure": None if figure is None else figure.value,
                "figure_year": None if figure is None else figure.year,
                "figure_source": row.trend if figure is None else figure.source,
                "share": row.share,
                "left": row.left,
                "outcome": str(row.outcome),
                "reason": row.reason("zh"),
                "phrase": target.phrase,
                "document": target.document.title_zh,
                "locator": target.locator,
                "document_status": target.document.status,
            }
        )
    return pd.DataFrame(found, columns=list(TARGETS_SCHEMA.columns), dtype=object)
