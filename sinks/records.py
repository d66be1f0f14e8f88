"""Rows of a table as typed records.

A row of ``DataFrame.itertuples`` takes any name and gives a value of any type, so that a slip
shows only in a figure. A dataclass says once which columns are read and what they hold.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")


def records(table: pd.DataFrame, kind: type[R]) -> Iterator[R]:
    """Yield every row of a table as a record, in the order of the rows.

    Parameters
    ----------
    table
        Table with at least the columns that ``kind`` names; further columns are not read.
    kind
        A dataclass whose fields are names of columns.

    Raises
    ------
    KeyError
        If the table lacks a column.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import pandas as pd
    >>> @dataclass
    ... class Area:
    ...     zone_code: str
    ...     area_ha: float
    >>> list(records(pd.DataFrame({"area_ha": [2.5], "zone_code": ["1"]}), Area))
    [Area(zone_code='1', area_ha=2.5)]

    """
    names = [field.name for field in fields(kind)]
    for cells in table[names].itertuples(index=False, name=None):
        yield kind(**dict(zip(names, cells, strict=True)))
