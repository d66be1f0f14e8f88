"""Densities from a bureau's plots: worked means and intervals, and every refused plot."""

from __future__ import annotations

import numpy as np
import pytest
from accounting_factory import HEADING
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_inputs import TABLE, write_tiny

from rasters.findings import Severity
from sinks.categories import Confidence, Ecosystem, Pool
from sinks.coefficient_rows import IntervalBasis
from sinks.coefficients import load_register
from sinks.pipeline import run
from sinks.plots import with_plots

FACTORS = (
    ",grassland,,,0.45,t C/t d.m.,0.45,0.45,a test,,verified,carbon_fraction,",
    ",grassland,typical,bgb,4,t BGB/t AGB,3,5,a test,,verified,root_shoot,",
    ",grassland,,agb,9,t C/ha,9,9,a test,,verified,density,",
)
STEPPE = "plot_id,ecosystem,stratum,agb_g_m2,year,source\n"
THREE = ("P1,grassland,typical,100,2021,survey", "P2,草地,typical,140,2022,survey",
         "P3,grassland,typical,180,2022,survey")  # fmt: skip


def register_of(folder, *lines):
    path = folder / "table.csv"
    path.write_text("\n".join([HEADING, *(lines or FACTORS)]) + "\n", encoding="utf-8")
    return load_register([path])


def densities(folder, *lines, heading=STEPPE, register=None):
    path = folder / "plots.csv"
    path.write_text(heading + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return with_plots(register or register_of(folder), [path])


def row_of(register, pool, stratum="typical", **asked):
    return register.lookup(
        parameter="density", pool=pool, ecosystem=Ecosystem.GRASSLAND, stratum=stratum, **asked
    )


def codes(found):
    return sorted({(f.code, f.value) for f in found})


def test_dry_weight_of_three_plots_makes_a_density_with_its_interval(tmp_path):
    """100, 140, 180 g/m2 = 1, 1.4, 1.8 t/ha: mean 1.4, deviation 0.4, error 0.4/sqrt(3).

    x 0.45 = 0.63 t C/ha; t(2) = 4.3027, half-width 4.3027 x 0.230940 x 0.45 = 0.447145.
    """
    register, found = densities(tmp_path, *THREE)
    assert not found
    row = row_of(register, Pool.AGB)
    assert row.value == pytest.approx(0.63)
    assert (row.low, row.high) == pytest.approx((0.63 - 0.447145, 0.63 + 0.447145), abs=1e-5)
    assert (row.table, row.confidence, row.unit) == ("plots", Confidence.DERIVED, "t C/ha")
    assert row.source == "plots.csv: survey"
    assert row.locator == "3 plots of 2021-2022"


def test_roots_that_were_not_dug_up_follow_the_ratio_of_the_type(tmp_path):
    """BGB 4 x 1.4 x 0.45 = 2.52; relative error 0.447145/0.63 = 0.709754 and the ratio's 1/4.

    Together sqrt(0.709754^2 + 0.25^2) = 0.752497: half-width 1.896291.
    """
    register, _ = densities(tmp_path, *THREE)
    row = row_of(register, Pool.BGB)
    assert row.value == pytest.approx(2.52)
    assert row.high - row.value == pytest.approx(1.896291, abs=1e-5)


def test_roots_that_were_dug_up_are_used_as_measured(tmp_path):
    """Two measured (8 and 4 t/ha), one by the ratio (4 x 1.5 = 6): mean 6 x 0.45 = 2.7."""
    register, found = densities(
        tmp_path,
        "P1,grassland,typical,2.0,8,2021,s",
        "P2,grassland,typical,1.0,4,2021,s",
        "P3,grassland,typical,1.5,,2021,s",
        heading="plot_id,ecosystem,stratum,agb_t_ha,bgb_t_ha,year,source\n",
    )
    assert not found
    assert row_of(register, Pool.BGB).value == pytest.approx(2.7)


def test_soil_is_carbon_at_its_depth(tmp_path):
    heading = "plot_id,ecosystem,soil_t_c_ha,depth_cm,year,source\n"
    lines = [f"P{n},grassland,{value},0-30,2021,s" for n, value in enumerate((40, 50, 60))]
    register, found = densities(tmp_path, *lines, heading=heading)
    assert not found
    row = row_of(register, Pool.SOIL, stratum="", depth_cm="0-30")
    assert (row.value, row.depth_cm) == (50, "0-30")
    assert row.high == pytest.approx(50 + 4.302653 * 10 / 3**0.5, abs=1e-4)


def test_the_plots_come_after_the_tables_and_win_among_equals(tmp_path):
    lines = [line.replace("typical", "") for line in THREE]
    ratio = ",grassland,,bgb,4,t BGB/t AGB,3,5,a test,,verified,root_shoot,"
    register, _ = densities(tmp_path, *lines, register=register_of(tmp_path, *FACTORS, ratio))
    assert register.tables == ("table", "plots")
    assert row_of(register, Pool.AGB, stratum="").value == pytest.approx(0.63)


def test_a_density_is_as_weak_as_its_weakest_factor(tmp_path):
    weak = ",grassland,,,0.45,t C/t d.m.,,,a test,,unverified,carbon_fraction,"
    ratio = FACTORS[1]
    register, _ = densities(tmp_path, *THREE, register=register_of(tmp_path, weak, ratio))
    row = row_of(register, Pool.AGB)
    assert (row.confidence, row.interval) == (Confidence.UNVERIFIED, IntervalBasis.DEFAULT)
    assert row.half_width_source


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(1, 900), min_size=3, max_size=8))
def test_the_unit_and_the_order_of_the_plots_do_not_matter(tmp_path, grams):
    first, _ = densities(
        tmp_path, *(f"P{n},grassland,typical,{g},2021,s" for n, g in enumerate(grams))
    )
    heading = STEPPE.replace("agb_g_m2", "agb_t_ha")
    lines = [f"P{n},grassland,typical,{g / 100},2021,s" for n, g in enumerate(grams[::-1])]
    second, _ = densities(tmp_path, *lines, heading=heading)
    one, two = (row_of(register, Pool.AGB) for register in (first, second))
    assert (one.value, one.low, one.high) == pytest.approx((two.value, two.low, two.high))
    assert one.value == pytest.approx(np.mean(grams) / 100 * 0.45)
    assert one.low <= one.value <= one.high


def test_two_plots_are_too_few(tmp_path):
    register, found = densities(tmp_path, *THREE[:2])
    assert codes(found) == [("plots-few", "2")]
    assert "table" in register.tables


def test_a_type_without_a_ratio_or_a_carbon_fraction_is_refused(tmp_path):
    register = register_of(tmp_path, FACTORS[2])
    _, found = densities(tmp_path, *THREE, register=register)
    assert codes(found) == [
        ("plots-no-factor", "carbon_fraction"),
        ("plots-no-factor", "root_shoot"),
    ]


def test_a_plot_far_from_the_others_is_noted_and_kept(tmp_path):
    """1, 1.1, 1.2, 1.3 and 9 t/ha: quartiles 1.1 and 1.3, the outer fence at 1.9."""
    weights = (100, 110, 120, 130, 900)
    lines = [f"P{n},grassland,typical,{g},2021,s" for n, g in enumerate(weights)]
    register, found = densities(tmp_path, *lines)
    assert ("plots-far-out", "9") in codes(found)
    assert {f.severity for f in found} == {Severity.NOTE}
    assert "P4" in found[0].where
    assert row_of(register, Pool.AGB).value == pytest.approx(2.72 * 0.45)


def test_every_fault_of_a_file_is_found_at_once(tmp_path):
    heading = (
        "plot_id,ecosystem,stratum,agb_t_ha,agb_g_m2,bgb_g_m2,soil_t_c_ha,depth_cm,year,source\n"
    )
    _, found = densities(
        tmp_path,
        "P1,steppe,,1,,,,,2021,s",
        "P1,grassland,,1,100,,,,2021,s",
        "P2,grassland,,,,,,,2021,s",
        "P3,grassland,,-1,,,,,99,",
        "P4,grassland,,1,,x,50,,2021,s",
        "P5,grassland,a,,,,50,0-30,2021,s",
        "P6,grassland,a,,,,50,0-100,2021,s",
        heading=heading,
    )
    assert codes(found) == [
        ("plots-amount", "-1"),
        ("plots-amount", "x"),
        ("plots-depth", ""),
        ("plots-depths", "0-100, 0-30"),
        ("plots-ecosystem", "steppe"),
        ("plots-id", "P1"),
        ("plots-nothing", "P2"),
        ("plots-source", "P3"),
        ("plots-two-units", "agb"),
        ("plots-year", "99"),
    ]


def test_a_run_takes_its_plots_as_a_table_with_their_file(tmp_path):
    """F has 12 pixels of 60 t C/ha in the table; the plots say 0.45 x 20 = 9."""
    lines = [f"P{n},forest,F,{g},2021,survey" for n, g in enumerate((10, 20, 30))]
    heading = "plot_id,ecosystem,code,agb_t_ha,year,source\n"
    (tmp_path / "plots.csv").write_text(heading + "\n".join(lines) + "\n", encoding="utf-8")
    factors = (
        ",forest,,,0.45,t C/t d.m.,0.45,0.45,a test,,verified,carbon_fraction,",
        ",forest,,bgb,0.25,t BGB/t AGB,0.25,0.25,a test,,verified,root_shoot,",
    )
    path = write_tiny(
        tmp_path,
        table=(*TABLE, *factors),
        config={"coefficients": {"tables": ["own.csv"], "plots": ["plots.csv"]}},
    )
    results = run(path, out=tmp_path / "out", workers=1).results
    stocks = results.tables["stocks"]
    forest = stocks[
        stocks["zone_code"].eq("1") & stocks["ecosystem"].eq("forest") & stocks["pool"].eq("agb")
    ].iloc[0]
    assert float(forest["stock_t_c"]) == pytest.approx(9 * float(forest["area_ha"]), rel=1e-6)
    used = results.tables["coefficients_used"].set_index("table")
    assert used.loc["plots", "source"].tolist() == ["plots.csv: survey"] * 2
    assert [r.role for r in results.manifest.inputs if r.path == "plots.csv"] == ["plots"]
    assert "plots.csv" not in str(results.manifest.parameters)


def test_a_file_named_as_a_table_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    _, found = with_plots(register_of(tmp_path), [path])
    assert codes(found) == [("coefficient-table-repeated", "table")]
