import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.errors import ResultError
from sinks.export.cells import clean_text, guard, is_missing, number_text, unguard
from sinks.export.tables import SCHEMAS, read_table, rounded, write_table

RUN = {"status": "trial", "run_id": "ab12"}


def coverage_frame(**columns):
    row = {
        "zone_code": "150100",
        "year": 2020,
        "polygon_ha": 10.5,
        "classified_ha": 10,
        "nodata_ha": Decimal("0.5"),
        "outside_ha": 0.0,
        "official_ha": None,
    }
    return pd.DataFrame([row | columns])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567.5, "1234567.5"),
        (Decimal("1E+3"), "1000"),
        (-0.0, "0"),
        (-4e-7, "0"),
        (0.1 + 0.2, "0.3"),
        (Decimal("0.0000005"), "0"),
        (Decimal("0.0000015"), "0.000002"),
        (Fraction(2, 3), "0.666667"),
        (np.float32(0.5), "0.5"),
        (np.int64(-7), "-7"),
        (10**30, "1" + "0" * 30),
        (2.0**1000, str(2**1000)),
    ],
)
def test_a_number_is_the_shortest_text_of_its_millionths(value, text):
    assert number_text(value) == text


@given(st.floats(-1e12, 1e12))
def test_rounding_a_float_is_that_of_the_printf_family(value):
    assert rounded(value) == Decimal(format(value, ".6f"))


@given(st.lists(st.decimals(-(10**9), 10**9, places=9), max_size=20))
def test_a_sum_of_written_numbers_is_the_written_sum(values):
    total = sum((rounded(v) for v in values), Decimal(0))
    assert Decimal(number_text(total)) == sum(Decimal(number_text(v)) for v in values)


@given(st.fractions(-(10**9), 10**9))
def test_an_exact_fraction_is_off_by_at_most_half_a_millionth(value):
    assert abs(Fraction(rounded(value)) - value) <= Fraction(1, 2_000_000)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, Decimal("NaN")])
def test_refuses_a_number_that_is_not_finite(value):
    with pytest.raises(ResultError, match=r"must be finite, got .*(inf|nan|NaN)"):
        rounded(value)


@pytest.mark.parametrize("value", ["12", None, True, np.bool_(1)])
def test_refuses_what_is_not_a_number(value):
    with pytest.raises(ResultError, match="must be a number, got"):
        rounded(value)


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋a", "－a", "＠a", "'=1"]
)
def test_a_text_that_runs_as_a_formula_gets_an_apostrophe(text):
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["盟市", "-5.25", "+3", "0-100", "a=b"])
def test_a_harmless_text_stays_as_it_is(text):
    assert guard(text) == text


@given(st.text())
def test_a_guarded_text_comes_back(text):
    assert unguard(guard(text)) == text


def test_direction_controls_go_and_mongolian_joiners_stay():
    hidden = chr(0x202E) + "盟" + chr(0x2066) + chr(0x200F)
    assert clean_text(hidden) == "盟"
    assert clean_text("ᠠ" + chr(0x180E) + chr(0x200D)) == "ᠠ" + chr(0x180E) + chr(0x200D)


def test_nothing_but_no_value_is_missing():
    assert all(is_missing(v) for v in (None, math.nan, pd.NA, pd.NaT, "", Decimal("NaN")))
    assert not any(is_missing(v) for v in (0, 0.0, False, "NE", Decimal(0)))


# The public contract, as scripts of users rely on it: a change here needs a CHANGELOG entry.
CONTRACT = """
areas: zone_code, year, code, stratum, ecosystem, pixels, area_ha
stocks: zone_code, zone_name, level, year, ecosystem, pool, depth_cm, area_ha, stock_t_c, low_t_c,
  high_t_c, method, completeness
changes: zone_code, zone_name, level, year0, year1, ecosystem0, ecosystem, land, pool, depth_cm,
  change_t_c, sink_t_co2_per_year, low_t_co2_per_year, high_t_co2_per_year, method,
  memo_ch4_t_co2e_per_year
totals: zone_code, zone_name, level, year0, year1, quantity, scope, value_t_c, low_t_c, high_t_c,
  sink_t_co2_per_year, low_t_co2_per_year, high_t_co2_per_year, half_width_share, signal_ratio,
  verdict, method, approach1_half_width_t_c, date_correlation, half_width_uncorrelated_t_c,
  memo_ch4_t_co2e_per_year
soil_cohorts: zone_code, zone_name, level, year, ecosystem0, ecosystem, in_transition_ha,
  graduated_ha, soil_change_t_c_per_year
land_matrix: zone_code, zone_name, level, year0, year1, category0, category, land, area_ha,
  annual_ha, in_transition_ha, graduated_ha
land_balance: zone_code, zone_name, level, year0, year1, category, opening_ha, gain_ha, loss_ha,
  net_ha, closing_ha, annual_gain_ha, annual_loss_ha, annual_net_ha
transitions: zone_code, year0, year1, code0, code1, stratum, pixels, area_ha
transitions_mapped: zone_code, year0, year1, code0, code1, stratum, pixels, area_ha
coverage: zone_code, year, polygon_ha, classified_ha, nodata_ha, outside_ha, official_ha
reconciliation: zone_code, year0, year1, stock0_t_c, stock1_t_c, change_common_t_c,
  only_year0_t_c, only_year1_t_c, change_reported_t_c, method_gap_t_c
quality: check, zone_code, value, limit, verdict
method_comparison: zone_code, ecosystem, year0, year1, method, pools, sink_t_co2_per_year,
  low_t_co2_per_year, high_t_co2_per_year, gap_t_co2_per_year
uncertainty: zone_code, zone_name, level, quantity, year0, year1, ecosystem0, ecosystem, pool,
  method, value_t_c, approach1_half_width_t_c, approach2_low_t_c, approach2_high_t_c,
  approach2_mean_t_c, mean_shift_share
sensitivity: zone_code, zone_name, level, year0, year1, quantity, scope, source, share, rank
effects: zone_code, zone_name, level, year0, year1, ecosystem, pool, opening_t_c, area_effect_t_c,
  density_effect_t_c, closing_t_c
seea_accounts: zone_code, zone_name, level, year0, year1, account, ecosystem, opening,
  addition_growth, addition_soil, addition_conversion, addition_footprint, addition_reappraisal,
  reduction_loss, reduction_soil, reduction_conversion, reduction_footprint,
  reduction_reappraisal, rounding, closing
trace: zone_code, level, year, code, stratum, ecosystem, pool, amount, factors, stock_t_c
filters: filter, zone_code, zone_name, level, year0, year1, changed_before_ha, removed_ha,
  unjudged_ha, changed_after_ha
trace_changes: zone_code, level, year0, year1, ecosystem0, ecosystem, pool, method, amount, factors,
  change_t_c
coefficients_used: key, table, row, parameter, code, ecosystem, stratum, pool, depth_cm, edition,
  class_from, class_to, value, unit, low, high, interval, half_width_source, range_type,
  source_group, completeness, confidence, source, locator, region, name, note
adjusted_areas: zone_code, zone_name, level, year0, year1, stratum, mapped_ha, adjusted_ha, low_ha,
  high_ha, standard_error_ha, samples, users_accuracy, users_standard_error, producers_accuracy,
  producers_standard_error, basis, regional_ha
accuracy_matrix: year0, year1, map_class, reference_class, samples, area_share, accuracy,
  standard_error
area_adjustment: zone_code, zone_name, level, year0, year1, quantity, scope, mapped_t_c,
  adjusted_t_c, difference_t_c, mapped_sink_t_co2_per_year, adjusted_sink_t_co2_per_year,
  difference_sink_t_co2_per_year
sink_zones: zone_code, zone_name, level, year0, year1, sink_zone, quantity, area_ha, value_t_c,
  low_t_c, high_t_c, sink_t_co2_per_year, low_t_co2_per_year, high_t_co2_per_year, verdict
views_stocks: zone_code, zone_name, level, year, ecosystem, pool, depth_cm, area_ha, stock_t_c,
  low_t_c, high_t_c, method, completeness
views_totals: zone_code, zone_name, level, year0, year1, quantity, scope, value_t_c, low_t_c,
  high_t_c, sink_t_co2_per_year, low_t_co2_per_year, high_t_co2_per_year, half_width_share,
  signal_ratio, verdict, method, approach1_half_width_t_c, date_correlation,
  half_width_uncorrelated_t_c,
  memo_ch4_t_co2e_per_year
"""


def test_the_columns_are_those_of_the_public_contract():
    lines = CONTRACT.replace(",\n ", ",").strip().splitlines()
    stated = {name: columns.replace(" ", "").split(",") for name, columns in
              (line.split(":") for line in lines)}  # fmt: skip
    assert {name: list(schema.columns) for name, schema in SCHEMAS.items()} == stated
    assert all(set(schema.keys) <= set(schema.columns) for schema in SCHEMAS.values())


def test_every_table_ends_with_its_status_and_run(tables, tmp_path):
    for name, schema in SCHEMAS.items():
        if name not in tables:
            continue
        path = tmp_path / f"{name}.csv"
        write_table(path, tables[name], schema, **RUN)
        heading, *rows = path.read_text(encoding="utf-8").splitlines()
        assert heading.split(",") == [*schema.columns, "status", "run_id"]
        assert all(row.endswith(",trial,ab12") for row in rows)
        assert len(rows) == len(tables[name])


def test_the_bytes_do_not_depend_on_the_order_of_rows_or_columns(tables, tmp_path):
    for name in ("stocks", "changes", "totals", "transitions", "areas", "quality"):
        first, second = tmp_path / "a.csv", tmp_path / "b.csv"
        write_table(first, tables[name], SCHEMAS[name], **RUN)
        mixed = tables[name].sample(frac=1, random_state=1).iloc[:, ::-1]
        write_table(second, mixed, SCHEMAS[name], **RUN)
        assert first.read_bytes() == second.read_bytes()
        assert b"\r" not in first.read_bytes()


def test_what_is_read_back_writes_the_same_bytes(tables, tmp_path):
    for name in ("stocks", "totals", "coverage", "quality", "reconciliation"):
        first = tmp_path / f"{name}.csv"
        write_table(first, tables[name], SCHEMAS[name], **RUN)
        again = tmp_path / f"{name}_again.csv"
        frame = read_table(first).drop(columns=["status", "run_id"])
        write_table(again, frame, SCHEMAS[name], **RUN)
        assert first.read_bytes() == again.read_bytes()


def test_the_leagues_that_are_read_back_add_up_to_the_region_exactly(tables, tmp_path):
    path = tmp_path / "stocks.csv"
    write_table(path, tables["stocks"], SCHEMAS["stocks"], **RUN)
    stocks = read_table(path)
    keys = ["year", "ecosystem", "pool"]
    estimated = stocks[stocks.completeness == "estimated"]
    league = estimated[estimated.level == "league"].groupby(keys)["stock_t_c"].sum()
    region = estimated[estimated.level == "region"].set_index(keys)["stock_t_c"]
    assert league.to_dict() == region.to_dict()


def test_kinds_come_back(tmp_path):
    path = tmp_path / "coverage.csv"
    write_table(path, coverage_frame(), SCHEMAS["coverage"], **RUN)
    (row,) = read_table(path).to_dict("records")
    assert row["zone_code"] == "150100"
    assert row["year"] == 2020
    assert row["polygon_ha"] == Decimal("10.5")
    assert row["official_ha"] is None
    assert row["run_id"] == "ab12"


def test_a_stock_has_no_first_year_and_sorts_before_the_changes(tables, tmp_path):
    path = tmp_path / "totals.csv"
    write_table(path, tables["totals"], SCHEMAS["totals"], **RUN)
    totals = read_table(path)
    assert totals.loc[totals.quantity == "stock", "year0"].isna().all()
    assert totals.zone_code.tolist() == sorted(totals.zone_code)


def test_whole_numbers_sort_by_size_and_quotes_survive(tmp_path):
    path = tmp_path / "coverage.csv"
    name = 'a "b", c\nd'
    frame = pd.concat([coverage_frame(zone_code=name, year=y) for y in (10000, 2023, 2020)])
    write_table(path, frame, SCHEMAS["coverage"], **RUN)
    back = read_table(path)
    assert back.year.tolist() == [2020, 2023, 10000]
    assert back.zone_code.tolist() == [name] * 3


def test_a_formula_in_a_name_is_defused_and_comes_back(tmp_path):
    path = tmp_path / "coverage.csv"
    write_table(path, coverage_frame(zone_code="=1+1"), SCHEMAS["coverage"], **RUN)
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith("'=1+1,2020,")
    assert read_table(path).zone_code.tolist() == ["=1+1"]


def test_a_limit_is_a_number_or_a_band(tables, tmp_path):
    path = tmp_path / "quality.csv"
    write_table(path, tables["quality"], SCHEMAS["quality"], **RUN)
    limits = read_table(path).set_index("check")["limit"].to_dict()
    assert limits["density_band:forest"] == "5..200"
    assert limits["unclassified"] == Decimal("0.01")
    assert limits["official_area"] is None


def test_an_empty_table_keeps_its_heading(tmp_path):
    path = tmp_path / "coverage.csv"
    write_table(path, coverage_frame().iloc[:0], SCHEMAS["coverage"], **RUN)
    assert list(read_table(path).columns) == [*SCHEMAS["coverage"].columns, "status", "run_id"]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (coverage_frame().drop(columns="year"), r"lacks the columns \['year'\]"),
        (coverage_frame(extra=1), r"does not know \['extra'\]"),
        (coverage_frame(year=2020.5), "column year: expected a whole number, got 2020.5"),
        (coverage_frame(zone_code=1.0), "column zone_code: expected a text, got the number 1.0"),
        (coverage_frame(nodata_ha="many"), "column nodata_ha: .* must be a number, got 'many'"),
        (coverage_frame(nodata_ha=math.inf), "column nodata_ha: .* must be finite, got inf"),
        (pd.concat([coverage_frame()] * 2), "two rows with the keys .*'150100'"),
    ],
)
def test_refuses_a_frame_that_breaks_the_contract(frame, message, tmp_path):
    path = tmp_path / "coverage.csv"
    with pytest.raises(ResultError, match=message):
        write_table(path, frame, SCHEMAS["coverage"], **RUN)
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("other.csv", "", "", "other.csv is not a table"),
        ("coverage.csv", "polygon_ha", "polygon", "has the columns"),
        ("coverage.csv", "10.5", "ten", "column polygon_ha: expected a number, got 'ten'"),
        ("coverage.csv", "10.5", "1e3", "column polygon_ha: expected a number, got '1e3'"),
        ("coverage.csv", ",2020,", ",year,", "column year: .*'year'"),
        ("coverage.csv", ",trial", "", "a row that is not 9 cells long"),
    ],
)
def test_refuses_a_file_that_is_not_the_table(name, old, new, message, tmp_path):
    path = tmp_path / "coverage.csv"
    write_table(path, coverage_frame(), SCHEMAS["coverage"], **RUN)
    changed = tmp_path / name
    changed.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ResultError, match=message):
        read_table(changed)


def test_refuses_an_empty_file(tmp_path):
    path = tmp_path / "coverage.csv"
    path.write_bytes(b"")
    with pytest.raises(ResultError, match=r"has the columns \[\]"):
        read_table(path)
