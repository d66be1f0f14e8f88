"""Everything a run needs, opened and checked before anything is computed.

``tanhui check`` ends here, ``tanhui run`` starts here: both list every finding at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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

from .accuracy import Sample, read_sample
from .allometry import SMOOTH_EDGES
from .categories import Ecosystem, IpccCategory, Status
from .coefficients import read_register
from .config import load_config
from .densities import root_shoot_edges
from .export.meta import Text
from .method_inputs import MethodInputs, check_methods, read_inputs
from .plots import with_plots
from .productivity import NPP_SECTION, RESPIRATION_SECTION, check_productivity
from .regions import load_region
from .sink_zones import SinkZones, read_sink_zones
from .views import View, make_view
from .zone_tree import ZoneTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
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
    sink_zones: SinkZones | None
    """How the land is divided into sink zones; None where it is not."""
    sample: Sample | None
    """The accuracy sample of the change map; None where there is none."""
    plot_files: tuple[Path, ...]
    """The user's own plots."""
    statistics: MethodInputs
    """Volumes, areas and losses by zone."""
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

    @property
    def ipcc_categories(self) -> dict[str, IpccCategory]:
        """IPCC category of each land-cover class code: the legend's, else its ecosystem's."""
        return {
            c.code: IpccCategory(c.ipcc_category)
            if c.ipcc_category is not None
            else Ecosystem(c.ecosystem).ipcc_category
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
    faults.extend(check_productivity(config, path.name))
    products = _products(config, base, root, faults)
    zones = faults.collect(lambda: _zones(config, base, root, path.name, faults))
    views = _views(config, base, root, faults)
    sink_zones = _sink_zones(config, base, root, zones[1] if zones is not None else None, faults)
    look = _pixel_inspector(zones[1] if zones is not None else None) if pixels else inspect
    sources = _sources(config, base, root, products, look, faults)
    tables = _tables(config, base, root, faults)
    register, found = read_register(tables)
    faults.extend(found)
    plot_files = _local_paths(config.coefficients.plots, base, root, faults)
    register, found = with_plots(register, plot_files)
    faults.extend(found)
    sample = _sample(config, base, root, path.name, faults)
    statistics = MethodInputs()
    if zones is not None:
        statistics, found = read_inputs(
            config, base=base, root=root, tree=zones[3], region=zones[0]
        )
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
        sink_zones=sink_zones,
        sample=sample,
        plot_files=tuple(plot_files),
        edges=SMOOTH_EDGES
        if config.biomass is not None and config.biomass.roots == "mokany"
        else root_shoot_edges(register, codes=codes, mapped=mapped, strata=["none", *strata]),
        statistics=statistics,
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
    """List what the methods and the status ask of each other and of the sections."""
    found = check_methods(config, where)
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
        NPP_SECTION: (config.npp, ProductKind.NPP),
        RESPIRATION_SECTION: (
            config.npp.respiration if config.npp else None,
            ProductKind.RESPIRATION,
        ),
    }
    products: dict[str, Product] = {}
    for section, (given, kind) in wanted.items():
        if given is None:
            continue
        product = faults.collect(partial(_product, given.product, base, root))
        if product is None:
            continue
        years = config.map_years if kind is ProductKind.LAND_COVER else config.inventory.years
        years = years if kind is not ProductKind.SOIL else ()
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
    if config.npp:
        files |= {(NPP_SECTION, y): name for y, name in sorted(config.npp.files.items())}
        mapped = config.npp.respiration.files if config.npp.respiration else {}
        files |= {(RESPIRATION_SECTION, y): name for y, name in sorted(mapped.items())}
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
    bounds = zones.lonlat_bounds() if zones is not None else None

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


def _sink_zones(
    config: Config, base: Path, root: Path | None, zones: Zones | None, faults: _Faults
) -> SinkZones | None:
    """Return how the land is divided into sink zones; None where it is not."""
    section = config.sink_zones
    if section is None:
        return None
    read = faults.collect(lambda: read_sink_zones(section, base=base, root=root, zones=zones))
    if read is None:
        return None
    faults.extend(read[1])
    return read[0]


def _local_paths(
    names: Iterable[str], base: Path, root: Path | None, faults: _Faults
) -> list[Path]:
    """Return files beside the config that the run may read."""
    found = [faults.collect(partial(local_path, name, base, root=root)) for name in names]
    return [path for path in found if path is not None]


def _sample(
    config: Config, base: Path, root: Path | None, where: str, faults: _Faults
) -> Sample | None:
    """Return the accuracy sample of the change map, None where there is none."""
    read = faults.collect(lambda: read_sample(config, base=base, root=root, where=where))
    if read is None:
        return None
    faults.extend(read[1])
    return read[0]


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
