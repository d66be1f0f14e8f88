"""Products: what the pixels of a raster mean, read from one TOML per product.

Raw codes are counted and translated afterwards by joining this legend, so that a legend can be
corrected without touching a raster and every figure keeps the code it came from. A packaged
product has an id; any other is the path of a TOML of the same form.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import RefusedError
from .findings import finding
from .product_schema import (
    CLASS_KINDS,
    Ecosystem,
    IpccCategory,
    ProductFile,
    ProductKind,
    Unit,
    class_value,
    validate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .findings import Finding

__all__ = [
    "Ecosystem",
    "IpccCategory",
    "LandClass",
    "Product",
    "ProductKind",
    "Unit",
    "describe_products",
    "load_product",
    "product_ids",
    "product_remarks",
]

_MAX_BYTES = 1_000_000
"""A legend of a thousand classes has 0.3 MB; more is a raster given by mistake."""

_ASSUMED_UNITS = {
    ProductKind.BIOMASS: Unit.MG_DRY_MATTER_PER_HA,
    ProductKind.SOIL: Unit.T_C_PER_HA,
}
"""Units of the published maps of these kinds; taking one is a warning, see product_remarks."""

_CONFIRMED_ZH = {"seen": "见于公开资料", "partly": "部分见于公开资料", "unconfirmed": "未核实"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LandClass:
    """One class of a land-cover or stratum product."""

    code: str
    """Code as the product writes it, such as "0101"; unique in its product."""
    value: int
    """Value of the raster's pixels."""
    name_en: str
    """English name; the code where the file gives none."""
    name_zh: str
    """Chinese name; the English name where the file gives none."""
    ecosystem: str | None
    """One of Ecosystem; None only in a stratum product."""
    subtype: str | None
    """Finer kind within the ecosystem, such as "marsh"."""
    ipcc_category: str | None
    """One of IpccCategory, such as "Forest Land"."""
    color: str | None
    """Colour for maps, #RRGGBB."""
    note: str | None
    """What a user of this class should know."""
    confirmed: str | None
    """How far the row was checked: text that begins with seen, partly or unconfirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A raster product: its classes or its unit, and where it comes from."""

    id: str
    """Identifier in inventory.toml."""
    kind: ProductKind
    """What its pixels are."""
    name_en: str
    """English name; the id where the file gives none."""
    name_zh: str
    """Chinese name; the English name where the file gives none."""
    version: str | None
    """Version the description was written for."""
    years: str | None
    """Years published, as text."""
    nodata: tuple[float, ...]
    """Pixel values without an observation, beside those that a file declares itself."""
    unit: Unit | None
    """Unit of the pixel value times ``scale``; None for classes."""
    scale: float
    """Amount of one pixel unit in ``unit``, 1 where the file gives none."""
    valid_max: float | None
    """Largest pixel value that the producer calls valid."""
    depth_cm: str | None
    """Soil layer, top-bottom in cm, such as "0-30"."""
    crs: str | None
    """What to take a file for whose own CRS is geographic with an unknown datum."""
    datum_note: str | None
    """Why, in English."""
    datum_note_zh: str | None
    """Why, in Chinese."""
    licence: str | None
    """Licence of the data."""
    citation: str | None
    """How the producer asks to be cited."""
    source: str | None
    """Where the data are published."""
    confirmed: str | None
    """How far this description was checked."""
    note: str | None
    """What a user of the product should know."""
    not_for_change: str | None
    """Why two of its dates must not be compared, in English; None where they may."""
    not_for_change_zh: str | None
    """The same in Chinese."""
    known_bias: str | None
    """How its values are known to be off in the packaged regions, in English."""
    known_bias_zh: str | None
    """The same in Chinese."""
    date_correlation: float
    """Correlation of the errors of two dates, 0 to 1; 0 where the file gives none."""
    date_correlation_source: str | None
    """Where that correlation was published."""
    relative_error: float | None
    """Half-width of the 95 % interval of a regional mean over its value; None: not stated."""
    relative_error_source: str | None
    """Where that error was published."""
    bands: tuple[tuple[int, int], ...]
    """Pairs (year, band) of files that hold several years, ascending."""
    classes: tuple[LandClass, ...]
    """Classes in the order of the file; empty for amounts."""
    unit_assumed: bool
    """Whether ``unit`` was not stated but taken as usual for the kind."""
    path: Path
    """The TOML file."""

    def band(self, year: int, *, count: int) -> int | None:
        """Return the band of ``year`` in a file of ``count`` bands, None where it is unknown.

        A file with another number of bands than the product lists is of another series, whose
        bands are other years.

        Examples
        --------
        >>> glc = load_product("glc_fcs30d")
        >>> glc.band(2020, count=23), glc.band(2020, count=1), glc.band(2023, count=23)
        (21, 1, None)

        """
        if count == 1:
            return 1
        return dict(self.bands).get(year) if count == len(self.bands) else None


def product_ids() -> tuple[str, ...]:
    """Return the ids of the packaged products, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_product(id_or_path: str | Path) -> Product:
    """Read a packaged product by its id, or any product by the path of its TOML.

    Parameters
    ----------
    id_or_path
        An id of ``product_ids``, which wins over a file of that name, or a path.

    Raises
    ------
    RefusedError
        With a finding for every fault of the file, or one that the product is unknown.

    Examples
    --------
    >>> clcd = load_product("clcd")
    >>> [c.code for c in clcd.classes if c.ecosystem == "forest"], clcd.nodata
    (['2'], (0.0,))

    """
    if isinstance(id_or_path, str) and id_or_path in product_ids():
        path = Path(str(_folder() / f"{id_or_path}.toml"))
    else:
        path = Path(id_or_path)
        if not path.is_file():
            known = ", ".join(product_ids())
            raise RefusedError(
                [finding("rasters", "product-unknown", value=id_or_path, where=path, known=known)]
            )
    return _build(validate(_read(path), where=path.name), path)


def product_remarks(product: Product, *, years: Sequence[int] = ()) -> list[Finding]:
    """Return the warnings and notes on using a product for an inventory of ``years``.

    A trial may go on with all of them; what an official run makes of them is the caller's.
    """
    words = {"where": product.path.name, "product": product.id}
    remarks: list[Finding] = []
    if product.unit_assumed:
        remarks.append(finding("rasters", "product-unit-assumed", value=product.unit, **words))
    missing = _missing(product)
    if missing:
        remarks.append(finding("rasters", "product-incomplete", value=", ".join(missing), **words))
    if product.date_correlation > 0 and product.date_correlation_source is None:
        remarks.append(
            finding(
                "rasters",
                "product-correlation-unsourced",
                value=product.date_correlation,
                **words,
            )
        )
    if product.not_for_change is not None and len(years) > 1:
        remarks.append(
            finding(
                "rasters",
                "product-not-for-change",
                value=", ".join(str(year) for year in years),
                reason_en=product.not_for_change,
                reason_zh=product.not_for_change_zh or product.not_for_change,
                **words,
            )
        )
    if product.known_bias is not None:
        remarks.append(
            finding(
                "rasters",
                "product-known-bias",
                value=product.known_bias,
                reason_zh=product.known_bias_zh or product.known_bias,
                **words,
            )
        )
    unsure = [c.code for c in product.classes if _level(c.confirmed) == "unconfirmed"]
    if unsure:
        remarks.append(finding("rasters", "product-unconfirmed", value=", ".join(unsure), **words))
    return remarks


def describe_products(lang: str) -> list[dict[str, str | int]]:
    """Return one row per packaged product, in the order of their ids, for a listing.

    Parameters
    ----------
    lang
        ``"zh"`` or ``"en"``, the language of ``name`` and ``confirmed``.

    Returns
    -------
    list of dict
        With id, kind, name, classes (their number), unit, depth_cm, years, licence and
        confirmed (how many classes were checked how far); empty text where not stated.

    """
    rows: list[dict[str, str | int]] = []
    for name in product_ids():
        product = load_product(name)
        rows.append(
            {
                "id": product.id,
                "kind": str(product.kind),
                "name": product.name_zh if lang == "zh" else product.name_en,
                "classes": len(product.classes),
                "unit": str(product.unit or ""),
                "depth_cm": product.depth_cm or "",
                "years": product.years or "",
                "licence": product.licence or "",
                "confirmed": _confirmed(product, lang),
            }
        )
    return rows


def _folder() -> Any:  # noqa: ANN401 - importlib's Traversable has no public name in 3.11
    """Return the folder of the packaged products."""
    return files("rasters").joinpath("products")


def _read(path: Path) -> dict[str, Any]:
    """Read a product TOML of sane size."""
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise RefusedError(
                [
                    finding(
                        "rasters",
                        "product-too-large",
                        value=size,
                        where=path.name,
                        limit=_MAX_BYTES,
                    )
                ]
            )
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RefusedError(
            [finding("rasters", "product-unreadable", value=error.strerror, where=path.name)]
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RefusedError(
            [finding("rasters", "product-not-toml", value=error, where=path.name)]
        ) from error


def _build(content: ProductFile, path: Path) -> Product:
    """Make the product of a checked file."""
    stated = content.model_dump(exclude={"classes", "bands", "name_en", "name_zh", "unit"})
    name_en = content.name_en or content.name_zh or content.id
    unit = content.unit or _ASSUMED_UNITS.get(content.kind)
    return Product(
        **stated,
        name_en=name_en,
        name_zh=content.name_zh or name_en,
        unit=unit,
        unit_assumed=unit is not None and content.unit is None,
        bands=tuple(sorted(content.bands.items())),
        classes=_classes(content),
        path=path,
    )


def _classes(content: ProductFile) -> tuple[LandClass, ...]:
    """Make the classes of a checked file; a row without ``confirmed`` takes the file's."""
    made = []
    for row in content.classes:
        value = class_value(row.code) if row.value is None else row.value
        if value is None:  # validate has refused such a row
            continue
        stated = row.model_dump(exclude={"value", "name_en", "name_zh", "confirmed"})
        name_en = row.name_en or row.name_zh or row.code
        made.append(
            LandClass(
                **stated,
                value=value,
                name_en=name_en,
                name_zh=row.name_zh or name_en,
                confirmed=row.confirmed or content.confirmed,
            )
        )
    return tuple(made)


def _missing(product: Product) -> list[str]:
    """Name what an official run needs and the file does not state."""
    wanted: dict[str, object] = {"licence": product.licence, "citation": product.citation}
    if product.kind is ProductKind.SOIL:
        wanted["depth_cm"] = product.depth_cm
    if product.kind is ProductKind.LAND_COVER and any(
        c.ipcc_category is None for c in product.classes
    ):
        wanted["ipcc_category"] = None
    if product.crs is not None:
        wanted["datum_note"] = product.datum_note
    return [key for key, value in wanted.items() if value is None]


def _level(confirmed: str | None) -> str:
    """Return seen, partly, unconfirmed or (free text or nothing) an empty word."""
    word = (confirmed or "").partition(":")[0].strip()
    return word if word in _CONFIRMED_ZH else ""


def _confirmed(product: Product, lang: str) -> str:
    """Say how many classes were checked how far, or what the file says of itself."""
    if product.kind not in CLASS_KINDS:
        level = _level(product.confirmed)
        return _CONFIRMED_ZH.get(level, level) if lang == "zh" else level
    counts = Counter(_level(c.confirmed) for c in product.classes)
    shown = [(level, counts[level]) for level in _CONFIRMED_ZH if counts[level]]
    if lang == "zh":
        return "，".join(f"{number} 类{_CONFIRMED_ZH[level]}" for level, number in shown)
    return ", ".join(f"{number} {level}" for level, number in shown)
