"""Indicators of zero-carbon parks: the golden, size classes, states, and the data files."""

import csv
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks.activities import Component, Part
from parks.conversions import Line
from parks.emissions import Basis, ParkEmissions
from parks.errors import ActivityError
from parks.indicator_systems import Role, load_system, system_findings, system_ids
from parks.indicators import Reason, State, Verdict, assess, judge
from parks.parameters import parameters
from parks.park import Fact, FactStatus, Park, ParkKind
from rasters.errors import RefusedError
from sinks.categories import Confidence

NATIONAL, REGIONAL = load_system("national"), load_system("regional")
CORE = NATIONAL.indicators[0]
GUIDING = {
    "clean_energy_share": "0.9",
    "product_energy_grade": "2",
    "solid_waste_use": "0.8",
    "waste_heat_use": "0.5",
    "water_reuse": "0.8",
}
UNITS = {"co2_emissions": "t CO2", "energy_use": "tce", "carbon_per_energy": "t CO2/tce"} | {
    name: "grade" if name == "product_energy_grade" else "1" for name in GUIDING
}


def fact(parameter, value, *, status=FactStatus.MEASURED, date="2023", unit=None, source="年报"):
    return Fact(
        park_id="mengsu",
        parameter=parameter,
        status=status,
        value=None if value is None else Decimal(value),
        unit=UNITS[parameter] if unit is None else unit,
        date=date,
        source=source,
        confidence=Confidence.SECOND_HAND,
    )


def park(*facts):
    return Park(park_id="mengsu", name_zh="蒙苏", kind=ParkKind.ZERO, facts=facts)


def run(*facts, system=NATIONAL, emissions=None):
    results, findings = assess(park(*facts), year=2023, system=system, emissions=emissions)
    return results, [(f.code, f.value) for f in findings]


def core(*facts, system=NATIONAL, emissions=None):
    """Return the one row of the core indicator."""
    (row,) = (r for r in run(*facts, system=system, emissions=emissions)[0] if r.role is Role.CORE)
    return row


def line(part, basis, t_co2, tce=None):
    return Line(
        part=part,
        basis=basis,
        component=Component.POWER_PURCHASED,
        item="",
        quantity=Decimal(1),
        unit="MWh",
        t_co2=t_co2,
        tce=tce,
        is_energy=part is None,
        factors=(),
        lacking=(),
    )


def emitted(location, market, tce, *, year=2023):
    """Emissions of the park by location and by market, t CO2, and its energy use, tce."""
    amounts = {"location": location, "market": market}
    lines = [
        line(Part.POWER, basis, None if amount is None else Decimal(amount))
        for basis, amount in amounts.items()
    ]
    lines.append(line(None, "", None, None if tce is None else Decimal(tce)))
    return ParkEmissions(
        park_id="mengsu", year=year, lines=tuple(lines), absent=(), sources=("电费单", "年报")
    )


# the core indicator


def test_the_golden_of_part_e():
    row = core(fact("co2_emissions", "48000"), fact("energy_use", "300000"))
    assert (row.value, row.state, row.basis) == (Decimal("0.16"), State.COMPUTED, "stated")
    assert (row.verdict, row.reason) == (Verdict.MET, Reason.NONE)
    assert (row.limit.high, row.energy_use_tce, row.source) == (Decimal("0.2"), 300_000, "年报")


@pytest.mark.parametrize(
    ("energy", "value", "verdict", "reason", "limit"),
    [
        ("199999", "0.1", "not_judged", "no_size_class", None),
        ("200000", "0.2", "pass", "", "0.2"),
        ("200000", "0.200001", "fail", "", "0.2"),
        ("999999.9", "0.25", "fail", "", "0.2"),
        ("1000000", "0.25", "pass", "", "0.3"),
        ("1000000", "0.3", "pass", "", "0.3"),
        ("5000000", "0.3000001", "fail", "", "0.3"),
        (None, "0.1", "not_judged", "no_energy_use", None),
    ],
)
def test_the_size_of_the_park_decides_its_limit(energy, value, verdict, reason, limit):
    size = None if energy is None else Decimal(energy)
    found = judge(CORE, Decimal(value), energy_use_tce=size)
    assert found[:2] == (verdict, reason)
    assert (found[2] and found[2].high) == (None if limit is None else Decimal(limit))


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        ("0.4", "pass", ""),
        ("0.400001", "not_judged", "within_band"),
        ("0.6", "not_judged", "within_band"),
        ("0.600001", "fail", ""),
    ],
)
def test_of_the_regional_limit_only_the_band_is_known(value, verdict, reason):
    row = core(fact("carbon_per_energy", value), system=REGIONAL)
    assert (row.verdict, row.reason, row.state) == (verdict, reason, "reported")
    assert (row.limit.low, row.limit.high) == (Decimal("0.4"), Decimal("0.6"))


def test_both_ways_of_counting_power_are_shown_side_by_side():
    results, findings = run(emissions=emitted("90000", "30000", "300000"))
    rows = [r for r in results if r.role is Role.CORE]
    assert [(r.basis, r.value, r.verdict) for r in rows] == [
        ("location", Decimal("0.3"), "fail"),
        ("market", Decimal("0.1"), "pass"),
    ]
    assert {r.source for r in rows} == {"电费单; 年报"}
    assert {r.state for r in rows} == {"computed"}
    assert findings == []


def test_a_basis_that_is_missing_is_missing_beside_the_other():
    results, _ = run(emissions=emitted("45000", None, "300000"))
    assert [(r.basis, r.value, r.state, r.reason) for r in results[:2]] == [
        ("location", Decimal("0.15"), "computed", ""),
        ("market", None, "missing", "no_value"),
    ]


@pytest.mark.parametrize(
    "emissions", [None, emitted(None, None, "300000"), emitted("1", "1", None)]
)
def test_without_computed_emissions_the_report_stands(emissions):
    row = core(fact("carbon_per_energy", "0.18"), emissions=emissions)
    assert (row.value, row.state, row.basis) == (Decimal("0.18"), "reported", "stated")


def test_with_nothing_the_core_indicator_is_missing_and_not_zero():
    row = core()
    assert (row.value, row.state, row.verdict, row.reason) == (
        None, "missing", "not_judged", "no_value",
    )  # fmt: skip
    assert (row.source, row.basis, row.limit) == ("", "", None)


def test_no_energy_gives_no_quotient():
    assert core(fact("co2_emissions", "5"), fact("energy_use", "0")).value is None
    assert run(emissions=emitted("5", "5", "0"))[0][0].state == "missing"


@given(
    st.decimals(min_value=1, max_value=10**7, places=2),
    st.decimals(min_value=200_000, max_value=10**8, places=2),
)
def test_the_verdict_is_that_of_the_cross_product(co2, energy):
    row = core(fact("co2_emissions", co2), fact("energy_use", energy))
    limit = Decimal("0.2") if energy < 1_000_000 else Decimal("0.3")
    assert row.verdict == ("pass" if co2 <= limit * energy else "fail")


def test_emissions_of_another_year_are_refused():
    with pytest.raises(ActivityError, match="mengsu 2022 for mengsu 2023"):
        run(emissions=emitted("1", "1", "1", year=2022))


# the guiding indicators


def test_every_indicator_of_the_system_has_a_row():
    results, findings = run()
    assert [r.indicator for r in results] == ["carbon_per_energy", *GUIDING]
    assert {r.state for r in results} == {"missing"}
    assert {r.verdict for r in results} == {"not_judged"}
    assert findings == []


@pytest.mark.parametrize(("name", "limit"), GUIDING.items())
def test_a_guiding_value_at_its_limit_passes_and_beyond_it_fails(name, limit):
    at_most = name == "product_energy_grade"
    beyond = Decimal(limit) + (1 if at_most else Decimal("-0.000001"))
    for value, verdict in ((limit, "pass"), (beyond, "fail")):
        (row,) = (r for r in run(fact(name, value))[0] if r.indicator == name)
        assert (row.value, row.state, row.verdict) == (Decimal(value), "reported", verdict)


# which facts give a value


@pytest.mark.parametrize("status", ["announced", "target", "approved"])
def test_a_promise_is_no_value(status):
    results, findings = run(fact("water_reuse", "0.95", status=FactStatus(status)))
    assert results[-1].state == "missing"
    assert findings == [("indicator-not-achieved", f"0.95 ({status})")]


def test_a_meter_goes_before_an_operating_figure_and_another_year_gives_nothing():
    results, findings = run(
        fact("water_reuse", "0.7", status=FactStatus.OPERATING),
        fact("water_reuse", "0.9"),
        fact("solid_waste_use", "0.9", date="2022"),
        fact("waste_heat_use", "0.9", date=""),
    )
    values = {r.indicator: r.value for r in results}
    assert values["water_reuse"] == Decimal("0.9")
    assert values["solid_waste_use"] is None
    assert values["waste_heat_use"] is None
    assert findings == []


def test_sources_that_disagree_give_no_value_and_those_that_agree_are_both_named():
    results, findings = run(
        fact("water_reuse", "0.9", source="a"), fact("water_reuse", "0.8", source="b")
    )
    assert results[-1].state == "missing"
    assert findings == [("indicator-conflict", "0.9 (a), 0.8 (b)")]
    results, findings = run(
        fact("water_reuse", "0.9", source="b"), fact("water_reuse", "0.90", source="a")
    )
    assert (results[-1].value, results[-1].source, findings) == (Decimal("0.9"), "a; b", [])


@pytest.mark.parametrize(
    ("name", "value", "unit", "code"),
    [
        ("water_reuse", "90", "1", "indicator-range"),
        ("water_reuse", "0.9", "%", "indicator-unit"),
        ("product_energy_grade", "1.5", "grade", "indicator-range"),
        ("product_energy_grade", "0", "grade", "indicator-range"),
        ("product_energy_grade", "5", "grade", "indicator-range"),
        ("carbon_per_energy", "-0.1", "t CO2/tce", "indicator-range"),
    ],
)
def test_a_value_that_cannot_be_is_not_used(name, value, unit, code):
    results, findings = run(fact(name, value, unit=unit))
    assert {r.state for r in results} == {"missing"}
    assert findings == [(code, unit if code == "indicator-unit" else value)]


def test_a_report_that_is_not_the_computed_value_is_said():
    emissions = emitted("60000", "45000", "300000")
    for reported, codes in (("0.2", []), ("0.15", []), ("0.157", []), ("0.17", ["differs"])):
        results, findings = run(fact("carbon_per_energy", reported), emissions=emissions)
        assert [code for code, _ in findings] == [f"indicator-{c}" for c in codes]
        assert results[0].value == Decimal("0.2")
    _, findings = run(fact("energy_use", "200000"), emissions=emissions)
    assert findings == [("indicator-differs", "200000")]
    stated = (fact("co2_emissions", "48000"), fact("energy_use", "300000"))
    _, findings = run(*stated, fact("carbon_per_energy", "0.2"))
    assert findings == [("indicator-differs", "0.2")]


def test_the_computed_energy_use_is_the_size_and_the_stated_one_serves_without_it():
    row = run(fact("energy_use", "300000"), emissions=emitted("45000", None, None))[0][0]
    assert row.energy_use_tce == 300_000
    row = run(fact("energy_use", "300000"), emissions=emitted("45000", "1", "250000"))[0][0]
    assert row.energy_use_tce == 250_000


# the data files


def test_the_systems_are_those_that_are_packaged():
    assert system_ids() == ("national", "regional")
    with pytest.raises(ActivityError, match="'x'; there are national, regional"):
        load_system("x")


@pytest.mark.parametrize("system", [NATIONAL, REGIONAL], ids=["national", "regional"])
def test_every_limit_has_a_source_and_nothing_is_called_verified(system):
    for indicator in system.indicators:
        assert indicator.name_zh
        assert indicator.name_en
        for limit in indicator.limits:
            assert limit.source
            assert limit.locator
            assert limit.low <= limit.high
            assert limit.confidence is Confidence.SECOND_HAND
            assert not [w for w in ("http", "www.", ".com", ".cn") if w in limit.locator]


def test_the_size_classes_of_the_core_indicator_meet_without_gap_or_overlap():
    edges = [(limit.size_from_tce, limit.size_to_tce) for limit in CORE.limits]
    assert edges == [(200_000, 1_000_000), (1_000_000, None)]


def test_indicators_are_quantities_of_the_registry():
    known = parameters()
    for indicator in (*NATIONAL.indicators, *REGIONAL.indicators):
        for name in (indicator.id, indicator.numerator, indicator.denominator):
            if name:
                assert known[name].unit == UNITS[name], name


def test_the_regional_list_is_not_whole_and_says_where_it_stands():
    text = files("parks").joinpath("data/indicators_regional_guiding.csv").read_text("utf-8")
    assert len(list(csv.reader(text.splitlines()))) == 1
    assert [i.role for i in REGIONAL.indicators] == [Role.CORE]
    (found,) = system_findings(REGIONAL)
    assert found.code == "indicator-list-missing"
    assert "内蒙古自治区零碳园区培育建设方案" in found.what_zh
    assert "内蒙古自治区零碳园区培育建设方案" in found.what_en
    assert system_findings(NATIONAL) == []


def test_a_table_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    source = files("parks").joinpath("data/indicators_national.csv").read_text("utf-8")
    (tmp_path / "data").mkdir()
    for name in ("indicators_national.csv", "indicators.toml"):
        text = files("parks").joinpath("data", name).read_text("utf-8")
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    broken = source.replace(",core,", ",main,", 1).replace(",0.3,0.3,", ",0.3,,", 1)
    (tmp_path / "data" / "indicators_national.csv").write_text(broken, encoding="utf-8")
    monkeypatch.setattr("parks.indicator_systems.files", lambda _: tmp_path)
    with pytest.raises(RefusedError) as error:
        load_system("national")
    assert [f.code for f in error.value.findings] == ["table-word", "table-blank"]


def test_bases_have_the_names_of_the_emissions():
    assert [str(b) for b in Basis] == ["location", "market"]
