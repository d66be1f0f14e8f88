"""Land use change and forestry as the provincial inventory guideline counts it.

Growing stock of arbor and of scattered trees grows by a rate and is consumed by a rate; bamboo,
economic forest and shrub change with their area; converted forest is burnt on site, burnt off
site or decays, whatever it becomes. What stands there afterwards is ``biomass_after`` of the
guideline: the method of the land it enters counts no living biomass of it. An expansion factor
is of the whole tree (``bef_whole``) or above ground (``bef_above``): the name of the parameter
says which, so that it cannot be forgotten, and only the latter is multiplied with the roots.

Source: 省级温室气体清单编制指南（试行）, land use change and forestry (METHOD A12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.categories import Pool
from sinks.statistics import Quantity

from .asking import Asking, Land
from .gathering import Gathered
from .land import LIVING, classes_of, land_use, lost_stands
from .volume import require

if TYPE_CHECKING:
    from sinks.categories import Ecosystem
    from sinks.coefficient_rows import Coefficient
    from sinks.statistics import Statistic
    from sinks.stocks import Side

    from .land import LandUse
    from .protocol import ChangeTerms, Context

BIOMASS = "biomass"
"""The pool of this method: living biomass above and below ground, not told apart."""
GROWING, PLANTED = ("arbor", "scattered"), ("bamboo", "economic", "shrub")
"""Strata whose growing stock grows, and strata whose area changes."""
_CONVERTED = (
    ("onsite_burnt", "onsite_oxidised"),
    ("offsite_burnt", "offsite_oxidised"),
    ("decayed",),
)  # shares of the biomass of converted forest, each with what it is multiplied with


class LandUseChangeForestry:
    """The provincial inventory method."""

    id = "lucf"
    name_zh = "省级清单法"
    pools: frozenset[str] = frozenset({BIOMASS})

    def change_terms(self, side0: Side, side1: Side, context: Context) -> ChangeTerms:
        """Return growth less consumption, planted area and converted forest."""
        use = land_use(side0, side1, context)
        gathered, asking = Gathered(context.atoms, len(side0.code)), Asking(self.id, context)
        if context.is_view:
            return gathered.terms()
        require(asking, use, side1, Quantity.VOLUME, (side0.year, side1.year))
        for ecosystem in sorted(use.ecosystems):
            self._volumes(gathered, asking, ecosystem, side0.year, side1.year)
            self._areas(gathered, asking, ecosystem, side0.year, side1.year)
        self._converted(gathered, asking, use, side0)
        gathered.cover(BIOMASS, use.of_method)
        lost = lost_stands(side0, use.arrives, context, LIVING)
        gathered.ready(lost.assign(pool=BIOMASS))
        asking.refuse()
        return gathered.terms()

    def _volumes(
        self, gathered: Gathered, asking: Asking, ecosystem: Ecosystem, year0: int, year1: int
    ) -> None:
        """Add growth and consumption of the growing stock, the mean of both dates each year."""
        activity, years = asking.context.activity, year1 - year0
        for zone, stratum in activity.strata(Quantity.VOLUME, ecosystem):
            land = Land(ecosystem=ecosystem, stratum=stratum, zone_code=zone)
            if not _known(asking, stratum, GROWING):
                continue
            trees = _tree_carbon(asking, land)
            rates = asking.rows(land, ("growth_rate", None), ("consumption_rate", None))
            for row in _both(asking, Quantity.VOLUME, ecosystem, land, (year0, year1)):
                if rates is None:
                    continue
                for rate, sign in zip(rates, (1.0, -1.0), strict=True):
                    for rows in trees:
                        gathered.zone(
                            activity.places.reported[zone], ecosystem, BIOMASS, (*rows, rate),
                            sign * row.value * years / 2, errors=[row.key],
                        )  # fmt: skip

    def _areas(
        self, gathered: Gathered, asking: Asking, ecosystem: Ecosystem, year0: int, year1: int
    ) -> None:
        """Add the biomass of the area that bamboo, economic forest and shrub gained or lost."""
        activity = asking.context.activity
        for zone, stratum in activity.strata(Quantity.AREA, ecosystem):
            land = Land(ecosystem=ecosystem, stratum=stratum, zone_code=zone)
            if not _known(asking, stratum, (*GROWING, *PLANTED)) or _kind(stratum) in GROWING:
                continue
            rows = asking.rows(land, ("biomass", None), ("carbon_fraction", None))
            dated = _both(asking, Quantity.AREA, ecosystem, land, (year0, year1))
            if rows is None or len(dated) < 2:  # noqa: PLR2004 - the two dates
                continue
            for row, sign in zip(dated, (-1.0, 1.0), strict=True):
                place = activity.places.reported[zone]
                gathered.zone(place, ecosystem, BIOMASS, rows, sign * row.value, errors=[row.key])

    def _converted(self, gathered: Gathered, asking: Asking, use: LandUse, side0: Side) -> None:
        """Add what is burnt and decays on converted forest."""
        gathered.cover(BIOMASS, use.leaves)
        for code, stratum, key, at in classes_of(side0, use.leaves):
            ecosystem = asking.context.ecosystems[code]
            land = Land(ecosystem=ecosystem, stratum=stratum, code=code)
            carbon = asking.rows(land, ("biomass", None), ("carbon_fraction", None))
            left = asking.maybe("biomass_after", land)
            for names in _CONVERTED:
                shares = asking.rows(land, *((name, None) for name in names))
                if carbon is None or shares is None:
                    continue
                area = key or (str(ecosystem), side0.year)
                hectares = side0.area_ha[at]
                gathered.product(at, BIOMASS, (*carbon, *shares), -hectares, area=area)
                if left is not None:
                    kept = (left, carbon[1], *shares)
                    gathered.product(at, BIOMASS, kept, hectares, area=area)


def _tree_carbon(asking: Asking, land: Land) -> list[tuple[Coefficient, ...]]:
    """Return the products of rows whose sum is the carbon of a cubic metre of trees, t C/m3."""
    whole, above = (asking.maybe(name, land) for name in ("bef_whole", "bef_above"))
    density = asking.rows(land, ("wood_density", None), ("carbon_fraction", None))
    if whole is not None and above is not None:
        asking.fault(
            "method-coefficients-both", value=land.words, where="[coefficients]",
            first="bef_whole", second="bef_above",
        )  # fmt: skip
        return []
    if whole is not None:
        return [] if density is None else [(*density, whole)]
    if above is None:
        asking.row("bef_whole", land)
        return []
    roots = asking.rows(land, ("root_shoot", Pool.BGB))
    if density is None or roots is None:
        return []
    return [(*density, above), (*density, above, *roots)]


def _both(
    asking: Asking, quantity: Quantity, ecosystem: Ecosystem, land: Land, years: tuple[int, int]
) -> list[Statistic]:
    """Return the statistics of both dates; what is missing is noted."""
    found = []
    for year in years:
        row = asking.context.activity.one(
            quantity, ecosystem, year, zone=land.zone_code, stratum=land.stratum
        )
        if row is None:
            asking.fault(
                "statistics-missing", value=land.zone_code, where="[activity]",
                ecosystem=ecosystem, stratum=land.stratum or "-", quantity=quantity,
                years=str(year),
            )  # fmt: skip
        else:
            found.append(row)
    return found


def _known(asking: Asking, stratum: str, known: tuple[str, ...]) -> bool:
    """Return whether a stratum is one of the guideline's; one that is not is noted."""
    if _kind(stratum) in known:
        return True
    asking.fault(
        "statistics-stratum", value=stratum or "-", where="[activity]", known=", ".join(known)
    )
    return False


def _kind(stratum: str) -> str:
    """Return the guideline's stratum of a type such as ``arbor_larch``."""
    return stratum.split("_", 1)[0]
