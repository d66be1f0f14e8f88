"""Coefficients: strict reading, specificity, intervals and what official runs refuse."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rasters.errors import RefusedError
from sinks.categories import Completeness, Confidence, Ecosystem, Pool
from sinks.coefficient_cells import parse_row
from sinks.coefficients import (
    IntervalBasis,
    area_half_width,
    load_register,
    parameters,
    read_register,
    refuse_for_official,
    table_ids,
)
from sinks.errors import CoefficientError

COLUMNS = [
    "code", "ecosystem", "stratum", "pool", "value", "unit", "low", "high", "source", "locator",
    "confidence", "parameter", "depth_cm", "edition", "class_from", "class_to", "completeness",
]  # fmt: skip
PLAIN = {
    "ecosystem": "forest", "pool": "agb", "value": "40", "unit": "t C/ha", "low": "30",
    "high": "50", "source": "Test (2024)", "confidence": "verified",
}  # fmt: skip


def row(**cells):
    return {**dict.fromkeys(COLUMNS, ""), **PLAIN, **cells}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


def write(folder, *rows, name="own.csv", columns=COLUMNS, encoding="utf-8"):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / name
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def codes(folder, *rows, **options):
    return [f.code for f in read_register([write(folder, *rows, **options)])[1]]


# reading


def test_a_user_table_reads_with_a_byte_order_mark_and_spaces(folder):
    path = write(folder, row(value=" 40 ", note="x"), encoding="utf-8-sig")
    found = load_register([path]).lookup(parameter="density", pool=Pool.AGB, ecosystem="forest")
    assert (found.value, found.low, found.high) == (40.0, 30.0, 50.0)
    assert (found.table, found.row, found.where) == ("own", 2, "own, row 2")
    assert found.interval is IntervalBasis.STATED


@pytest.mark.parametrize(
    "text", ["1,000", "4O", "４０", "nan", "inf", "1_0", "40%", "1e", "-", "."]
)
def test_text_that_is_no_plain_number_is_refused_with_its_row(folder, text):
    findings = read_register([write(folder, row(), row(stratum="b", value=text))])[1]
    assert [(f.code, f.value, f.where) for f in findings] == [
        ("coefficient-number", text, "own, row 3")
    ]
    assert "column value" in findings[0].what_en


FAULTS = {
    "coefficient-ecosystem": {"ecosystem": "forrest"},
    "coefficient-pool": {"pool": "roots"},
    "coefficient-pool-needed": {"pool": ""},
    "coefficient-parameter": {"parameter": "densty"},
    "coefficient-unit": {"unit": "t CO2/ha"},
    "coefficient-confidence": {"confidence": "sure"},
    "coefficient-completeness": {"completeness": "none"},
    "coefficient-negative": {"value": "-1", "low": "-2", "high": "0"},
    "coefficient-bounds": {"low": "41"},
    "coefficient-bound-alone": {"low": ""},
    "coefficient-source": {"source": " "},
    "coefficient-value-blank": {"value": "", "low": "", "high": ""},
    "coefficient-value-unexpected": {"completeness": "NE"},
    "coefficient-value-zero": {"completeness": "IE"},
    "coefficient-depth": {"pool": "soil", "depth_cm": "0-1OO"},
    "coefficient-class": {"class_from": "50", "class_to": "20"},
}


@pytest.mark.parametrize(("code", "cells"), FAULTS.items(), ids=FAULTS)
def test_each_fault_of_a_row_has_its_code_and_place(folder, code, cells):
    findings = read_register([write(folder, row(), row(stratum="b", **cells))])[1]
    assert [f.code for f in findings] == [code]
    assert findings[0].where == "own, row 3"
    assert findings[0].mend_zh
    with pytest.raises(RefusedError, match=code):
        load_register([write(folder, row(stratum="b", **cells))])


def test_all_faults_of_a_table_are_found_at_once(folder):
    assert codes(
        folder,
        row(confidence=""),
        row(pool="x", ecosystem="y"),
        row(value="a", unit="b"),
    ) == [
        "coefficient-confidence",
        "coefficient-ecosystem",
        "coefficient-pool",
        "coefficient-number",
        "coefficient-unit",
    ]  # fmt: skip


def test_a_negative_lower_bound_of_a_density_is_refused(folder):
    assert codes(folder, row(low="-1")) == ["coefficient-negative"]


def test_a_signed_parameter_may_be_negative(folder):
    emission = row(
        parameter="ef_co2", unit="t CO2-C/ha/yr", pool="", value="-0.23", low="-0.64", high="0.18"
    )
    assert codes(folder, emission) == []


def test_a_swapped_depth_is_refused(folder):
    assert codes(folder, row(pool="soil", depth_cm="100-0")) == ["coefficient-depth"]


def test_missing_unknown_and_repeated_columns_are_all_named(folder):
    columns = [c for c in COLUMNS if c not in ("source", "unit")]
    path = write(folder, row(), columns=[*columns, "valeu"])
    path.write_text(path.read_text().replace("valeu", "stratum,valeu", 1))
    findings = read_register([path])[1]
    assert [(f.code, f.value) for f in findings] == [
        ("coefficient-column-missing", "unit"),
        ("coefficient-column-missing", "source"),
        ("coefficient-column-unknown", "valeu"),
        ("coefficient-column-repeated", "stratum"),
    ]


def test_a_short_line_and_an_open_quote_are_named(folder):
    path = write(folder, row())
    path.write_text(path.read_text() + "1,2,3\n" + 'a,"b')
    found = [(f.code, f.where) for f in read_register([path])[1]]
    assert found[0] == ("coefficient-row-length", "own, row 3")
    assert found[1][0] == "coefficient-quotes"


def test_a_chinese_spreadsheet_encoding_is_named(folder):
    assert codes(folder, row(source="内蒙古林草局"), encoding="gbk") == ["coefficient-encoding"]


def test_an_empty_table_an_absent_file_and_an_unknown_id_are_refused(folder):
    assert codes(folder) == ["coefficient-table-empty"]
    assert [f.code for f in read_register([folder / "absent.csv"])[1]] == ["coefficient-unreadable"]
    finding = read_register(["inner_mongola"])[1][0]
    assert finding.code == "coefficient-table-unknown"
    assert "inner_mongolia" in finding.mend_en


def test_a_file_too_large_for_a_table_is_refused_unread(folder, monkeypatch):
    monkeypatch.setattr("sinks.coefficients._LARGEST_TABLE", 10)
    assert codes(folder, row()) == ["coefficient-table-large"]


def test_two_tables_of_one_name_are_refused(folder):
    path = write(folder, row())
    assert [f.code for f in read_register([path, path])[1]] == ["coefficient-table-repeated"]


def test_relative_paths_start_at_the_folder_given(folder):
    write(folder, row(), name="here.csv")
    assert load_register(["here.csv"], folder=folder).tables == ("here",)


# soil depth


def test_a_blank_depth_is_the_single_depth_of_the_table(folder):
    path = write(
        folder, row(pool="soil", depth_cm="0-30"), row(pool="soil", ecosystem="shrub", stratum="s")
    )
    register = load_register([path])
    assert {r.depth_cm for r in register.rows} == {"0-30"}
    assert register.soil_depths() == ("0-30",)


def test_a_blank_depth_beside_two_depths_is_refused(folder):
    rows = [row(pool="soil", depth_cm=d, stratum=d) for d in ("0-30", "0-100", "")]
    findings = read_register([write(folder, *rows)])[1]
    assert [(f.code, f.value) for f in findings] == [("coefficient-depth-several", "0-100, 0-30")]


def test_a_table_without_any_depth_is_warned_of_and_taken_at_the_depth_of_the_run(folder):
    register, findings = read_register(["inner_mongolia", write(folder, row(pool="soil"))])
    assert [(f.code, f.severity) for f in findings] == [("coefficient-depth-unstated", "warning")]
    found = register.lookup(
        parameter="density", pool=Pool.SOIL, ecosystem=Ecosystem.FOREST, depth_cm="0-100"
    )
    assert found.table == "own"
    assert register.soil_depths() == ("0-100",)


def test_two_depths_that_answer_equally_are_an_error_until_one_is_asked_for(folder):
    rows = [row(pool="soil", depth_cm=d, value=v) for d, v in (("0-30", "35"), ("0-100", "45"))]
    register = load_register([write(folder, *rows)])
    key = {"parameter": "density", "pool": Pool.SOIL, "ecosystem": Ecosystem.FOREST}
    assert register.soil_depths() == ("0-100", "0-30")
    assert register.lookup(**key, depth_cm="0-30").value == 35
    assert register.lookup(**key, depth_cm="0-20") is None
    with pytest.raises(CoefficientError, match="2 rows answer equally for density"):
        register.lookup(**key)
    with pytest.raises(CoefficientError, match="own, row 3"):
        register.classes(**key)


def test_editions_are_never_mixed(folder):
    factor = {"parameter": "f_lu", "unit": "1", "pool": "", "low": "", "high": ""}
    rows = [row(**factor, edition=e, value=v) for e, v in (("2006", "0.80"), ("2019", "0.77"))]
    register = load_register([write(folder, *rows)])
    key = {"parameter": "f_lu", "ecosystem": Ecosystem.FOREST}
    assert register.lookup(**key, edition="2019").value == 0.77
    with pytest.raises(CoefficientError, match="edition 2006"):
        register.lookup(**key)


# specificity

LADDER = [
    {},
    {"stratum": "s"},
    {"ecosystem": "forest"},
    {"ecosystem": "forest", "stratum": "s"},
    {"code": "20"},
    {"code": "20", "stratum": "s"},
]


def test_the_most_specific_row_answers_rung_by_rung(folder):
    for top in range(len(LADDER)):
        rows = [
            row(**{"ecosystem": "", **rung}, value=str(30 + number))
            for number, rung in enumerate(LADDER[: top + 1])
        ]
        found = load_register([write(folder, *rows)]).lookup(
            parameter="density", pool=Pool.AGB, code="20", ecosystem=Ecosystem.FOREST, stratum="s"
        )
        assert found.value == 30 + top


def test_of_equals_the_later_table_wins_and_a_more_specific_earlier_row_goes_first(folder):
    first = write(folder, row(value="31"), row(value="32", stratum="s"), name="first.csv")
    second = write(folder, row(value="33"), name="second.csv")
    key = {"parameter": "density", "pool": Pool.AGB, "ecosystem": Ecosystem.FOREST}
    assert load_register([first, second]).lookup(**key).value == 33
    assert load_register([second, first]).lookup(**key).value == 31
    assert load_register([first, second]).lookup(**key, stratum="s").value == 32


def test_two_equals_in_one_table_are_refused_with_both_rows(folder):
    findings = read_register([write(folder, row(), row(value="41"))])[1]
    assert [(f.code, f.value) for f in findings] == [("coefficient-repeated", "3")]
    assert "rows 2 and 3" in findings[0].what_en


def test_a_code_is_known_by_itself_so_its_ecosystem_makes_no_second_key(folder):
    assert codes(folder, row(code="20"), row(code="20", ecosystem="")) == ["coefficient-repeated"]


def test_a_row_for_the_pool_goes_before_a_more_specific_row_for_all_pools(folder):
    fraction = {"parameter": "carbon_fraction", "unit": "t C/t d.m.", "low": "", "high": ""}
    path = write(
        folder,
        row(**fraction, pool="", value="0.47"),
        row(**fraction, pool="", stratum="larch", value="0.51"),
        row(**fraction, pool="litter", value="0.37"),
    )
    register = load_register([path])
    key = {"parameter": "carbon_fraction", "ecosystem": Ecosystem.FOREST, "stratum": "larch"}
    assert register.lookup(**key, pool=Pool.AGB).value == 0.51
    assert register.lookup(**key, pool=Pool.LITTER).value == 0.37
    assert register.lookup(**key).value == 0.51


def oracle(tables, *, code, ecosystem, stratum):
    """Answer by reading the CSV again: the highest of (specificity, table), in 20 lines."""
    order = ["code stratum", "code", "ecosystem stratum", "ecosystem", "stratum", ""]
    asked = {"code": code, "ecosystem": ecosystem, "stratum": stratum}
    best = None
    for number, path in enumerate(tables):
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                keys = [k for k in asked if line[k]]
                if any(line[k] != asked[k] for k in keys):
                    continue
                if "code" in keys and "ecosystem" in keys:
                    keys.remove("ecosystem")
                rank = (-order.index(" ".join(keys)), number)
                if best is None or rank > best[0]:
                    best = (rank, float(line["value"]))
    return None if best is None else best[1]


land = st.tuples(
    st.sampled_from(["", "20", "30"]),
    st.sampled_from(["", "forest", "grassland"]),
    st.sampled_from(["", "s", "t"]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tables=st.lists(st.lists(land, max_size=6), min_size=1, max_size=3), asked=land)
def test_lookup_agrees_with_the_oracle_on_any_tables(folder, tables, asked):
    paths, value = [], 30.0
    for number, keys in enumerate(tables):
        rows, seen = [], set()
        for code, ecosystem, stratum in keys:
            same = (code, "" if code else ecosystem, stratum)
            if same not in seen:
                seen.add(same)
                value += 0.25
                rows.append(
                    row(code=code, ecosystem=ecosystem, stratum=stratum, value=f"{value:g}")
                )
        if rows:
            paths.append(write(folder, *rows, name=f"t{number}.csv"))
    code, ecosystem, stratum = asked
    found = load_register(paths).lookup(
        parameter="density",
        pool=Pool.AGB,
        code=code,
        ecosystem=Ecosystem(ecosystem) if ecosystem else None,
        stratum=stratum,
    )
    expected = oracle(paths, code=code, ecosystem=ecosystem, stratum=stratum)
    assert (None if found is None else found.value) == expected


# class edges


@pytest.fixture(scope="module")
def factors():
    return load_register(["forest_biomass_factors"])


@pytest.mark.parametrize(
    ("volume", "bcef", "ratio", "carbon"),
    [(120, 0.77, 0.24, 58.43376), (90, 0.77, 0.39, 49.12677)],
)
def test_the_golden_larch_stand_looks_up_bcef_by_volume_and_root_shoot_by_biomass(
    factors, volume, bcef, ratio, carbon
):
    forest = {"ecosystem": Ecosystem.FOREST}
    b = factors.lookup(parameter="bcef_s", stratum="larch_boreal", at=volume, **forest)
    agb = volume * b.value
    r = factors.lookup(parameter="root_shoot", stratum="all_boreal", at=agb, **forest)
    fraction = factors.lookup(
        parameter="carbon_fraction", stratum="conifers_temperate_and_boreal", **forest
    )
    assert (b.value, r.value) == (bcef, ratio)
    assert agb * (1 + r.value) * fraction.value == pytest.approx(carbon, abs=1e-9)


@pytest.mark.parametrize(
    ("at", "value"), [(0, 1.22), (20, 1.22), (20.5, 0.78), (50, 0.78), (50.1, 0.77), (1e6, 0.77)]
)
def test_classes_are_closed_above_and_zero_belongs_to_the_first(factors, at, value):
    found = factors.lookup(
        parameter="bcef_s", ecosystem=Ecosystem.FOREST, stratum="larch_boreal", at=at
    )
    assert found.value == value


def test_rows_between_edges_do_not_answer_without_a_number(factors):
    key = {"ecosystem": Ecosystem.FOREST, "stratum": "larch_boreal"}
    assert factors.lookup(parameter="bcef_s", **key) is None
    edges = [(r.class_from, r.class_to) for r in factors.classes(parameter="bcef_s", **key)]
    assert edges == [(0, 20), (20, 50), (50, 100), (100, None)]
    assert factors.classes(parameter="bcef_s", ecosystem=Ecosystem.SHRUB) == ()


def test_a_later_table_with_classes_replaces_the_constant_ratio():
    key = {"parameter": "root_shoot", "pool": Pool.BGB, "ecosystem": Ecosystem.FOREST}
    assert [r.value for r in load_register(["inner_mongolia"]).classes(**key)] == [0.39]
    stepped = load_register(["inner_mongolia", "ipcc_root_shoot"])
    assert [r.value for r in stepped.classes(**key)] == [0.39, 0.24]
    assert stepped.lookup(**key, at=80).value == 0.24


def test_overlapping_classes_of_one_key_are_refused(folder):
    ratio = {"parameter": "root_shoot", "unit": "t BGB/t AGB", "pool": "", "value": "31"}
    edged = [row(**ratio, class_from=a, class_to=b) for a, b in (("0", "75"), ("70", ""))]
    assert codes(folder, *edged) == ["coefficient-repeated"]
    assert codes(folder, edged[1], row(**ratio)) == ["coefficient-repeated"]
    touching = [row(**ratio, class_from=a, class_to=b) for a, b in (("0", "75"), ("75", ""))]
    assert codes(folder, *touching) == []


# intervals


def interval(folder, **cells):
    found = load_register([write(folder, row(low="", high="", **cells))]).rows[0]
    return found.low, found.high, found.interval, found.half_width_source


def test_blank_bounds_take_the_half_width_of_the_parameter_and_say_so(folder):
    low, high, kind, source = interval(
        folder, parameter="root_shoot", unit="t BGB/t AGB", pool="", value="0.4"
    )
    assert (low, high) == pytest.approx((0.28, 0.52))
    assert kind is IntervalBasis.DEFAULT
    assert source == "uncertainty_defaults, row 6"


@pytest.mark.parametrize(
    ("cells", "share"),
    [
        ({}, 0.75),
        ({"ecosystem": "grassland"}, 0.75),
        ({"parameter": "carbon_fraction", "unit": "t C/t d.m.", "pool": ""}, 0.027),
        ({"parameter": "bcef_r", "unit": "t d.m./m3", "pool": ""}, 0.30),
        ({"parameter": "wood_density", "unit": "t d.m./m3", "pool": ""}, 0.10),
        (
            {"parameter": "root_shoot", "unit": "t BGB/t AGB", "pool": "", "ecosystem": "shrub"},
            0.75,
        ),
        ({"parameter": "root_shoot", "unit": "t BGB/t AGB", "pool": "", "ecosystem": ""}, 0.30),
        ({"parameter": "soc_ref", "edition": "2006", "pool": "soil", "depth_cm": "0-30"}, 0.90),
        ({"parameter": "soc_ref", "edition": "2019", "pool": "soil", "depth_cm": "0-30"}, 0.75),
    ],
)
def test_each_parameter_has_its_own_default_else_75_percent(folder, cells, share):
    low, high, kind, _ = interval(folder, **cells)
    assert (low, high) == pytest.approx((40 * (1 - share), 40 * (1 + share)))
    assert kind is IntervalBasis.DEFAULT


def test_a_bound_equal_to_the_value_is_a_stated_zero(folder):
    path = write(folder, row(value="0", low="0", high="0"))
    found = load_register([path]).rows[0]
    assert (found.low, found.high, found.interval) == (0.0, 0.0, IntervalBasis.STATED)


def test_area_defaults_are_ten_percent_for_rasters_and_three_for_statistics():
    assert area_half_width("raster").value == 0.1
    assert area_half_width("statistics").value == 0.03


# completeness, official runs, trace


def test_a_cell_declared_not_estimated_answers_without_a_figure(folder):
    cells = {"value": "", "low": "", "high": "", "source": "", "confidence": "missing"}
    register = load_register([write(folder, row(**cells, completeness="NE"))])
    found = register.lookup(parameter="density", pool=Pool.AGB, ecosystem=Ecosystem.FOREST)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.completeness is Completeness.NE
    assert found.interval is IntervalBasis.NONE


def test_a_cell_included_elsewhere_counts_zero(folder):
    cells = {"value": "0", "low": "0", "high": "0", "completeness": "IE"}
    found = load_register([write(folder, row(**cells))]).rows[0]
    assert (found.value, found.completeness) == (0.0, Completeness.IE)


def test_a_bound_without_a_value_is_refused(folder):
    assert codes(folder, row(value="", completeness="NE")) == ["coefficient-bound-alone"]


def test_official_runs_refuse_unverified_missing_and_default_rows_by_name(folder):
    missing = {"value": "", "low": "", "high": ""}
    path = write(
        folder,
        row(stratum="a"),
        row(stratum="b", confidence="unverified"),
        row(stratum="c", low="", high=""),
        row(stratum="d", confidence="missing", **missing),
        row(stratum="e", confidence="missing", completeness="NE", **missing),
        row(stratum="f", confidence="second-hand"),
        row(stratum="g", confidence="derived"),
    )
    findings = refuse_for_official(load_register([path]).rows)
    assert [(f.code, f.where) for f in findings] == [
        ("coefficient-not-official", f"own, row {number}") for number in (3, 4, 5)
    ]
    assert "is unverified" in findings[0].what_en
    assert "未核实" in findings[0].what_zh
    assert "default interval (Tier 1, 75 %)" in findings[1].what_en
    assert findings[0].value == "own/density/agb//forest/b///"


def test_the_default_set_is_refused_officially_and_lists_its_placeholders():
    register = load_register(["inner_mongolia"])
    refused = refuse_for_official(register.rows)
    assert len(refused) > 50
    soil = register.lookup(
        parameter="density", pool=Pool.SOIL, ecosystem=Ecosystem.GRASSLAND, stratum="typical_steppe"
    )
    assert soil.confidence is Confidence.UNVERIFIED
    assert soil.where in {f.where for f in refused}


def test_rows_used_is_a_table_in_order_of_table_and_line():
    register = load_register(["forest_biomass_factors", "inner_mongolia"])
    late, early = register.rows[-1], register.rows[0]
    table = register.rows_used([late.key, early.key, late.key])
    assert table["key"].tolist() == [early.key, late.key]
    assert table["row"].tolist() == [early.row, late.row]
    assert table["value"].tolist() == [early.value, late.value]
    assert table["table"].tolist() == ["forest_biomass_factors", "inner_mongolia"]
    assert table["interval"].tolist() == [str(early.interval), str(late.interval)]
    assert table["source"].str.len().gt(0).all()
    with pytest.raises(KeyError, match="nowhere"):
        register.rows_used(["nowhere"])
    assert register.rows_used([]).empty


def test_a_key_survives_inserted_rows(folder):
    one = load_register([write(folder, row(stratum="z"))]).rows[0]
    two = load_register([write(folder, row(stratum="a"), row(stratum="z"))]).rows[1]
    assert one.key == two.key
    assert one.row != two.row


def test_a_packaged_soil_row_must_state_its_depth_a_user_s_need_not():
    cells = row(pool="soil", parameter="density")
    told = {}
    for packaged in (True, False):
        found, faults = parse_row(
            cells, table="t", row=2, parameters=parameters(), packaged=packaged
        )
        told[packaged] = [(f.code, f.value, f.where) for f in faults]
        assert (found is None) is packaged
    assert told == {True: [("coefficient-depth-needed", "forest", "t, row 2")], False: []}


def test_the_packaged_ids_are_the_file_stems():
    assert {"inner_mongolia", "ningxia", "ipcc_root_shoot", "uncertainty_defaults"} < set(
        table_ids()
    )
    assert list(table_ids()) == sorted(table_ids())
