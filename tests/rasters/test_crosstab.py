from fractions import Fraction

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from affine import Affine

from rasters.activity_file import KEYS, read_activity, write_activity
from rasters.coverage import covering_grid
from rasters.crosstab import areas_by_year, cross_tabulate, year_pairs
from rasters.errors import RefusedError
from rasters.grid import Grid
from rasters.layers import NODATA_INT, LayerBlock
from rasters.zones import Zones

# an equal-area CRS of 1 km pixels: hand-worked numbers are whole there
ALBERS = pyproj.CRS.from_proj4("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84")
GRID = Grid(crs=ALBERS, transform=Affine(1000, 0, 0, 0, -1000, 4000), shape=(4, 5))
KM2 = 10**12  # mm2
CODES = {1: "F", 2: "G", 3: "W"}


class Raster:
    """A layer in memory on the 4 x 5 grid, or on it with a margin."""

    def __init__(self, data, *, margin=0, edges=(), name="raster.tif", **facts):
        self.data, self.margin, self.edges, self.name = data, margin, edges, name
        self.dtype, self.tile = data.dtype, (4, 5)
        self.values, self.nodata = facts.get("values", tuple(CODES)), facts.get("nodata", (255,))
        self.maximum, self.quantum = 10_000, facts.get("quantum", Fraction(1, 10))

    def reader(self):
        return self

    def close(self):
        pass

    def read(self, row0, row1, col0, col1):
        rows = np.arange(row0, row1, dtype=np.int32) - self.margin
        cols = np.arange(col0, col1, dtype=np.int32) - self.margin
        rows[(rows < 0) | (rows >= self.data.shape[0])] = -1
        cols[(cols < 0) | (cols >= self.data.shape[1])] = -1
        return LayerBlock(data=self.data, row_index=rows, col_index=cols, share=None)


def classes(text, **facts):
    """Return a class raster from rows of letters; a dot is nodata."""
    raw = {"F": 1, "G": 2, "W": 3, ".": 255, "?": 77}
    rows = [[raw[letter] for letter in row] for row in text.split()]
    return Raster(np.array(rows, dtype=np.uint8), **facts)


def amounts(fill, **facts):
    return Raster(np.full((4, 5), fill, dtype=np.int32), **facts)


def two_zones():
    geometry = np.array([shapely.box(0, 0, 2500, 4000), shapely.box(2500, 0, 5000, 4000)])
    return Zones(codes=("150100", "150200"), names=("a", "b"), geometry=geometry, crs=ALBERS)


BEFORE = "FFGGW FFGGW FFGGW FFGG."
AFTER = "FFFGW FFFGW FFGGW FFGG."


def table_of(**given):
    options = {"grid": GRID, "zones": two_zones(), "codes": CODES}
    return cross_tabulate(**options | given).activity


def test_two_years_give_the_hand_worked_table():
    table = table_of(
        land_cover={2020: classes(BEFORE), 2023: classes(AFTER)},
        agb={2020: amounts(100), 2023: amounts(110)},
    )
    assert list(table.columns[:8]) == [*KEYS, "pixels_2p32", "area_mm2"]
    rows = {
        (z, a, b): area / KM2
        for z, a, b, area in table[["zone_code", "code0", "code1", "area_mm2"]].itertuples(
            index=False
        )
    }
    # columns 0 and 1 are forest; column 2, half in each zone, changes in two rows of four
    assert rows == {
        ("150100", "F", "F"): 8,
        ("150100", "G", "F"): 1,
        ("150100", "G", "G"): 1,
        ("150200", "G", "F"): 1,
        ("150200", "G", "G"): 5,
        ("150200", "W", "W"): 3,
        ("150200", "nodata", "nodata"): 1,
    }
    assert (table["pixels_2p32"] * KM2 == table["area_mm2"] * 2**32).all()
    assert (table["agb0_b0_area_mm2"] == table["area_mm2"]).all()
    assert (table["agb0_b0_sum"] == table["area_mm2"] * 100).all()
    assert (table["agb1_b0_sum"] == table["area_mm2"] * 110).all()
    assert table["year0"].unique().tolist() == [2020]
    assert table["year1"].unique().tolist() == [2023]
    assert (table["stratum"] == "none").all()
    assert table.attrs == {
        "quanta": {"agb0": "1/10", "agb1": "1/10"},
        "edges": {"agb0": [], "agb1": []},
    }


def test_sum_times_quantum_is_unit_times_hectares():
    table = table_of(land_cover={2020: classes(BEFORE)}, agb={2020: amounts(923)})
    forest = table[table["code0"] == "F"]
    quantum = Fraction(table.attrs["quanta"]["agb0"])
    # 92.3 t/ha on 800 ha
    assert int(forest["agb0_b0_sum"].sum()) * quantum / 10**10 == Fraction("92.3") * 800


def test_one_year_has_no_second_side():
    table = table_of(land_cover={2019: classes(BEFORE)}, soil=amounts(1444))
    assert table["year1"].isna().all()
    assert table["code1"].isna().all()
    assert "soil_b0_sum" in table
    assert "agb0_b0_sum" not in table
    assert table["area_mm2"].sum() == 20 * KM2


def test_three_years_give_neighbours_and_first_to_last():
    cover = {2023: classes(AFTER), 2010: classes(BEFORE), 2015: classes(BEFORE)}
    table = table_of(land_cover=cover, agb={2015: amounts(5)})
    pairs = table[["year0", "year1"]].drop_duplicates().to_numpy().tolist()
    assert pairs == [[2010, 2015], [2010, 2023], [2015, 2023]]
    assert year_pairs([2023, 2010, 2015]) == [(2010, 2015), (2015, 2023), (2010, 2023)]
    for _, rows in table.groupby(["year0", "year1"]):
        assert rows["area_mm2"].sum() == 20 * KM2
    # biomass of one year stands only on the side of that year
    by_pair = table.groupby(["year0", "year1"])[["agb0_b0_sum", "agb1_b0_sum"]].sum()
    expected = [[0, 5 * 20 * KM2], [0, 0], [5 * 20 * KM2, 0]]
    assert by_pair.to_numpy().tolist() == expected


def test_rows_are_sorted_and_years_agree_across_pairs():
    cover = {2010: classes(BEFORE), 2015: classes(AFTER), 2023: classes(AFTER)}
    table = table_of(land_cover=cover)
    pd.testing.assert_frame_equal(
        table, table.sort_values(list(KEYS), ignore_index=True), check_names=True
    )
    areas = areas_by_year(table)
    assert areas.groupby("year")["area_mm2"].sum().tolist() == [20 * KM2] * 3
    by_key = areas.set_index(["zone_code", "year", "code"])["area_mm2"]
    assert by_key["150100", 2010, "F"] == 8 * KM2
    assert by_key["150100", 2015, "F"] == 9 * KM2
    assert by_key["150200", 2023, "F"] == 1 * KM2
    for year0, year1 in ((2010, 2015), (2015, 2023), (2010, 2023)):
        rows = table[(table["year0"] == year0) & (table["year1"] == year1)]
        grown = rows[(rows["code1"] == "F")]["area_mm2"].sum()
        assert grown == by_key[:, year1, "F"].sum()


def test_areas_of_one_year_are_the_table_itself():
    table = table_of(land_cover={2019: classes(BEFORE)})
    areas = areas_by_year(table)
    assert areas["year"].unique().tolist() == [2019]
    assert areas["area_mm2"].tolist() == table["area_mm2"].tolist()


def test_stratum_splits_the_rows_and_is_none_where_it_is_missing():
    strata = Raster(np.array([[4, 4, 4, 7, 15]] * 4, dtype=np.uint8), values=(4, 7), nodata=(15,))
    table = table_of(
        land_cover={2020: classes(BEFORE), 2023: classes(AFTER)},
        stratum=strata,
        strata={4: "dry", 7: "moist"},
    )
    by_stratum = table.groupby("stratum")["area_mm2"].sum()
    assert (by_stratum / KM2).to_dict() == {"dry": 12, "moist": 4, "none": 4}


def test_biomass_goes_to_the_bins_of_its_edges():
    data = np.tile(np.array([0, 749, 750, 1500, NODATA_INT], dtype=np.int32), (4, 1))
    table = table_of(
        land_cover={2020: classes(BEFORE)},
        agb={2020: Raster(data, edges=(750, 1500))},
    )
    areas = [int(table[f"agb0_b{i}_area_mm2"].sum()) / KM2 for i in range(3)]
    assert areas == [8, 4, 4]
    assert [int(table[f"agb0_b{i}_sum"].sum()) // KM2 for i in range(3)] == [2996, 3000, 6000]
    assert table.attrs["edges"] == {"agb0": [750, 1500]}


def test_land_beyond_the_raster_is_outside_and_nothing_is_lost():
    zones = Zones(
        codes=("z",),
        names=("z",),
        geometry=np.array([shapely.box(-1000, -1000, 6000, 5000)]),
        crs=ALBERS,
    )
    grid = covering_grid(GRID, zones)
    assert grid.shape == (6, 7)
    table = table_of(
        grid=grid,
        zones=zones,
        land_cover={2020: classes(BEFORE, margin=1)},
        soil=amounts(3, margin=1),
    )
    by_code = (table.groupby("code0")["area_mm2"].sum() / KM2).to_dict()
    assert by_code == {"F": 8, "G": 8, "W": 3, "nodata": 1, "outside": 22}
    assert table["soil_b0_area_mm2"].sum() == 20 * KM2


def test_every_unknown_class_and_negative_quantity_is_refused_at_once():
    cover = {
        2020: classes("?FGGW FFGGW FFGGW FFGG.", name="a.tif"),
        2023: classes(AFTER, name="b.tif"),
    }
    with pytest.raises(RefusedError) as caught:
        table_of(land_cover=cover, soil=amounts(-1, name="soc.tif"))
    found = [(f.code, f.value, f.where) for f in caught.value.findings]
    assert found == [
        ("engine-unknown-class", "77", "a.tif"),
        ("engine-negative", "24", "soc.tif"),  # the pixels of column 2 lie in both zones
    ]
    assert "covers 100.00 ha" in caught.value.findings[0].what_en


def test_biomass_in_two_units_is_refused():
    agb = {2020: amounts(1), 2023: amounts(1, quantum=Fraction(1))}
    with pytest.raises(RefusedError, match="crosstab-quantum"):
        table_of(land_cover={2020: classes(BEFORE), 2023: classes(AFTER)}, agb=agb)


def test_parquet_gives_the_table_back_and_the_same_bytes_for_any_block(tmp_path):
    layers = {
        "land_cover": {2020: classes(BEFORE), 2023: classes(AFTER)},
        "agb": {2020: amounts(100, edges=(50,)), 2023: amounts(110, edges=(50,))},
        "soil": amounts(1444),
    }
    table = table_of(**layers)
    write_activity(tmp_path / "a.parquet", table)
    again = read_activity(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(again, table)
    assert again.attrs == table.attrs
    assert all(type(v) is int for v in again["agb0_b1_sum"])
    write_activity(tmp_path / "b.parquet", table_of(**layers, block=(3, 2), workers=3))
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_parquet_keeps_the_missing_side_of_one_year(tmp_path):
    table = table_of(land_cover={2019: classes(BEFORE)})
    write_activity(tmp_path / "a.parquet", table)
    pd.testing.assert_frame_equal(read_activity(tmp_path / "a.parquet"), table)


def test_views_overlapping_the_zones_are_counted_in_the_same_pass():
    """A view over both zones and one over half of a pixel equal their own runs."""
    whole = np.array([shapely.box(500, 0, 4500, 3500)])
    small = np.array([shapely.box(0, 3500, 500, 4000), shapely.box(2000, 1000, 3000, 2000)])
    views = [
        Zones(codes=("v:1",), names=("v",), geometry=whole, crs=ALBERS),
        Zones(codes=("w:1", "w:2"), names=("w", "w"), geometry=small, crs=ALBERS),
    ]
    given = {"land_cover": {2020: classes(BEFORE), 2023: classes(AFTER)}, "soil": amounts(7)}
    together = table_of(views=views, **given)
    alone = pd.concat([table_of(**given), *(table_of(zones=v, **given) for v in views)])
    pd.testing.assert_frame_equal(
        together, alone.sort_values(list(KEYS)).reset_index(drop=True), check_like=True
    )


def test_a_code_known_to_no_legend_is_measured_over_the_zones_once():
    view = Zones(
        codes=("v:1",), names=("v",), geometry=np.array([shapely.box(0, 0, 5000, 4000)]), crs=ALBERS
    )
    with pytest.raises(RefusedError, match="engine-unknown-class") as refused:
        table_of(views=[view], land_cover={2020: classes("FFGG? FFGGW FFGGW FFGG.")})
    assert "100.00" in refused.value.findings[0].what_en


def test_maps_without_an_inventory_enter_the_history_alone():
    """Years 2003 and 2012 have maps; the inventory is of 2020 and 2023."""
    early = "FFFFW FFFFW FFFFW FFFF."
    given = {
        "grid": GRID,
        "zones": two_zones(),
        "codes": CODES,
        "land_cover": {
            2003: classes(early),
            2012: classes(BEFORE),
            2020: classes(BEFORE),
            2023: classes(AFTER),
        },
        "soil": amounts(3),
    }
    found = cross_tabulate(**given, years=[2020, 2023])
    plain = table_of(land_cover={2020: classes(BEFORE), 2023: classes(AFTER)}, soil=amounts(3))
    pd.testing.assert_frame_equal(found.activity, plain)
    history = found.history
    assert list(history.columns) == [*KEYS, "area_mm2"]
    assert history[["year0", "year1"]].drop_duplicates().to_numpy().tolist() == [
        [2003, 2012], [2012, 2020], [2020, 2023]
    ]  # fmt: skip
    by_pair = history.groupby(["year0", "year1", "code0", "code1"])["area_mm2"].sum() // KM2
    # columns 2 and 3 were forest in 2003; two rows of column 2 are again in 2023
    assert by_pair[2003, 2012].to_dict() == {
        ("F", "F"): 8, ("F", "G"): 8, ("W", "W"): 3, ("nodata", "nodata"): 1,
    }  # fmt: skip
    assert by_pair[2020, 2023].to_dict() == {
        ("F", "F"): 8, ("G", "F"): 2, ("G", "G"): 6, ("W", "W"): 3, ("nodata", "nodata"): 1,
    }  # fmt: skip
    pair = history[history["year0"] == 2020].drop(columns="area_mm2").reset_index(drop=True)
    pd.testing.assert_frame_equal(pair, plain[list(KEYS)])


def test_a_map_between_two_inventories_splits_their_pair_in_the_history():
    cover = {2010: classes(BEFORE), 2015: classes(AFTER), 2020: classes(BEFORE)}
    found = cross_tabulate(
        grid=GRID, zones=two_zones(), codes=CODES, land_cover=cover, years=[2010, 2020]
    )
    assert set(zip(found.activity["year0"], found.activity["year1"], strict=True)) == {(2010, 2020)}
    changed = found.history[found.history["code0"] != found.history["code1"]]
    moved = changed.groupby(["year0", "year1", "code0", "code1"])["area_mm2"].sum() // KM2
    assert moved.to_dict() == {(2010, 2015, "G", "F"): 2, (2015, 2020, "F", "G"): 2}
    assert (found.activity["code0"] == found.activity["code1"]).all()


def test_a_single_map_has_no_history():
    found = cross_tabulate(
        grid=GRID, zones=two_zones(), codes=CODES, land_cover={2019: classes(BEFORE)}
    )
    assert found.history.empty
    assert list(found.history.columns) == [*KEYS, "area_mm2"]


def test_one_inventory_with_earlier_maps_has_a_history_and_no_pair():
    found = cross_tabulate(
        grid=GRID, zones=two_zones(), codes=CODES, years=[2023],
        land_cover={2003: classes(BEFORE), 2023: classes(AFTER)},
    )  # fmt: skip
    assert found.activity["year1"].isna().all()
    assert found.activity["year0"].unique().tolist() == [2023]
    assert found.history["area_mm2"].sum() == 20 * KM2


def test_the_history_has_views_beside_the_zones_and_keeps_strata_and_outside():
    view = Zones(
        codes=("v:1",), names=("v",), geometry=np.array([shapely.box(0, 0, 5000, 4000)]), crs=ALBERS
    )
    strata = Raster(np.array([[4, 4, 4, 7, 15]] * 4, dtype=np.uint8), values=(4, 7), nodata=(15,))
    found = cross_tabulate(
        grid=GRID, zones=two_zones(), views=[view], codes=CODES, years=[2023],
        land_cover={2003: classes("FFG FFG", margin=1), 2023: classes(AFTER)},
        stratum=strata, strata={4: "dry", 7: "moist"},
    )  # fmt: skip
    assert set(found.history["zone_code"]) == {"150100", "150200", "v:1"}
    of_zones = found.history[found.history["zone_code"] != "v:1"]
    assert set(of_zones["stratum"]) == {"dry", "moist", "none"}
    assert of_zones[of_zones["code0"] == "outside"]["area_mm2"].sum() == 14 * KM2
    assert of_zones["area_mm2"].sum() == 20 * KM2
    assert found.history["area_mm2"].sum() == 40 * KM2  # the view is all of the land once more


def test_every_unknown_class_of_the_history_is_refused():
    cover = {2003: classes("?FGGW FFGGW FFGGW FFGG.", name="old.tif"), 2023: classes(AFTER)}
    with pytest.raises(RefusedError, match="engine-unknown-class") as caught:
        cross_tabulate(grid=GRID, zones=two_zones(), codes=CODES, land_cover=cover, years=[2023])
    assert caught.value.findings[0].where == "old.tif"


def test_a_flow_stands_in_every_pair_whose_period_holds_its_year():
    """Production of 2010 and 2016: the first date of a period has gone before it begins."""
    cover = {2010: classes(BEFORE), 2015: classes(BEFORE), 2020: classes(AFTER)}
    unread = amounts(7)
    unread.reader = lambda: pytest.fail("a flow before every period was read")
    table = table_of(
        land_cover=cover,
        flows={
            "npp": {2010: unread, 2015: amounts(100), 2016: amounts(9)},
            "rh": {2016: amounts(4)},
        },
    )
    assert [c for c in table if c.endswith("_sum")] == [
        "npp2015_b0_sum", "npp2016_b0_sum", "rh2016_b0_sum",
    ]  # fmt: skip
    whole = 20 * KM2
    sums = table.groupby(["year0", "year1"])[[c for c in table if c.endswith("_sum")]].sum()
    assert sums.loc[(2010, 2015)].tolist() == [100 * whole, 0, 0]
    assert sums.loc[(2015, 2020)].tolist() == [0, 9 * whole, 4 * whole]
    assert sums.loc[(2010, 2020)].tolist() == [100 * whole, 9 * whole, 4 * whole]
    assert set(table.attrs["quanta"]) == {"npp2015", "npp2016", "rh2016"}
    first = table[table["year1"] == 2015]
    assert (first["npp2016_b0_area_mm2"] == 0).all()
    assert (first["npp2015_b0_area_mm2"] == first["area_mm2"]).all()


def test_a_negative_flow_is_refused():
    with pytest.raises(RefusedError, match="engine-negative"):
        table_of(
            land_cover={2020: classes(BEFORE), 2023: classes(AFTER)},
            flows={"npp": {2021: amounts(-5, name="npp.tif")}},
        )


def test_the_history_comes_back_from_its_file_and_is_equal_for_any_block(tmp_path):
    given = {
        "grid": GRID, "zones": two_zones(), "codes": CODES, "years": [2023],
        "land_cover": {2003: classes(BEFORE), 2012: classes(AFTER), 2023: classes(AFTER)},
    }  # fmt: skip
    history = cross_tabulate(**given).history
    write_activity(tmp_path / "a.parquet", history)
    pd.testing.assert_frame_equal(read_activity(tmp_path / "a.parquet"), history)
    again = cross_tabulate(**given, block=(3, 2), workers=3).history
    pd.testing.assert_frame_equal(again, history)
