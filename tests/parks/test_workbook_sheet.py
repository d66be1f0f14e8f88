"""Table 9: every park against its target, facts with their sources, what is missing called so."""

from decimal import Decimal

import pytest
from parks_book import META, book_of
from parks_energy import hourly

from parks.indicator_systems import load_system
from parks.indicators import assess
from parks.park import Fact, FactStatus, Park, ParkKind
from parks.power import readings
from parks.registry import load_parks
from parks.workbook_sheet import park_sheet


def fact(parameter, value, unit, **words):
    return Fact(
        park_id="p", parameter=parameter, status=FactStatus.MEASURED, unit=unit, source="doc",
        value=None if value is None else Decimal(value), date="2023", **words,
    )  # fmt: skip


FACTS = (
    fact("annual_load", None, "MWh"),
    fact("energy_use", "1000000", "tce"),
    fact("co2_emissions", "300000", "t CO2"),
    fact("listing", None, ""),
)
PARK = Park(park_id="p", name_zh="甲园", name_en="Park A", kind=ParkKind.ZERO,
            league_code="150600", facts=tuple(sorted(FACTS, key=lambda f: f.key)))  # fmt: skip
SERIES = hourly([2.0, 2.0], [3.0, 1.0], whole_year=True)


def rows_of(sheet, first):
    """Return the rows under the heading row whose second cell is ``first``, as dicts."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[1] == first)
    found = []
    for row in rows[start + 1 :]:
        if row[1] is None:
            break
        found.append(dict(zip(rows[start], row, strict=True)))
    return found


def texts(sheet):
    return [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]


def test_a_park_stands_against_its_target_with_every_reading(tmp_path):
    """Two hours of 2 MWh against 3 and 1: 100 % by the year, 3/4 by the hour, short of 80 %."""
    ratios = readings(SERIES, store=None, grid_cfe=None)
    book = book_of(tmp_path / "b.xlsx", park_sheet([PARK], ratios={"p": ratios}, indicators=()))
    assert book.sheetnames == ["表9 园区指标"]
    (row,) = rows_of(book.active, "类别")
    assert (row["园区"], row["类别"], row["所在地区"]) == ("甲园", "零碳", "鄂尔多斯市")
    assert (row["目标"], row["年度电量占比"], row["逐时匹配占比"]) == (0.8, 1, 0.75)
    assert row["逐时匹配占比（含储能）"] == row["全天候无碳电力得分"] == "缺"
    assert row["判定"] == "未达标；依据逐时匹配占比"
    assert row["差距（MWh）"] == pytest.approx(0.05 * 2 * 8760)
    assert any("不计储能，不计绿证" in t for t in texts(book.active))
    assert row["运行\n编号"] == META.run_id[:8]


def test_without_data_every_reading_is_missing_and_none_is_zero(tmp_path):
    registry = load_parks("inner_mongolia")
    sheet = park_sheet(registry, ratios={}, indicators=())
    rows = rows_of(book_of(tmp_path / "b.xlsx", sheet, "en").active, "Kind")
    assert len(rows) == len(registry) == 7
    for row in rows:
        cells = list(row.values())
        assert cells[4:12] == ["missing"] * 8
        assert cells[13] is None
        assert 0 not in cells
    verdicts = {row["Park"]: row["Verdict"] for row in rows}
    assert verdicts["Baotou Damao Zero-carbon Park"] == "no data, no verdict"
    assert verdicts["Baotou Rare Earth High-tech Industrial Development Zone"] == (
        "no target is set, no verdict"
    )
    zones = {row["Park"]: row["Zone"] for row in rows}
    assert zones["Ordos Mengsu Economic Development Zone"] == "Ordos"
    assert zones["Alxa Wusitai Low-carbon Park"] == "152900"  # a zone without results


def test_facts_keep_their_source_and_a_missing_value_is_called_missing(tmp_path):
    sheet = book_of(tmp_path / "b.xlsx", park_sheet([PARK], ratios={}, indicators=())).active
    values = {row["数量"]: row["数值"] for row in rows_of(sheet, "数量")}
    assert sorted(map(str, values.values())) == ["1000000", "300000", "None", "缺"]
    assert values["列入名单"] is None  # an event has a date and no number
    assert {row["来源"] for row in rows_of(sheet, "数量")} == {"doc"}


def test_indicators_that_exist_are_shown_with_their_limit(tmp_path):
    """300,000 t CO2 over 1,000,000 tce is 0.3 t/tce."""
    results, _ = assess(PARK, year=2023, system=load_system("national"), emissions=None)
    sheet = park_sheet([PARK], ratios={}, indicators=results)
    rows = rows_of(book_of(tmp_path / "b.xlsx", sheet, "en").active, "Year")
    assert len(rows) == len(results)
    core = rows[0]
    assert (core["Value"], core["Unit"], core["State"], core["Basis"]) == (
        0.3, "t CO2/tce", "computed", "as stated",
    )  # fmt: skip
    assert (core["Verdict"], core["Limit"]) == ("pass", "<= 0.3")
    assert rows[1]["Value"] == "missing"
    assert rows[1]["Why not judged"] == "no value"


def test_no_park_no_sheet(tmp_path):
    sheet = park_sheet([], ratios={}, indicators=())
    assert sheet.number == 9
    assert book_of(tmp_path / "b.xlsx", sheet).sheetnames == ["none"]
