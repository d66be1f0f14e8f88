"""The inventory.toml of a run: every key validated, every fault named at once.

Unknown keys are refused, because a misspelt key would otherwise silently take a default.
Paths are relative to the file and checked by the path rule of :mod:`rasters.harden`.
"""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rasters import RefusedError
from rasters.findings import finding

from .categories import Ecosystem, Status
from .sink_zone_rules import mapping_of, priority_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rasters.findings import Finding

MethodId = Literal["stock_difference", "gain_loss", "volume", "rate", "nep", "lucf"]
SoilMethodId = Literal["transition", "stock_difference"]
_YEARS = (1900, 2100)  # a year outside is a slip of the pen, not an inventory


class _Section(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class InventorySection(_Section):
    """What is inventoried: where, which years, for which purpose."""

    years: tuple[int, ...] = Field(min_length=1)
    status: Literal["trial", "evaluation", "official"]
    region: str | None = None
    level: str | None = None
    zones: tuple[str, ...] = ()

    @field_validator("years")
    @classmethod
    def _ascending(cls, years: tuple[int, ...]) -> tuple[int, ...]:
        if list(years) != sorted(set(years)):
            raise ValueError(f"years must ascend without repeats, got {list(years)}")
        bad = [year for year in years if not _YEARS[0] <= year <= _YEARS[1]]
        if bad:
            raise ValueError(f"years must lie between {_YEARS[0]} and {_YEARS[1]}, got {bad}")
        return years


class ZonesSection(_Section):
    """A user's own zones instead of a packaged region."""

    path: str
    code: str
    name: str
    datum: str


class ViewSection(ZonesSection):
    """A further zone layer, reported beside the zones and never summed with them."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = ""


class LayerSection(_Section):
    """One product with a file per year."""

    product: str
    files: dict[int, str] = Field(min_length=1)


class BiomassSection(LayerSection):
    """Above-ground biomass from pixels for the ecosystems named.

    ``roots`` is ``table`` (root:shoot rows) or ``mokany`` (the smooth form of METHOD A9).
    """

    roots: Literal["table", "mokany"] = "table"
    ecosystems: tuple[Ecosystem, ...] = (Ecosystem.FOREST,)


class FileSection(_Section):
    """One product with one file."""

    product: str
    file: str


class CoefficientsSection(_Section):
    """Packaged table ids and CSV paths; of equal rows the later table wins."""

    tables: tuple[str, ...] = Field(min_length=1)
    plots: tuple[str, ...] = ()


class UncertaintySection(_Section):
    """Settings of the joint draws."""

    draws: int = Field(default=10_000, ge=1000, le=1_000_000)
    seed: int = Field(default=20_231_231, ge=0)


class StatisticsSection(_Section):
    """Statistics by zone in a CSV: activity data of a method, or the losses of a period."""

    file: str


class ProductivitySection(_Section):
    """Net primary production by year; ``respiration`` where heterotrophic respiration is mapped."""

    product: str
    files: dict[int, str] = Field(min_length=1)
    respiration: LayerSection | None = None


class AccuracySection(_Section):
    """The accuracy sample of the change map between two years.

    ``points`` has a row for each sample unit, ``matrix`` their counts by map and reference class.
    ``merge`` joins classes of the sample that have too few units, as lists of names.
    """

    points: str | None = None
    matrix: str | None = None
    year0: int
    year1: int
    apply: bool = False
    merge: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="after")
    def _one_sample(self) -> AccuracySection:
        if (self.points is None) == (self.matrix is None):
            raise ValueError("give either points or matrix, not both or none")
        if not self.year0 < self.year1:
            raise ValueError(f"year0 must be before year1, got {self.year0} and {self.year1}")
        return self


class FiltersSection(_Section):
    """Filters of false change on the land-cover maps; off unless given."""

    minimum_mapping_unit_ha: float | None = Field(default=None, gt=0)
    persistence_years: int | None = Field(default=None, ge=2)

    @model_validator(mode="after")
    def _any(self) -> FiltersSection:
        if self.minimum_mapping_unit_ha is None and self.persistence_years is None:
            raise ValueError("name a filter: minimum_mapping_unit_ha or persistence_years")
        return self


class SinkZonesSection(_Section):
    """The five sink zones: mining polygons, the order in which zones claim a pixel, who goes where.

    ``priority`` names the five zones once each; ``mapping`` sends an ecosystem elsewhere than
    ``sink_zones.toml`` does.
    """

    mining: ZonesSection | None = None
    priority: tuple[str, ...] | None = None
    mapping: dict[Ecosystem, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> SinkZonesSection:
        priority_of(self.priority)
        mapping_of(self.mapping)
        return self


class OutputSection(_Section):
    """Optional outputs."""

    density: bool = False


class Config(_Section):
    """A whole inventory.toml.

    ``methods`` maps an ecosystem to its method; ``soil`` is the method of the soil pool;
    ``compare`` maps an ecosystem to further methods that are reported beside, never added.
    """

    inventory: InventorySection
    land_cover: LayerSection
    coefficients: CoefficientsSection
    methods: dict[Ecosystem, MethodId]
    soil_method: SoilMethodId
    compare: dict[Ecosystem, tuple[MethodId, ...]] = Field(default_factory=dict)
    zones: ZonesSection | None = None
    biomass: BiomassSection | None = None
    soil: FileSection | None = None
    stratum: FileSection | None = None
    activity: StatisticsSection | None = None
    losses: StatisticsSection | None = None
    npp: ProductivitySection | None = None
    accuracy: AccuracySection | None = None
    filters: FiltersSection | None = None
    uncertainty: UncertaintySection = UncertaintySection()
    output: OutputSection = OutputSection()
    views: tuple[ViewSection, ...] = ()
    sink_zones: SinkZonesSection | None = None
    parks: dict[str, Any] = Field(default_factory=dict)
    """Read and checked by the package of that name."""
    ledger: dict[str, Any] = Field(default_factory=dict)
    """Read and checked by the credit register."""

    @model_validator(mode="after")
    def _one_source_of_zones(self) -> Config:
        if (self.inventory.region is None) == (self.zones is None):
            raise ValueError("give either inventory.region or a [zones] table, not both or none")
        if self.inventory.level is not None and self.inventory.region is None:
            raise ValueError("inventory.level goes with inventory.region only")
        if self.inventory.region is not None and self.inventory.level is None:
            raise ValueError("inventory.level is required with inventory.region")
        return self

    @model_validator(mode="after")
    def _a_file_for_every_year(self) -> Config:
        years = set(self.inventory.years)
        missing = sorted(years - set(self.land_cover.files))
        late = sorted(y for y in self.land_cover.files if y > max(years))
        if missing or late:
            raise ValueError(
                f"[land_cover.files] names the years {sorted(self.land_cover.files)}; it needs "
                f"every one of inventory.years {sorted(years)} and none after them"
            )
        if self.biomass is not None and set(self.biomass.files) != years:
            raise ValueError(
                f"[biomass.files] names the years {sorted(self.biomass.files)}, "
                f"inventory.years are {sorted(years)}"
            )
        return self

    @property
    def map_years(self) -> tuple[int, ...]:
        """Every year with a land-cover map: those of the inventory and their history."""
        return tuple(sorted(self.land_cover.files))

    @model_validator(mode="after")
    def _views_differ(self) -> Config:
        ids = [view.id for view in self.views]
        if len(set(ids)) < len(ids):
            raise ValueError(f"every [[views]] needs an id of its own, got {ids}")
        return self

    @property
    def status(self) -> Status:
        """The status asked for."""
        return Status(self.inventory.status)

    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Return the pairs of years that are compared: consecutive, then first to last."""
        years = self.inventory.years
        consecutive = tuple(pairwise(years))
        return (*consecutive, (years[0], years[-1])) if len(years) > 2 else consecutive  # noqa: PLR2004


def load_config(path: Path) -> Config:
    """Read and validate an inventory.toml.

    Raises
    ------
    RefusedError
        With a finding for every key that is missing, unknown or out of range.

    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RefusedError(
            [finding("sinks", "config-unreadable", value=error.strerror, where=path.name)]
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RefusedError(
            [finding("sinks", "config-not-toml", value=error, where=path.name)]
        ) from error
    return parse_config(raw, where=path.name)


def parse_config(raw: Mapping[str, Any], *, where: str) -> Config:
    """Validate the content of an inventory.toml; ``where`` names it in findings."""
    shaped = dict(raw)
    methods = dict(shaped.get("methods", {})) if isinstance(shaped.get("methods"), dict) else None
    if methods is not None:
        shaped["compare"] = methods.pop("compare", {})
        if "soil" in methods:
            shaped["soil_method"] = methods.pop("soil")
        shaped["methods"] = methods
    try:
        config = Config.model_validate(shaped)
    except ValidationError as error:
        raise RefusedError(list(_as_findings(error, where))) from error
    return config


def _as_findings(error: ValidationError, where: str) -> Iterator[Finding]:
    """Translate pydantic's errors into findings with the key as it stands in the file."""
    for fault in error.errors(include_url=False):
        key = ".".join(str(part) for part in fault["loc"] if part != "[key]")
        key = re.sub(r"^soil_method", "methods.soil", key)
        key = re.sub(r"^compare", "methods.compare", key) or "(file)"
        place = f"{where}: {key}"
        if fault["type"] == "missing":
            yield finding("sinks", "config-key-missing", value=key, where=place)
        elif fault["type"] == "extra_forbidden":
            yield finding("sinks", "config-key-unknown", value=key, where=place)
        else:
            reason = fault["msg"].removeprefix("Value error, ")
            shown = "" if isinstance(fault["input"], dict) else fault["input"]
            yield finding("sinks", "config-value", value=shown, where=place, reason=reason)
