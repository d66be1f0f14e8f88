"""sensitivity.csv: named sources, ranks, and rows that add up to 1."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from accounting_factory import activity, agb, density, inventory_of, register_of

from sinks.export.schemas import SCHEMAS
from sinks.uncertainty import Factor

NO_SOIL = [density(c, "soil", 0, depth="0-100") for c in "FGCD"]


def of(table, quantity="stock", zone="R", scope="all"):
    """Return the shares of the sources of a total, in the order of the file."""
    wanted = {"quantity": quantity, "zone_code": zone, "scope": scope, "year1": 2023}
    mine = np.logical_and.reduce([table[name].eq(value) for name, value in wanted.items()])
    rows = table[mine].sort_values("rank")
    return dict(zip(rows["source"], rows["share"], strict=True))


def test_sources_are_ranked_by_what_they_contribute(tmp_path):
    """6,000 at 20 % against 3,000 at 30 %: 1,200^2 to 900^2, 64 % to 36 %."""
    table = register_of(
        tmp_path,
        density("F", "agb", 60, low=48, high=72),
        density("G", "agb", 30, low=21, high=39),
        *NO_SOIL,
    )
    result = inventory_of(
        activity([("1", "F", "F", 100), ("1", "G", "G", 100)]), table, draws=50_000
    )
    found = of(result.sensitivity)
    assert list(found) == ["test/density/agb/F/////", "test/density/agb/G/////",
                           "products_of_sources"]  # fmt: skip
    assert [float(share) for share in found.values()] == pytest.approx([0.64, 0.36, 0.0], abs=0.02)
    assert list(result.sensitivity.columns) == list(SCHEMAS["sensitivity"].columns)
    assert of(result.sensitivity, scope="forest")["test/density/agb/F/////"] == pytest.approx(
        Decimal(1), abs=Decimal("0.000002")
    )


def test_the_rows_of_every_total_add_up_to_one(tmp_path):
    table = register_of(
        tmp_path, density("F", "agb", 60, low=30, high=120), density("G", "agb", 3, low=1, high=5),
        *NO_SOIL,
    )  # fmt: skip
    rows = [("1", "F", "G", 10), ("2", "G", "F", 5), ("2", "F", "F", 70)]
    shares = inventory_of(activity(rows), table, area_error=0.1).sensitivity
    keys = ["zone_code", "level", "quantity", "year0", "year1", "scope"]
    sums = shares.fillna({"year0": 0}).groupby(keys)["share"].sum()
    assert set(sums) == {Decimal("1.000000")}
    first = shares[shares["rank"].eq(1)].fillna({"year0": 0})
    assert len(first) == len(sums)


def test_only_the_twenty_largest_are_named_and_the_others_are_one_row(tmp_path):
    """25 sources of one size: each 4 %, the last five 20 % together."""
    lines = [
        density("F", "agb", 1, low=0.9, high=1.1).replace("F,,,", f"F,,s{n},") for n in range(25)
    ]
    tables = [activity([("1", "F", "F", 10)], stratum=f"s{n}") for n in range(25)]
    result = inventory_of(
        pd.concat(tables, ignore_index=True), register_of(tmp_path, *lines, *NO_SOIL), draws=50_000
    )
    found = of(result.sensitivity)
    assert len(found) == 22
    assert list(found)[20:] == ["rest", "products_of_sources"]
    assert float(found["rest"]) == pytest.approx(0.20, abs=0.02)


def test_two_maps_of_one_product_are_one_source(tmp_path):
    table = register_of(
        tmp_path, "F,,,agb,0.5,t C/t d.m.,0.4,0.6,a test,,verified,carbon_fraction,", *NO_SOIL
    )
    rows = [("1", "F", "F", 100, agb(0, [12_000], 100) | agb(1, [12_360], 100))]
    made = {}
    for rho in (0.0, 0.9):
        errors = [
            Factor(
                key=f"biomass:{y}", value=1.0, low=0.9, high=1.1, group="biomass", correlation=rho
            )
            for y in (2020, 2023)
        ]
        made[rho] = of(
            inventory_of(
                activity(rows), table, methods=("forest",), biomass=("forest",), errors=errors
            ).sensitivity,
            "change",
        )
    assert {"biomass:2020", "biomass:2023"} < set(made[0.0])
    assert "biomass" in made[0.9]
    assert not {"biomass:2020", "biomass:2023"} & set(made[0.9])


def test_a_total_without_error_has_no_row(tmp_path):
    table = register_of(tmp_path, density("F", "agb", 60), *NO_SOIL)
    assert inventory_of(activity([("1", "F", "F", 100)]), table).sensitivity.empty


@pytest.mark.parametrize(("half", "area_error"), [(6.0, 0.0), (0.6, 0.01)])
def test_single_sources_explain_a_linear_figure_whole(tmp_path, half, area_error):
    """Whatever the row of the balance says: the sum over sources is 1 to the sampling error.

    Two densities without an area error are linear in their sources; with one, products of a
    relative half-width of 1 % each add 0.0001 squared and are nothing beside it.
    """
    lines = [density("F", "agb", 60, low=60 - half, high=60 + half),
             density("G", "agb", 30, low=30 - half, high=30 + half)]  # fmt: skip
    rows = [("1", "F", "F", 100), ("1", "G", "G", 70), ("2", "F", "G", 20)]
    table = inventory_of(activity(rows), register_of(tmp_path, *lines, *NO_SOIL),
                         area_error=area_error, draws=50_000).sensitivity  # fmt: skip
    single = table[table["source"].ne("products_of_sources")].fillna({"year0": 0})
    keys = ["zone_code", "quantity", "year0", "year1", "scope"]
    sums = single.assign(share=single["share"].astype(float)).groupby(keys)["share"].sum()
    assert len(sums) > 5
    assert sums.to_numpy() == pytest.approx(1, abs=0.03)
