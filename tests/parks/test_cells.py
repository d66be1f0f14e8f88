"""Cells: one reading or none, and every change said with its address."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parks.cell_dates import read_date
from parks.cells import read_amount, read_event, read_text
from parks.parameters import convert, exact, parameters
from parks.raw_table import CellKind, RawCell

_EPOCH_1900 = dt.date(1899, 12, 30)
_EPOCH_1904 = dt.date(1904, 1, 1)


def cell(value, *, number_format="", kind=None, formula=False):
    kind = kind or (CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER)
    return RawCell(
        value=value, kind=kind, where="S!D2", number_format=number_format, formula=formula
    )


def amount(value, parameter="annual_load", unit="MWh", **options):
    typed = options.pop("typed", True)
    beside = options.pop("beside", "")
    raw = value if isinstance(value, RawCell) else cell(value, **options)
    read, found = read_amount(raw, parameters()[parameter], unit, beside=beside, typed=typed)
    assert all(f.where == "S!D2" for f in found)
    return (None if read is None else read.value), [f.code.removeprefix("parks-") for f in found]


# units


@pytest.mark.parametrize(
    ("parameter", "unit", "one"),
    [
        ("annual_load", "MWh", "1"),
        ("annual_load", "kWh", "0.001"),
        ("annual_load", "万千瓦时", "10"),
        ("annual_load", "GWh", "1000"),
        ("annual_load", "亿千瓦时", "100000"),
        ("annual_load", "亿 kWh", "100000"),
        ("annual_load", "TWh", "1000000"),
        ("planned_area", "公顷", "1"),
        ("planned_area", "亩", "0.0666666666666667"),
        ("planned_area", "万亩", "666.666666666667"),
        ("planned_area", "平方公里", "100"),
        ("planned_area", "㎢", "100"),
        ("planned_area", "ｋｍ²", "100"),
        ("wind_capacity", "MW", "1"),
        ("wind_capacity", "㎿", "1"),
        ("wind_capacity", "万千瓦", "10"),
        ("wind_capacity", "kW", "0.001"),
        ("co2_emissions", "万吨CO₂", "10000"),
        ("energy_use", "万吨标准煤", "10000"),
        ("investment", "亿元", "10000"),
        ("pv_hours", "小时", "1"),
    ],
)
def test_one_of_a_unit_is_so_many_of_the_kept_unit(parameter, unit, one):
    assert amount(1, parameter, unit) == (Decimal(one), [])


def test_1500_mu_are_100_hectares():
    assert amount(1500, "planned_area", "亩") == (Decimal(100), [])


@given(st.decimals(min_value=0, max_value=10**9, places=4))
@settings(max_examples=40, deadline=None)
def test_power_of_ten_units_convert_there_and_back_without_loss(number):
    load = parameters()["annual_load"]
    for unit in ("kWh", "万千瓦时", "亿千瓦时"):
        there = convert(number, load.size(unit))
        assert convert(there, 1 / load.size(unit)) == number


@given(st.floats(min_value=1e-9, max_value=1e15))
@settings(max_examples=40, deadline=None)
def test_a_kept_number_survives_a_float64(number):
    kept = exact(Decimal(repr(number)))
    assert exact(Decimal(repr(float(kept)))) == kept
    assert kept > 0


def test_case_of_units_counts_because_a_milliwatt_is_no_megawatt():
    assert amount(1, "wind_capacity", "", beside="mW") == (None, ["unit-unknown"])


# numbers in texts


@pytest.mark.parametrize(
    ("text", "number", "remarks"),
    [
        ("１２，３４５．６", "12345.6", ["cell-fullwidth", "cell-thousands", "cell-text-number"]),
        ("1,234,567", "1234567", ["cell-thousands", "cell-text-number"]),
        (" 12.50 ", "12.5", ["cell-text-number"]),
        ("1.2E+05", "120000", ["cell-text-number"]),
        ("1200 MWh", "1200", []),
        ("1.2GWh", "1200", ["cell-unit"]),
        ("3.2亿千瓦时", "320000", ["cell-unit"]),
        ("0", "0", ["cell-text-number"]),
    ],
)
def test_a_number_in_a_text_is_read_and_remarked_on(text, number, remarks):
    assert amount(text) == (Decimal(number), remarks)


@pytest.mark.parametrize(
    "text",
    ["约100", "100-200", "100~200", ">100", "1.2.3", "12,34", "1,2345", "1 234", "0,8", "十万",
     "١٢٣", "--5", "1e999999", "=1+1", "<b>7</b>"],
)  # fmt: skip
def test_what_is_not_one_plain_number_is_refused(text):
    value, remarks = amount(text)
    assert value is None
    assert remarks in (["cell-number"], ["unit-unknown"])


@pytest.mark.parametrize("mark", ["-", "－", "/", "无", "——", "—", "N/A", " 暂无 "])
def test_marks_of_absence_are_missing_and_never_zero(mark):
    assert amount(mark) == (None, ["cell-missing"])


def test_a_csv_does_not_tell_numbers_from_texts():
    assert amount("12", typed=False) == (Decimal(12), [])


@pytest.mark.parametrize(
    ("text", "fault"), [("5 桶", "unit-unknown"), ("5 公顷", "unit-dimension")]
)
def test_a_unit_of_something_else_is_refused(text, fault):
    assert amount(text) == (None, [fault])


def test_a_number_without_any_unit_is_refused():
    assert amount(5, unit="") == (None, ["unit-missing"])


def test_a_unit_in_a_column_beside_serves_the_number():
    assert amount(5, unit="", beside="GWh") == (Decimal(5000), [])


def test_an_infinite_number_is_refused():
    assert amount(float("inf")) == (None, ["cell-number"])


# shares


@pytest.mark.parametrize(
    ("value", "unit", "number_format", "read", "remarks"),
    [
        (0.8, "", "0%", "0.8", []),
        (0.8, "%", "0.0%", "0.8", []),
        ("80%", "", "", "0.8", []),
        ("８０％", "", "", "0.8", ["cell-fullwidth"]),
        (80, "%", "", "0.8", []),
        (0.8, "", "", "0.8", ["share-fraction"]),
        (0, "%", "", "0", []),
        (80, "", "", None, ["percent-ambiguous"]),
        (1, "", "", None, ["percent-ambiguous"]),
        (0.8, "%", "", None, ["percent-ambiguous"]),
        (100.5, "", "", None, ["share-range"]),
        (101, "%", "", None, ["share-range"]),
        (1.2, "", "0%", None, ["share-range"]),
        (-0.1, "", "", None, ["share-fraction", "share-range"]),
        (-5, "", "", None, ["share-range"]),
        ("120%", "", "", None, ["share-range"]),
    ],
)
def test_percent_and_fraction_are_told_apart_or_refused(value, unit, number_format, read, remarks):
    expected = None if read is None else Decimal(read)
    assert amount(value, "green_share", unit, number_format=number_format) == (expected, remarks)


@pytest.mark.parametrize("beside", ["1", "%"])
def test_a_share_with_its_unit_beside_is_not_ambiguous(beside):
    expected = Decimal(1) if beside == "1" else Decimal("0.01")
    assert amount(1, "green_share", "", beside=beside) == (expected, [])


def test_an_amount_shown_in_percent_is_refused():
    assert amount(0.5, number_format="0%") == (None, ["format-percent"])


# formats, formulas and types


@pytest.mark.parametrize(
    "number_format", ['#,##0,"万"', "0.0,,", '0"亿"', "0,", '#,##0.00," k"', r"0\万"]
)
def test_a_format_that_shows_another_number_is_warned_of(number_format):
    assert amount(5, number_format=number_format) == (Decimal(5), ["format-scaled"])


@pytest.mark.parametrize(
    "number_format", ["General", "#,##0", "#,##0.00", "0.00_);[Red]", '0"元"', "_ * #,##0.00_ "]
)
def test_common_formats_are_not_warned_of(number_format):
    assert amount(5, number_format=number_format) == (Decimal(5), [])


def test_stored_results_of_formulas_are_noted_and_a_stored_zero_is_warned_of():
    assert amount(7, formula=True) == (Decimal(7), ["formula"])
    assert amount(0, formula=True) == (Decimal(0), ["formula-zero"])


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (CellKind.ERROR, "#DIV/0!", "cell-error"),
        (CellKind.UNCOMPUTED, "=A1", "formula-uncomputed"),
        (CellKind.BOOLEAN, True, "cell-boolean"),
        (CellKind.DATE, dt.date(2025, 2, 1), "cell-date"),
    ],
)
def test_cells_that_hold_no_number_are_refused(kind, value, code):
    assert amount(cell(value, kind=kind)) == (None, [code])


def test_an_energy_below_zero_is_refused():
    assert amount(-5) == (None, ["negative"])


# dates


@pytest.mark.parametrize(
    ("value", "read", "code"),
    [
        ("2025", "2025", None),
        (2025, "2025", None),
        ("2025-12", "2025-12", None),
        ("2025-12-31", "2025-12-31", None),
        ("2023年9月", "2023-09", "date-form"),
        ("2023年9月5日", "2023-09-05", "date-form"),
        ("2025年底", "2025", "date-form"),
        ("2023/9/5", "2023-09-05", "date-form"),
        ("２０２３", "2023", "date-form"),
        ("20230905", "2023-09-05", "date-form"),
        (45291, "2023-12-31", "date-serial"),
        ("—", "", "cell-missing"),
        ("01/02/2025", "", "date"),
        ("23-9-1", "", "date"),
        ("2023-02-30", "", "date"),
        (2025.1, "", "date"),
        ("1025", "", "date"),
        ("明年", "", "date"),
        (99999, "", "date"),
    ],
)
def test_a_date_has_one_reading_or_none(value, read, code):
    got, found = read_date(cell(value), _EPOCH_1900)
    assert (got, [f.code for f in found]) == (read, [f"parks-{code}"] if code else [])


def test_a_serial_counts_from_the_epoch_of_its_workbook():
    assert read_date(cell(45291), _EPOCH_1904)[0] == "2028-01-01"
    assert [f.code for f in read_date(cell("45291"), None)[1]] == ["parks-date"]


def test_a_date_cell_is_a_day_and_an_error_cell_is_none():
    assert read_date(cell(dt.date(2025, 2, 1), kind=CellKind.DATE), None) == (
        "2025-02-01",
        [],
    )
    at_noon = dt.datetime(2025, 2, 1, 12)  # noqa: DTZ001
    assert read_date(cell(at_noon, kind=CellKind.DATE), None)[0] == "2025-02-01"
    found = read_date(cell("#N/A", kind=CellKind.ERROR), None)[1]
    assert [f.code for f in found] == ["parks-cell-error"]


# texts and events


def test_a_text_keeps_html_and_formulas_and_loses_direction_controls():
    assert read_text(cell("<b>${x}</b> =1+1")) == ("<b>${x}</b> =1+1", [])
    text, found = read_text(cell("蒙\u202e苏\u200d园\u2066区\x07"))
    assert text == "蒙苏\u200d园区"
    assert [f.code for f in found] == ["parks-text-controls"]


def test_a_surrogate_alone_is_dropped_because_no_file_can_hold_it():
    assert read_text(cell("园\ud800区"))[0] == "园区"


def test_lines_of_a_text_are_joined():
    text, found = read_text(cell("蒙苏\n 园区"))
    assert (text, [f.code for f in found]) == ("蒙苏 园区", ["parks-text-lines"])


def test_a_text_cell_may_hold_a_whole_number_or_say_that_there_is_none():
    assert read_text(cell(150600.0)) == ("150600", [])
    assert [f.code for f in read_text(cell("/"))[1]] == ["parks-cell-missing"]
    found = read_text(cell("#N/A", kind=CellKind.ERROR))[1]
    assert [f.code for f in found] == ["parks-cell-error"]


def test_an_event_is_said_by_yes_and_by_nothing_else():
    assert read_event(cell("是")) == (True, [])
    assert [f.code for f in read_event(cell("无"))[1]] == ["parks-cell-missing"]
    assert [f.code for f in read_event(cell("2025"))[1]] == ["parks-event"]
    boolean = cell(value=True, kind=CellKind.BOOLEAN)
    assert [f.code for f in read_event(boolean)[1]] == ["parks-cell-boolean"]
