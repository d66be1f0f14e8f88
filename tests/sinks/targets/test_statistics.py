"""A user's statistics: headings in two languages, exact units, every fault by its line."""

from fractions import Fraction

import pytest

from sinks.targets import read_statistics

ZONES = {"640000"}
HEADING = "zone_code,indicator,year,value,unit,source"


def read(folder, *lines, heading=HEADING, encoding="utf-8"):
    path = folder / "s.csv"
    path.write_bytes(("\n".join([heading, *lines]) + "\n").encode(encoding))
    return read_statistics(path, zones=ZONES)


def places(found):
    return {(f.code, f.where) for f in found}


def test_figures_come_in_the_unit_of_the_indicator(tmp_path):
    figures, found = read(
        tmp_path,
        "640000,wetland_area,2024,206666.5,公顷,公报",
        "640000,森林蓄积量,2024年,0.12,亿立方米,年鉴",
    )
    assert found == []
    assert [(f.indicator, f.year, f.value) for f in figures] == [
        ("wetland_area", 2024, Fraction("206666.5") * 15 / 10_000),
        ("growing_stock", 2024, 1200),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_from_a_spreadsheet_in_chinese_is_read(tmp_path, encoding):
    heading = "地区代码,指标,年份,数值,单位,来源"
    figures, found = read(
        tmp_path, "640000,森林覆盖率,2024,18,%,公报", heading=heading, encoding=encoding
    )
    assert [f.value for f in figures] == [18]
    assert {f.code for f in found} == (
        {"target-statistics-encoding"} if encoding == "gb18030" else set()
    )


def test_every_fault_is_named_by_its_line_at_once(tmp_path):
    figures, found = read(
        tmp_path,
        "150000,wetland_area,2024,1,万亩,x",
        "640000,lakes,2024,1,万亩,x",
        "640000,wetland_area,24,1,万亩,x",
        "640000,wetland_area,2024,-1,万亩,x",
        "640000,wetland_area,2023,5,%,x",
        "640000,wetland_area,2022,5,万亩,",
        "640000,wetland_area,2022,6,万亩,x",
        "640000,wetland_area,2021,,万亩,x",
        "640000,sink_growth,2024,1,,x",
    )
    assert places(found) == {
        ("target-statistics-zone", "s.csv, row 2"),
        ("target-statistics-indicator", "s.csv, row 3"),
        ("target-statistics-year", "s.csv, row 4"),
        ("target-statistics-value", "s.csv, row 5"),
        ("target-statistics-unit", "s.csv, row 6"),
        ("target-statistics-source", "s.csv, row 7"),
        ("target-statistics-repeated", "s.csv, row 8"),
        ("target-statistics-missing", "s.csv, row 9"),
        ("target-statistics-indicator", "s.csv, row 10"),
    }
    assert {f.year for f in figures} == {2022}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("100.01", "target-statistics-share"),
        ("0.2", "target-statistics-fraction"),
        ("1", "target-statistics-fraction"),
        ("0", None),
        ("1.01", None),
        ("100", None),
    ],
)
def test_a_percentage_is_one_of_a_hundred(tmp_path, value, code):
    figures, found = read(tmp_path, f"640000,forest_cover,2024,{value},%,x")
    assert [f.code for f in found] == ([] if code is None else [code])
    assert [f.severity for f in found] in ([], ["error"], ["warning"])
    assert [f.value for f in figures] == [Fraction(value)]


def test_an_area_of_one_or_of_a_thousand_is_no_percentage(tmp_path):
    assert read(tmp_path, "640000,wetland_area,2024,1,万亩,x")[1] == []
    assert read(tmp_path, "640000,wetland_area,2024,1000,万亩,x")[1] == []


@pytest.mark.parametrize("heading", ["zone_code,indicator,year,value,unit", f"{HEADING},单位"])
def test_a_column_is_there_once(tmp_path, heading):
    figures, found = read(tmp_path, "640000,wetland_area,2024,1,万亩,x,x", heading=heading)
    assert figures == []
    assert {f.code for f in found} == {"target-statistics-column"}


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    for name, content in (("a.csv", None), ("b.csv", b"\xff\xff\xff"), ("c.csv", b'"a\n')):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        assert "target-statistics-unreadable" in {
            f.code for f in read_statistics(path, zones=ZONES)[1]
        }


def test_the_file_is_read_with_any_line_ends(tmp_path):
    path = tmp_path / "s.csv"
    path.write_bytes(f"{HEADING}\r\n640000,wetland_area,2024,1,万亩,x\r\n\r\n".encode())
    assert len(read_statistics(path, zones=ZONES)[0]) == 1
