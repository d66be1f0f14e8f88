"""What an official run may not rest on, each reason by name, in both languages."""

import pandas as pd
import pytest
from accounting_factory import register_of

from rasters.findings import finding
from sinks.coefficients import area_half_width
from sinks.official import refusals
from sinks.sources_of_error import SourcesOfError

GATES = pd.DataFrame(
    [
        ("area_closure[2020]", "R", 0.0, 1e-6, "pass"),
        ("benchmark_stock_total[forest][Tg C]", "R", 5.0, 7.0, "shown"),
    ],
    columns=["check", "zone_code", "value", "limit", "verdict"],
)
NOTHING = SourcesOfError(factors={}, area=area_half_width("raster"), defaults=())


@pytest.fixture
def row(tmp_path):
    """Return a function from confidence and bounds to a coefficient row."""

    def make(confidence="verified", bounds="50,70"):
        line = f"F,,,agb,60,t C/ha,{bounds},a test,,{confidence},density,"
        return register_of(tmp_path, line).rows[0]

    return make


def refused(**evidence):
    plain = {"rows": (), "errors": NOTHING, "findings": (), "quality": GATES,
             "soil_method": "transition", "synthetic": False}  # fmt: skip
    return refusals(**plain | evidence)


def test_a_sound_result_is_not_refused(row):
    assert refused(rows=[row()]) == []
    assert refused(rows=[row("derived"), row("second-hand")]) == []


def test_an_unconfirmed_row_and_a_default_interval_are_refused_by_name(row):
    for weak in (row("unverified"), row(bounds=",")):
        (found,) = refused(rows=[weak])
        assert found.code == "coefficient-not-official"
        assert "test" in found.where


def test_a_default_error_is_refused_by_its_source():
    errors = SourcesOfError(
        factors={}, area=area_half_width("raster"), defaults=("biomass (agb)", "area (x)")
    )
    found = refused(errors=errors)
    assert [(f.code, f.value) for f in found] == [
        ("official-default-error", "biomass (agb)"),
        ("official-default-error", "area (x)"),
    ]
    assert "biomass (agb)" in found[0].what_en
    assert "biomass (agb)" in found[0].what_zh


@pytest.mark.parametrize(
    "code", ["product-unit-assumed", "product-incomplete", "raster-crs-assumed"]
)
def test_an_assumption_about_an_input_is_refused_with_its_own_words(code):
    words = dict.fromkeys(("product", "taken"), "a test")
    assumed = finding("rasters", code, value="v", where="agb.tif", **words)
    (found,) = refused(findings=[assumed])
    assert (found.code, found.where) == ("official-input", "agb.tif")
    assert assumed.what_en in found.what_en
    assert assumed.what_zh in found.what_zh


def test_other_warnings_and_notes_are_not_refused():
    note = finding("sinks", "coefficient-depth-unstated", value=1, where="own")
    assert refused(findings=[note]) == []


def test_a_failed_gate_is_refused_with_value_and_limit():
    failed = pd.DataFrame(
        [("unclassified_share[2020]", "150700", 0.02, 0.01, "fail")], columns=GATES.columns
    )
    (found,) = refused(quality=pd.concat([GATES, failed]))
    assert (found.code, found.value) == ("official-gate", "0.02")
    assert found.where == "unclassified_share[2020] 150700"
    assert "0.02" in found.what_en
    assert "0.01" in found.what_en
    assert "0.01" in found.what_zh


def test_another_soil_method_than_transition_is_refused():
    (found,) = refused(soil_method="stock_difference")
    assert (found.code, found.value) == ("config-soil-transition", "official")
    assert "official" in found.what_zh


def test_synthetic_data_are_refused():
    (found,) = refused(synthetic=True)
    assert found.code == "official-synthetic"
    assert found.what_zh
    assert found.what_en


def test_every_reason_is_told_at_once(row):
    found = refused(rows=[row("unverified")], soil_method="stock_difference", synthetic=True)
    assert [f.code for f in found] == [
        "coefficient-not-official",
        "config-soil-transition",
        "official-synthetic",
    ]
