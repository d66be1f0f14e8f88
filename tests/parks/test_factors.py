"""Factor tables: every row sourced or missing, the user's own first, no other year."""

from decimal import Decimal

import pytest

from parks.factors import factor_parameters, load_factors
from sinks.categories import Confidence

HEADING = "parameter,item,value,unit,source,confidence,region,year,low,high"
HERE = {"region": "inner_mongolia", "year": 2023}


def own(folder, *rows, name="own.csv"):
    path = folder / name
    path.write_text("\n".join([HEADING, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def packaged():
    factors, findings = load_factors([])
    assert findings == []
    return factors


def value(factors, parameter, item, unit="", **at):
    row = factors.lookup(parameter, item, unit=unit, **{**HERE, **at})
    return None if row is None else row.value


# the packaged table


def test_every_row_has_a_source_or_says_missing_and_where_to_look(packaged):
    for row in packaged.rows:
        if row.confidence is Confidence.MISSING:
            assert row.value is None, row.where
            assert not row.source, row.where
            assert row.locator, row.where
        else:
            assert row.value is not None, row.where
            assert row.source, row.where
            assert row.locator, row.where
        assert row.name_zh, row.where
        assert row.name_en, row.where


def test_no_source_is_an_address(packaged):
    for row in packaged.rows:
        text = f"{row.source} {row.locator} {row.note}".lower()
        assert not [w for w in ("http", "www.", ".com", ".cn", "github") if w in text], row.where


def test_what_comes_from_memory_is_unverified(packaged):
    for row in packaged.rows:
        if row.note.startswith("from memory"):
            assert row.confidence is Confidence.UNVERIFIED, row.where
        if row.confidence in (Confidence.UNVERIFIED, Confidence.SECOND_HAND):
            assert row.note, row.where


def test_the_grid_factors_are_missing_and_say_where_they_are_published(packaged):
    rows = [r for r in packaged.rows if r.item.startswith("grid_")]
    assert {(r.item, r.region) for r in rows} == {
        ("grid_average", "inner_mongolia"),
        ("grid_average", "ningxia"),
        ("grid_residual", ""),
    }
    assert all(r.value is None and "生态环境部" in r.locator for r in rows)


@pytest.mark.parametrize(
    ("parameter", "item", "expected"),
    [
        ("co2_per_energy", "bituminous_coal", "94.6"),
        ("co2_per_energy", "coke", "107"),
        ("co2_per_energy", "natural_gas", "56.1"),
        ("co2_per_energy", "diesel", "74.1"),
        ("co2_per_energy", "lpg", "63.1"),
        ("coal_equivalent", "electricity", "0.1229"),
        ("coal_equivalent", "heat", "0.03412"),
        ("coal_equivalent", "diesel", "1.4571"),
        ("co2_per_energy", "raw_coal", None),
    ],
)
def test_packaged_values(packaged, parameter, item, expected):
    assert value(packaged, parameter, item) == (None if expected is None else Decimal(expected))


def test_heat_and_electricity_convert_to_standard_coal_as_energy_does(packaged):
    gj_per_tce = value(packaged, "energy_per_tce", "standard_coal")
    heat, power = (value(packaged, "coal_equivalent", item) for item in ("heat", "electricity"))
    assert abs(heat * gj_per_tce - 1) < Decimal("0.001")
    assert abs(power * gj_per_tce - Decimal("3.6")) < Decimal("0.002")


def test_each_parameter_has_its_names_and_units():
    for parameter in factor_parameters().values():
        assert parameter.name_zh
        assert parameter.name_en
        assert parameter.units


# the user's own tables


def test_an_own_row_goes_first_and_a_missing_one_answers_nothing(tmp_path):
    path = own(
        tmp_path,
        "co2_per_unit,grid_average,0.7,t CO2/MWh,a test,verified,inner_mongolia,2023,,",
        "co2_per_energy,diesel,72.585,t CO2/TJ,a test,verified,,,,",
        "co2_per_energy,coke,,t CO2/TJ,,missing,,,,",
    )
    factors, findings = load_factors([path])
    assert findings == []
    assert value(factors, "co2_per_unit", "grid_average") == Decimal("0.7")
    assert value(factors, "co2_per_energy", "diesel") == Decimal("72.585")
    assert value(factors, "co2_per_energy", "coke") == 107


def test_a_factor_of_another_year_or_region_is_never_taken(tmp_path):
    path = own(
        tmp_path,
        "co2_per_unit,grid_average,0.7,t CO2/MWh,a test,verified,inner_mongolia,2022,,",
        "co2_per_unit,grid_residual,0.8,t CO2/MWh,a test,verified,ningxia,,,",
    )
    factors, _ = load_factors([path])
    assert value(factors, "co2_per_unit", "grid_average") is None
    assert value(factors, "co2_per_unit", "grid_average", year=2022) == Decimal("0.7")
    assert value(factors, "co2_per_unit", "grid_residual") is None
    assert value(factors, "co2_per_unit", "grid_residual", region="ningxia") == Decimal("0.8")


def test_the_row_that_names_region_and_year_goes_first_and_the_last_table_before_it(tmp_path):
    first = own(
        tmp_path,
        "co2_per_unit,grid_average,1,t CO2/MWh,a test,verified,,,,",
        "co2_per_unit,grid_average,2,t CO2/MWh,a test,verified,inner_mongolia,,,",
        "co2_per_unit,grid_average,3,t CO2/MWh,a test,verified,inner_mongolia,2023,,",
        name="first.csv",
    )
    last = own(
        tmp_path, "co2_per_unit,grid_average,4,t CO2/MWh,a test,verified,,,,", name="last.csv"
    )
    assert value(load_factors([first])[0], "co2_per_unit", "grid_average") == 3
    assert value(load_factors([first])[0], "co2_per_unit", "grid_average", year=2020) == 2
    assert value(load_factors([first, last])[0], "co2_per_unit", "grid_average") == 4


def test_a_unit_that_is_asked_for_must_be_met(packaged):
    assert value(packaged, "coal_equivalent", "natural_gas", "tce/10^3 m3") == Decimal("1.33")
    assert value(packaged, "coal_equivalent", "natural_gas", "tce/t") is None


FAULTS = {
    "factor-parameter": "ef,diesel,1,t CO2/TJ,s,verified,,,,",
    "factor-unit": "co2_per_energy,diesel,1,kg CO2/TJ,s,verified,,,,",
    "factor-bounds": "co2_per_energy,diesel,1,t CO2/TJ,s,verified,,,2,3",
    "factor-negative": "co2_per_energy,diesel,-1,t CO2/TJ,s,verified,,,,",
    "factor-zero": "calorific_value,diesel,0,GJ/t,s,verified,,,,",
    "factor-source": "co2_per_energy,diesel,1,t CO2/TJ,,verified,,,,",
    "factor-missing": "co2_per_energy,diesel,,t CO2/TJ,s,verified,,,,",
    "table-word": "co2_per_energy,diesel,1,t CO2/TJ,s,sure,,,,",
    "table-number": "co2_per_energy,diesel,1;2,t CO2/TJ,s,verified,,,,",
    "table-year": "co2_per_energy,diesel,1,t CO2/TJ,s,verified,,23,,",
}


@pytest.mark.parametrize(("code", "row"), FAULTS.items(), ids=FAULTS)
def test_each_fault_of_a_row_has_its_code_and_place(tmp_path, code, row):
    factors, findings = load_factors([own(tmp_path, row)])
    assert [(f.code, f.where) for f in findings] == [(code, "own, row 2")]
    assert all(r.table == "emission_factors" for r in factors.rows)


def test_blank_cells_repeated_rows_and_repeated_tables_are_named(tmp_path):
    path = own(
        tmp_path,
        ",,,,,,,,,",
        ",diesel,1,t CO2/TJ,s,verified,,,,",
        "co2_per_energy,diesel,1,t CO2/TJ,s,verified,,,,",
        "co2_per_energy,diesel,2,t CO2/TJ,s,verified,,,,",
    )
    _, findings = load_factors([path, path])
    assert [(f.code, f.value) for f in findings] == [
        ("table-blank", ""),
        ("factor-repeated", "co2_per_energy/diesel"),
        ("factor-table-repeated", "own"),
    ]
