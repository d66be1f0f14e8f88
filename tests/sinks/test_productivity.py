"""Which maps of production a period rests on, and what is said of the others."""

from tiny_inputs import CONFIG, merged

from rasters.findings import Severity
from sinks.config import parse_config
from sinks.productivity import check_productivity, used_years, years_within


def config(npp, *, years=(2015, 2020, 2023), respiration=None):
    section = {"product": "npp.toml", "files": {str(y): f"npp_{y}.tif" for y in npp}}
    if respiration is not None:
        files = {str(y): f"rh_{y}.tif" for y in respiration}
        section["respiration"] = {"product": "rh.toml", "files": files}
    covers = {str(y): f"cover_{y}.tif" for y in years}
    changes = {
        "inventory": {"years": list(years)},
        "land_cover": {"files": None},
        "npp": section,
    }
    raw = merged(CONFIG, changes)
    raw["land_cover"]["files"] = covers
    return parse_config(raw, where="inventory.toml")


def codes(found):
    return [(f.code, f.value) for f in found]


def test_a_period_rests_on_the_years_after_its_first_date():
    given = config([2015, 2016, 2020, 2021, 2023])
    assert years_within(given, (2015, 2020)) == (2016, 2020)
    assert years_within(given, (2020, 2023)) == (2021, 2023)
    assert years_within(given, (2015, 2023)) == (2016, 2020, 2021, 2023)
    assert used_years(given) == (2016, 2020, 2021, 2023)
    (found,) = check_productivity(given, "inventory.toml")
    assert (found.code, found.value, found.severity) == (
        "npp-year-unused", "2015", Severity.WARNING,
    )  # fmt: skip
    assert found.where == "inventory.toml: [npp] files"


def test_a_period_without_production_is_refused_with_the_years_it_wants():
    found = check_productivity(config([2016]), "inventory.toml")
    assert codes(found) == [("npp-period-without-year", "2020-2023")]
    assert found[0].severity is Severity.ERROR
    assert "2021 to 2023" in found[0].mend_en
    assert "2021–2023" in found[0].mend_zh


def test_production_needs_respiration_of_its_own_year():
    found = check_productivity(
        config([2017, 2018, 2022], respiration=[2017, 2019]), "inventory.toml"
    )
    assert codes(found) == [
        ("npp-respiration-year", "2018"),
        ("npp-respiration-year", "2022"),
        ("npp-year-unused", "2019"),
    ]
    assert found[-1].where == "inventory.toml: [npp.respiration] files"


def test_without_the_section_nothing_is_said():
    given = parse_config(CONFIG, where="inventory.toml")
    assert used_years(given) == years_within(given, (2020, 2023)) == ()
    assert check_productivity(given, "inventory.toml") == []


def test_an_inventory_of_one_year_uses_no_production():
    given = config([2020], years=(2020,))
    assert codes(check_productivity(given, "x")) == [("npp-year-unused", "2020")]
