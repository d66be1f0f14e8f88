"""The section ``[parks]`` of an inventory.toml: the user's registry, series and activities.

Unknown keys are refused, because a misspelt key would otherwise silently take a default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rasters import RefusedError
from rasters.findings import finding

from .power_accounts import NetExport
from .storage import LossesOn, Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sinks.manifest import Json

__all__ = ["RunSettings", "SeriesSettings", "parse_settings"]

_Share = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeriesSettings(_Section):
    """One park's year of load and generation, its store, and the grid that it draws from."""

    park: str
    file: str
    store_mwh: float | None = Field(default=None, ge=0)
    store_mw: float | None = Field(default=None, ge=0)
    efficiency: float | None = Field(default=None, gt=0, le=1)
    losses_on: LossesOn = LossesOn.CHARGING
    grid_cfe: _Share | None = None
    synthetic: bool = False

    @model_validator(mode="after")
    def _store_is_whole(self) -> SeriesSettings:
        if self.store_mwh is not None and self.efficiency is None:
            raise ValueError("store_mwh needs efficiency: a store without losses is none")
        return self

    @property
    def store(self) -> Store | None:
        """The store; None where none is given."""
        if self.store_mwh is None or self.efficiency is None:
            return None
        return Store(
            energy_mwh=self.store_mwh,
            power_mw=self.store_mw,
            efficiency=self.efficiency,
            losses_on=self.losses_on,
        )


class RunSettings(_Section):
    """What a run shows of parks."""

    registry: str | None = None
    """File of parks and facts; the packaged registry of the region where none is given."""
    year: int | None = None
    """Year of series and indicators; the last of the inventory where none is given."""
    system: str = "national"
    """System of indicators."""
    activities: str | None = None
    factors: tuple[str, ...] = ()
    net_export: NetExport = NetExport.ZERO
    certificates: tuple[str, ...] = ()
    folder: str | None = None
    """Folder of series named ``<park id>.csv`` or ``.parquet``."""
    synthetic: bool = False
    """Whether the series of the folder are made up; one that is named says so itself."""
    series: tuple[SeriesSettings, ...] = ()

    @model_validator(mode="after")
    def _synthetic_is_of_a_folder(self) -> RunSettings:
        if self.synthetic and self.folder is None:
            raise ValueError("synthetic is of the series of folder, and no folder is given")
        return self

    def parameters(self) -> dict[str, Json]:
        """Return the settings without any path, for the manifest."""
        paths = {"registry", "activities", "factors", "certificates", "folder"}
        dumped: dict[str, Json] = self.model_dump(
            mode="json", exclude_none=True, exclude={*paths, "series"}
        )
        series = [
            one.model_dump(mode="json", exclude_none=True, exclude={"file"}) for one in self.series
        ]
        return dumped | {"series": series}


def parse_settings(given: Mapping[str, object], *, where: str) -> RunSettings:
    """Return the section with every key checked.

    Raises
    ------
    RefusedError
        With a finding for every key that is unknown, missing or out of range.

    """
    try:
        return RunSettings.model_validate(given)
    except ValidationError as error:
        raise RefusedError(
            [
                finding(
                    "parks",
                    "parks-run-setting",
                    value=fault["msg"],
                    where=f"{where}: {'.'.join(str(part) for part in ('parks', *fault['loc']))}",
                )
                for fault in error.errors(include_url=False)
            ]
        ) from error
