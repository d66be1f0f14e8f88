import dataclasses
import re
import zipfile
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pandas as pd
import pytest

from rasters.findings import finding
from sinks.categories import Ecosystem
from sinks.errors import ResultError
from sinks.export.meta import LevelName, Text
from sinks.export.page import Column
from sinks.export.sheets import Sheet
from sinks.export.sheets.layout import rounding
from sinks.export.tables import SCHEMAS, read_table, write_table
from sinks.export.words import Words
from sinks.export.workbook import write_workbook

SHEETS = [
    "封面与口径",
    "表1 碳储量",
    "表2 碳汇量",
    "表3 土地利用转移矩阵",
    "表10 系数表(含可信度)",
    "表11 质量检查",
    "附表3 面积与碳储量对账",
]
WETLAND = Ecosystem.WETLAND.label("zh")
RED, AMBER = "FFC00000", "FFFFF2CC"


@pytest.fixture
def write(tmp_path, tables, meta):
    """Return a function that writes the example run and opens it."""

    def write(lang="zh", extra_sheets=(), *, frames=None, **changes):
        path = tmp_path / "inventory.xlsx"
        write_workbook(
            path,
            tables if frames is None else frames,
            meta=dataclasses.replace(meta, **changes),
            lang=lang,
            extra_sheets=extra_sheets,
        )
        return openpyxl.load_workbook(path)

    return write


def table(sheet, first="盟市代码"):
    """Return the rows under the heading row that begins with ``first``, as dicts."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[0] == first)
    heading = [str(h).replace("\n", "") for h in rows[start]]
    return [dict(zip(heading, row, strict=True)) for row in rows[start + 1 :]]


def texts(sheet):
    return [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]


def fills(sheet, text):
    """Return the fill of every cell that holds ``text``."""
    return {
        cell.fill.fgColor.rgb
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and text in str(cell.value)
    }


def shown(value):
    """Return a number as its cell shows it."""
    return Decimal(repr(float(value))).quantize(Decimal("0.01"), ROUND_HALF_UP)


def in_wan(value):
    """Return a figure of a CSV in 10^4; the workbook keeps 16 digits of it."""
    return pytest.approx(float(value) / 1e4, rel=2e-16 * 5)


def test_the_sheets_stand_in_the_order_of_their_numbers(write):
    assert write().sheetnames == SHEETS


def test_stocks_are_those_of_the_csv(write, tables, tmp_path):
    for name in ("stocks", "totals"):
        path = tmp_path / f"{name}.csv"
        write_table(path, tables[name], SCHEMAS[name], status="trial", run_id="a")
        tables[name] = read_table(path).drop(columns=["status", "run_id"])
    stocks = tables["stocks"].set_index(["zone_code", "year", "ecosystem", "pool"])
    totals = tables["totals"].set_index(["zone_code", "quantity", "scope", "year1"])
    names = {"forest": "森林", "grassland": "草地", "wetland": "湿地（不含水域）"}
    rows = {(r["盟市代码"], r["年份"], r["生态系统"]): r for r in table(write()["表1 碳储量"])}
    compared = 0
    for (zone, year, ecosystem, pool), csv in stocks.iterrows():
        if ecosystem not in names:
            continue
        row = rows[zone, year, names[ecosystem]]
        heading = {"agb": "地上生物质", "soil": "土壤有机碳0-100厘米"}.get(pool)
        if heading:
            assert row[f"{heading}（万吨碳）"] == in_wan(csv["stock_t_c"])
        assert row["面积（万公顷）"] == in_wan(csv["area_ha"])
        assert row["面积（万亩）"] == pytest.approx(float(csv["area_ha"]) * 15 / 1e4)
        total = totals.loc[(zone, "stock", ecosystem, year)]
        assert row["合计（万吨碳）"] == in_wan(total["value_t_c"])
        assert row["95%下限（万吨碳）"] == in_wan(total["low_t_c"])
        density = float(total["value_t_c"] / csv["area_ha"])
        assert row["碳密度（吨碳/公顷）"] == pytest.approx(density)
        compared += 1
    assert compared > 50


def test_a_stock_by_statistics_has_no_density_for_its_area_is_not_the_mapped_one(write, tables):
    stocks = tables["stocks"]
    stated = stocks["ecosystem"].eq("forest") & stocks["pool"].eq("agb")
    tables["stocks"] = stocks.assign(method=stocks["method"].mask(stated, "volume"))
    rows = table(write()["表1 碳储量"])
    density = {
        (r["生态系统"], r["碳密度（吨碳/公顷）"] == "—") for r in rows if r["盟市代码"] == "150000"
    }
    assert {("森林", True), ("合计", True), ("草地", False)} <= density
    assert ("森林", False) not in density


def test_the_region_comes_first_and_is_the_sum_of_its_leagues(write):
    rows = table(write()["表1 碳储量"])
    assert rows[0]["盟市代码"] == "150000"
    whole = {r["盟市代码"]: r for r in rows if r["生态系统"] == "合计" and r["年份"] == 2023}
    column = "合计（万吨碳）"
    parts = sum(r[column] for code, r in whole.items() if code != "150000")
    assert whole["150000"][column] == pytest.approx(parts)


def test_the_rounding_row_makes_the_shown_rows_add_up(write):
    rows = table(write()["表1 碳储量"])
    columns = [c for c in rows[0] if "万" in c and "限" not in c]
    block, blocks = [], 0
    for row in rows:
        if row["生态系统"] == "合计":
            total = row
        elif row["生态系统"] == "修约差":
            for column in columns:
                if not isinstance(total[column], (int, float)):
                    assert row[column] is None
                    continue
                parts = [r[column] for r in block if isinstance(r[column], (int, float))]
                assert sum(map(shown, parts)) + shown(row[column]) == shown(total[column])
            block, blocks = [], blocks + 1
        elif row["盟市"] is not None and "修约差" not in str(row["生态系统"]):
            block.append(row)
    assert blocks == 8
    assert any(row["面积（万公顷）"] for row in rows if row["生态系统"] == "修约差")


def test_the_region_is_reconciled_with_the_shown_leagues(write):
    rows = table(write()["表1 碳储量"])
    column = "合计（万吨碳）"
    totals = {(r["盟市代码"], r["年份"]): shown(r[column]) for r in rows if r["生态系统"] == "合计"}
    for row in (r for r in rows if r["生态系统"] == "修约差（盟市相加）"):
        parts = sum(v for (z, y), v in totals.items() if z != "150000" and y == row["年份"])
        assert parts + shown(row[column]) == totals["150000", row["年份"]]


def test_a_half_of_the_last_digit_is_rounded_away_from_zero_as_excel_does():
    assert rounding([0.02], [[0.005], [0.005]]) == [0.0]
    assert rounding([1.0, "未估算", None], [[0.5, 1.0, 2.0]]) == [0.5, None, None]


def test_what_is_not_estimated_is_said_in_words(write):
    row = next(r for r in table(write()["表1 碳储量"]) if r["生态系统"] == "聚落")
    assert row["地上生物质（万吨碳）"] == "未估算"
    assert row["合计（万吨碳）"] == "未估算"
    assert row["土壤有机碳0-30厘米（万吨碳）"] == "—"
    assert row["面积（万公顷）"] > 0


def test_the_parts_of_a_sink_add_up_to_the_net_of_the_totals(write, tables):
    totals = tables["totals"].set_index(["zone_code", "quantity", "scope"])
    rows = [r for r in table(write()["表2 碳汇量"]) if r["方法"]]
    parts = [f"{name}（万吨碳/年）" for name in ("保持类", "转入类", "转出类")]
    scopes = {"森林": "forest", "草地": "grassland", "湿地（不含水域）": "wetland"}
    for row in rows:
        scope = scopes.get(
            row["生态系统"], "all" if "全部" in row["生态系统"] else "forest_grassland_wetland"
        )
        total = totals.loc[(row["盟市代码"], "change", scope)]
        assert row["净碳汇（万吨碳/年）"] == pytest.approx(float(total["value_t_c"]) / 3e4)
        assert row["净固碳量（万吨二氧化碳/年）"] == pytest.approx(
            float(total["sink_t_co2_per_year"]) / 1e4, abs=1e-10
        )
        known = [row[p] for p in parts if row[p] != "—"]
        assert sum(known) == pytest.approx(row["净碳汇（万吨碳/年）"], abs=1e-9)
        assert row["土壤（20年过渡与有机土排放）（万吨碳/年）"] == "未估算"
    assert len(rows) == 18


def test_stated_losses_stand_in_a_column_and_are_part_of_the_net(write):
    rows = table(write()["表2 碳汇量"])
    losses = {(row["盟市"], row["生态系统"]): row["火灾采伐等损失（万吨碳/年）"] for row in rows}
    # 300 t C of harvest in three years: 100 t C a year, 0.01 x 10^4
    assert losses["东盟", "森林"] == pytest.approx(-0.01)
    assert losses["东盟", "草地"] == "—"
    assert losses["中市", "森林"] == "—"


def test_every_sink_says_whether_it_is_one(write):
    rows = table(write()["表2 碳汇量"])
    said = {(row["盟市"], row["生态系统"]): row["结论"] for row in rows}
    assert "不能据此判断为碳汇" in said["示范自治区", WETLAND]
    assert said["东盟", "森林"].endswith("可判断为碳汇。")


def test_methane_stands_in_its_memo_column(write, tables):
    frames = dict(tables)
    hit = (frames["totals"]["zone_code"] == "150100") & (frames["totals"]["scope"] == "wetland")
    frames["totals"] = frames["totals"].assign(
        memo_ch4_t_co2e_per_year=[Decimal("806.4") if h else None for h in hit]
    )
    rows = table(write(frames=frames)["表2 碳汇量"])
    memo = {(r["盟市"], r["生态系统"]): r["甲烷备注（万吨二氧化碳当量）"] for r in rows}
    assert memo["东盟", WETLAND] == pytest.approx(0.08064)
    assert memo["东盟", "森林"] == "—"


def test_adjusted_areas_stand_under_the_matrix_with_the_accuracy(write, sampled):
    sheet = write(frames=sampled)["表3 土地利用转移矩阵"]
    (row,) = [r for r in sheet.iter_rows(values_only=True) if r[0] == "草地 → 森林"]
    assert row[1:9] == (1000, 1500, 1200, 1800, 75, 0.9, 0.8, "推算")
    assert any("总体精度 94.6%（样本 640 个，标准误 1.0%）" in text for text in texts(sheet))


def test_without_a_sample_the_matrix_says_so(write):
    assert any("没有精度样本" in text for text in texts(write()["表3 土地利用转移矩阵"]))


def test_further_tables_stand_in_annexes_with_their_figures(write, sampled):
    book = write(frames=sampled)
    assert book.sheetnames[-7:] == [
        "附表4 方法比较", "附表5 面积效应与密度效应", "附表6 两种方法的不确定性",
        "附表7 误差来源排序", "附表8 假变化过滤", "附表9 IPCC类别土地矩阵",
        "附表10 IPCC类别土地平衡",
    ]  # fmt: skip
    (compared,) = table(book["附表4 方法比较"], "盟市")[:1]
    assert compared["方法"] == "增减法"
    assert compared["与所报方法之差"] == -3
    (effect,) = table(book["附表5 面积效应与密度效应"], "盟市")[:1]
    assert (effect["期初"], effect["面积效应"], effect["密度效应"], effect["期末"]) == (
        100, 5, -1, 104,
    )  # fmt: skip
    ranks = [row["序号"] for row in table(book["附表7 误差来源排序"], "盟市") if row["时段"]]
    assert ranks == [1, 10]
    (filtered,) = table(book["附表8 假变化过滤"], "盟市")[:1]
    assert filtered["过滤器"] == "持续年数"
    assert filtered["无法判断"] == 1


def test_the_six_categories_stand_in_annexes_by_their_names(write, sampled):
    book = write(frames=sampled)
    cells = table(book["附表9 IPCC类别土地矩阵"], "盟市")[:2]
    names = ("期初类别", "类别", "保持或转换", "面积", "过渡期内", "过渡期满")
    assert [tuple(cell[name] for name in names) for cell in cells] == [
        ("草地", "林地", "转换", 1000, 1400, 20),
        ("湿地", "未分类", "一期未分类", 7, None, None),
    ]
    (forest,) = table(book["附表10 IPCC类别土地平衡"], "盟市")[:1]
    assert [forest[name] for name in ("类别", "期初", "转入", "转出", "净变化", "期末")] == [
        "林地", 100, 12, 5, 7, 107,
    ]  # fmt: skip


def test_an_adjusted_matrix_stands_before_the_mapped_one(write, tables):
    mapped = tables["transitions"].assign(area_ha=tables["transitions"]["area_ha"] * 2)
    sheet = write(frames=tables | {"transitions_mapped": mapped})["表3 土地利用转移矩阵"]
    rows = list(sheet.iter_rows(values_only=True))
    first, second = (
        next(i for i, row in enumerate(rows) if row[0] == f"东盟 2020—2023 {which}")
        for which in ("校正后", "校正前（制图面积）")
    )
    lines = [
        next(row for row in rows[start:] if row[0] == "4 草地")[1:3] for start in (first, second)
    ]
    assert first < second
    assert lines == [(1000.5, 50000.333333), (2001, 100000.666666)]
    assert any("碳储量与碳汇量据此计算" in text for text in texts(sheet))
    plain = texts(write()["表3 土地利用转移矩阵"])
    assert any("矩阵为误差校正前的面积" in text for text in plain)


def test_land_that_leaves_counts_for_the_ecosystem_it_leaves(write):
    rows = {(r["盟市代码"], r["生态系统"]): r for r in table(write()["表2 碳汇量"])}
    # 20.123456 ha of forest turned grassland: 5.311111 + 0.1 - ... per hectare, over 3 years
    lost = Decimal("20.123456") * (
        Decimal("0.9") + Decimal("4.311111") + Decimal("0.2")
        - Decimal("30.123456") - Decimal("7.5") - Decimal("1.25") - Decimal("2.9")
    )  # fmt: skip
    row = rows["150200", "森林"]
    assert row["转出类（万吨碳/年）"] == pytest.approx(float(lost) / 3e4, abs=1e-9)
    assert row["转入类（万吨碳/年）"] == "—"


def test_no_percentage_where_the_net_is_within_its_interval(write):
    rows = {(r["盟市代码"], r["生态系统"]): r for r in table(write()["表2 碳汇量"])}
    assert rows["150000", "森林"]["不确定性（±%）"] == pytest.approx(0.5)
    assert rows["150000", "湿地（不含水域）"]["不确定性（±%）"] == "—"
    assert rows["150000", "湿地（不含水域）"]["判定"] == "与零无显著差异"
    assert rows["150000", "森林"]["判定"] == "变化大于不确定性"


def test_a_soil_step_stays_out_of_the_table(write, tables):
    step = (
        tables["changes"]
        .iloc[[0]]
        .assign(pool="soil", method="stock_difference(step)", change_t_c=Decimal(10**9))
    )
    frames = tables | {"changes": pd.concat([tables["changes"], step])}
    rows = table(write(frames=frames)["表2 碳汇量"])
    assert {r["土壤（20年过渡与有机土排放）（万吨碳/年）"] for r in rows if r["方法"]} == {"未估算"}


def test_the_matrix_rows_and_columns_add_up(write):
    sheet = write()["表3 土地利用转移矩阵"]
    rows = list(sheet.iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[0] == "东盟 2020—2023")
    heading, *body = rows[start + 1 : start + 8]
    assert heading[:-1] == (
        "2020年地类", "2 森林", "4 草地", "8 不透水面", "9 湿地", "2020年合计",
    )  # fmt: skip
    lines = {row[0]: row[1:-1] for row in body}
    assert lines["4 草地"] == (1000.5, 50000.333333, None, None, 51000.833333)
    assert lines["2023年合计"] == (101000.623457, 50000.333333, 40, 700.25, 151741.20679)
    assert lines["修约差"][-1] == pytest.approx(0.01)
    assert len(sheet.row_breaks.brk) == 2


def test_failed_checks_come_first_and_red_on_the_cover_too(write):
    book = write()
    rows = table(book["表11 质量检查"], first="检查项")
    assert [r["结论"] for r in rows[:4]] == ["未通过", "仅列示", "通过", "通过"]
    assert fills(book["表11 质量检查"], "未通过") >= {RED}
    cover = book["封面与口径"]
    assert any("1项未通过（共3项有限值）" in t for t in texts(cover))
    assert any("unclassified  中市  0.031" in t for t in texts(cover))
    assert RED in fills(cover, "项未通过")


def test_a_clean_run_says_so(write, tables):
    passed = tables["quality"][tables["quality"]["verdict"] != "fail"]
    cover = write(frames=tables | {"quality": passed})["封面与口径"]
    assert "全部通过（2项有限值）" in texts(cover)
    assert fills(cover, "通过").isdisjoint({RED})


def test_a_limit_is_a_number_a_band_or_a_remark(write, tables):
    more = pd.DataFrame(
        [("vegetation_density[grassland][2020]", "150100", 5.5, "no band", "shown")],
        columns=list(tables["quality"].columns),
    )
    frames = tables | {"quality": pd.concat([tables["quality"], more])}
    rows = {r["检查项"]: r for r in table(write(frames=frames)["表11 质量检查"], first="检查项")}
    assert rows["植被碳密度（吨碳/公顷）：草地，2020"]["限值"] == "无公布区间"
    assert rows["unclassified"]["限值"] == 0.01
    assert rows["density_band:forest"]["限值"] == "5..200"


def test_every_sheet_of_synthetic_data_says_so(write):
    for sheet in write(status="demo"):
        assert "合成演示数据" in sheet["A1"].value
        assert sheet["A1"].fill.fgColor.rgb == "FFC55A11"
        assert sheet.print_title_rows.startswith("$1:")
    assert all("合成" not in str(sheet["A1"].value) for sheet in write())


def test_text_never_becomes_a_formula_or_a_link(write, tables):
    evil = tables["stocks"].assign(zone_name="=1+1")
    changes = tables["totals"].assign(zone_name="{=1}")
    book = write(frames=tables | {"stocks": evil, "totals": changes})
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    values = {cell.value for cell in cells}
    assert {"=1+1", "{=1}", '=HYPERLINK("http://example.org")'} <= values


def test_coefficients_that_an_official_run_refuses_are_coloured(write):
    sheet = write()["表10 系数表(含可信度)"]
    assert fills(sheet, "未核实") >= {AMBER}
    assert AMBER not in fills(sheet, "已核实")
    rows = table(sheet, first="系数表")
    assert rows[0]["数值"] == 30.123456
    assert rows[0]["碳库"] == "地上生物质"
    assert rows[0]["参数"] == "碳密度"
    assert rows[0]["区间来源"] == "缺省"


def test_every_row_and_every_page_carries_the_run(write, meta):
    book = write()
    for name in SHEETS[1:]:
        sheet = book[name]
        assert sheet.oddFooter.left.text.strip() == meta.run_id
        assert sheet.oddFooter.left.size == 7
        assert "&P" in sheet.oddFooter.center.text
        assert "试算" in sheet.oddFooter.right.text
        last = [row[-1] for row in sheet.iter_rows(values_only=True) if row[-1]]
        assert set(last) == {"运行\n编号", meta.run_id[:8]}
    assert meta.run_id in texts(book["封面与口径"])


def test_every_sheet_prints_on_landscape_a4_one_page_wide(write):
    for sheet in write():
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)  # 1 is the default of the format
        assert sheet.page_setup.fitToHeight == 0
    book = write()
    for name in ("表1 碳储量", "表2 碳汇量", "表10 系数表(含可信度)", "表11 质量检查"):
        assert book[name].freeze_panes is not None
        assert book[name].print_title_rows == "$1:$2"


def test_numbers_fit_their_columns(write, tables):
    big = tables["stocks"].copy()
    big["area_ha"] = [None if v is None else v * 1000 for v in big["area_ha"]]
    sheet = write(frames=tables | {"stocks": big})["表1 碳储量"]
    for column in sheet.iter_cols(min_row=3):
        width = sheet.column_dimensions[column[0].column_letter].width
        numbers = [c.value for c in column if isinstance(c.value, float)]
        assert all(len(f"{value:,.2f}") < width for value in numbers)


def test_the_cover_tells_what_must_be_known(write):
    notes = (finding("sinks", "output-unlisted", value="a.txt", where="b/a.txt"),)
    cover = write(findings=notes)["封面与口径"]
    text = "\n".join(texts(cover))
    for part in (
        "试算",
        "2020、2023",
        "碳汇不含土壤",
        "森林: 库差法",
        "土壤有机碳: 土壤20年过渡法",
        "中国土地覆盖 (Yang & Huang (2021))",
        "1吨碳=44/12吨二氧化碳",
        "f" * 64,
        "文件 a.txt 不属于核算结果 (b/a.txt)",
        "核算面积 26.51 万公顷；公布面积 30.00 万公顷（统计年鉴）；相差 -3.49 万公顷",
    ):
        assert part in text
    assert [t for t in texts(cover) if t in ("编制", "审核", "批准")] == ["编制", "审核", "批准"]
    assert re.search(r"2023年碳储量\n2,789\.05 万吨碳（95%区间 2,231\.24 ～ 3,346\.85）", text)
    assert "4.35 万吨二氧化碳/年" in text


def test_single_zones_have_no_headline(write, tables):
    frames = {
        name: frame[frame["level"] == "league"] if "level" in frame else frame
        for name, frame in tables.items()
    }
    levels = (LevelName(id="league", name=Text(zh="盟市", en="League")),)
    book = write(frames=frames, levels=levels)
    assert "主要结果" not in texts(book["封面与口径"])
    assert {r["盟市代码"] for r in table(book["表1 碳储量"])[:-1]} == {"150100", "150200", "150300"}
    assert not any("相加）" in t for t in texts(book["表1 碳储量"]))


def test_finer_levels_stand_in_annexes(write, tables):
    def finer(frame):
        banner = frame[frame["level"] == "league"].assign(level="banner")
        banner["zone_code"] = banner["zone_code"].str[:4] + "02"
        return pd.concat([frame, banner.assign(zone_name="某旗")], ignore_index=True)

    frames = tables | {name: finer(tables[name]) for name in ("stocks", "changes", "totals")}
    levels = tuple(
        LevelName(id=level, name=Text(zh=zh, en=level))
        for level, zh in (("region", "自治区"), ("league", "盟市"), ("banner", "旗县"))
    )
    book = write(frames=frames, levels=levels)
    assert book.sheetnames == [*SHEETS[:-1], "附表1 旗县碳储量", "附表2 旗县碳汇量", SHEETS[-1]]
    annex = table(book["附表1 旗县碳储量"], first="旗县代码")
    assert {r["旗县"] for r in annex[:-1]} == {"某旗"}
    assert "某旗" not in texts(book["表1 碳储量"])


def test_one_year_leaves_out_what_needs_two(write, tables):
    frames = dict(tables)
    for name, year in (("stocks", "year"), ("coverage", "year"), ("totals", "year1")):
        frames[name] = tables[name][tables[name][year] == 2020]
    frames["totals"] = frames["totals"][frames["totals"]["quantity"] == "stock"]
    for name in ("changes", "transitions", "reconciliation"):
        frames[name] = tables[name].iloc[:0]
    book = write(frames=frames, years=(2020,))
    assert book.sheetnames == [SHEETS[i] for i in (0, 1, 4, 5, 6)]


def test_headings_and_labels_follow_the_language(write):
    book = write(lang="en")
    assert book.sheetnames[:2] == ["Cover", "Table 1 Stocks"]
    rows = table(book["Table 1 Stocks"], first="Zone code")
    assert rows[0]["Zone"] == "Example region"
    assert rows[0]["Ecosystem"] == "Forest"
    chinese = [t for s in book for t in texts(s) if re.search("[\u4e00-\u9fff]", t)]
    # names without a translation, and sources, stay as they are
    assert set(chinese) <= {"中市", "西盟", "示范系数"} | {
        t for t in chinese if any(name in t for name in ("中市", "西盟", "统计年鉴"))
    }


def test_both_languages_have_every_word_and_the_same_blanks():
    from sinks.export.words import _catalogue  # noqa: PLC0415

    for section, entries in _catalogue().items():
        for key, (chinese, english) in entries.items():
            blanks = [sorted(set(re.findall(r"{(\w+)}", t))) for t in (chinese, english)]
            assert blanks[0] == blanks[1] or {"level"} >= set(blanks[0]) ^ set(blanks[1]), (
                section,
                key,
            )


def test_a_word_without_a_translation_is_shown_as_it_is():
    words = Words(lang="zh")
    assert words.check("my_check[forest]") == "my_check：森林"
    assert words.methods("gain_loss+my_method") == "增减法+my_method"


def test_another_part_adds_its_sheet_in_its_place(write):
    def parks(book):
        column = Column(heading="园区", width=20, kind="text")
        page = book.page("表9 园区指标", "园区", [column.width, 9])
        page.headings([column, book.run_column], freeze=1)
        page.row(["=园区", book.run])

    book = write(extra_sheets=[Sheet(number=9, write=parks)])
    assert (
        book.sheetnames.index("表9 园区指标") == book.sheetnames.index("表10 系数表(含可信度)") - 1
    )
    assert book["表9 园区指标"]["A3"].value == "=园区"


def test_the_same_run_gives_the_same_bytes(tmp_path, tables, meta):
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_workbook(first, tables, meta=meta)
    mixed = {name: frame.sample(frac=1, random_state=3) for name, frame in tables.items()}
    mixed["coefficients"] = tables["coefficients"]
    write_workbook(second, mixed, meta=meta)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_refuses_missing_tables_and_unknown_languages(tmp_path, tables, meta):
    path = tmp_path / "a.xlsx"
    with pytest.raises(ResultError, match=r"needs the tables \['stocks', 'coefficients'\]"):
        write_workbook(
            path,
            {k: v for k, v in tables.items() if k not in ("stocks", "coefficients")},
            meta=meta,
        )
    with pytest.raises(ResultError, match="zh or en, got 'fr'"):
        write_workbook(path, tables, meta=meta, lang="fr")
    assert not path.exists()
