"""Growing stock: the goldens of METHOD A2 and A3 through stocks and changes."""

import pandas as pd
import pytest
from accounting_factory import activity, changes_of, density, inventory_of, register_of, tree
from statistics_factory import no_losses, statistic, statistics_of

from rasters import RefusedError
from sinks.coefficients import load_register
from sinks.statistics import NO_STATISTICS, places_of

NO_SOIL = [density(code, "soil", 0, depth="0-100") for code in "FGCD"]
HEADING = (
    "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,parameter,"
    "class_from,class_to"
)
LARCH = [
    HEADING,
    ",forest,larch,,1.22,t d.m./m3,1.22,1.22,a test,,verified,bcef_s,0,20",
    ",forest,larch,,0.78,t d.m./m3,0.78,0.78,a test,,verified,bcef_s,20,50",
    ",forest,larch,,0.77,t d.m./m3,0.77,0.77,a test,,verified,bcef_s,50,",
    ",forest,,,0.39,t BGB/t AGB,0.39,0.39,a test,,verified,root_shoot,0,75",
    ",forest,,,0.24,t BGB/t AGB,0.24,0.24,a test,,verified,root_shoot,75,",
    ",forest,,,0.51,t C/t d.m.,0.51,0.51,a test,,verified,carbon_fraction,,",
    *(f"{code},,,agb,{value},t C/ha,{value},{value},a test,,verified,density,,"
      for code, value in (("F", 60), ("G", 2), ("C", 0))),
    "F,,,bgb,20,t C/ha,20,20,a test,,verified,density,,",
    "F,,,litter,3,t C/ha,3,3,a test,,verified,density,,",
]  # fmt: skip
GRASS = [
    ",grassland,,,2,t C/ha/yr,2,2,a test,,verified,rate,,",
    ",grassland,,agb,2,t d.m./ha/yr,2,2,a test,,verified,growth,,",
    ",grassland,,,0,t BGB/t AGB,0,0,a test,,verified,root_shoot,,",
    ",grassland,,,1,t C/t d.m.,1,1,a test,,verified,carbon_fraction,,",
    "D,,,agb,0,t C/ha,0,0,a test,,verified,density,,",
]
SD = "stock_difference"


def larch(year, volume, area, *, zone="1", low=None, high=None, stratum="larch"):
    return [
        statistic("volume_m3", volume, year=year, zone=zone, stratum=stratum, low=low, high=high),
        statistic("area_ha", area, year=year, zone=zone, stratum=stratum),
    ]


@pytest.fixture
def built(tmp_path):
    """Return a function from activity rows and statistics to an inventory."""

    def build(rows, *lines, years=(2020, 2023), make=changes_of, table=LARCH, losses=(),
              methods=None, **options):  # fmt: skip
        (tmp_path / "larch.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
        register_of(tmp_path, *NO_SOIL)
        zones = sorted({row[0] for row in rows})
        return make(
            activity(rows, years=years),
            load_register([tmp_path / "larch.csv", tmp_path / "test.csv"]),
            methods=methods or {"forest": "volume", "grassland": SD},
            losses=statistics_of(tmp_path, *losses, places=places_of(tree(zones)))
            if losses
            else NO_STATISTICS,
            statistics=statistics_of(tmp_path, *lines, places=places_of(tree(zones))),
            **options,
        )

    return build


def stock(inventory, pool, year=2020, zone="1"):
    rows = inventory.stocks
    (row,) = rows[
        rows["zone_code"].eq(zone) & rows["year"].eq(year) & rows["ecosystem"].eq("forest")
        & rows["pool"].eq(pool)
    ].to_dict("records")  # fmt: skip
    return row


def change(result, before="forest", after="forest", zone="1"):
    """Return the change of living biomass, t C."""
    rows = result.changes
    kept = rows[
        rows["zone_code"].eq(zone) & rows["ecosystem0"].eq(before) & rows["ecosystem"].eq(after)
        & rows["pool"].isin(["agb", "bgb"])
    ]  # fmt: skip
    return float(kept["change_t_c"].sum())


@pytest.mark.parametrize(("volume", "carbon"), [(120, 58.43376), (90, 49.12677)])
def test_a_larch_stand_holds_what_the_golden_says(built, volume, carbon):
    """METHOD A2: V 120: 0.77 x 120 x 1.24 x 0.51; V 90 lies below 75 t/ha, where R is 0.39."""
    result = built([("1", "F", pd.NA, 900)],
                   *larch(2020, volume * 1000, 1000), years=(2020,), make=inventory_of)  # fmt: skip
    total = sum(stock(result, pool)["stock_t_c"] for pool in ("agb", "bgb"))
    assert float(total) == pytest.approx(1000 * carbon, abs=1e-6)
    assert stock(result, "agb")["method"] == "volume"
    assert stock(result, "agb")["completeness"] == "estimated"
    assert stock(result, "litter")["method"] == "density_table"


def test_a_stand_gains_973_896_t_c_a_year(built):
    """METHOD A3: 1,000 ha from 120 to 126 m3/ha in three years."""
    lines = [*larch(2020, 120_000, 1000), *larch(2023, 126_000, 1000)]
    result = built([("1", "F", "F", 1000)], *lines, make=inventory_of)
    assert change(result) / 3 == pytest.approx(973.896, abs=1e-5)
    stocks = {
        year: sum(float(stock(result, pool, year)["stock_t_c"]) for pool in ("agb", "bgb"))
        for year in (2020, 2023)
    }
    assert stocks == pytest.approx({2020: 58_433.76, 2023: 61_355.448})
    assert not result.remarks


def test_area_that_a_later_map_adds_is_no_growth(built):
    """METHOD A3, trap: the stand mapped as 1,050 ha would give 1,996.487 t C a year."""
    lines = [*larch(2020, 120_000, 1000), *larch(2023, 126 * 1050, 1050)]
    result = built([("1", "F", "F", 1000), ("1", "G", "F", 50)], *lines)
    assert change(result) / 3 == pytest.approx(973.896, abs=1e-5)
    assert change(result, "grassland", "forest") == -100, "the grass is lost all the same"
    assert [(r.check, r.zone_code, r.value) for r in result.remarks] == [
        ("forest_gain_not_counted_ha[2020-2023]", "1", 50.0)
    ]


def test_area_that_was_lost_counts_as_a_loss(built):
    """1,000 to 900 ha at 120 m3/ha: 100 ha x 58.43376 t C/ha; no gain stands against it."""
    lines = [*larch(2020, 120_000, 1000), *larch(2023, 108_000, 900)]
    result = built([("1", "F", "F", 900), ("1", "F", "G", 100)], *lines)
    assert change(result) == pytest.approx(-5_843.376, abs=1e-5)
    assert change(result, "forest", "grassland") == 0
    litter = result.changes.query("pool == 'litter' and ecosystem == 'grassland'")
    assert litter["change_t_c"].iloc[0] == -300, "no statistic holds the litter"


def test_land_that_leaves_stated_forest_gains_nothing_though_no_statistic_shows_the_loss(built):
    """The forest is stated as 1,000 ha at both dates; the map turns 100 ha of it to grass."""
    lines = [*larch(2020, 120_000, 1000), *larch(2023, 120_000, 1000)]
    result = built([("1", "F", "F", 900), ("1", "F", "G", 100)], *lines)
    assert change(result) == 0
    assert change(result, "forest", "grassland") == 0


@pytest.mark.parametrize(("method", "pool"), [("rate", "ecosystem"), ("gain_loss", "agb")])
def test_nor_does_grass_that_grows_where_stated_forest_stood(built, method, pool):
    """Grass of 2 t C/ha/yr: 100 ha from the desert gain 400 in three years, from forest nothing."""
    lines = [*larch(2020, 120_000, 1000), *larch(2023, 120_000, 1000)]
    result = built(
        [("1", "F", "F", 900), ("1", "F", "G", 100), ("1", "D", "G", 100)], *lines,
        table=[*LARCH, *GRASS], methods={"forest": "volume", "grassland": method, "desert": SD},
        losses=no_losses("grassland"),
    )  # fmt: skip
    rows = result.changes.query("zone_code == '1' and ecosystem == 'grassland' and pool == @pool")
    found = dict(zip(rows["ecosystem0"], map(float, rows["change_t_c"]), strict=True))
    assert found == {"forest": -300 if pool == "ecosystem" else 0, "desert": 400}


def test_growing_over_the_step_of_the_root_ratio_is_no_loss(built):
    """V 96 to 99 passes 75 t d.m./ha: both dates take the ratio of the earlier one."""
    lines = [*larch(2020, 96_000, 1000), *larch(2023, 99_000, 1000)]
    result = built([("1", "F", "F", 1000)], *lines, make=inventory_of)
    assert change(result) == pytest.approx(3000 * 0.77 * 1.39 * 0.51, abs=1e-5)
    below = [float(stock(result, "bgb", year)["stock_t_c"]) for year in (2020, 2023)]
    assert below[1] < below[0], "the stocks themselves step"


def test_a_stratum_that_appears_or_vanishes_must_be_stated_as_zero(built):
    rows = [("1", "F", "F", 1000)]
    both = [*larch(2020, 120_000, 1000), *larch(2023, 120_000, 1000)]
    birch = larch(2020, 5_000, 100, stratum="birch")
    with pytest.raises(RefusedError) as caught:
        built(rows, *both, *birch)
    said = [(f.code, f.value) for f in caught.value.findings]
    assert said.count(("statistics-missing", "1")) == 2
    gone = larch(2023, 0, 0, stratum="larch")
    result = built(rows, *larch(2020, 120_000, 1000), *gone)
    assert change(result) == pytest.approx(-58_433.76)


def test_a_zone_with_forest_and_no_volume_is_refused_and_so_is_volume_without_area(built):
    lines = [*larch(2020, 120_000, 1000), *larch(2023, 120_000, 0)]
    with pytest.raises(RefusedError) as caught:
        built([("1", "F", "F", 10), ("2", "F", "F", 10)], *lines)
    assert {(f.code, f.value.split(",")[0]) for f in caught.value.findings} == {
        ("statistics-missing", "2"), ("statistics-density", "statistics.csv"),
    }  # fmt: skip


def test_an_inventory_of_one_year_needs_the_volume_of_every_zone_too(built):
    rows = [("1", "F", pd.NA, 10), ("2", "F", pd.NA, 10)]
    with pytest.raises(RefusedError) as caught:
        built(rows, *larch(2020, 120_000, 1000), years=(2020,), make=inventory_of)
    assert [(f.code, f.value) for f in caught.value.findings] == [("statistics-missing", "2")]


def test_what_stocks_and_changes_lack_is_told_at_once(built):
    """Zone 2 has no volume, and that of zone 1 has no area in 2023."""
    rows = [("1", "F", "F", 10), ("2", "F", "F", 10)]
    lines = [*larch(2020, 120_000, 1000), larch(2023, 120_000, 1000)[0]]
    with pytest.raises(RefusedError) as caught:
        built(rows, *lines, make=inventory_of)
    assert {(f.value, f.what_en.split()[4]) for f in caught.value.findings} == {
        ("1", "area_ha"), ("2", "volume_m3"),
    }  # fmt: skip


def test_a_class_that_no_coefficient_covers_is_named_with_its_zone(built):
    table = [line for line in LARCH if ",20,50" not in line]
    lines = [*larch(2020, 30_000, 1000), *larch(2023, 31_000, 1000)]
    with pytest.raises(RefusedError) as caught:
        built([("1", "F", "F", 1000)], *lines, table=table)
    assert {f.code for f in caught.value.findings} == {"method-coefficient"}
    assert "bcef_s" in caught.value.findings[0].what_en
    assert "zone 1" in caught.value.findings[0].value


def test_volumes_of_two_dates_err_apart_and_their_interval_is_the_joint_one(built):
    """Half-widths 6,000 and 6,300 m3, independent: 8,700 m3 x 0.77 x 0.51 above ground."""
    lines = [*larch(2020, 120_000, 1000, low=114_000, high=126_000),
             *larch(2023, 126_000, 1000, low=119_700, high=132_300)]  # fmt: skip
    result = built([("1", "F", "F", 1000)], *lines, draws=20_000)
    row = result.changes.query("pool == 'agb' and zone_code == '1'").iloc[0]
    half = float(row["high_t_co2_per_year"] - row["low_t_co2_per_year"]) / 2
    wanted = (6000**2 + 6300**2) ** 0.5 * 0.77 * 0.51 * 44 / 12 / 3
    assert half == pytest.approx(wanted, rel=0.03)


def test_doubling_the_volume_and_the_area_doubles_the_change(built):
    rows = [("1", "F", "F", 1000)]
    once = built(rows, *larch(2020, 120_000, 1000), *larch(2023, 126_000, 1000))
    twice = built(rows, *larch(2020, 240_000, 2000), *larch(2023, 252_000, 2000))
    assert change(twice) == pytest.approx(2 * change(once))
