"""The TOML file of a product, checked: every fault named at once, each as a finding.

A legend is data that a user writes by hand, so a slip must be told with its place and its
remedy. Two checks run on every file, whether or not the other finds faults: the shape of each
key (pydantic; an unknown key is refused, for a misspelt one would silently take a default), and
what keys say of each other (a code twice, nodata that is also a class, a depth without soil).
"""

from __future__ import annotations

import math
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    ValidationError,
    field_validator,
)
from pyproj import CRS
from pyproj.exceptions import CRSError

from .errors import RefusedError
from .findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .findings import Finding

RESERVED_CODES = ("nodata", "outside", "none")
"""Words of the activity table for land without a class; no class may be called so."""


class ProductKind(StrEnum):
    """What the pixels of a product are."""

    LAND_COVER = "land_cover"
    BIOMASS = "biomass"
    SOIL = "soil"
    STRATUM = "stratum"
    NPP = "npp"
    """Net primary production of a year."""
    RESPIRATION = "respiration"
    """Heterotrophic respiration of a year."""


class Ecosystem(StrEnum):
    """The ecosystems that a land-cover class may belong to; ``wetland`` excludes open water."""

    FOREST = "forest"
    SHRUB = "shrub"
    GRASSLAND = "grassland"
    WETLAND = "wetland"
    CROPLAND = "cropland"
    SETTLEMENT = "settlement"
    WATER = "water"
    DESERT = "desert"
    OTHER = "other"


class IpccCategory(StrEnum):
    """The six land categories of IPCC 2006 Guidelines Vol 4 Ch 3."""

    FOREST_LAND = "Forest Land"
    CROPLAND = "Cropland"
    GRASSLAND = "Grassland"
    WETLANDS = "Wetlands"
    SETTLEMENTS = "Settlements"
    OTHER_LAND = "Other Land"


class Unit(StrEnum):
    """Units of an amount per area; dry matter and carbon are never the same thing."""

    MG_DRY_MATTER_PER_HA = "Mg/ha dry matter"
    T_DRY_MATTER_PER_HA = "t/ha dry matter"
    KG_DRY_MATTER_PER_M2 = "kg/m2 dry matter"
    G_DRY_MATTER_PER_M2 = "g/m2 dry matter"
    MG_C_PER_HA = "Mg C/ha"
    T_C_PER_HA = "t C/ha"
    KG_C_PER_M2 = "kg C/m2"
    G_C_PER_M2 = "g C/m2"
    T_C_PER_HA_YEAR = "t C/ha/yr"
    KG_C_PER_M2_YEAR = "kg C/m2/yr"
    G_C_PER_M2_YEAR = "g C/m2/yr"

    @property
    def is_carbon(self) -> bool:
        """Whether it counts carbon, not dry matter."""
        return " C/" in self

    @property
    def is_flow(self) -> bool:
        """Whether it is an amount per year, not an amount that is there."""
        return self.endswith("/yr")

    @property
    def t_per_ha(self) -> Fraction:
        """Tonnes per hectare in one unit: 1 kg/m2 = 10 t/ha, 1 g/m2 = 1/100 t/ha, exactly."""
        if self.startswith("kg"):
            return Fraction(10)
        return Fraction(1, 100) if self.startswith("g") else Fraction(1)


CLASS_KINDS = (ProductKind.LAND_COVER, ProductKind.STRATUM)
"""Kinds whose pixels are class values."""

FLOW_KINDS = (ProductKind.NPP, ProductKind.RESPIRATION)
"""Kinds whose pixels are amounts of carbon per year."""

_AMOUNT_KINDS = (ProductKind.BIOMASS, ProductKind.SOIL, *FLOW_KINDS)


def _whole_number_as_text(code: object) -> object:
    """Accept ``code = 10`` beside ``code = "10"``."""
    return str(code) if isinstance(code, int) and not isinstance(code, bool) else code


def _not_a_flag(number: object) -> object:
    """Refuse true and false where a number is meant."""
    if isinstance(number, bool):
        raise ValueError("a number is needed")  # noqa: TRY004 - pydantic reports ValueError
    return number


_Text = Annotated[str, Field(min_length=1)]
_Number = Annotated[float, BeforeValidator(_not_a_flag)]
_Positive = Annotated[_Number, Field(gt=0, allow_inf_nan=False)]
_Share = Annotated[_Number, Field(ge=0, le=1)]


class _Table(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClassRow(_Table):
    """One ``[[classes]]`` of the file."""

    code: Annotated[str, BeforeValidator(_whole_number_as_text), Field(pattern=r"^[\w.\-]{1,32}$")]
    value: StrictInt | None = None
    name_en: _Text | None = None
    name_zh: _Text | None = None
    ecosystem: Ecosystem | None = None
    subtype: _Text | None = None
    ipcc_category: IpccCategory | None = None
    color: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None
    note: _Text | None = None
    confirmed: _Text | None = None


class ProductFile(_Table):
    """A whole product TOML; docs/products.md explains every key."""

    id: Annotated[str, Field(pattern=r"^[\w.\-]{1,64}$")]
    kind: ProductKind
    name_en: _Text | None = None
    name_zh: _Text | None = None
    version: _Text | None = None
    years: _Text | None = None
    licence: _Text | None = None
    citation: _Text | None = None
    source: _Text | None = None
    confirmed: _Text | None = None
    note: _Text | None = None
    not_for_change: _Text | None = None
    not_for_change_zh: _Text | None = None
    known_bias: _Text | None = None
    known_bias_zh: _Text | None = None
    crs: _Text | None = None
    datum_note: _Text | None = None
    datum_note_zh: _Text | None = None
    nodata: tuple[_Number, ...] = ()
    unit: Unit | None = None
    scale: _Positive = 1.0
    valid_max: _Positive | None = None
    depth_cm: str | None = None
    date_correlation: _Share = 0.0
    date_correlation_source: _Text | None = None
    relative_error: Annotated[_Number, Field(ge=0, allow_inf_nan=False)] | None = None
    relative_error_source: _Text | None = None
    bands: dict[int, Annotated[StrictInt, Field(ge=1)]] = Field(default_factory=dict)
    classes: tuple[ClassRow, ...] = ()

    @field_validator("crs")
    @classmethod
    def _says_where(cls, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            crs = CRS.from_user_input(text)
        except CRSError as error:
            raise ValueError("PROJ does not know it") from error
        if not crs.is_geographic:
            raise ValueError("it is not geographic")
        named = crs.datum.name.lower() if crs.datum else "unknown"
        if "unknown" in named or "not specified" in named:
            raise ValueError("its datum is unknown too")
        return text

    @field_validator("bands")
    @classmethod
    def _each_once(cls, bands: dict[int, int]) -> dict[int, int]:
        if sorted(bands.values()) != list(range(1, len(bands) + 1)):
            raise ValueError("the years must name the bands 1, 2, ... of one file, each once")
        return bands

    @field_validator("depth_cm")
    @classmethod
    def _downwards(cls, text: str | None) -> str | None:
        if text is None:
            return None
        top, dash, bottom = text.partition("-")
        if not (dash and top.isdecimal() and bottom.isdecimal() and int(top) < int(bottom)):
            raise ValueError("not a depth")
        return text


def validate(raw: Mapping[str, Any], *, where: str) -> ProductFile:
    """Check the content of a product TOML and return it typed.

    Parameters
    ----------
    raw
        Content of the file as ``tomllib`` reads it.
    where
        Name of the file, for the findings.

    Raises
    ------
    RefusedError
        With one finding for every fault.

    """
    faults: list[Finding] = []
    product = None
    try:
        product = ProductFile.model_validate(raw)
    except ValidationError as error:
        faults += _shape_faults(error, raw, where)
    faults += _contradictions(raw, where)
    if product is None or faults:
        raise RefusedError(faults)
    return product


_CODES_BY_KEY = {
    "kind": ("product-kind-unknown", ProductKind),
    "unit": ("product-unit-unknown", Unit),
    "ecosystem": ("product-ecosystem-unknown", Ecosystem),
    "ipcc_category": ("product-ipcc-unknown", IpccCategory),
}
_OTHER_CODES_BY_KEY = {
    "color": "product-color",
    "depth_cm": "product-depth",
    "crs": "product-crs",
    "code": "product-code",
}


def _shape_faults(error: ValidationError, raw: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """Translate pydantic's errors, each with the place as it stands in the file."""
    for fault in error.errors(include_url=False):
        loc = [part for part in fault["loc"] if part != "[key]"]
        key = str(loc[-1])
        if len(loc) > 1 and isinstance(loc[-1], int):
            key = str(loc[-2])
        place = _place(raw, loc, where)
        shown = "" if isinstance(fault["input"], dict | list) else fault["input"]
        reason = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing":
            yield finding("rasters", "product-key-missing", value=key, where=place)
        elif fault["type"] == "extra_forbidden":
            yield finding("rasters", "product-key-unknown", value=key, where=place)
        elif key in _CODES_BY_KEY:
            code, known = _CODES_BY_KEY[key]
            listed = ", ".join(str(member.value) for member in known)
            yield finding("rasters", code, value=shown, where=place, known=listed)
        elif key in _OTHER_CODES_BY_KEY:
            code = _OTHER_CODES_BY_KEY[key]
            yield finding("rasters", code, value=shown, where=place, reason=reason)
        else:
            yield finding(
                "rasters", "product-value", value=shown, where=place, key=key, reason=reason
            )


def _place(raw: Mapping[str, Any], loc: Sequence[str | int], where: str) -> str:
    """Name a key of the file, and of a class its number and code."""
    if len(loc) > 1 and loc[0] == "classes" and isinstance(loc[1], int):
        row = raw["classes"][loc[1]]
        code = row.get("code", "?") if isinstance(row, dict) else "?"
        return f"{where}: [[classes]] {loc[1] + 1}, code {code}"
    return f"{where}: {'.'.join(str(part) for part in loc)}"


_KEYS_OF_KINDS = {
    "classes": CLASS_KINDS,
    "bands": CLASS_KINDS,
    "unit": _AMOUNT_KINDS,
    "scale": _AMOUNT_KINDS,
    "valid_max": _AMOUNT_KINDS,
    "relative_error": _AMOUNT_KINDS,
    "date_correlation": (ProductKind.BIOMASS, *FLOW_KINDS),
    "depth_cm": (ProductKind.SOIL,),
}


def _contradictions(raw: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """Yield what the keys say against each other, from whatever part of the file is readable."""
    kind = raw.get("kind")
    for key, kinds in _KEYS_OF_KINDS.items():
        meant = key in raw and not (key == "scale" and raw[key] == 1)  # the default, spelt out
        if meant and kind in list(ProductKind) and kind not in kinds:
            yield finding(
                "rasters",
                "product-key-kind",
                value=key,
                where=f"{where}: {key}",
                kind=kind,
                kinds=", ".join(kinds),
            )
    yield from _unit_faults(raw, kind, where)
    if kind not in CLASS_KINDS:
        return
    rows = raw.get("classes", [])
    if isinstance(rows, list) and not rows:
        yield finding("rasters", "product-no-classes", value=kind, where=where)
    given = raw.get("nodata", [])
    nodata = [n for n in given if _is_number(n)] if isinstance(given, list) else []
    for number in nodata:
        if not (math.isfinite(number) and number == int(number)):
            yield finding("rasters", "product-nodata-whole", value=number, where=f"{where}: nodata")
    if isinstance(rows, list):
        yield from _class_faults(
            rows, set(nodata), needs_ecosystem=kind == ProductKind.LAND_COVER, where=where
        )


def _unit_faults(raw: Mapping[str, Any], kind: object, where: str) -> Iterator[Finding]:
    """Yield a unit that the kind cannot have, or one that it must state."""
    place = f"{where}: unit"
    unit = raw.get("unit")
    if unit is None:
        if kind in FLOW_KINDS:  # maps of a flow come in all units: none can be assumed
            yield finding("rasters", "product-key-missing", value="unit", where=place)
        return
    if unit not in list(Unit) or kind not in _AMOUNT_KINDS:
        return
    if kind == ProductKind.SOIL and "dry matter" in unit:
        yield finding("rasters", "product-soil-unit", value=unit, where=place)
    if Unit(unit).is_flow != (kind in FLOW_KINDS):
        fitting = (u for u in Unit if u.is_flow == (kind in FLOW_KINDS))
        yield finding(
            "rasters", "product-flow-unit", value=unit, where=place, kind=kind,
            known=", ".join(fitting),
        )  # fmt: skip


def _class_faults(
    rows: Sequence[object], nodata: set[float], *, needs_ecosystem: bool, where: str
) -> Iterator[Finding]:
    """Yield codes and values given twice, reserved, missing or declared nodata."""
    codes: dict[str, int] = {}
    values: dict[int, str] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not isinstance(row.get("code"), str | int):
            continue
        code = str(row["code"])
        place = f"{where}: [[classes]] {number}, code {code}"
        if needs_ecosystem and "ecosystem" not in row:
            yield finding("rasters", "product-ecosystem-missing", value=code, where=place)
        if code.lower() in RESERVED_CODES:
            yield finding("rasters", "product-code-reserved", value=code, where=place)
        if code in codes:
            yield finding(
                "rasters", "product-code-twice", value=code, where=place, first=codes[code]
            )
        codes.setdefault(code, number)
        value = row.get("value", class_value(code))
        if value is None:
            yield finding("rasters", "product-value-missing", value=code, where=place)
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        if value in values:
            yield finding(
                "rasters", "product-value-twice", value=value, where=place, first=values[value]
            )
        values.setdefault(value, code)
        if value in nodata:
            yield finding("rasters", "product-nodata-class", value=value, where=place)


def class_value(code: str) -> int | None:
    """Return the raster value that a code stands for by itself, None where it is no number.

    Examples
    --------
    >>> class_value("0101"), class_value("-9"), class_value("05H1")
    (101, -9, None)

    """
    digits = code.removeprefix("-")
    return int(code) if digits.isascii() and digits.isdecimal() else None


def _is_number(number: object) -> bool:
    """Tell whether a TOML value is a number (true and false are not)."""
    return isinstance(number, int | float) and not isinstance(number, bool)
