"""The way from a figure to every source of its error: rows, rasters and the area."""

import pytest
from accounting_factory import activity, density, inventory_of, register_of

ROW = "test/density/agb/{}/////"


@pytest.fixture
def built(tmp_path):
    """Return an inventory in which 10 ha of forest stay and 5 ha of grass become forest."""
    table = register_of(
        tmp_path, density("F", "agb", 60), density("G", "agb", 2),
        *(density(code, "soil", 0, depth="0-100") for code in "FG"),
    )  # fmt: skip
    return inventory_of(
        activity([("1", "F", "F", 10), ("1", "G", "F", 5)]), table,
        methods=("forest", "grassland"), area_error=0.1,
    )  # fmt: skip


def test_the_error_of_the_area_stands_last_among_the_factors(built):
    rows = built.trace.query("zone_code == '1' and pool == 'agb'")
    found = {(r.year, r.ecosystem): (r.factors, float(r.stock_t_c)) for r in rows.itertuples()}
    assert found == {
        (2020, "forest"): (ROW.format("F") + "*area:forest:2020", 600),
        (2020, "grassland"): (ROW.format("G") + "*area:grassland:2020", 10),
        (2023, "forest"): (ROW.format("F") + "*area:forest:2023", 900),
    }


def test_land_that_stays_is_two_amounts_with_the_area_errors_of_both_dates(built):
    """One line without the dates would hide an error of 10 % of 600 t C behind an amount of 0."""
    rows = built.trace_changes.query("zone_code == '1' and pool == 'agb'")
    stays = rows[rows["ecosystem0"].eq("forest")]
    found = {f.rsplit("*", 1)[1]: float(v) for f, v in zip(stays["factors"], stays["change_t_c"],
                                                           strict=True)}  # fmt: skip
    assert found == {"area:forest:2020": -600, "area:forest:2023": 600}
    assert rows["change_t_c"].sum() == 290
