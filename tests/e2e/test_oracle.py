"""A whole run against a second computation that shares nothing with it but the polygons."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from inventory_oracle import CLCD, MEADOWS_AND_WOODS, POOLS, make_oracle

from sinks.demo import write_demo_inputs
from sinks.pipeline import run
from sinks.regions import load_region

_REGION = "150000"
_ROUNDED = 103 * 0.5e-6  # every banner is rounded to 1e-6 before it is added
_CO2 = 44 / 12
_DRAWS = 100_000


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Return the folder of a run over a coarse demonstration landscape."""
    folder = tmp_path_factory.mktemp("oracle")
    config = write_demo_inputs(folder / "inputs", per_degree=20)
    text = config.read_text(encoding="utf-8").replace("density = true", "density = false")
    config.write_text(text, encoding="utf-8")
    return run(config, out=folder / "run").results.folder


@pytest.fixture(scope="module")
def tables(result):
    """Return the CSVs as plain floats and text."""
    names = ("areas", "stocks", "changes", "totals", "coverage")
    text = {"zone_code": str, "code": str, "stratum": str}
    return {name: pd.read_csv(result / f"{name}.csv", dtype=text) for name in names}


@pytest.fixture(scope="module")
def oracle(result):
    region = load_region("inner_mongolia")
    zones, leagues = region.finest_zones(), region.ancestors()["league"]
    polygons = gpd.GeoDataFrame(
        {"zone_code": [leagues[code] for code in zones.codes]},
        geometry=list(zones.geometry),
        crs="EPSG:4326",
    )
    rows = Path(str(files("sinks"))) / "data" / "coefficients" / "inner_mongolia.csv"
    return make_oracle(result.parent / "inputs" / "inventory.toml", rows, polygons)


def _with_region(table, keys):
    """Add the region, which is the sum of its leagues."""
    numbers = [c for c in table.columns if c not in (*keys, "zone_code")]
    whole = table.groupby(keys)[numbers].sum().reset_index().assign(zone_code=_REGION)
    return pd.concat([table, whole], ignore_index=True)


def _assert_same(ours, theirs, keys, column):
    """Compare all rows; the slack is what cutting a pixel in the plane can amount to."""
    both = ours.merge(theirs, how="outer", on=["zone_code", *keys], indicator=True)
    assert set(both["_merge"]) == {"both"}, both[both["_merge"] != "both"]
    gap = (both[column] - both["value"]).abs()
    allowed = both["slack"] + _ROUNDED + 1e-9 * both["value"].abs()
    assert (gap <= allowed).all(), both[gap > allowed]


@pytest.mark.parametrize("year", [2020, 2023])
def test_areas_of_every_league_class_and_stratum(tables, oracle, year):
    keys = ["code", "stratum"]
    theirs = _with_region(oracle.areas(year), keys)
    ours = tables["areas"].query("year == @year")
    renamed = theirs.rename(columns={"ha": "value", "slack_ha": "slack"})
    _assert_same(ours, renamed, keys, "area_ha")


@pytest.mark.parametrize("year", [2020, 2023])
def test_stocks_of_every_league_ecosystem_and_pool(tables, oracle, year):
    keys = ["ecosystem", "pool"]
    ours = tables["stocks"].query("year == @year and completeness in ['estimated', 'IE']")
    _assert_same(ours, _with_region(oracle.stocks(year), keys), keys, "stock_t_c")


def test_changes_of_every_league_conversion_and_pool(tables, oracle):
    keys = ["ecosystem0", "ecosystem", "pool"]
    theirs = _with_region(oracle.changes(2020, 2023), keys)
    ours = tables["changes"]
    assert set(ours.loc[ours["pool"] == "soil", "method"]) <= {"NE", "transition"}
    ours = ours[ours["method"] != "NE"]
    _assert_same(ours, theirs, keys, "change_t_c")
    per_year = theirs.assign(value=theirs["value"] * _CO2 / 3, slack=theirs["slack"] * _CO2 / 3)
    _assert_same(ours, per_year, keys, "sink_t_co2_per_year")


@pytest.mark.parametrize(
    ("scope", "members"),
    [("forest_grassland_wetland", MEADOWS_AND_WOODS), ("all", tuple(CLCD.values()))],
)
def test_totals_count_every_row_with_a_side_in_the_scope(tables, oracle, scope, members):
    changes = oracle.changes(2020, 2023)
    belongs = changes["ecosystem0"].isin(members) | changes["ecosystem"].isin(members)
    theirs = changes[belongs].groupby("zone_code")[["value", "slack"]].sum().reset_index()
    theirs = _with_region(theirs.assign(scope=scope), ["scope"])
    ours = tables["totals"].query("quantity == 'change' and scope == @scope")
    _assert_same(ours, theirs, ["scope"], "value_t_c")


def test_totals_of_stocks_are_sums_of_ecosystems_and_pools(tables, oracle):
    stocks = oracle.stocks(2023).groupby("zone_code")[["value", "slack"]].sum().reset_index()
    theirs = _with_region(stocks.assign(scope="all"), ["scope"])
    ours = tables["totals"].query("quantity == 'stock' and scope == 'all' and year1 == 2023")
    # five pools of nine ecosystems are rounded each
    theirs["slack"] += 45 * _ROUNDED
    _assert_same(ours, theirs, ["scope"], "value_t_c")


def test_pieces_cover_the_polygons(tables, oracle):
    pieces = oracle.pieces.groupby("zone_code")[["ha", "slack_ha"]].sum()
    coverage = tables["coverage"].query("year == 2020").set_index("zone_code")
    for league, piece in pieces.iterrows():
        assert abs(coverage.loc[league, "polygon_ha"] - piece["ha"]) <= piece["slack_ha"]


def test_a_league_alone_has_the_figures_of_the_league_in_the_whole(result, tables):
    whole = result.parent / "inputs" / "inventory.toml"
    text = whole.read_text(encoding="utf-8")
    config = whole.with_name("wuhai.toml")
    asked = text.replace('level = "league"', 'level = "banner"\nzones = ["150300"]')
    config.write_text(asked, encoding="utf-8")
    folder = run(config, out=result.parent / "wuhai").results.folder
    for name, column in (("stocks", "stock_t_c"), ("changes", "change_t_c")):
        mine = pd.read_csv(folder / f"{name}.csv", dtype={"zone_code": str})
        rows = [table[table["zone_code"] == "150300"] for table in (mine, tables[name])]
        columns = ["low_t_c", "high_t_c", column] if name == "stocks" else [column]
        pd.testing.assert_frame_equal(*(r[columns].reset_index(drop=True) for r in rows))
        assert set(mine["level"]) == {"league", "banner"}
    book = openpyxl.load_workbook(folder / "inventory.xlsx")
    assert book["表1 碳储量"]["A2"].value.startswith("乌海市")
    zones = {row[1].value for row in book["表1 碳储量"].iter_rows(min_row=4, max_row=30)}
    assert zones - {None} == {"乌海市"}, "banners stand in an annex: targets stop at leagues"
    assert "附表1 旗县（市、区）碳储量" in book.sheetnames


class _Errors:
    """Sources of error drawn once each, from a stream of their own (METHOD A10)."""

    def __init__(self, oracle):
        self._oracle = oracle
        self._rng = np.random.default_rng(99)
        self._drawn = {}

    def carbon(self, here, year, pools):
        """Draw the carbon of pieces, t C."""
        pieces = self._oracle.pieces[here]
        total = np.zeros(_DRAWS)
        for (code, stratum), group in pieces.groupby([f"code{year}", "stratum"]):
            ecosystem = CLCD[int(code)]
            area = self._normal(("area", ecosystem, year), 0.10)
            for pool in pools:
                if ecosystem == "forest" and pool in ("agb", "bgb"):
                    assert group[f"biomass{year}"].notna().all()
                    drawn = (group["ha"] * group[f"biomass{year}"]).sum() * area
                    drawn = drawn * self._factor(("biomass", year), 1.0, 0.25, 1.75)
                    drawn = drawn * self._row("carbon_fraction", pool, ecosystem, stratum)
                    if pool == "bgb":
                        drawn = drawn * self._row("root_shoot", pool, ecosystem, stratum)
                    total += drawn
                else:
                    density = self._row("density", pool, ecosystem, stratum)
                    total += group["ha"].sum() * area * density
        return total

    def soil(self, here):
        """Draw the soil change of conversions between 2020 and 2023, t C."""
        pieces = self._oracle.pieces[here]
        moved = pieces[pieces["code2020"] != pieces["code2023"]]
        total = np.zeros(_DRAWS)
        for (code0, code1, stratum), group in moved.groupby(["code2020", "code2023", "stratum"]):
            before, after = CLCD[int(code0)], CLCD[int(code1)]
            area = group["ha"].sum() * self._normal(("area", after, 2023), 0.10)
            known = [
                bool(self._oracle.row("density", "soil", side, stratum)["value"])
                for side in (before, after)
            ]
            if not known[0]:
                continue  # a gain beside an unknown loss does not count
            total -= area * self._row("density", "soil", before, stratum) / 10
            if known[1]:
                total += area * self._row("density", "soil", after, stratum) / 10
        return total

    def _row(self, parameter, pool, ecosystem, stratum):
        row = self._oracle.row(parameter, pool, ecosystem, stratum)
        value = float(row["value"])
        half = 0.027 if parameter == "carbon_fraction" else 0.75  # defaults of blank bounds
        low = float(row["low"] or value * (1 - half))
        high = float(row["high"] or value * (1 + half))
        return self._factor((self._oracle.rows.index(row),), value, low, high)

    def _normal(self, key, half):
        if key not in self._drawn:
            self._drawn[key] = 1 + self._rng.standard_normal(_DRAWS) * half / 1.96
        return self._drawn[key]

    def _factor(self, key, value, low, high):
        if key in self._drawn or low == high:
            return self._drawn.get(key, value)
        normal = self._rng.standard_normal(_DRAWS)
        if abs((high - value) - (value - low)) <= 0.01 * (high - value):
            assert high - value <= 0.76 * value, "a wider one would be lognormal"
            self._drawn[key] = np.maximum(value + (high - low) / 2 / 1.96 * normal, 0.0)
        else:
            middle, spread = np.log(low * high) / 2, np.log(high / low) / 2 / 1.96
            self._drawn[key] = np.exp(middle + spread * normal)
        return self._drawn[key]


def _agree(drawn, low, high, draws=10_000):
    """Compare bounds within five standard errors of a quantile of as many draws as a run has."""
    for level, bound in ((0.025, low), (0.975, high)):
        quantile = np.quantile(drawn, level)
        near = np.abs(drawn - quantile) < 0.05 * drawn.std()
        error = np.sqrt(level * (1 - level) / draws) / (near.mean() / (0.1 * drawn.std()))
        assert abs(bound - quantile) < 5 * error, (level, bound, quantile, error)


@pytest.mark.parametrize("zone", ["150700", _REGION])
def test_intervals_are_those_of_independent_draws(tables, oracle, zone):
    errors, pieces = _Errors(oracle), oracle.pieces
    here = (pieces["zone_code"] == zone) | (zone == _REGION)
    both = here & pieces["code2020"].notna() & pieces["code2023"].notna()
    stock = errors.carbon(both & (pieces["code2020"] == 2), 2020, ["agb"])
    query = "zone_code == @zone and year == 2020 and ecosystem == 'forest' and pool == 'agb'"
    row = tables["stocks"].query(query).iloc[0]
    _agree(stock, row["low_t_c"], row["high_t_c"])
    green = [code for code, name in CLCD.items() if name in MEADOWS_AND_WOODS]
    scope = both & (pieces["code2020"].isin(green) | pieces["code2023"].isin(green))
    change = errors.carbon(scope, 2023, POOLS[:4]) - errors.carbon(scope, 2020, POOLS[:4])
    change += errors.soil(scope)
    query = "zone_code == @zone and quantity == 'change' and scope == 'forest_grassland_wetland'"
    row = tables["totals"].query(query).iloc[0]
    _agree(change, row["low_t_c"], row["high_t_c"])
    assert row["low_t_co2_per_year"] == pytest.approx(row["low_t_c"] * _CO2 / 3, abs=1e-5)
    # land that stays what it is: nothing but the areas of two dates is uncertain twice
    steppe = both & (pieces["code2020"] == 4) & (pieces["code2023"] == 4)
    change = errors.carbon(steppe, 2023, ["bgb"]) - errors.carbon(steppe, 2020, ["bgb"])
    query = "zone_code == @zone and ecosystem0 == ecosystem == 'grassland' and pool == 'bgb'"
    row = tables["changes"].query(query).iloc[0]
    assert row["change_t_c"] == 0
    _agree(change * _CO2 / 3, row["low_t_co2_per_year"], row["high_t_co2_per_year"])
