"""Reading series: exact values from CSV and Parquet, and every finding with its row."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from parks_energy import columns, hourly, six_parks, times, write_csv, write_parquet

from parks.csv_text import LARGEST_FILE
from parks.energy import Plant, PlantKind, Resolution
from parks.series_files import read_series
from rasters import RefusedError

HOURS = 8760


@pytest.fixture(scope="module")
def year():
    """Return a flat year as columns of texts; tests replace columns, never cells in place."""
    return {
        "time": times(2023),
        "load_mwh": ["2"] * HOURS,
        "wind_mwh": ["1"] * HOURS,
    }


def changed(table, column, cells):
    """Return a table in which some cells of a column are replaced."""
    values = list(table[column])
    for at, cell in cells.items():
        values[at] = cell
    return table | {column: values}


def cut(table, rows):
    """Return a table without some rows."""
    kept = [at for at in range(len(table["time"])) if at not in set(rows)]
    return {name: [values[at] for at in kept] for name, values in table.items()}


def read(folder, table, *, year=2023, encoding="utf-8"):
    """Return what reading a CSV of the table gives."""
    path = write_csv(folder / "s.csv", table, encoding=encoding)
    return read_series(path, park_id="p", year=year, synthetic=False)


def told(findings):
    """Return codes and places."""
    return [(found.code, found.where) for found in findings]


def test_a_year_reads_back_exactly_from_csv_and_parquet(tmp_path):
    series = six_parks()["huolinguole"]
    table = columns(series)
    typed = {
        name: values if name == "time" else np.array(values, dtype=float)
        for name, values in table.items()
    }
    stamped = typed | {"time": np.array(table["time"], dtype="datetime64[us]")}
    paths = [
        write_csv(tmp_path / "a.csv", table),
        write_parquet(tmp_path / "b.parquet", typed),
        write_parquet(tmp_path / "c.parquet", stamped),
    ]
    for path in paths:
        back, findings = read_series(path, park_id="h", year=2023, synthetic=True)
        assert findings == []
        np.testing.assert_array_equal(back.load_mwh, series.load_mwh)
        np.testing.assert_array_equal(back.generation_mwh, series.generation_mwh)
        assert [(p.id, p.kind, p.new_energy) for p in back.plants] == [
            ("wind", "wind", True), ("pv", "pv", True), ("other", "other", False)
        ]  # fmt: skip
        assert (back.complete, back.synthetic, back.resolution) == (True, True, "hourly")


def test_chinese_headings_units_and_gbk_are_read_and_recorded(tmp_path, year):
    table = {
        "时间": year["time"],
        "用电量（万千瓦时）": ["0.2"] * HOURS,
        "风电-北区(MWh)": ["1"] * HOURS,
        "光伏(kWh)": ["0"] * HOURS,
        "其他新能源_生物质(MWh)": ["0.5"] * HOURS,
    }
    series, findings = read(tmp_path, table, encoding="gb18030")
    assert series.load_mwh.sum() == pytest.approx(2 * HOURS)
    assert series.plants[0] == Plant(id="wind_北区", kind=PlantKind.WIND, new_energy=True)
    assert series.plants[2] == Plant(id="other_new_生物质", kind=PlantKind.OTHER, new_energy=True)
    assert series.new_energy_mwh[0] == 1.5
    assert [(f.code, f.value, f.severity) for f in findings] == [
        ("parks-csv-encoding", "gb18030", "note"),
        ("power-unit-converted", "用电量（万千瓦时）", "note"),
        ("power-unit-converted", "光伏(kWh)", "note"),
    ]
    assert "1 is 10 MWh" in findings[1].what_en


def test_values_that_are_missing_negative_or_no_number_are_named_with_their_rows(tmp_path, year):
    bad = {0: "", 5: "-", 9: "-3", 11: "1,000", 12: "abc", 13: "1e999", 14: "２", 15: "NaN"}
    series, findings = read(tmp_path, changed(year, "load_mwh", bad))
    assert series is None
    assert told(findings) == [
        ("power-value-missing", "s.csv, row 2, load_mwh"),
        ("power-value-missing", "s.csv, row 7, load_mwh"),
        ("power-value-missing", "s.csv, row 17, load_mwh"),
        ("power-not-a-number", "s.csv, row 13, load_mwh"),
        ("power-not-a-number", "s.csv, row 14, load_mwh"),
        ("power-not-a-number", "s.csv, row 15, load_mwh"),
        ("power-negative", "s.csv, row 11, load_mwh"),
    ]
    assert findings[3].value == "1,000"
    assert "-3 MWh, below 0" in findings[-1].what_en


def test_nan_infinity_and_negatives_of_parquet_are_named_with_their_rows(tmp_path, year):
    load = np.full(HOURS, 2.0)
    load[[3, 4, 5]] = np.nan, np.inf, -1
    table = {"time": year["time"], "load_mwh": load, "wind_mwh": np.ones(HOURS, dtype="int32")}
    path = write_parquet(tmp_path / "s.parquet", table)
    series, findings = read_series(path, park_id="p", year=2023, synthetic=False)
    assert series is None
    assert told(findings) == [
        ("power-value-missing", "s.parquet, row 4, load_mwh"),
        ("power-not-a-number", "s.parquet, row 5, load_mwh"),
        ("power-negative", "s.parquet, row 6, load_mwh"),
    ]


def test_a_whole_blank_column_is_twenty_findings_and_a_count(tmp_path, year):
    _, findings = read(tmp_path, year | {"wind_mwh": [""] * HOURS})
    assert [f.code for f in findings] == ["power-value-missing"] * 20 + ["power-more"]
    assert findings[-1].value == str(HOURS - 20)
    assert "power-value-missing" in findings[-1].what_en


def test_gaps_are_found_as_runs_and_never_filled(tmp_path, year):
    series, findings = read(tmp_path, cut(year, [0, 100, 101, 102]))
    assert series is None
    assert [(f.code, f.value) for f in findings] == [
        ("power-hour-count", "8756"),
        ("power-hour-missing", "2023-01-01 00:00"),
        ("power-hour-missing", "2023-01-05 04:00 – 2023-01-05 06:00"),
    ]
    assert "3 hours are missing" in findings[-1].what_en


def test_a_leap_year_needs_8784_hours(tmp_path, year):
    _, findings = read(tmp_path, year | {"time": [str(h) for h in range(HOURS)]}, year=2024)
    assert [(f.code, f.value) for f in findings] == [
        ("power-hour-count", "8760"),
        ("power-hour-missing", "2024-12-31 00:00 – 2024-12-31 23:00"),
    ]
    assert "the year has 8784" in findings[0].what_en


def test_an_hour_that_stands_twice_is_refused_with_both_rows(tmp_path, year):
    _, findings = read(tmp_path, changed(year, "time", {10: year["time"][8]}))
    assert [(f.code, f.value, f.where) for f in findings] == [
        ("power-period-duplicate", "2023-01-01 08:00", "s.csv, row 12"),
        ("power-hour-missing", "2023-01-01 10:00", "s.csv"),
    ]
    assert "first in row 10" in findings[0].what_en


def test_hours_of_another_year_are_refused(tmp_path, year):
    _, findings = read(tmp_path, changed(year, "time", {8759: "2024-01-01 05:00"}))
    assert findings[0].code == "power-time-outside"
    assert (findings[0].value, findings[0].where) == ("2024-01-01 05:00", "s.csv, row 8761")


@pytest.mark.parametrize(
    "text",
    ["soon", "2023-02-30 01:00", "2023-01-01 00:30", "2023-01-01 25:00", "2023-01-01 00:00 x"],
)
def test_a_time_that_is_none_is_refused_with_its_row(tmp_path, year, text):
    series, findings = read(tmp_path, changed(year, "time", {7: text}))
    assert series is None
    assert [(f.code, f.value, f.where) for f in findings] == [
        ("power-time-unreadable", text, "s.csv, row 9")
    ]


@pytest.mark.parametrize("zone", ["Z", "+08:00", "+0800", " -05:00"])
def test_a_time_with_a_zone_is_refused(tmp_path, year, zone):
    _, findings = read(tmp_path, changed(year, "time", {0: year["time"][0] + zone}))
    assert told(findings) == [("power-time-zone", "s.csv, row 2")]


def test_parquet_times_with_a_zone_or_between_hours_are_refused(tmp_path):
    stamps = pd.date_range("2023-01-01", periods=HOURS, freq="h")
    table = {"load_mwh": np.ones(HOURS), "wind_mwh": np.ones(HOURS)}
    zoned = write_parquet(
        tmp_path / "z.parquet", {"time": stamps.tz_localize("Asia/Shanghai"), **table}
    )
    _, findings = read_series(zoned, park_id="p", year=2023, synthetic=False)
    assert [f.code for f in findings] == ["power-time-zone"] * 20 + ["power-more"]
    shifted = stamps + pd.to_timedelta([1800, *[0] * (HOURS - 1)], unit="s")
    path = write_parquet(tmp_path / "h.parquet", {"time": shifted, **table})
    _, findings = read_series(path, park_id="p", year=2023, synthetic=False)
    assert told(findings) == [("power-time-unreadable", "h.parquet, row 1")]


@pytest.mark.parametrize("form", ["clock", "24:00", "number"])
def test_hours_labelled_by_their_end_are_moved_and_it_is_recorded(tmp_path, year, form):
    load = [str(hour) for hour in range(HOURS)]
    ends = {
        "clock": [*year["time"][1:], "2024-01-01 00:00"],
        "24:00": [*year["time"][1:], "2023-12-31 24:00"],
        "number": [str(hour) for hour in range(1, HOURS + 1)],
    }[form]
    heading = "hour" if form == "number" else "time"
    table = {heading: ends, "load_mwh": load, "wind_mwh": year["wind_mwh"]}
    series, findings = read(tmp_path, table)
    assert [(f.code, f.severity) for f in findings] == [("power-hour-ending", "note")]
    assert series.load_mwh[:3].tolist() == [0, 1, 2]


def test_rows_out_of_order_are_sorted_and_it_is_recorded(tmp_path, year):
    table = {name: values[::-1] for name, values in year.items()}
    table["load_mwh"] = [str(hour) for hour in range(HOURS)]
    series, findings = read(tmp_path, table)
    assert told(findings) == [("power-hours-unordered", "s.csv, row 2")]
    assert series.load_mwh[0] == HOURS - 1


def test_pv_at_night_points_to_utc(tmp_path):
    park = six_parks()["etuoke"]
    utc = np.roll(park.generation_mwh[0], -8)
    table = columns(park) | {"pv_mwh": [repr(float(v)) for v in utc]}
    series, findings = read(tmp_path, table)
    assert series is not None
    assert [(f.code, f.severity) for f in findings] == [("power-pv-at-night", "warning")]
    assert "UTC" in findings[0].mend_en


MONTHS = {
    "月份": [f"2023-{month:02}" for month in range(1, 13)],
    "load_mwh": ["10"] * 12,
    "wind_mwh": [str(month) for month in range(1, 13)],
}


@pytest.mark.parametrize(
    "months",
    [MONTHS["月份"], [str(m) for m in range(1, 13)], [f"2023年{m}月" for m in range(1, 13)]],
)
def test_twelve_months_are_a_complete_year(tmp_path, months):
    series, findings = read(tmp_path, MONTHS | {"月份": months})
    assert findings == []
    assert series.resolution is Resolution.MONTHLY
    assert series.complete
    assert series.new_energy_mwh.tolist() == list(range(1, 13))


def test_a_total_row_is_left_out_and_noted(tmp_path):
    table = {name: [*values, "合计" if name == "月份" else "99"] for name, values in MONTHS.items()}
    series, findings = read(tmp_path, table)
    assert told(findings) == [("power-total-row", "s.csv, row 14")]
    assert series.load_mwh.sum() == 120


def test_missing_months_leave_the_year_incomplete(tmp_path):
    table = {name: values[:7] + values[9:] for name, values in MONTHS.items()}
    series, findings = read(tmp_path, table)
    assert [(f.code, f.severity, f.value) for f in findings] == [
        ("power-month-missing", "warning", "2023-08, 2023-09")
    ]
    assert not series.complete
    assert series.load_mwh.sum() == 100


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2023-01", "power-period-duplicate"),
        ("2022-02", "power-time-outside"),
        ("13", "power-time-unreadable"),
        ("Feb", "power-time-unreadable"),
    ],
)
def test_a_month_twice_of_another_year_or_unclear_is_refused(tmp_path, cell, code):
    months = [MONTHS["月份"][0], cell, *MONTHS["月份"][2:]]
    series, findings = read(tmp_path, MONTHS | {"月份": months})
    assert series is None
    assert told(findings) == [(code, "s.csv, row 3")]


def test_an_annual_file_gives_the_year_that_is_asked_for(tmp_path):
    table = {"year": ["2022", "2023"], "load_gwh": ["1", "2"], "pv_gwh": ["", "1.5"]}
    series, findings = read(tmp_path, table)
    assert (series.load_mwh.tolist(), series.new_energy_mwh.tolist()) == ([2000], [1500])
    assert [f.code for f in findings] == ["power-unit-converted"] * 2
    _, findings = read(tmp_path, table, year=2022)
    assert ("power-value-missing", "s.csv, row 2, pv_gwh") in told(findings)
    _, findings = read(tmp_path, table, year=2024)
    assert ("power-year-missing", "s.csv") in told(findings)
    _, findings = read(tmp_path, table | {"year": ["2023", "2023"]})
    assert ("power-period-duplicate", "s.csv, row 3") in told(findings)
    _, findings = read(tmp_path, table | {"year": ["23", "2023"]})
    assert ("power-time-unreadable", "s.csv, row 2") in told(findings)


def test_annual_and_monthly_parquet_take_numbers(tmp_path):
    annual = write_parquet(
        tmp_path / "a.parquet", {"year": [2023], "load_mwh": [3.0], "wind_mwh": [1.0]}
    )
    series, findings = read_series(annual, park_id="p", year=2023, synthetic=False)
    assert (findings, series.load_mwh.tolist()) == ([], [3.0])
    table = {"month": list(range(1, 13)), "load_mwh": [3.0] * 12, "wind_mwh": [1.0] * 12}
    monthly = write_parquet(tmp_path / "m.parquet", table)
    series, findings = read_series(monthly, park_id="p", year=2023, synthetic=False)
    assert (findings, series.complete) == ([], True)


FLOWS = ("grid_import", "grid_export", "curtailed", "charge", "discharge", "losses")


def test_metered_flows_that_do_not_balance_are_named_with_the_worst_period(tmp_path):
    flows = dict.fromkeys((f"{name}_mwh" for name in FLOWS), ["0"] * 12)
    imports = [str(10 - month) if month < 10 else "0" for month in range(1, 13)]
    exports = [str(month - 10) if month > 10 else "0" for month in range(1, 13)]
    flows |= {"grid_import_mwh": imports, "grid_export_mwh": exports}
    series, findings = read(tmp_path, MONTHS | flows)
    assert findings == []
    assert series.reported["grid_import"].tolist()[0] == 9
    open_ = MONTHS | flows | {"losses_mwh": ["0", "3", "0", "1", *["0"] * 8]}
    series, findings = read(tmp_path, open_)
    assert series is not None
    assert [(f.code, f.severity, f.value, f.where) for f in findings] == [
        ("power-balance-open", "warning", "-3", "p, 2023, monthly period 2")
    ]
    assert "in 2 periods (beyond 1%)" in findings[0].what_en


def test_some_metered_flows_are_no_balance(tmp_path):
    series, findings = read(tmp_path, MONTHS | {"下网电量(MWh)": ["3"] * 12})
    assert [(f.code, f.severity) for f in findings] == [("power-flows-partial", "note")]
    assert findings[0].value == "grid_export, curtailed, charge, discharge, losses"
    assert list(series.reported) == ["grid_import"]


@pytest.mark.parametrize(
    ("headings", "codes"),
    [
        (["time", "load_mwh", "wind_mwh", "note"], ["power-column-unknown"]),
        (["time", "load_mwh", "windy_mwh"], ["power-column-unknown"]),
        (["time", "load_mw", "wind_mwh"], ["power-column-unit"]),
        (["time", "load", "wind_mwh"], ["power-column-unit"]),
        (["time", "load(MW)", "wind_mwh"], ["power-column-unit"]),
        (["time", "load_mwh", "wind_mwh", "风电(MWh)"], ["power-column-repeated"]),
        (["time", "wind_mwh"], ["power-column-missing"]),
        (["time", "load_mwh"], ["power-column-missing"]),
        (["load_mwh", "wind_mwh"], ["power-time-column"]),
        (["time", "month", "load_mwh", "wind_mwh"], ["power-time-column"]),
        (["a", "load"], ["power-column-unknown", "power-column-unit", "power-time-column"]),
    ],
)
def test_headings_that_are_not_understood_are_refused(tmp_path, headings, codes):
    path = tmp_path / "s.csv"
    path.write_text(f"{','.join(headings)}\n{','.join('1' for _ in headings)}\n", encoding="utf-8")
    series, findings = read_series(path, park_id="p", year=2023, synthetic=False)
    assert series is None
    assert [f.code for f in findings] == codes


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"", "empty"),
        (b"time,load_mwh\n", "empty"),
        (b"time,load_mwh\n1\n", "1 cells under 2 headings"),
        (b'time,load_mwh\n"1,2\n', "unexpected end of data"),
    ],
)
def test_a_csv_that_is_none_is_refused(tmp_path, content, value):
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    series, findings = read_series(path, park_id="p", year=2023, synthetic=False)
    assert series is None
    assert [(f.code, f.value) for f in findings] == [("power-file-unreadable", value)]


def test_files_that_are_too_large_or_not_parquet_are_refused(tmp_path):
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    _, findings = read_series(large, park_id="p", year=2023, synthetic=False)
    assert told(findings) == [("parks-file-large", "large.csv")]
    rows = write_parquet(tmp_path / "rows.parquet", {"load_mwh": np.zeros(40_000)})
    _, findings = read_series(rows, park_id="p", year=2023, synthetic=False)
    assert told(findings) == [("power-file-large", "rows.parquet")]
    none = tmp_path / "none.parquet"
    none.write_bytes(b"PAR1 not")
    _, findings = read_series(none, park_id="p", year=2023, synthetic=False)
    assert told(findings) == [("power-file-unreadable", "none.parquet")]
    empty = write_parquet(tmp_path / "empty.parquet", {"load_mwh": np.zeros(0)})
    _, findings = read_series(empty, park_id="p", year=2023, synthetic=False)
    assert [(f.code, f.value) for f in findings] == [("power-file-unreadable", "empty")]


def test_paths_that_are_not_local_files_are_refused(tmp_path):
    with pytest.raises(RefusedError, match="path-missing"):
        read_series(tmp_path / "no.csv", park_id="p", year=2023, synthetic=False)
    _, findings = read_series(tmp_path, park_id="p", year=2023, synthetic=False)
    assert [f.code for f in findings] == ["parks-file-unreadable"]


def test_a_path_is_relative_to_where_one_stands(tmp_path, monkeypatch, year):
    (tmp_path / "series").mkdir()
    write_csv(tmp_path / "series" / "s.csv", year)
    monkeypatch.chdir(tmp_path)
    series, _ = read_series(Path("series/s.csv"), park_id="p", year=2023, synthetic=False)
    assert series.complete


def test_a_leap_year_with_all_its_hours_is_read(tmp_path):
    series = hourly(np.ones(8784), np.ones(8784), year=2024)
    table = {"hour": list(range(8784)), "load_mwh": series.load_mwh, "wind_mwh": series.load_mwh}
    path = write_parquet(tmp_path / "s.parquet", table)
    back, findings = read_series(path, park_id="p", year=2024, synthetic=False)
    assert (findings, back.load_mwh.size, back.complete) == ([], 8784, True)
