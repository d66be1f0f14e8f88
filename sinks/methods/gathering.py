"""Terms as a method gathers them: by activity row, or by zone from statistics.

Every term is an amount on an atom, so that the value and its draws never part ways; a method
says what is multiplied and which source of error each factor is, and nothing is summed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .protocol import ChangeTerms, Remark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sinks.categories import Ecosystem
    from sinks.coefficient_rows import Coefficient
    from sinks.uncertainty import Atoms

_TERM = ("row", "pool", "atom", "amount", "one_sided")
_ZONE = ("zone_code", "ecosystem0", "ecosystem", "pool", "atom", "amount", "one_sided")
PER_UNIT = {"g C/m2/yr": 0.01, "%/yr": 0.01}
"""What one unit of a coefficient is in the unit of the method: t C/ha/yr, share per year."""


class Gathered:
    """The change terms of one method on one pair of years."""

    def __init__(self, atoms: Atoms, rows: int) -> None:
        self._atoms = atoms
        self._terms = [_empty(_TERM)]
        self._zones: list[tuple[str, str, str, str, int, float, bool]] = []
        self._remarks: dict[tuple[str, str], float] = {}
        self._covered: dict[str, NDArray[np.bool_]] = {}
        self._rows = rows

    def product(
        self,
        at: NDArray[np.int64],
        pool: str,
        rows: Iterable[Coefficient],
        amount: NDArray[np.float64],
        *,
        area: tuple[str, int] | None,
        errors: Iterable[str] = (),
    ) -> None:
        """Add amount x the coefficient rows x further errors to the activity rows ``at``."""
        rows = tuple(rows)
        atom = self._atoms.number((*(row.key for row in rows), *errors), area)
        frame = {"row": at, "pool": pool, "atom": atom, "amount": amount * scale_of(rows)}
        self._terms.append(pd.DataFrame(frame).assign(one_sided=False)[amount != 0])

    def ready(self, terms: pd.DataFrame) -> None:
        """Add terms that name their row, pool, atom, amount and one-sidedness."""
        self._terms.append(terms[list(_TERM)])

    def zone(
        self,
        zone_code: str,
        ecosystem: Ecosystem,
        pool: str,
        rows: Iterable[Coefficient],
        amount: float,
        *,
        errors: Iterable[str] = (),
    ) -> None:
        """Add amount x the coefficient rows x further errors to what remains an ecosystem."""
        rows = tuple(rows)
        atom = self._atoms.number((*(row.key for row in rows), *errors), None)
        of = str(ecosystem)
        self._zones.append((zone_code, of, of, pool, atom, amount * scale_of(rows), False))

    def cover(self, pool: str, rows: NDArray[np.bool_]) -> None:
        """Say for which activity rows the change of a pool is given, zero included."""
        self._covered[pool] = self._covered.get(pool, np.zeros(self._rows, dtype=bool)) | rows

    def remark(self, check: str, zone_code: str, value: float) -> None:
        """Add a value to what a reader must know of a zone."""
        if value:
            key = check, zone_code
            self._remarks[key] = self._remarks.get(key, 0.0) + value

    def terms(self) -> ChangeTerms:
        """Return everything that was gathered."""
        by_zone = pd.DataFrame(self._zones, columns=list(_ZONE))
        return ChangeTerms(
            terms=pd.concat(self._terms, ignore_index=True),
            covered=self._covered,
            by_zone=by_zone if len(by_zone) else None,
            remarks=tuple(
                Remark(check=check, zone_code=zone, value=value)
                for (check, zone), value in sorted(self._remarks.items())
            ),
        )


def scale_of(rows: Iterable[Coefficient]) -> float:
    """Return what the units of coefficient rows multiply an amount with."""
    return float(np.prod([PER_UNIT.get(row.unit, 1.0) for row in rows]))


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    """Return no terms, each column of its kind."""
    kinds = {"row": np.int64, "atom": np.int64, "amount": np.float64, "one_sided": np.bool_}
    return pd.DataFrame({name: np.zeros(0, kinds.get(name, object)) for name in columns})
