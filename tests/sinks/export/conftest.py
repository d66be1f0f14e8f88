"""Small tables of the contract: a region of three leagues, two years, four ecosystems."""

from decimal import Decimal
from itertools import product

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from sinks.export.meta import LegendClass, LevelName, Meta, Product, Text
from sinks.export.schemas import SCHEMAS
from sinks.manifest import InputRecord

YEARS = (2020, 2023)
LEAGUES = {"150100": "东盟", "150200": "中市", "150300": "西盟"}
REGION = ("150000", "示范自治区")
CODES = {"2": "forest", "4": "grassland", "9": "wetland", "8": "settlement"}
# invented densities, t C/ha, of agb, bgb, dead_wood, litter, soil
DENSITIES = {
    "forest": ("30.123456", "7.5", "1.25", "2.9", "110.5"),
    "grassland": ("0.9", "4.311111", "0", "0.2", "70.25"),
    "wetland": ("1.5", "3.2", "0", "0.1", "210.75"),
}
POOLS = ("agb", "bgb", "dead_wood", "litter", "soil")
# ha in 2020 -> 2023 by (league, code0, code1)
MOVES = {
    ("150100", "2", "2"): "100000.123457",
    ("150100", "4", "2"): "1000.5",
    ("150100", "4", "4"): "50000.333333",
    ("150100", "9", "9"): "700.25",
    ("150100", "8", "8"): "40",
    ("150200", "2", "4"): "20.123456",
    ("150200", "4", "4"): "80000.111111",
    ("150200", "4", "8"): "12.75",
    ("150300", "4", "4"): "33333.333333",
    ("150300", "9", "4"): "3.5",
}
KEYS = ("zone_code", "zone_name", "level")


def _zones(league):
    return [(league, LEAGUES[league], "league"), (*REGION, "region")]


def _add(sums, key, value):
    sums[key] = sums.get(key, Decimal(0)) + value


def _share(value, share):
    return value - abs(value) * Decimal(share), value + abs(value) * Decimal(share)


def stock_rows():
    area, stock = {}, {}
    for (league, code0, code1), text in MOVES.items():
        for year, code in zip(YEARS, (code0, code1), strict=True):
            ecosystem = CODES[code]
            for zone in _zones(league):
                _add(area, (*zone, year, ecosystem), Decimal(text))
                for pool, density in zip(POOLS, DENSITIES.get(ecosystem, ()), strict=False):
                    amount = (Decimal(text) * Decimal(density)).quantize(Decimal("1e-6"))
                    _add(stock, (*zone, year, ecosystem, pool), amount)
    return area, stock


def stocks():
    area, stock = stock_rows()
    rows = []
    for (*zone, year, ecosystem), hectares in area.items():
        for pool in POOLS:
            value = stock.get((*zone, year, ecosystem, pool))
            low, high = (None, None) if value is None else _share(value, "0.2")
            rows.append(
                {
                    **dict(zip(KEYS, zone, strict=True)),
                    "year": year,
                    "ecosystem": ecosystem,
                    "pool": pool,
                    "depth_cm": "0-100" if pool == "soil" else None,
                    "area_ha": hectares,
                    "stock_t_c": value,
                    "low_t_c": low,
                    "high_t_c": high,
                    "method": "stock_difference" if value is not None else None,
                    "completeness": "estimated" if value is not None else "NE",
                }
            )
    return pd.DataFrame(rows)


def changes():
    sums = {}
    for (league, code0, code1), text in MOVES.items():
        for zone, (i, pool) in product(_zones(league), enumerate(POOLS)):
            if pool == "soil":
                continue
            before, after = (DENSITIES.get(CODES[c], ("0",) * 5)[i] for c in (code0, code1))
            delta = Decimal(text) * (Decimal(after) - Decimal(before))
            key = (*zone, CODES[code0], CODES[code1], pool)
            _add(sums, key, delta.quantize(Decimal("1e-6")))
    rows = []
    for (*zone, ecosystem0, ecosystem, pool), value in sums.items():
        sink = value * 44 / 12 / 3
        low, high = _share(sink, "0.5")
        rows.append(
            {
                **dict(zip(KEYS, zone, strict=True)),
                "year0": 2020,
                "year1": 2023,
                "ecosystem0": ecosystem0,
                "ecosystem": ecosystem,
                "land": "remaining" if ecosystem0 == ecosystem else "converted",
                "pool": pool,
                "depth_cm": None,
                "change_t_c": value,
                "sink_t_co2_per_year": sink,
                "low_t_co2_per_year": low,
                "high_t_co2_per_year": high,
                "method": "stock_difference",
                "memo_ch4_t_co2e_per_year": None,
            }
        )
    return pd.DataFrame(rows)


SCOPES = {e: {e} for e in ("forest", "grassland", "wetland")} | {
    "forest_grassland_wetland": {"forest", "grassland", "wetland"},
    "all": set(CODES.values()),
}


def totals():
    rows = []
    stock, change = stocks(), changes()
    for zone in stock[list(KEYS)].drop_duplicates().itertuples(index=False):
        for scope, members in SCOPES.items():
            for year in YEARS:
                of = stock[(stock.zone_code == zone.zone_code) & (stock.year == year)]
                values = of[of.ecosystem.isin(members)].stock_t_c.dropna()
                if len(values):
                    rows.append(_total(zone, None, year, "stock", scope, sum(values), "0.2"))
            of = change[change.zone_code == zone.zone_code]
            either = of.ecosystem.isin(members) | of.ecosystem0.isin(members)
            if either.any():
                value = sum(of[either].change_t_c)
                # the wetland of the region is drowned in its interval
                share = "4" if scope == "wetland" else "0.5"
                rows.append(_total(zone, 2020, 2023, "change", scope, value, share))
    return pd.DataFrame(rows)


def _total(zone, year0, year1, quantity, scope, value, share):
    low, high = _share(value, share)
    yearly = [v * 44 / 12 / 3 if year0 else None for v in (value, low, high)]
    signal = None if value == 0 else 1 / Decimal(share)
    return {
        **zone._asdict(),
        "year0": year0,
        "year1": year1,
        "quantity": quantity,
        "scope": scope,
        "value_t_c": value,
        "low_t_c": low,
        "high_t_c": high,
        "sink_t_co2_per_year": yearly[0],
        "low_t_co2_per_year": yearly[1],
        "high_t_co2_per_year": yearly[2],
        "half_width_share": Decimal(share) if signal is not None and signal > 1 else None,
        "signal_ratio": signal,
        "verdict": "signal" if signal is not None and signal > 1 else "no_signal",
        "method": "stock_difference",
        "approach1_half_width_t_c": abs(high - low) / 2,
        "date_correlation": None,
        "half_width_uncorrelated_t_c": None,
        "memo_ch4_t_co2e_per_year": None,
    }


def transitions():
    return pd.DataFrame(
        {
            "zone_code": zone,
            "year0": 2020,
            "year1": 2023,
            "code0": code0,
            "code1": code1,
            "stratum": "none",
            "pixels": Decimal(area) / Decimal("0.09"),
            "area_ha": Decimal(area),
        }
        for (zone, code0, code1), area in MOVES.items()
    )


def areas():
    sums = {}
    for (league, *codes), text in MOVES.items():
        for year, code in zip(YEARS, codes, strict=True):
            _add(sums, (league, year, code), Decimal(text))
    return pd.DataFrame(
        {
            "zone_code": zone,
            "year": year,
            "code": code,
            "stratum": "none",
            "ecosystem": CODES[code],
            "pixels": area / Decimal("0.09"),
            "area_ha": area,
        }
        for (zone, year, code), area in sums.items()
    )


def coverage():
    sums = areas().groupby(["zone_code", "year"])["area_ha"].sum().reset_index()
    total = sums.groupby("year")["area_ha"].sum().reset_index().assign(zone_code=REGION[0])
    both = pd.concat([total, sums], ignore_index=True)
    return pd.DataFrame(
        {
            "zone_code": both.zone_code,
            "year": both.year,
            "polygon_ha": both.area_ha + Decimal("1.5"),
            "classified_ha": both.area_ha,
            "nodata_ha": Decimal("1.5"),
            "outside_ha": Decimal(0),
            "official_ha": [Decimal(300_000) if z == REGION[0] else None for z in both.zone_code],
        }
    )


def reconciliation():
    return pd.DataFrame(
        [
            {
                "zone_code": REGION[0],
                "year0": 2020,
                "year1": 2023,
                "stock0_t_c": 1000.5,
                "stock1_t_c": 1010.25,
                "change_common_t_c": 9.75,
                "only_year0_t_c": 0,
                "only_year1_t_c": 0,
                "change_reported_t_c": 9.75,
                "method_gap_t_c": 0,
            }
        ]
    )


def quality():
    return pd.DataFrame(
        [
            ("area_closure", "150100", Decimal("0.0000001"), "0.000001", "pass"),
            ("unclassified", "150200", Decimal("0.031"), Decimal("0.01"), "fail"),
            ("official_area", "150000", Decimal("-0.11"), None, "shown"),
            ("density_band:forest", "150100", Decimal("41.773456"), "5..200", "pass"),
        ],
        columns=["check", "zone_code", "value", "limit", "verdict"],
    )


def coefficients():
    return pd.DataFrame(
        {
            "table": "示范系数",
            "code": None,
            "ecosystem": ecosystem,
            "stratum": None,
            "pool": pool,
            "value": density,
            "unit": "t C/ha",
            "low": None,
            "high": None,
            "source": '=HYPERLINK("http://example.org")' if pool == "agb" else "invented",
            "locator": "table 1",
            "confidence": "unverified" if pool == "litter" else "verified",
            "parameter": "density",
            "interval": "default",
            "depth_cm": "0-100" if pool == "soil" else None,
        }
        for ecosystem, values in DENSITIES.items()
        for pool, density in zip(POOLS, map(float, values), strict=True)
    )


def _frame(name, *rows):
    """Return a table of the contract from rows of its leading or named columns."""
    columns = list(SCHEMAS[name].columns)
    return pd.DataFrame([{**dict.fromkeys(columns), **row} for row in rows], columns=columns)


def _of(zone, level, **cells):
    name = REGION[1] if zone == REGION[0] else LEAGUES[zone]
    return {"zone_code": zone, "zone_name": name, "level": level, "year0": 2020, "year1": 2023,
            **cells}  # fmt: skip


def trace_changes():
    """A stated harvest in the eastern league, 300 t C in three years, and plain growth."""
    base = {"ecosystem0": "forest", "ecosystem": "forest", "pool": "agb", "method": "gain_loss"}
    return _frame(
        "trace_changes",
        *(
            _of(zone, level, **base, amount=amount, factors=factors, change_t_c=change)
            for zone, level in (("150100", "league"), (REGION[0], "region"))
            for amount, factors, change in (
                (1000, "harvest_m3:150100:each:forest:none*bcef_r", Decimal(-300)),
                (9, "growth", Decimal(900)),
            )
        ),
    ).drop(columns=["zone_name"], errors="ignore")


def annexes():
    """One row of each further table."""
    place = _of("150100", "league")
    return {
        "method_comparison": _frame(
            "method_comparison",
            {"zone_code": "150100", "ecosystem": "forest", "year0": 2020, "year1": 2023,
             "method": "gain_loss", "pools": "agb+bgb", "sink_t_co2_per_year": 12,
             "low_t_co2_per_year": 8, "high_t_co2_per_year": 16, "gap_t_co2_per_year": -3},
        ),
        "effects": _frame(
            "effects",
            {**place, "ecosystem": "forest", "pool": "agb", "opening_t_c": 100,
             "area_effect_t_c": 5, "density_effect_t_c": -1, "closing_t_c": 104},
        ),
        "uncertainty": _frame(
            "uncertainty",
            {**place, "quantity": "stock", "year0": None, "ecosystem": "forest", "pool": "agb",
             "value_t_c": 104, "approach1_half_width_t_c": 10, "approach2_low_t_c": 95,
             "approach2_high_t_c": 115},
        ),
        "sensitivity": _frame(
            "sensitivity",
            *(
                {**place, "quantity": "change", "scope": "forest_grassland_wetland",
                 "source": f"row {rank}", "share": Decimal("0.5"), "rank": rank}
                for rank in (1, 10, 11)
            ),
            {**place, "quantity": "change", "scope": "all", "source": "not shown", "rank": 1},
        ),
        "filters": _frame(
            "filters",
            {**place, "filter": "persistence", "changed_before_ha": 9, "removed_ha": 2,
             "unjudged_ha": 1, "changed_after_ha": 7},
        ),
        "land_matrix": _frame(
            "land_matrix",
            {**place, "category0": "Grassland", "category": "Forest Land", "land": "converted",
             "area_ha": 1000, "annual_ha": 333, "in_transition_ha": 1400, "graduated_ha": 20},
            {**place, "category0": "Wetlands", "category": "unclassified", "land": "unclassified",
             "area_ha": 7},
        ),
        "land_balance": _frame(
            "land_balance",
            {**place, "category": "Forest Land", "opening_ha": 100, "gain_ha": 12, "loss_ha": 5,
             "net_ha": 7, "closing_ha": 107, "annual_gain_ha": 4, "annual_loss_ha": 2,
             "annual_net_ha": 2},
        ),
        "adjusted_areas": _frame(
            "adjusted_areas",
            {**place, "stratum": "grassland>forest", "mapped_ha": 1000, "adjusted_ha": 1500,
             "low_ha": 1200, "high_ha": 1800, "samples": 75, "users_accuracy": Decimal("0.9"),
             "producers_accuracy": Decimal("0.8"), "basis": "synthetic"},
        ),
        "accuracy_matrix": _frame(
            "accuracy_matrix",
            {"year0": 2020, "year1": 2023, "map_class": "ALL", "reference_class": "ALL",
             "samples": 640, "area_share": 1, "accuracy": Decimal("0.946"),
             "standard_error": Decimal("0.01")},
        ),
    }  # fmt: skip


@pytest.fixture
def sampled(tables):
    """The tables of a run with a sample, further methods and filters."""
    return tables | annexes()


@pytest.fixture
def tables():
    """Every table that the workbook takes, by its name."""
    return {
        "areas": areas(),
        "stocks": stocks(),
        "changes": changes(),
        "totals": totals(),
        "transitions": transitions(),
        "transitions_mapped": transitions()[:0],
        "coverage": coverage(),
        "reconciliation": reconciliation(),
        "quality": quality(),
        "coefficients": coefficients(),
        "trace_changes": trace_changes(),
        **{name: _frame(name) for name in annexes()},
    }


@pytest.fixture
def meta():
    """A run of the tables with something in every place."""
    return Meta(
        region=Text(zh="示范自治区", en="Example region"),
        levels=(
            LevelName(id="region", name=Text(zh="自治区", en="Region")),
            LevelName(id="league", name=Text(zh="盟市", en="League")),
        ),
        years=YEARS,
        status="trial",
        run_id="0123456789abcdef" * 4,
        version="9.9",
        methods={"forest": "stock_difference", "soil": "transition"},
        products=(
            Product(
                role="land_cover",
                name=Text(zh="中国土地覆盖", en="CLCD"),
                citation="Yang & Huang (2021)",
            ),
        ),
        coefficient_tables=("示范系数",),
        inputs=(
            InputRecord(
                path="lc_2020.tif",
                size=3,
                sha256="f" * 64,
                role="land_cover",
                product="clcd",
                year=2020,
            ),
        ),
        legend=(
            LegendClass(code="2", name=Text(zh="森林", en="Forest")),
            LegendClass(code="4", name=Text(zh="草地", en="Grassland")),
            LegendClass(code="8", name=Text(zh="不透水面", en="Impervious")),
            LegendClass(code="9", name=Text(zh="湿地", en="Wetland")),
        ),
        findings=(),
        notes=(Text(zh="碳汇不含土壤", en="The sink leaves out the soil"),),
        zone_names_en={"150000": "Example region", "150100": "East"},
        tiers={"forest": "2"},
        official_area_ha=300_000.0,
        official_area_source="统计年鉴",
    )


@pytest.fixture
def zones():
    """The region and its leagues as squares of one degree, in no particular order."""
    boxes = [shapely.box(110 + i, 40, 111 + i, 41) for i in range(3)]
    rows = [
        (code, "league", name, f"League {code[3]}", box)
        for (code, name), box in zip(LEAGUES.items(), boxes, strict=True)
    ]
    rows.append((*REGION[:1], "region", REGION[1], "Example region", shapely.box(110, 40, 113, 41)))
    columns = ["code", "level", "name_zh", "name_en", "geometry"]
    return gpd.GeoDataFrame(rows[::-1], columns=columns, crs=4326)
