"""A run by conversions: soils with a history of maps, the land matrix, and what quality says."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from accounting_factory import density
from tiny_inputs import COVER, hectares, pixels, write_raster, write_tiny

from rasters import RefusedError
from sinks.categories import Ecosystem
from sinks.land_quality import matrix_closure, soil_transition
from sinks.pipeline import run
from sinks.quality import Gates
from sinks.results import load_results
from sinks.soils import SoilPair, Soils
from sinks.verify import verify

ROWS = COVER.strip("\n").split("\n")
LATER = "\n".join(["1 1 2 2 2 2", "1 1 2 2 2 2", *ROWS[2:]])
"""2023: all cropland of zone 2 is grassland."""
BETWEEN = "\n".join(["1 1 2 2 2 2", *ROWS[1:]])
"""2020: the first row is."""
BIOMASS = (density("F", "agb", 60), density("G", "agb", 3), density("C", "agb", 0))
SOILS = tuple(
    density(code, "soil", value, depth="0-100")
    for code, value in (("F", 144), ("G", 81), ("C", 73))
)
MAP = "100 100 100 100 100 100\n" * 4
"""A soil map, so that no ecosystem needs a density for its stock."""
EARLY = {"2010": "cover_2010.tif"}


@pytest.fixture
def ran(tmp_path):
    """Return a function that runs the three maps and reads the results folder."""

    def make(*, table=(*BIOMASS, *SOILS), history=True, **options):
        files = {"land_cover": {"files": EARLY}} if history else {}
        write_raster(tmp_path / "cover_2010.tif", pixels(COVER).astype(np.uint8), nodata=0)
        path = write_tiny(
            tmp_path,
            covers=(BETWEEN, LATER),
            table=table,
            config={"methods": {"soil": "transition"}, **files},
            **options,
        )
        run(path, out=tmp_path / "out", replace=True)
        return load_results(tmp_path / "out").tables

    return make


def one(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    (row,) = table.to_dict("records")
    return row


def shown(tables, check):
    quality = tables["quality"]
    return [float(value) for value in quality.loc[quality["check"] == check, "value"]]


def test_the_soil_of_a_run_follows_its_maps(ran):
    """8 t C/ha over 20 years: the first row since 2011 ... 2020, the second since 2021 ... 2023."""
    tables = ran()
    first, second = (hectares(2, rows=[row]) for row in (0, 1))
    found = one(
        tables["changes"], zone_code="2", pool="soil", ecosystem0="cropland", ecosystem="grassland"
    )
    assert found["method"] == "transition"
    assert float(found["change_t_c"]) == pytest.approx(8 / 20 * (first * 3 + second * 2), abs=2e-6)
    cohort = one(tables["soil_cohorts"], zone_code="2", year=2023)
    assert float(cohort["in_transition_ha"]) == pytest.approx(first + second, abs=2e-6)
    assert float(cohort["soil_change_t_c_per_year"]) == pytest.approx(
        8 / 20 * (first + second), abs=2e-6
    )
    assert shown(tables, "soil_cohorts_missing_years[2020-2023]") == [9]
    assert shown(tables, "soil_transition_years") == [20]
    assert shown(tables, "soil_transition_depth_to_cm") == [100]
    used = set(tables["coefficients_used"]["key"])
    assert {"own/density/soil/C///0-100//", "own/density/soil/G///0-100//"} <= used


def test_without_a_history_the_earlier_conversions_are_zero_and_said_to_be_missing(ran):
    tables = ran(history=False)
    found = one(
        tables["changes"], zone_code="2", pool="soil", ecosystem0="cropland", ecosystem="grassland"
    )
    second = hectares(2, rows=[1])
    assert float(found["change_t_c"]) == pytest.approx(8 / 20 * second * 2, abs=2e-6)
    assert shown(tables, "soil_cohorts_missing_years[2020-2023]") == [19]


def test_the_land_matrix_closes_on_the_areas(ran):
    tables = ran()
    judged = tables["quality"][tables["quality"]["check"].str.startswith("land_matrix_")]
    assert set(judged["check"]) == {
        "land_matrix_earlier[2020-2023]", "land_matrix_later[2020-2023]",
    }  # fmt: skip
    assert set(judged["zone_code"]) == {"ALL", "1", "2"}
    assert set(judged["verdict"]) == {"pass"}
    matrix = tables["land_matrix"]
    moved = one(matrix, zone_code="2", category0="Cropland", category="Grassland")
    first, second = (hectares(2, rows=[row]) for row in (0, 1))
    assert float(moved["area_ha"]) == pytest.approx(second, abs=1e-6)
    assert float(moved["annual_ha"]) == pytest.approx(second / 3, abs=1e-6)
    assert float(moved["in_transition_ha"]) == pytest.approx(first + second, abs=2e-6)
    crop = one(tables["land_balance"], zone_code="2", category="Cropland")
    assert crop["closing_ha"] == 0
    assert crop["net_ha"] == -crop["opening_ha"] == -moved["area_ha"]


def test_a_conversion_across_depths_is_refused_and_nothing_is_written(ran, tmp_path):
    table = [*BIOMASS, *SOILS[:2], density("C", "soil", 33, depth="0-30")]
    with pytest.raises(RefusedError) as caught:
        ran(table=table, soil=MAP)
    (found,) = [f for f in caught.value.findings if f.severity == "error"]
    assert (found.code, found.value) == ("soil-depth-edition", "C > G")
    assert f"{hectares(2, rows=[0, 1]):,.2f}" in found.what_en
    assert not (tmp_path / "out").exists()


def test_a_side_without_a_soil_is_listed_by_its_area(ran):
    tables = ran(table=[*BIOMASS, SOILS[0], SOILS[2]], soil=MAP)
    first, second = (hectares(2, rows=[row]) for row in (0, 1))
    (area,) = shown(tables, "soil_side_not_estimated_ha[cropland>grassland]")
    assert area == pytest.approx(first + second, abs=1e-5)
    found = one(
        tables["changes"], zone_code="2", pool="soil", ecosystem0="cropland", ecosystem="grassland"
    )
    assert float(found["change_t_c"]) == pytest.approx(
        -73 / 20 * (first * 3 + second * 2), abs=1e-5
    )


def test_three_years_list_each_conversion_once(tmp_path):
    """Forest has no soil: two become grassland by 2020, and one of these cropland by 2023."""
    covers = ["1 1 2 2 3 3", "2 2 2 2 3 3", "3 2 2 2 3 3"]
    first, between, later = ("\n".join([row, *ROWS[1:]]) for row in covers)
    write_raster(tmp_path / "cover_2010.tif", pixels(first).astype(np.uint8), nodata=0)
    path = write_tiny(
        tmp_path,
        covers=(between, later),
        table=(*BIOMASS, *SOILS[1:]),
        soil=MAP,
        config={
            "inventory": {"years": [2010, 2020, 2023]},
            "methods": {"soil": "transition"},
            "land_cover": {"files": EARLY},
        },
    )
    run(path, out=tmp_path / "out", workers=1)
    assert verify(tmp_path / "out").findings == ()
    tables = load_results(tmp_path / "out").tables
    one_pixel, two = (pytest.approx(hectares(n, rows=[0]), abs=1e-5) for n in (1, 2))
    assert shown(tables, "soil_side_not_estimated_ha[forest>grassland]") == [two]
    assert shown(tables, "soil_side_not_estimated_ha[forest>cropland]") == [one_pixel]
    failed = tables["quality"][tables["quality"]["verdict"] == "fail"]["check"]
    assert {name.split("[")[0] for name in failed} == {"unclassified_share"}


def test_of_a_conversion_outside_the_zones_nothing_is_listed():
    """A view may lie beyond the zones, and adjusted areas may lack what the maps convert."""
    gates = Gates()
    soil_transition(
        gates,
        Soils(pairs={("C", "G", "none"): SoilPair(before=None, after=None)}),
        conversions={},
        areas=pd.DataFrame(columns=["year", "code", "stratum", "area_mm2"]),
        ecosystems={"C": Ecosystem.CROPLAND, "G": Ecosystem.GRASSLAND},
        map_years=[2020, 2023],
        pairs=[],
    )
    assert [check for check, *_ in gates.rows] == ["soil_transition_years"]


def test_dissolved_carbon_without_the_emission_on_site_is_named_with_its_land(ran):
    """Zone 1 and 2 keep grassland; its ef_doc alone is no organic soil and changes no figure."""
    lone = ("G,,,soil,0.31,t CO2-C/ha/yr,0.19,0.46,a test,,verified,ef_doc,",)
    plain, tables = ran(), ran(table=(*BIOMASS, *SOILS, *lone))
    check = "dissolved_carbon_left_out_ha[own/ef_doc/soil/G/////]"
    areas = tables["areas"].query("zone_code == 'ALL' and year == 2023 and code == 'G'")
    (area,) = areas["area_ha"]
    assert shown(tables, check) == [pytest.approx(float(area), abs=1e-5)]
    assert shown(plain, check) == []
    changes = [of["changes"].drop(columns=["run_id"]).to_csv() for of in (plain, tables)]
    assert changes[0] == changes[1]
    both = (*lone, "G,,,soil,2,t CO2-C/ha/yr,1,3,a test,,verified,ef_co2,")
    assert shown(ran(table=(*BIOMASS, *SOILS, *both)), check) == []


def test_methane_stands_in_a_memo_and_its_factor_among_the_rows_used(ran):
    """Zone 1 keeps its grassland: 216 kg CH4-C/ha/yr are 8.064 t CO2e/ha/yr, in no total."""
    wet = ("G,,,soil,216,kg CH4-C/ha/yr,200,230,a test,,verified,ef_ch4,",)
    plain, tables = ran(), ran(table=(*BIOMASS, *SOILS, *wet))
    found = one(
        tables["changes"], zone_code="1", pool="soil", ecosystem0="grassland", ecosystem="grassland"
    )
    area = one(tables["land_matrix"], zone_code="1", category0="Grassland", category="Grassland")
    memo = "memo_ch4_t_co2e_per_year"
    assert float(found[memo]) == pytest.approx(float(area["area_ha"]) * 8.064, abs=1e-4)
    assert found["method"] == "transition"
    assert "own/ef_ch4/soil/G/////" in set(tables["coefficients_used"]["key"])
    at = {"zone_code": "ALL", "scope": "all", "quantity": "change"}
    totals = [one(of["totals"], **at) for of in (plain, tables)]
    assert totals[0]["sink_t_co2_per_year"] == totals[1]["sink_t_co2_per_year"]
    assert pd.isna(totals[0][memo])
    assert float(totals[1][memo]) > float(found[memo])


def test_a_gap_between_the_matrix_and_the_areas_fails():
    gates = Gates()
    areas = pd.DataFrame(
        [("1", 2020, "F", Decimal(100)), ("1", 2023, "F", Decimal(100)),
         ("1", 2023, "nodata", Decimal(9))],
        columns=["zone_code", "year", "code", "area_ha"],
    )  # fmt: skip
    matrix = pd.DataFrame(
        [("1", 2020, 2023, "Forest Land", "Forest Land", Decimal(99)),
         ("1", 2020, 2023, "Forest Land", "unclassified", Decimal(1))],
        columns=["zone_code", "year0", "year1", "category0", "category", "area_ha"],
    )  # fmt: skip
    matrix_closure(gates, matrix, areas, {"F": "Forest Land"})
    assert [(check, value, verdict) for check, _, value, _, verdict in gates.rows] == [
        ("land_matrix_earlier[2020-2023]", 0.0, "pass"),
        ("land_matrix_later[2020-2023]", 0.01, "fail"),
    ]
