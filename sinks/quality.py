"""Quality gates: each a row with a value, a limit and a verdict, loud when it fails.

A gate passes or fails; a figure that no limit can judge is ``shown``. Nothing here changes a
result: a failed gate blocks the status ``official`` and stands on the cover.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .accounts.sensitivity import PRODUCTS
from .accounts.totals import ONE_SIDED_LIMIT
from .distributions import mean_of
from .records import records
from .tabulate import MICRO, roll_up
from .units import MM2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from numpy.typing import NDArray

    from .categories import Ecosystem
    from .distributions import Factor
    from .inventory import Inventory
    from .methods import Remark
    from .stocks import Side
    from .zone_tree import ZoneTree

CLOSURE_LIMIT = 1e-6
"""Largest difference of polygon and counted area, as a share (CONTRACT)."""
UNCLASSIFIED_LIMIT = 0.01
"""Largest share of a zone without a class (METHOD G9)."""
ONE_YEAR_LIMIT = 0.01
"""Largest share of the stock that one year alone sees (METHOD G9)."""
MEAN_SHIFT_LIMIT = 0.01
"""Shift of the mean of the draws of a source, as a share of its value, that is shown."""
JOINT_SHARE_LIMIT = 0.1
"""Share of the variance that single sources leave unexplained and that is shown (our choice)."""
FALLBACK_LIMIT = 0.05
"""Largest share of the biomass ecosystems' area without a biomass pixel (CONTRACT)."""


@dataclass(slots=True)
class Gates:
    """The rows of quality.csv as they are judged."""

    rows: list[tuple[str, str, object, object, str]] = field(default_factory=list)
    """Check, zone code (blank: the whole run), value, limit, verdict."""

    def at_most(self, check: str, zone: str, value: float, limit: float) -> None:
        """Judge a value against its largest allowed size."""
        self.rows.append((check, zone, value, limit, "pass" if value <= limit else "fail"))

    def within(self, check: str, zone: str, value: float, band: tuple[float, float]) -> None:
        """Judge a value against a band, both ends allowed."""
        inside = band[0] <= value <= band[1]
        shown = f"[{band[0]:g}, {band[1]:g}]"
        self.rows.append((check, zone, value, shown, "pass" if inside else "fail"))

    def show(self, check: str, zone: str, value: object, limit: object = "") -> None:
        """Show a value that no limit judges."""
        self.rows.append((check, zone, value, limit, "shown"))

    def table(self) -> pd.DataFrame:
        """Return quality.csv, in the order in which it was judged."""
        return pd.DataFrame(self.rows, columns=["check", "zone_code", "value", "limit", "verdict"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Covered:
    """What is judged of the coverage of a zone, millionths of a hectare."""

    zone_code: str
    year: int
    polygon: int
    classified: int
    nodata: int
    outside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reconciled:
    """What is judged of a row of reconciliation.csv, t C."""

    zone_code: str
    year0: int
    year1: int
    stock0_t_c: Decimal
    stock1_t_c: Decimal
    change_common_t_c: Decimal
    only_year0_t_c: Decimal
    only_year1_t_c: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loss:
    """What is judged of the losses without an estimated gain."""

    zone_code: str
    year0: int
    year1: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """Area without a pixel value in millionths of a hectare, of the whole where it matters."""

    zone_code: str
    whole: int
    gap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _JointShare:
    """What no source alone explains of the variance of a total."""

    zone_code: str
    quantity: str
    scope: str
    year0: float
    year1: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A remark of the methods on a zone, in millionths."""

    check: str
    zone_code: str
    micro: int


def closure(gates: Gates, coverage: pd.DataFrame, geodesic_m2: Mapping[str, float]) -> None:
    """Judge area closure and the unclassified share; show the geodesic difference.

    Parameters
    ----------
    gates
        Where the rows go.
    coverage
        What :func:`sinks.coverage.coverage` returns.
    geodesic_m2
        Geodesic area of the zones that have one.

    """
    for row in records(coverage, _Covered):
        counted = row.classified + row.nodata + row.outside
        gates.at_most(
            f"area_closure[{row.year}]",
            row.zone_code,
            _share(abs(counted - row.polygon), row.polygon),
            CLOSURE_LIMIT,
        )
        gates.at_most(
            f"unclassified_share[{row.year}]",
            row.zone_code,
            _share(row.nodata + row.outside, row.polygon),
            UNCLASSIFIED_LIMIT,
        )
    for row in records(coverage.drop_duplicates("zone_code"), _Covered):
        if row.zone_code in geodesic_m2:
            polygon_m2 = row.polygon / MICRO * 1e4
            gates.show(
                "geodesic_area_difference_share",
                row.zone_code,
                _share(polygon_m2 - geodesic_m2[row.zone_code], polygon_m2),
            )


def official_areas(gates: Gates, coverage: pd.DataFrame, official_ha: Mapping[str, float]) -> None:
    """Show how far the polygons are from the published areas, ha; never a gate."""
    for row in records(coverage.drop_duplicates("zone_code"), _Covered):
        if row.zone_code in official_ha:
            official = official_ha[row.zone_code]
            gates.show(
                "official_area_difference_ha",
                row.zone_code,
                row.polygon / MICRO - official,
                official,
            )


def conservation(gates: Gates, inventory: Inventory, tree: ZoneTree) -> None:
    """Judge that every level adds up to the coarsest, t C."""
    for name, table, column in (
        ("stocks", inventory.stocks, "stock_t_c"),
        ("changes", inventory.changes, "change_t_c"),
    ):
        sums = {
            level: sum(table.loc[table["level"] == level, column].dropna(), start=0)
            for level in tree.levels
        }
        whole = sums[tree.levels[0]]
        for level in tree.levels[1:]:
            gates.at_most(f"roll_up_{name}[{level}]", "", float(abs(sums[level] - whole)), 0.0)


def matrix(gates: Gates, activity: pd.DataFrame, exact_areas: pd.DataFrame) -> None:
    """Judge that rows and columns of every transition matrix are the areas of the dates, ha.

    Parameters
    ----------
    gates
        Where the rows go.
    activity
        The activity table.
    exact_areas
        ``zone_code`` (finest), ``year, code, area_mm2`` as exact integers.

    """
    compared = activity[activity["year1"].notna()]
    for which, side in ((0, "rows"), (1, "columns")):
        for years, rows in compared.groupby(["year0", "year1"]):
            year0, year1 = (int(str(year)) for year in years)
            dated = exact_areas[exact_areas["year"].eq(year1 if which else year0)]
            areas, sums = _by_class(dated, "code"), _by_class(rows, f"code{which}")
            worst: dict[str, int] = {}
            for zone, code in {*areas, *sums}:
                gap = abs(sums.get((zone, code), 0) - areas.get((zone, code), 0))
                worst[zone] = max(worst.get(zone, 0), gap)
            for zone in sorted(worst):
                gates.at_most(
                    f"transition_{side}[{year0}-{year1}]", zone, worst[zone] / MM2_PER_HA, 0.0
                )


def footprints(gates: Gates, inventory: Inventory) -> None:
    """Judge the stock that one year alone sees, and what the reconciliation leaves over."""
    for row in records(inventory.reconciliation, _Reconciled):
        only = abs(row.only_year0_t_c) + abs(row.only_year1_t_c)
        whole = max(abs(row.stock0_t_c), abs(row.stock1_t_c))
        pair = f"{row.year0}-{row.year1}"
        gates.at_most(
            f"stock_in_one_year_only[{pair}]", row.zone_code, _share(only, whole), ONE_YEAR_LIMIT
        )
        residual = (
            row.stock1_t_c
            - row.stock0_t_c
            - row.change_common_t_c
            - row.only_year1_t_c
            + row.only_year0_t_c
        )
        gates.at_most(
            f"reconciliation_residual_share[{pair}]",
            row.zone_code,
            _share(abs(residual), whole),
            CLOSURE_LIMIT,
        )


def one_sided(gates: Gates, losses: pd.DataFrame) -> None:
    """Judge the share of losses whose gain is not estimated, over the whole land."""
    for row in records(losses[losses["scope"] == "all"], _Loss):
        gates.at_most(
            f"one_sided_loss_share[{row.year0}-{row.year1}]",
            row.zone_code,
            float(row.share),
            ONE_SIDED_LIMIT,
        )


def pixel_coverage(
    gates: Gates,
    sides: Iterable[tuple[pd.DataFrame, Side]],
    *,
    tree: ZoneTree,
    ecosystems: Mapping[str, Ecosystem],
    biomass: frozenset[Ecosystem],
    soil_from_map: bool,
) -> None:
    """Judge the table fallback of biomass; show the land without a soil value.

    Parameters
    ----------
    gates
        Where the rows go.
    sides
        The activity rows of each year and the side that shows them.
    tree
        Zones to report.
    ecosystems
        Ecosystem of each class code.
    biomass
        Ecosystems whose biomass comes from pixels; empty where no raster is given.
    soil_from_map
        Whether the soil comes from a map.

    """
    wanted = {str(ecosystem) for ecosystem in biomass}
    for rows, side in sides:
        base = pd.DataFrame({"zone_code": rows["zone_code"], "year": side.year})
        of = np.array([str(ecosystems.get(code, "")) in wanted for code in side.code], dtype=bool)
        if wanted:
            gap = side.area_ha - side.biomass_area_ha
            for row in _gaps(base, np.where(of, side.area_ha, 0), np.where(of, gap, 0), tree):
                gates.at_most(
                    f"biomass_table_fallback_share[{side.year}]",
                    row.zone_code,
                    max(_share(row.gap, row.whole), 0.0),
                    FALLBACK_LIMIT,
                )
        if soil_from_map:
            gap = np.where(side.classified, side.area_ha - side.soil_area_ha, 0)
            for row in _gaps(base, side.area_ha, gap, tree):
                gates.show(
                    f"area_without_soil_value_ha[{side.year}]",
                    row.zone_code,
                    max(row.gap / MICRO, 0.0),
                )


def remarks(gates: Gates, said: Iterable[Remark], tree: ZoneTree) -> None:
    """Show what the methods assumed or left out, summed to every zone.

    Parameters
    ----------
    gates
        Where the rows go.
    said
        Remarks by reported or counted zone; one without a zone is of the whole run.
    tree
        Zones to report.

    """
    rows = pd.DataFrame(
        [(r.check, r.zone_code, round(r.value * MICRO)) for r in said],
        columns=["check", "zone_code", "micro"],
    )
    for check in rows.loc[rows["zone_code"].eq(""), "check"].drop_duplicates():
        gates.show(str(check), "", 1)
    placed = rows[rows["zone_code"].ne("")]
    if len(placed):
        summed = roll_up(placed, ["check"], ["micro"], tree)
        for row in records(summed, _Said):
            gates.show(row.check, row.zone_code, row.micro / MICRO)


def mean_shifts(gates: Gates, factors: Iterable[Factor]) -> None:
    """Show by how much the mean of the draws of a source leaves its value, as a share of it.

    Parameters
    ----------
    gates
        Where the rows go, one for every source that moves by more than ``MEAN_SHIFT_LIMIT``.
    factors
        The sources that the figures rest on.

    """
    for factor in sorted(factors, key=lambda factor: factor.key):
        if factor.value != 0:
            shift = mean_of(factor) / factor.value - 1
            if abs(shift) > MEAN_SHIFT_LIMIT:
                gates.show(f"mean_shift_share[{factor.key}]", "", shift, MEAN_SHIFT_LIMIT)


def joint_shares(gates: Gates, sensitivity: pd.DataFrame, tree: ZoneTree) -> None:
    """Show the totals of which products of sources explain more than a tenth, either way.

    Above that the ranking of single sources says little: the errors are large or the figure is
    far from linear in them. Below zero it is more than the sampling error of the draws explains.

    Parameters
    ----------
    gates
        Where the rows go, one for every total above ``JOINT_SHARE_LIMIT``.
    sensitivity
        sensitivity.csv.
    tree
        Zones to report; totals of the coarsest level are looked at.

    """
    whole = sensitivity["level"].eq(tree.levels[0]) & sensitivity["source"].eq(PRODUCTS)
    rows = sensitivity[whole]
    for row in records(rows[rows["share"].astype(float).abs() > JOINT_SHARE_LIMIT], _JointShare):
        period = row.year1 if pd.isna(row.year0) else f"{row.year0:.0f}-{row.year1}"
        gates.show(
            f"variance_of_products_share[{row.quantity}][{row.scope}][{period}]",
            row.zone_code,
            float(row.share),
            JOINT_SHARE_LIMIT,
        )


def outside_intervals(gates: Gates, totals: pd.DataFrame) -> None:
    """Show how many totals lie outside of their own interval: a sign of skewed sources."""
    known = totals[totals["value_t_c"].notna()]
    value, low, high = (
        known[name].astype("float64") for name in ("value_t_c", "low_t_c", "high_t_c")
    )
    digits = value.abs() * 1e-8  # a bound has nine significant digits
    outside = (value < low - digits) | (value > high + digits)
    gates.show("totals_outside_their_interval", "", int(outside.sum()), 0)


def _by_class(rows: pd.DataFrame, code: str) -> dict[tuple[str, str], int]:
    """Return the exact area of each zone and class, mm2."""
    sums: dict[tuple[str, str], int] = {}
    for zone, named, area in zip(rows["zone_code"], rows[code], rows["area_mm2"], strict=True):
        sums[zone, named] = sums.get((zone, named), 0) + int(area)
    return sums


def _gaps(
    base: pd.DataFrame, whole: NDArray[np.float64], gap: NDArray[np.float64], tree: ZoneTree
) -> Iterator[_Gap]:
    """Yield areas (ha) of the rows of ``base`` as sums of every zone."""
    table = base.assign(
        whole=np.rint(whole * MICRO).astype(np.int64), gap=np.rint(gap * MICRO).astype(np.int64)
    )
    return records(roll_up(table, ["year"], ["whole", "gap"], tree), _Gap)


def _share(part: float | Decimal, whole: float | Decimal) -> float:
    """Return part / whole, 0 where there is no whole."""
    return float(part) / float(whole) if whole else 0.0
