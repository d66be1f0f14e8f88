"""Asking the register: what a method needs of a piece of land, and everything that is missing.

A method asks for each row once it knows that the land occurs, goes on with what it has, and is
refused at its end with every missing row at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rasters import RefusedError
from rasters.findings import finding
from sinks.errors import EstimateError

if TYPE_CHECKING:
    from rasters.findings import Finding
    from sinks.categories import Ecosystem, Pool
    from sinks.coefficient_register import Register
    from sinks.coefficient_rows import Coefficient

    from .protocol import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """A piece of land that coefficients are asked for."""

    ecosystem: Ecosystem
    stratum: str
    code: str = ""
    """Class code; blank for statistics, which know none."""
    zone_code: str = ""
    """Zone of a statistic, for messages."""

    @property
    def words(self) -> str:
        """Name the land for a message."""
        place = f"class {self.code}" if self.code else f"zone {self.zone_code}"
        return f"{place}, {self.ecosystem}, stratum {self.stratum or '-'}"


@dataclass(slots=True)
class Asking:
    """What one method asks, and what it was not given."""

    method: str
    context: Context
    _faults: dict[tuple[str, ...], Finding] = field(default_factory=dict)

    @property
    def register(self) -> Register:
        """The coefficient rows of the run."""
        if self.context.register is None:
            raise EstimateError(f"{self.method} needs the register of coefficients")
        return self.context.register

    def maybe(
        self, parameter: str, land: Land, *, pool: Pool | None = None, at: float | None = None
    ) -> Coefficient | None:
        """Return the row that answers for a piece of land, None where none has a value."""
        row = self.register.lookup(
            parameter=parameter,
            pool=pool,
            code=land.code,
            ecosystem=land.ecosystem,
            stratum=land.stratum,
            at=at,
        )
        return None if row is None or row.value is None else row

    def row(
        self, parameter: str, land: Land, *, pool: Pool | None = None, at: float | None = None
    ) -> Coefficient | None:
        """Return the row that answers; where none has a value it is noted as missing."""
        found = self.maybe(parameter, land, pool=pool, at=at)
        if found is None:
            self.fault(
                "method-coefficient", value=land.words, where="[coefficients]",
                parameter=parameter, pool=pool or "-",
            )  # fmt: skip
        return found

    def rows(
        self, land: Land, *wanted: tuple[str, Pool | None], at: float | None = None
    ) -> tuple[Coefficient, ...] | None:
        """Return a row for each (parameter, pool), or None and each missing one noted."""
        found = [self.row(parameter, land, pool=pool, at=at) for parameter, pool in wanted]
        return tuple(row for row in found if row is not None) if None not in found else None

    def fault(self, code: str, *, value: object, where: object, **words: object) -> None:
        """Note a finding, once."""
        made = finding("sinks", code, value=value, where=where, method=self.method, **words)
        self._faults.setdefault((made.code, made.value, made.where, made.what_en), made)

    def refuse(self) -> None:
        """Raise with everything that is missing, if anything is.

        Raises
        ------
        RefusedError
            With every finding noted, by code and value.

        """
        if self._faults:
            raise RefusedError([self._faults[key] for key in sorted(self._faults)])
