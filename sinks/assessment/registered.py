"""The deductions of a register: by league and vintage on every basis, and the rows of table 4.

A year takes off what grew in it alone, whenever it was issued or sold (METHOD D1 (7), D4).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sinks.credits import Basis, deduct
from sinks.credits.export import deduction_rows
from sinks.ledger import read_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sinks.ledger import Anchor

    from .result import Deducted

__all__ = ["Registered", "read_register"]

_KG_PER_TONNE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What an assessment reads of a register."""

    deducted: Deducted
    rows: tuple[Mapping[str, str], ...]
    """Cells of table 4 on the chosen basis, see :data:`sinks.credits.export.COLUMNS`."""
    anchor: Anchor
    """End of the register, to be written into every export."""


def read_register(
    path: Path, *, years: Sequence[int], zones: Mapping[str, str], basis: Basis
) -> Registered:
    """Read a register for some years.

    Parameters
    ----------
    path
        The ledger.
    years
        Base year and assessed years.
    zones
        Chinese names of the leagues by code; what grew elsewhere is no league's.
    basis
        Which tonnes table 4 lists.

    Raises
    ------
    RefusedError
        If the file is no ledger, or does not replay.

    """
    state = read_state(path)
    deducted: Deducted = {}
    rows: list[Mapping[str, str]] = []
    for year in years:
        for each in Basis:
            made = deduct(path, year=year, basis=each)
            for zone, kg in made.by_zone().items():
                if zone in zones:
                    deducted.setdefault((zone, year), {})[each] = Decimal(kg) / _KG_PER_TONNE
            if each is basis:
                rows += [r for r in deduction_rows(made, state, zones) if r["zone_code"] in zones]
    return Registered(deducted=deducted, rows=tuple(rows), anchor=made.anchor)
