"""soil_cohorts.csv: the golden cohort table of METHOD A7 and exact sums."""

from decimal import Decimal

import pytest
from accounting_factory import ECOSYSTEMS, tree
from soils_factory import GOLDEN_2019, conversions, row, soil_register, soils_of_history

from sinks.accounts.soil_cohorts import SOIL_COHORT_COLUMNS, soil_cohorts


@pytest.fixture
def cohorts(tmp_path):
    """Return a function from (zone, year0, year1, code0, code1, ha) rows to the table."""

    def make(rows, years=(2020, 2023), lines=GOLDEN_2019):
        history = conversions(rows)
        soils = soils_of_history(soil_register(tmp_path, *lines), history)
        zones = tuple(sorted(set(history["zone_code"]))) or ("1",)
        return soil_cohorts(
            history, soils=soils, ecosystems=ECOSYSTEMS, years=years, tree=tree(zones)
        )

    return make


def test_the_golden_cohort_table(cohorts):
    """100 ha/yr of cropland to grass since 2001."""
    table = cohorts([("1", y - 1, y, "C", "G", 100) for y in range(2001, 2024)])
    rows = table[table["zone_code"] == "1"].set_index("year")
    assert rows.loc[2020, "in_transition_ha"] == 2000
    assert rows.loc[2020, "graduated_ha"] == 0
    assert rows.loc[2023, "in_transition_ha"] == 2000
    assert rows.loc[2023, "graduated_ha"] == 300
    assert rows.loc[2023, "soil_change_t_c_per_year"] == Decimal("989.000000")
    assert (rows["ecosystem0"] == "cropland").all()
    assert (rows["ecosystem"] == "grassland").all()


def test_a_year_sees_what_is_converted_up_to_itself(cohorts):
    table = cohorts([("1", 2020, 2023, "C", "G", 300)], years=(2020, 2021, 2023, 2043))
    rows = table[table["zone_code"] == "1"].set_index("year")
    assert 2020 not in rows.index
    assert rows["in_transition_ha"].to_dict() == {2021: 100, 2023: 300, 2043: 0}
    assert rows["graduated_ha"].to_dict() == {2021: 0, 2023: 0, 2043: 300}
    assert rows.loc[2023, "soil_change_t_c_per_year"] == Decimal("148.350000")


def test_leagues_add_to_the_region_as_written(cohorts):
    rows = [(z, 2020, 2023, "C", "G", 1 / 3 + n) for n, z in enumerate("123")]
    table = cohorts(rows, years=(2021,))
    amounts = SOIL_COHORT_COLUMNS[6:]
    whole = table[table["level"] == "region"][amounts].sum()
    assert whole.to_dict() == table[table["level"] == "league"][amounts].sum().to_dict()


def test_organic_soils_and_equal_soils_have_no_cohorts(cohorts):
    lines = [*GOLDEN_2019, row("ef_co2", "F", 0.5)]
    rows = [("1", 2020, 2023, "C", "F", 30), ("1", 2020, 2023, "G", "G", 30),
            ("1", 2020, 2023, "nodata", "G", 30)]  # fmt: skip
    table = cohorts(rows, lines=lines)
    assert table.empty
    assert list(table.columns) == SOIL_COHORT_COLUMNS


def test_land_whose_soil_is_unknown_afterwards_is_a_loss(cohorts):
    table = cohorts([("1", 2022, 2023, "G", "D", 20)], years=(2023,))
    (rate,) = table[table["zone_code"] == "1"]["soil_change_t_c_per_year"]
    assert rate == Decimal("-43.000000")
