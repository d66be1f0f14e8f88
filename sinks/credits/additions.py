"""What the credit register adds to a run: table 4, and the end of the ledger in the manifest.

A ledger grows after a run, so it is no hashed input: its head and its number of events are, and
``tanhui verify LEDGER --anchor manifest.json`` compares them for as long as both exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from rasters import RefusedError
from rasters.findings import finding
from rasters.harden import local_path
from sinks.export.extras import Addition, Contribution, Extras
from sinks.ledger import read_state
from sinks.regions import load_region

from .deduction import Basis, deduct
from .sheet import credit_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sinks.export.extras import Request, Scope

__all__ = ["CREDITS", "contribute"]

_SECTION = "ledger"


class _Settings(BaseModel):
    """The section ``[ledger]`` of an inventory.toml; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    basis: Basis = Basis.ISSUED


def contribute(request: Request) -> Contribution:
    """Return what the register brings to a run: nothing without a section ``[ledger]``."""
    if not request.settings:
        return Contribution(role=_SECTION, extras=lambda _: Extras())
    try:
        settings = _Settings.model_validate(request.settings)
        path = local_path(settings.file, request.base, root=request.root)
        state = read_state(path)
        years = _vintages(request.years)
        deductions = [deduct(state, year=year, basis=settings.basis) for year in years]
    except ValidationError as error:
        where = f"{request.where}: ledger"
        return _refused(
            RefusedError(
                [
                    finding(
                        "sinks",
                        "config-value",
                        value=".".join(str(part) for part in fault["loc"]),
                        where=where,
                        reason=fault["msg"],
                    )
                    for fault in error.errors()
                ]
            )
        )
    except RefusedError as error:
        return _refused(error)

    def extras(scope: Scope) -> Extras:
        zones = load_region(scope.region).zones
        named = zones["name_zh" if scope.lang == "zh" else "name_en"]
        names = dict(zip(zones["code"], named, strict=True))
        return Extras(sheets=(credit_sheet(deductions, state, names=names, zones=scope.zones),))

    return Contribution(
        role=_SECTION,
        extras=extras,
        parameters={"basis": str(settings.basis), **deductions[-1].anchor.as_json()},
    )


def _vintages(years: Sequence[int]) -> range:
    """Return the years that a run's changes belong to: those after its first, to its last."""
    return range(min(years[0] + 1, years[-1]), years[-1] + 1)


def _refused(error: RefusedError) -> Contribution:
    """Return a contribution that refuses the run with what was found."""
    return Contribution(role=_SECTION, extras=lambda _: Extras(), findings=tuple(error.findings))


CREDITS = Addition(package="sinks", section=_SECTION, read=contribute)
"""The credit register, as what a run may add."""
