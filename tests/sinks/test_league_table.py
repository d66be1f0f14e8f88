"""The printed table, in both languages; the sums are those of results_factory.ROWS.

Stocks in 2020: zone 1 has 20,000 ha of forest x 160 and 41,000 ha of grassland x 103 t C/ha,
7,423,000 t C; zone 2 500 x 160, 60,000 x 103 and 5,000 x 100, 6,760,000 t C. In 2023 zone 1 has
57 x 1,000 t C more, zone 2 57 x 500 t C less.
"""

import json

import pytest
from results_factory import write_results
from rich.console import Console
from rich.table import Table

from sinks.errors import ResultError
from sinks.league_table import league_table
from sinks.results import load_results


def printed(folder, lang):
    table, *sentences = league_table(load_results(folder), lang)
    assert isinstance(table, Table)
    return table, sentences


def lines(table):
    return [list(cells) for cells in zip(*(c.cells for c in table.columns), strict=True)]


def test_the_region_stands_first_then_its_leagues_with_stocks_and_sinks(finished):
    table, _ = printed(finished, "en")
    region, first, second = lines(table)
    assert first[:4] == ["zone 1", "6", "742", "748"]
    assert second[:4] == ["zone 2", "7", "676", "673"]
    assert region[:4] == ["zone R", "13", "1,418", "1,421"]
    # 57,000 and -28,500 t C over three years, x 44/12, in 10^4 t CO2 per year
    assert [row[5] for row in (region, first, second)] == ["3", "7", "-3"]
    assert [row[7] for row in (region, first, second)] == ["signal"] * 3
    assert table.rows[0].end_section
    assert not table.rows[1].end_section


def test_every_interval_holds_its_value(finished):
    table, _ = printed(finished, "en")
    for row in lines(table):
        for value, interval in ((row[3], row[4]), (row[5], row[6])):
            low, high = (int(n.replace(",", "")) for n in interval.split(" … "))
            assert low <= int(value.replace(",", "")) <= high


def test_the_heading_speaks_chinese(finished):
    table, sentences = printed(finished, "zh")
    assert table.title == "区 生态系统碳清单 2020–2023（试算）"
    assert [str(c.header) for c in table.columns] == [
        "地区", "面积\n万公顷", "2020 年碳储量\n万吨碳", "2023 年碳储量\n万吨碳", "95 % 区间",
        "林草湿净碳汇\n万吨CO2/年", "95 % 区间", "信号",
    ]  # fmt: skip
    assert [row[0] for row in lines(table)] == ["区", "盟1", "盟2"]
    assert lines(table)[0][-1] == "显著"
    assert sentences == [
        "区 2020–2023 年：碳汇量大于其不确定性（为95%区间半宽的5.8倍），可判断为碳汇。",
        "碳汇为活生物质与枯死有机质之和；土壤的一次性差值单列，不计入合计。",
    ]


def test_the_heading_speaks_english(finished):
    table, sentences = printed(finished, "en")
    assert table.title == "Region ecosystem carbon inventory 2020–2023 (Trial)"
    assert [str(c.header) for c in table.columns] == [
        "zone", "area\n10^4 ha", "stock 2020\n10^4 t C", "stock 2023\n10^4 t C", "95 % interval",
        "sink, forest grass wetland\n10^4 t CO2/yr", "95 % interval", "signal",
    ]  # fmt: skip
    assert len(sentences) == 2
    assert sentences[0].startswith("zone R, 2020–2023: The sink is larger than its uncertainty")
    assert "step difference of the soil" in sentences[1]


def test_the_soil_transition_is_said_where_it_is_the_method(tmp_path):
    folder = write_results(tmp_path, parameters={"config": {"soil_method": "transition"}})
    assert "20 年过渡期" in printed(folder, "zh")[1][1]
    assert "20 years of transition" in printed(folder, "en")[1][1]


def test_one_year_shows_stocks_only_and_says_so(tmp_path):
    folder = write_results(tmp_path, rows=[("1", "F", None, 1_000)], years=(2019,))
    table, sentences = printed(folder, "zh")
    assert len(table.columns) == 4
    assert table.title == "区 生态系统碳清单 2019（试算）"
    assert sentences == ["只有一个年份：仅给出碳储量，不给出变化量。"]
    assert printed(folder, "en")[1] == ["one year only: stocks are given, changes are not."]


def test_synthetic_data_are_called_so_first_of_all(tmp_path):
    folder = write_results(tmp_path, status="demo", soil_from_map=True)
    zh, en = (printed(folder, lang) for lang in ("zh", "en"))
    assert "合成演示数据" in zh[0].title
    assert zh[1][0].startswith("合成演示数据")
    assert en[1][0].startswith("synthetic demonstration data")
    assert "NE" in zh[1][2]
    assert "NE" in en[1][2]


def test_the_published_area_is_shown_for_the_whole_and_for_no_part_of_it(tmp_path):
    """The polygon has 126,500 ha, 0.13 x 10^4 km2 less 0.0035; 0.11 is published."""
    (tmp_path / "whole").mkdir()
    folder = write_results(tmp_path / "whole", official_ha={"R": 110_000, "1": 70_000})
    assert printed(folder, "en")[1][2] == (
        "area: polygons 0.13 x 10^4 km2; traditional published area 0.11 x 10^4 km2, "
        "difference +15.0% (shown, never forced)."
    )
    assert printed(folder, "zh")[1][2] == (
        "面积：边界多边形 0.13 万km²；传统公布面积 0.11 万km²，相差 +15.0%（只列示，不强行一致）。"
    )
    (tmp_path / "part").mkdir()
    folder = write_results(tmp_path / "part", official_ha={"1": 70_000})
    assert len(printed(folder, "en")[1]) == 2


def test_one_of_several_topmost_zones_is_not_taken_for_the_whole(tmp_path):
    levels = {"levels": ["league", "region"]}
    folder = write_results(tmp_path, official_ha={"1": 70_000}, parameters=levels)
    assert not any("published" in sentence for sentence in printed(folder, "en")[1])


@pytest.mark.parametrize(
    ("confidence", "bounds", "told"),
    [("verified", "50,70", False), ("unverified", "50,70", True), ("verified", ",", True)],
)
def test_weak_rows_are_counted(tmp_path, confidence, bounds, told):
    line = f"F,,,agb,60,t C/ha,{bounds},a test,,{confidence},density,"
    soil = "F,,,soil,100,t C/ha,80,120,a test,,verified,density,0-100"
    rows = [("1", "F", "F", 10)]
    folder = write_results(tmp_path, rows=rows, lines=[line, soil])
    sentences = printed(folder, "en")[1]
    assert any(s.startswith("1 coefficient rows") for s in sentences) is told
    assert any("1 行未核实" in s for s in printed(folder, "zh")[1]) is told


def test_a_figure_that_is_not_estimated_is_ne(tmp_path):
    rows = [("1", "F", "F", 10), ("2", "G", "G", 10)]
    folder = write_results(tmp_path, rows=rows, methods=("forest",))
    table, _ = printed(folder, "en")
    assert lines(table)[2][5:] == ["NE", "", "not estimated"]


def test_levels_keep_the_order_of_the_run_where_each_has_one_zone(tmp_path):
    folder = write_results(tmp_path, rows=[("1", "F", "F", 10)])
    assert [row[0] for row in lines(printed(folder, "en")[0])] == ["zone R", "zone 1"]


def test_many_zones_are_cut_at_forty_lines(tmp_path):
    rows = [(f"{n:02}", "F", "F", 10) for n in range(1, 51)]
    folder = write_results(tmp_path, rows=rows)
    assert len(lines(printed(folder, "en")[0])) == 40


def test_brackets_in_a_name_are_shown(results):
    path = results / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["parameters"]["zone_names"]["1"]["en"] = "[b]east"
    manifest["parameters"]["region_en"] = "[i]land"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    console = Console(width=200)
    with console.capture() as shown:
        console.print(printed(results, "en")[0])
    assert "[b]east" in shown.get()
    assert "[i]land" in shown.get()


def test_a_manifest_without_names_is_refused(results):
    path = results / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["parameters"]["zone_names"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ResultError, match="lacks the parameter zone_names"):
        list(league_table(load_results(results), "en"))
