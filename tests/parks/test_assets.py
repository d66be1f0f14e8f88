"""The carbon-asset pipeline: stages, shares, what each stage needs, and the CSV round trip."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks.asset_table import COLUMNS, read_assets, write_assets
from parks.assets import (
    AssetClass,
    BenefitShare,
    CarbonAsset,
    PipelineRow,
    Stage,
    advance,
    check_assets,
    name_of,
    next_stages,
    pipeline,
    units_of,
)
from parks.errors import AssetError
from rasters.errors import RefusedError
from sinks.export.cells import clean_text

CHAIN = ["线索", "入库", "设计", "公示", "审定", "登记", "监测", "核查", "签发", "交易", "注销"]
FULL = CarbonAsset(
    id="ords-001",
    name="库布齐造林碳汇",
    asset_class=AssetClass.FOREST_GRASS_SINK,
    stage=Stage.ISSUANCE,
    developer="开发公司",
    owner="国有林场",
    benefit_shares=(
        BenefitShare(party="开发公司", percent=Decimal("33.5")),
        BenefitShare(party="嘎查集体", percent=Decimal("66.5")),
    ),
    quantity=Decimal("12500.25"),
    unit="t CO2",
    vintage=2023,
    league_code="150600",
    source="签发通知",
)


def codes(*assets):
    return [(f.code, f.value) for f in check_assets(assets)]


def shares(*percents):
    return tuple(BenefitShare(party=f"方{i}", percent=Decimal(p)) for i, p in enumerate(percents))


# stages


def test_the_stages_are_those_of_the_pipeline_in_their_order():
    assert [name_of(stage, "zh") for stage in Stage] == CHAIN
    assert [stage.order for stage in Stage] == list(range(11))
    assert [name_of(c, "zh") for c in AssetClass] == [
        "林草碳汇", "新能源减排", "绿证", "碳普惠", "工业减排",
    ]  # fmt: skip
    assert all(name_of(m, "en") for m in (*Stage, *AssetClass))


def test_each_stage_leads_to_the_next_and_issuance_to_trade_or_retirement():
    for stage in list(Stage)[:8]:
        assert next_stages(stage) == (list(Stage)[stage.order + 1],)
    assert next_stages(Stage.ISSUANCE) == (Stage.TRADED, Stage.RETIRED)
    assert next_stages(Stage.TRADED) == (Stage.RETIRED,)
    assert next_stages(Stage.RETIRED) == ()


@pytest.mark.parametrize("start", list(Stage))
@pytest.mark.parametrize("to", list(Stage))
def test_only_an_allowed_step_is_taken(start, to):
    asset = replace(FULL, stage=start)
    if to in next_stages(start):
        moved = advance(asset, to, source="证明")
        assert moved == replace(asset, stage=to, source="证明")
        assert asset.stage is start
        return
    with pytest.raises(RefusedError) as error:
        advance(asset, to, source="证明")
    assert [(f.code, f.value, f.where) for f in error.value.findings] == [
        ("asset-step", str(to), "ords-001")
    ]


def test_an_asset_without_what_the_stage_needs_does_not_advance():
    lead = replace(FULL, stage=Stage.LEAD, owner="", benefit_shares=())
    with pytest.raises(RefusedError) as error:
        advance(lead, Stage.LISTED, source="入库通知")
    assert [f.value for f in error.value.findings] == ["owner", "benefit_shares"]


# what is wrong


def test_a_lead_may_be_little_more_than_a_name():
    bare = replace(
        FULL,
        stage=Stage.LEAD,
        developer="",
        owner="",
        benefit_shares=(),
        quantity=None,
        unit="",
        vintage=None,
    )
    assert codes(bare) == []
    assert codes(replace(bare, stage=Stage.MONITORING)) == [
        ("asset-lacks", field)
        for field in ("developer", "owner", "benefit_shares", "quantity", "vintage")
    ]
    assert len(codes(replace(bare, stage=Stage.REGISTRATION))) == 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"quantity": Decimal(0)}, []),
        ({"quantity": Decimal(-1)}, [("asset-quantity", "-1")]),
        ({"quantity": Decimal("NaN")}, [("asset-quantity", "NaN")]),
        ({"unit": "MWh"}, [("asset-unit", "MWh")]),
        ({"unit": ""}, [("asset-unit", "")]),
        ({"asset_class": AssetClass.GREEN_CERTIFICATE}, [("asset-unit", "t CO2")]),
        ({"asset_class": AssetClass.GREEN_CERTIFICATE, "unit": "MWh"}, []),
        ({"benefit_shares": shares("60", "39.99")}, [("asset-shares-sum", "99.99")]),
        ({"benefit_shares": shares("33.33", "33.33", "33.34")}, []),
        ({"benefit_shares": shares("100", "0")}, [("asset-share-range", "方1 0")]),
        (
            {"benefit_shares": shares("120", "-20")},
            [("asset-share-range", "方0 120"), ("asset-share-range", "方1 -20")],
        ),
        (
            {"benefit_shares": shares("50") * 2},
            [("asset-party-repeated", "方0")],
        ),
        (
            {"benefit_shares": shares("NaN")},
            [("asset-share-range", "方0 NaN"), ("asset-shares-sum", "0")],
        ),
    ],
)
def test_each_fault_of_an_asset_has_its_code(changes, expected):
    assert codes(replace(FULL, **changes)) == expected


def test_a_project_has_one_row_for_each_vintage_and_one_class():
    other = replace(FULL, vintage=2024)
    assert codes(FULL, other) == []
    assert codes(FULL, other, FULL) == [("asset-repeated", "2023")]
    elsewhere = replace(other, asset_class=AssetClass.INDUSTRIAL_REDUCTION)
    assert codes(FULL, elsewhere) == [("asset-class-differs", "industrial_reduction")]


def test_what_nothing_can_refer_to_is_refused():
    with pytest.raises(AssetError, match="库布齐造林碳汇"):
        replace(FULL, id=" ")
    for party in ("", "甲:乙", "甲；乙"):
        with pytest.raises(AssetError, match="a party has a name"):
            BenefitShare(party=party, percent=Decimal(1))


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_shares_that_are_parts_of_a_whole_sum_exactly(parts):
    cents = [Decimal(p * 10_000 // sum(parts)) / 100 for p in parts]
    cents[0] += 100 - sum(cents)
    wanted = [] if all(c > 0 for c in cents) else ["asset-share-range"]
    found = [code for code, _ in codes(replace(FULL, benefit_shares=shares(*cents)))]
    assert sorted(set(found)) == wanted


# the pipeline


def test_quantities_are_added_within_a_class_stage_and_unit_only():
    lead = replace(FULL, id="b", stage=Stage.LEAD, quantity=None, vintage=None)
    green = replace(FULL, id="c", asset_class=AssetClass.GREEN_CERTIFICATE, unit="MWh")
    more = replace(FULL, id="d", quantity=Decimal("0.75"))
    sink = AssetClass.FOREST_GRASS_SINK
    assert pipeline([green, more, lead, FULL]) == [
        row(sink, Stage.LEAD, "t CO2", 1, None, 1),
        row(sink, Stage.ISSUANCE, "t CO2", 2, "12501", 0),
        row(AssetClass.GREEN_CERTIFICATE, Stage.ISSUANCE, "MWh", 1, "12500.25", 0),
    ]


def row(asset_class, stage, unit, assets, quantity, without):
    return PipelineRow(
        asset_class=asset_class,
        stage=stage,
        unit=unit,
        assets=assets,
        quantity=None if quantity is None else Decimal(quantity),
        without_quantity=without,
    )


# the table


def table(tmp_path, *rows):
    path = tmp_path / "assets.csv"
    path.write_text("\n".join([",".join(COLUMNS[:10]), *rows]) + "\n", encoding="utf-8")
    return path


def test_a_table_with_chinese_words_and_full_width_marks_reads(tmp_path):
    path = table(tmp_path, "g1,光伏绿证,绿证,签发,公司,公司,公司：６０％；集体：40,3000,MWh,2024")
    (asset,), findings = read_assets(path)
    assert findings == []
    assert (asset.asset_class, asset.stage) == (AssetClass.GREEN_CERTIFICATE, Stage.ISSUANCE)
    assert [(s.party, s.percent) for s in asset.benefit_shares] == [("公司", 60), ("集体", 40)]
    assert (asset.quantity, asset.vintage, asset.source) == (3000, 2024, "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (",x,绿证,线索,,,,,,", ("table-blank", "")),
        ("a,x,,线索,,,,,,", ("table-blank", "")),
        ("a,x,绿证,,,,,,,", ("table-blank", "")),
        ("a,x,绿正,线索,,,,,,", ("table-word", "绿正")),
        ("a,x,绿证,卖出,,,,,,", ("table-word", "卖出")),
        ("a,x,绿证,线索,,,公司60,,,", ("asset-shares-text", "公司60")),
        ("a,x,绿证,线索,,,:60,,,", ("asset-shares-text", ":60")),
        ("a,x,绿证,线索,,,甲:六十,,,", ("asset-shares-text", "甲:六十")),
        ("a,x,绿证,线索,,,,约3000,MWh,", ("table-number", "约3000")),
        ("a,x,绿证,线索,,,,,,去年", ("table-year", "去年")),
    ],
)
def test_each_fault_of_a_row_has_its_code_and_place(tmp_path, line, expected):
    assets, findings = read_assets(table(tmp_path, line))
    assert assets == []
    assert [(f.code, f.value) for f in findings] == [expected]
    assert findings[0].where == "assets, row 2"


def test_faults_of_the_pipeline_are_found_with_those_of_the_table(tmp_path):
    path = table(tmp_path, "a,x,绿证,卖出,,,,,,", "b,x,绿证,线索,,,甲:50,,,")
    assets, findings = read_assets(path)
    assert [a.id for a in assets] == ["b"]
    assert [f.code for f in findings] == ["table-word", "asset-shares-sum"]


words = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters=":;：；"), max_size=8
).map(clean_text)
plain_words = words.map(str.strip)
names = plain_words.filter(bool)
drawn = st.builds(
    CarbonAsset,
    id=names,
    name=plain_words,
    asset_class=st.sampled_from(AssetClass),
    stage=st.sampled_from(Stage),
    developer=plain_words,
    owner=plain_words,
    benefit_shares=st.lists(
        st.builds(
            BenefitShare, party=names, percent=st.decimals(0, 100, places=2, allow_nan=False)
        ),
        max_size=3,
    ).map(tuple),
    quantity=st.none() | st.decimals(0, 10**9, places=6, allow_nan=False),
    unit=st.sampled_from(["", "t CO2", "MWh"]),
    vintage=st.none() | st.integers(1990, 2060),
    league_code=st.sampled_from(["", "150600"]),
    source=plain_words,
    note=plain_words,
)


@given(st.lists(drawn, max_size=3))
def test_a_pipeline_is_written_and_read_without_loss(tmp_path_factory, assets):
    path = tmp_path_factory.mktemp("assets") / "assets.csv"
    write_assets(path, assets)
    again, findings = read_assets(path)
    assert again == sorted(assets, key=lambda a: (a.id, a.vintage or 0))
    assert findings == check_assets(again)
    first = path.read_bytes()
    write_assets(path, again)
    assert path.read_bytes() == first


def test_the_data_file_names_every_class_and_stage_and_needs_known_fields():
    data = tomllib.loads(files("parks").joinpath("data/assets.toml").read_text("utf-8"))
    assert list(data["classes"]) == list(AssetClass)
    assert list(data["stages"]) == list(Stage)
    assert all(units_of(c) for c in AssetClass)
    for field, since in data["from_stage"].items():
        assert hasattr(FULL, field)
        assert Stage(since)
