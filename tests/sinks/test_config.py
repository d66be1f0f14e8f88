import re

import pytest

from rasters import RefusedError
from sinks.categories import Ecosystem
from sinks.config import load_config

GOOD = """
[inventory]
region = "inner_mongolia"
level = "league"
years = [2020, 2023]
status = "trial"
[land_cover]
product = "clcd"
[land_cover.files]
2020 = "a.tif"
2023 = "b.tif"
[coefficients]
tables = ["inner_mongolia"]
[methods]
forest = "stock_difference"
soil = "stock_difference"
"""


def load(tmp_path, text):
    path = tmp_path / "inventory.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def codes(tmp_path, text):
    with pytest.raises(RefusedError) as refused:
        load(tmp_path, text)
    return {(f.code, f.where.removeprefix("inventory.toml: ")) for f in refused.value.findings}


def test_the_contract_s_example_is_read_with_its_defaults(tmp_path):
    config = load(tmp_path, GOOD)
    assert config.methods == {Ecosystem.FOREST: "stock_difference"}
    assert config.soil_method == "stock_difference"
    assert config.uncertainty.draws == 10_000
    assert config.uncertainty.seed == 20_231_231
    assert config.output.density is False
    assert config.pairs() == ((2020, 2023),)


def test_three_years_are_compared_in_pairs_and_first_to_last(tmp_path):
    text = GOOD.replace("[2020, 2023]", "[2018, 2020, 2023]").replace(
        '2020 = "a.tif"', '2018 = "c.tif"\n2020 = "a.tif"'
    )
    assert load(tmp_path, text).pairs() == ((2018, 2020), (2020, 2023), (2018, 2023))


def test_every_fault_is_named_at_once(tmp_path):
    text = (
        GOOD.replace("[inventory]", "[inventory]\nregoin = 1")
        .replace('status = "trial"', 'status = "final"')
        .replace('product = "clcd"\n', "")
        .replace('forest = "stock_difference"', 'jungle = "stock_difference"')
    )
    assert codes(tmp_path, text) == {
        ("config-key-unknown", "inventory.regoin"),
        ("config-value", "inventory.status"),
        ("config-key-missing", "land_cover.product"),
        ("config-value", "methods.jungle"),
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            ('region = "inner_mongolia"\n', ""),
            "inventory.level goes with inventory.region only|give either",
        ),
        (('level = "league"\n', ""), "inventory.level is required"),
        (("[2020, 2023]", "[2023, 2020]"), "must ascend"),
        (("[2020, 2023]", "[2020]"), r"names the years \[2020, 2023\]"),
        (("[2020, 2023]", "[202, 2023]"), "between 1900 and 2100, got"),
    ],
)
def test_contradictions_are_explained(tmp_path, change, reason):
    with pytest.raises(RefusedError) as refused:
        load(tmp_path, GOOD.replace(*change))
    assert any(re.search(reason, f.what_en) for f in refused.value.findings)


def test_a_missing_soil_method_is_named_as_the_file_writes_it(tmp_path):
    assert codes(tmp_path, GOOD.replace('soil = "stock_difference"\n', "")) == {
        ("config-key-missing", "methods.soil")
    }


def test_a_file_that_is_not_there_or_not_toml_is_refused(tmp_path):
    with pytest.raises(RefusedError) as refused:
        load_config(tmp_path / "none.toml")
    assert [f.code for f in refused.value.findings] == ["config-unreadable"]
    assert codes(tmp_path, "years = [") == {("config-not-toml", "inventory.toml")}
