"""Everything a run needs, opened and checked before anything is computed.

``tanhui check`` ends here, ``tanhui run`` starts here: both list every finding at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyproj
import shapely

from rasters import (
    ProductKind,
    RefusedError,
    check_file,
    check_zones,
    inspect,
    load_product,
    load_zones,
    local_path,
    product_ids,
    product_remarks,
    self_test,
)
from rasters.findings import Severity, finding

from .categories import Ecosystem, Status
from .coefficients import read_register
from .config import load_config
from .densities import root_shoot_edges
from .export.meta import Text
from .methods import METHODS
from .regions import load_region
from .views import View, make_view
from .zone_tree import ZoneTree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from rasters import Product, RasterSource, Zones
    from rasters.findings import Finding

    from .coefficient_register import Register
    from .config import Config
    from .regions import Region

    class Inspector(Protocol):
        """What looks at one raster."""

        def __call__(
            self, path: Path, product: Product, *, year: int | None = None
        ) -> tuple[RasterSource | None, list[Finding]]:
            """Return the source, None where it is refused, and the findings."""
            ...


T = TypeVar("T")
Role = tuple[str, int | None]
"""Section of the config and year, such as ``("land_cover", 2020)``; soil has no year."""
_SOIL_METHODS = ("stock_difference",)
_NAMED = 3  # parts of a region that a title names
_COVERAGE_FAULTS = ("zones-overlap", "zones-gap", "zones-enclave")  # a view need not be a coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A checked inventory.toml with everything it names."""

    path: Path
    """The inventory.toml."""
    config: Config
    """Its content."""
    region: Region | None
    """The region, restricted to the zones asked for; None for a user's own zones."""
    zones: Zones
    """The zones that are counted: the finest level."""
    zone_file: Path
    """The file they were read from."""
    tree: ZoneTree
    """The zones that are reported."""
    products: Mapping[str, Product]
    """Product of each section."""
    sources: Mapping[Role, RasterSource]
    """Raster of each section and year."""
    register: Register
    """Coefficient rows."""
    edges: tuple[float, ...]
    """Biomass class edges that the root:shoot rows need, t d.m./ha."""
    table_files: tuple[Path, ...]
    """The user's own coefficient tables."""
    product_files: Mapping[str, Path]
    """The user's own product descriptions, by section."""
    views: tuple[View, ...]
    """Further zone layers."""
    findings: tuple[Finding, ...]
    """Warnings and notes; errors have been raised."""

    @property
    def region_name(self) -> Text:
        """Name of the region, of the part of it that is asked for, or of the zone file."""
        if self.region is None:
            return Text(zh=self.zone_file.stem, en=self.zone_file.stem)
        if not self.config.inventory.zones:
            return Text(zh=self.region.name_zh, en=self.region.name_en)
        parts = self.tree.zones(self.tree.levels[0])
        more = "…" if len(parts) > _NAMED else ""
        zh, en = (
            mark.join(names[code] for code in parts[:_NAMED])
            for names, mark in ((self.tree.names, "、"), (self.names_en, ", "))
        )
        return Text(zh=zh + more, en=en + more)

    @property
    def names_en(self) -> dict[str, str]:
        """English name of each zone that has one."""
        if self.region is None:
            return {"ALL": "Total"}
        return dict(zip(self.region.zones["code"], self.region.zones["name_en"], strict=True))

    @property
    def official_ha(self) -> dict[str, float]:
        """Published area (ha) of each reported zone that has one."""
        if self.region is None:
            return {}
        known = self.region.zones.dropna(subset=["official_area_ha"])
        reported = {code for _, code in self.tree.all_zones()}
        return {
            code: float(area)
            for code, area in zip(known["code"], known["official_area_ha"], strict=True)
            if code in reported
        }

    def t_per_ha(self, section: str) -> Fraction:
        """Return t/ha (of dry matter or carbon) in one unit of a section's raster."""
        unit = self.products[section].unit
        return unit.t_per_ha if unit is not None else Fraction(1)

    @property
    def ecosystems(self) -> dict[str, Ecosystem]:
        """Ecosystem of each land-cover class code."""
        return {
            c.code: Ecosystem(c.ecosystem)
            for c in self.products["land_cover"].classes
            if c.ecosystem is not None
        }


def prepare(path: Path, *, root: Path | None = None, pixels: bool = False) -> Prepared:
    """Read and check an inventory.toml and everything it names.

    Parameters
    ----------
    path
        The inventory.toml.
    root
        Folder that no file may lie outside of; None for anywhere on this machine.
    pixels
        Also read every pixel of the rasters inside the zones, to list what they show.

    Raises
    ------
    RefusedError
        With every finding, warnings included, if one of them is an error.

    """
    self_test()
    config = load_config(path)
    base = path.resolve().parent
    faults = _Faults()
    faults.extend(_methods(config, path.name))
    products = _products(config, base, root, faults)
    zones = faults.collect(lambda: _zones(config, base, root, path.name, faults))
    views = _views(config, base, root, faults)
    look = _pixel_inspector(zones[1] if zones is not None else None) if pixels else inspect
    sources = _sources(config, base, root, products, look, faults)
    tables = _tables(config, base, root, faults)
    register, found = read_register(tables)
    faults.extend(found)
    if faults.fatal or zones is None:
        raise RefusedError(faults.found)
    region, counted, zone_file, tree = zones
    land_cover = products["land_cover"]
    codes = {c.code: Ecosystem(c.ecosystem) for c in land_cover.classes if c.ecosystem}
    strata = [c.code for c in products["stratum"].classes] if "stratum" in products else []
    mapped = config.biomass.ecosystems if config.biomass else ()
    return Prepared(
        path=path,
        config=config,
        region=region,
        zones=counted,
        zone_file=zone_file,
        tree=tree,
        products=products,
        sources=sources,
        register=register,
        table_files=tuple(t for t in tables if isinstance(t, Path)),
        product_files={
            section: product.path
            for section, product in products.items()
            if product.id not in product_ids()
        },
        views=views,
        edges=root_shoot_edges(register, codes=codes, mapped=mapped, strata=["none", *strata]),
        findings=tuple(faults.found),
    )


class _Faults:
    """Findings gathered from steps that may each refuse."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    @property
    def fatal(self) -> bool:
        """Whether an error is among them."""
        return any(f.severity is Severity.ERROR for f in self.found)

    def extend(self, found: list[Finding]) -> None:
        """Add findings."""
        self.found.extend(found)

    def collect(self, step: Callable[[], T]) -> T | None:
        """Run a step; a refusal becomes findings and None."""
        try:
            return step()
        except RefusedError as error:
            self.found.extend(error.findings)
            return None


def _methods(config: Config, where: str) -> list[Finding]:
    """List methods that this version does not have, and statuses they do not suffice for."""
    named = set(config.methods.values())
    named |= {m for methods in config.compare.values() for m in methods}
    found = [
        finding(
            "sinks",
            "config-method-unavailable",
            value=name,
            where=f"{where}: methods",
            known=", ".join(sorted(METHODS)),
        )
        for name in sorted(named - set(METHODS))
    ]
    if config.soil_method not in _SOIL_METHODS:
        found.append(
            finding(
                "sinks",
                "config-method-unavailable",
                value=config.soil_method,
                where=f"{where}: methods.soil",
                known=", ".join(_SOIL_METHODS),
            )
        )
    if config.status is Status.EVALUATION and config.soil_method != "transition":
        found.append(
            finding(
                "sinks", "config-soil-transition", value=config.status, where=f"{where}: status"
            )
        )
    return found


def _products(config: Config, base: Path, root: Path | None, faults: _Faults) -> dict[str, Product]:
    """Load the product of every section that is given, and check its kind and its unit."""
    wanted = {
        "land_cover": (config.land_cover, ProductKind.LAND_COVER),
        "biomass": (config.biomass, ProductKind.BIOMASS),
        "soil": (config.soil, ProductKind.SOIL),
        "stratum": (config.stratum, ProductKind.STRATUM),
    }
    products: dict[str, Product] = {}
    for section, (given, kind) in wanted.items():
        if given is None:
            continue
        product = faults.collect(partial(_product, given.product, base, root))
        if product is None:
            continue
        years = config.inventory.years if kind is not ProductKind.SOIL else ()
        faults.extend(product_remarks(product, years=years))
        fault = _product_fault(product, section, kind)
        if fault is None:
            products[section] = product
        else:
            faults.extend([fault])
    return products


def _product_fault(product: Product, section: str, kind: ProductKind) -> Finding | None:
    """Return why a product cannot stand in a section, None where it can."""
    where = f"[{section}]"
    if product.kind is not kind:
        return finding(
            "sinks",
            "config-product-kind",
            value=product.id,
            where=where,
            section=section,
            kind=product.kind,
            needed=kind,
        )
    if kind is ProductKind.BIOMASS and product.unit is not None and product.unit.is_carbon:
        return finding(
            "sinks", "config-biomass-carbon", value=product.unit, where=where, product=product.id
        )
    return None


def _product(named: str, base: Path, root: Path | None) -> Product:
    """Load a packaged product by its id, anything with the suffix as a file beside the config."""
    return load_product(local_path(named, base, root=root) if named.endswith(".toml") else named)


def _tables(config: Config, base: Path, root: Path | None, faults: _Faults) -> list[str | Path]:
    """Return packaged table ids as they are, CSV names as paths beside the config."""
    tables: list[str | Path] = []
    for name in config.coefficients.tables:
        if not name.endswith(".csv"):
            tables.append(name)
        elif (path := faults.collect(partial(local_path, name, base, root=root))) is not None:
            tables.append(path)
    return tables


def _sources(
    config: Config,
    base: Path,
    root: Path | None,
    products: Mapping[str, Product],
    look: Inspector,
    faults: _Faults,
) -> dict[Role, RasterSource]:
    """Inspect every raster that is named."""
    files: dict[Role, str] = {
        ("land_cover", year): name for year, name in sorted(config.land_cover.files.items())
    }
    if config.biomass:
        files |= {("biomass", y): name for y, name in sorted(config.biomass.files.items())}
    if config.soil:
        files["soil", None] = config.soil.file
    if config.stratum:
        files["stratum", None] = config.stratum.file
    sources: dict[Role, RasterSource] = {}
    for (section, year), name in files.items():
        path = faults.collect(partial(local_path, name, base, root=root))
        if path is None or section not in products:
            continue
        source, found = look(path, products[section], year=year)
        faults.extend(found)
        if section == "land_cover" and any(f.code == "raster-all-nodata" for f in found):
            faults.extend([finding("sinks", "year-without-classes", value=year, where=path.name)])
        if source is not None:
            sources[section, year] = source
    return sources


def _pixel_inspector(zones: Zones | None) -> Inspector:
    """Return an inspector that also reads the pixels around the zones."""
    bounds = None
    if zones is not None:
        west, south, east, north = shapely.total_bounds(zones.geometry)
        to_degrees = pyproj.Transformer.from_crs(zones.crs, "OGC:CRS84", always_xy=True)
        bounds = to_degrees.transform_bounds(west, south, east, north)

    def look(
        path: Path, product: Product, *, year: int | None = None
    ) -> tuple[RasterSource | None, list[Finding]]:
        return check_file(path, product, year=year, bounds=bounds)

    return look


def _zones(
    config: Config, base: Path, root: Path | None, where: str, faults: _Faults
) -> tuple[Region | None, Zones, Path, ZoneTree] | None:
    """Return the region, the counted zones, their file, and the reported zones."""
    if config.zones is not None:
        path = local_path(config.zones.path, base, root=root)
        zones, found = load_zones(
            path, code=config.zones.code, name=config.zones.name, datum=config.zones.datum
        )
        faults.extend(found)
        if zones is None:
            return None
        faults.extend(check_zones(zones, path.name))
        return None, zones, path, own_zones_tree(zones)
    region = load_region(str(config.inventory.region))
    level = region.level(str(config.inventory.level))
    if config.inventory.zones:
        region = region.restrict(config.inventory.zones)
        if level.id not in {x.id for x in region.levels}:
            known = ", ".join(x.id for x in region.levels)
            raise RefusedError(
                [
                    finding(
                        "sinks",
                        "config-level-unknown",
                        value=level.id,
                        where=f"{where}: inventory.level",
                        region=region.id,
                        known=known,
                    )
                ]
            )
    counted = region.finest_zones()
    return region, counted, region.folder / region.boundary.zones, region_tree(region, level.id)


def _views(config: Config, base: Path, root: Path | None, faults: _Faults) -> tuple[View, ...]:
    """Return the further zone layers; their features may overlap."""
    views = []
    for section in config.views:
        path = faults.collect(partial(local_path, section.path, base, root=root))
        if path is None:
            continue
        zones, found = load_zones(path, code=section.code, name=section.name, datum=section.datum)
        faults.extend(found)
        if zones is None:
            continue
        found = check_zones(zones, path.name)
        faults.extend([f for f in found if f.code not in _COVERAGE_FAULTS])
        if all(f.code in _COVERAGE_FAULTS for f in found):
            views.append(make_view(section.id, section.title or section.id, zones, path))
    return tuple(views)


def region_tree(region: Region, level: str) -> ZoneTree:
    """Return the tree of a region from its coarsest level down to ``level``."""
    ids = [x.id for x in region.levels]
    written = tuple(ids[: ids.index(level) + 1])
    table = region.ancestors()
    return ZoneTree(
        levels=written,
        ancestors={x: dict(zip(table.index, table[x], strict=True)) for x in written},
        names=dict(zip(region.zones["code"], region.zones["name_zh"], strict=True)),
    )


def own_zones_tree(zones: Zones) -> ZoneTree:
    """Return the tree of a user's own zones: themselves, and ALL above several."""
    own = {code: code for code in zones.codes}
    names = dict(zip(zones.codes, zones.names, strict=True))
    if len(own) == 1:
        return ZoneTree(levels=("zone",), ancestors={"zone": own}, names=names)
    return ZoneTree(
        levels=("all", "zone"),
        ancestors={"all": dict.fromkeys(own, "ALL"), "zone": own},
        names={**names, "ALL": "合计"},
    )
