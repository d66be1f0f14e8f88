"""Park emissions: a year worked by hand, what is never counted twice, what stays missing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks.activities import Activity, Component, Part, base_quantity, read_activities, words
from parks.emissions import Basis, emissions_of
from parks.errors import ActivityError
from parks.factors import load_factors
from parks.power_accounts import NetExport

C = Component
OWN = """parameter,item,value,unit,source,confidence,region,year
co2_per_unit,grid_average,0.7,t CO2/MWh,a test,verified,inner_mongolia,2023
co2_per_unit,grid_residual,0.9,t CO2/MWh,a test,verified,,2023
co2_per_unit,heat,0.1,t CO2/GJ,a test,verified,,
co2_per_unit,cement_clinker,0.5,t CO2/t,a test,verified,,
"""
YEAR = (
    (C.FUEL, "diesel", "100", "t"),
    (C.FUEL, "natural_gas", "2000", "10^3 m3"),
    (C.FEEDSTOCK, "natural_gas", "500", "10^3 m3"),
    (C.PROCESS, "cement_clinker", "10000", "t"),
    (C.POWER_PURCHASED, "", "50000", "MWh"),
    (C.POWER_EXPORTED, "", "5000", "MWh"),
    (C.POWER_OWN_USED, "", "20000", "MWh"),
    (C.POWER_OWN_EXPORTED, "", "3000", "MWh"),
    (C.POWER_CONTRACT, "renewable", "10000", "MWh"),
    (C.CERTIFICATE_BOUGHT, "", "5000", "MWh"),
    (C.CERTIFICATE_OWN_SOLD, "", "2000", "MWh"),
    (C.HEAT_PURCHASED, "", "1000", "GJ"),
    (C.HEAT_EXPORTED, "", "200", "GJ"),
)
NONE = (
    (C.FUEL, "", "0", "t"),
    (C.PROCESS, "", "0", "t"),
    (C.POWER_PURCHASED, "", "0", "MWh"),
    (C.HEAT_PURCHASED, "", "0", "GJ"),
)
amounts = st.decimals(min_value=0, max_value=10**9, places=3)


@pytest.fixture(scope="module")
def factors(tmp_path_factory):
    path = tmp_path_factory.mktemp("factors") / "own.csv"
    path.write_text(OWN, encoding="utf-8")
    return load_factors([path])[0]


def activity(component, item, quantity, unit, *, park="p", year=2023, source="a meter"):
    return Activity(
        park_id=park,
        year=year,
        component=component,
        item=item,
        quantity=None if quantity is None else Decimal(quantity),
        unit=unit,
        source=source,
    )


def rows(*specs):
    return [activity(*spec) for spec in specs]


def without(*components, among=YEAR):
    return tuple(spec for spec in among if spec[0] not in components)


def run(factors, specs, *, net_export=NetExport.SUBTRACT, region="inner_mongolia"):
    activities = specs if specs and isinstance(specs[0], Activity) else rows(*specs)
    (result,), findings = emissions_of(
        activities, factors=factors, region=region, net_export=net_export
    )
    return result, [(f.code, f.value) for f in findings]


# a year by hand


def test_a_year_by_hand(factors):
    result, findings = run(factors, YEAR)
    # 100 t x 1.4571 = 145.71 tce, x 29.307 = 4 270.32297 GJ, x 74.1 / 1000
    # 2 000 x 1.33 = 2 660 tce, x 29.307 = 77 956.62 GJ, x 56.1 / 1000
    diesel, gas = Decimal("316.430932077"), Decimal("4373.366382")
    assert result.part_t_co2(Part.FUEL, Basis.LOCATION) == diesel + gas
    assert result.part_t_co2(Part.PROCESS, Basis.MARKET) == 5000
    assert result.part_t_co2(Part.POWER, Basis.LOCATION) == 31_500  # (50 000 - 5 000) x 0.7
    # 45 000 - 10 000 - 5 000 = 30 000, and 2 000 of own use sold: 32 000 x 0.9
    assert result.part_t_co2(Part.POWER, Basis.MARKET) == 28_800
    assert result.part_t_co2(Part.HEAT, Basis.LOCATION) == 80  # (1 000 - 200) x 0.1
    assert result.total_t_co2(Basis.LOCATION) == diesel + gas + 36_580
    assert result.total_t_co2(Basis.MARKET) == diesel + gas + 33_880
    # 2805.71 tce of fuel, (45 000 + 20 000) x 0.1229, 800 x 0.03412; feedstock is not in it
    assert result.energy_use_tce == Decimal("2805.71") + Decimal("7988.5") + Decimal("27.296")
    assert result.missing == ()
    assert findings == []
    assert result.unconfirmed == ()


def test_a_park_where_nothing_happens_has_zero_and_needs_no_factor():
    result, findings = run(load_factors([])[0], NONE)
    assert result.total_t_co2(Basis.LOCATION) == result.total_t_co2(Basis.MARKET) == 0
    assert result.energy_use_tce == 0
    assert findings == []


@given(amounts, amounts)
def test_rows_of_one_fuel_add_up(factors, one, two):
    parts = [(C.FUEL, "diesel", one, "t"), (C.FUEL, "diesel", two, "t"), *NONE]
    whole = [(C.FUEL, "diesel", one + two, "t"), *NONE]
    assert run(factors, parts)[0].total_t_co2(Basis.LOCATION) == run(factors, whole)[0].total_t_co2(
        Basis.LOCATION
    )


def test_the_lines_of_a_basis_sum_to_its_total(factors):
    result, _ = run(factors, YEAR)
    for basis in Basis:
        lines = [x.t_co2 for x in result.lines if x.part and x.basis in ("", basis)]
        assert sum(lines) == result.total_t_co2(basis)


def test_parks_and_years_stand_apart_and_sorted(factors):
    activities = [
        activity(*spec, park=park, year=year)
        for park, year in (("b", 2023), ("a", 2023), ("a", 2022))
        for spec in YEAR
    ]
    results, _ = emissions_of(
        activities, factors=factors, region="inner_mongolia", net_export=NetExport.SUBTRACT
    )
    assert [(r.park_id, r.year) for r in results] == [("a", 2022), ("a", 2023), ("b", 2023)]
    # the grid factor is of 2023: 2022 has no power emissions, and not those of 2023
    assert results[0].part_t_co2(Part.POWER, Basis.LOCATION) is None
    assert results[1].total_t_co2(Basis.LOCATION) == results[2].total_t_co2(Basis.LOCATION)


def test_sources_are_kept(factors):
    activities = [activity(*spec, source=s) for spec, s in zip(YEAR, "ba" * 9, strict=False)]
    assert run(factors, activities)[0].sources == ("a", "b")


# nothing of own renewable electricity is counted twice


@given(amounts, amounts, amounts)
def test_own_renewables_change_no_emission_and_count_once_as_energy(factors, used, out, kept):
    base = without(C.POWER_OWN_USED, C.POWER_OWN_EXPORTED, C.CERTIFICATE_OWN_SOLD)
    bare, _ = run(factors, base)
    own, _ = run(
        factors,
        (
            *base,
            (C.POWER_OWN_USED, "", used, "MWh"),
            (C.POWER_OWN_EXPORTED, "", out, "MWh"),
            (C.CERTIFICATE_OWN, "", kept, "MWh"),
        ),
    )
    for basis in Basis:
        assert own.total_t_co2(basis) == bare.total_t_co2(basis)
    assert own.energy_use_tce - bare.energy_use_tce == used * Decimal("0.1229")


@given(amounts)
def test_own_use_whose_certificates_are_sold_bears_the_residual_factor(factors, sold):
    base = without(C.POWER_OWN_USED, C.CERTIFICATE_OWN_SOLD)
    own = (C.POWER_OWN_USED, "", 10**9, "MWh")
    kept, _ = run(factors, (*base, own))
    gone, _ = run(factors, (*base, own, (C.CERTIFICATE_OWN_SOLD, "", sold, "MWh")))
    gained = gone.total_t_co2(Basis.MARKET) - kept.total_t_co2(Basis.MARKET)
    assert gained == sold * Decimal("0.9")
    assert gone.total_t_co2(Basis.LOCATION) == kept.total_t_co2(Basis.LOCATION)


@given(st.decimals(min_value=0, max_value=30_000, places=2))
def test_certificates_lower_the_market_figure_only(factors, bought):
    base = without(C.CERTIFICATE_BOUGHT)
    bare, _ = run(factors, base)
    green, _ = run(factors, (*base, (C.CERTIFICATE_BOUGHT, "", bought, "MWh")))
    assert green.total_t_co2(Basis.LOCATION) == bare.total_t_co2(Basis.LOCATION)
    lessened = bare.total_t_co2(Basis.MARKET) - green.total_t_co2(Basis.MARKET)
    assert lessened == bought * Decimal("0.9")


def test_own_certificates_are_noted_and_cover_no_purchase(factors):
    _, findings = run(factors, (*YEAR, (C.CERTIFICATE_OWN, "", "700", "MWh")))
    assert findings == [("emissions-own-certificates", "700")]


def test_cover_beyond_the_purchase_is_refused_and_not_capped(factors):
    specs = (*without(C.CERTIFICATE_BOUGHT), (C.CERTIFICATE_BOUGHT, "", "35000.5", "MWh"))
    result, findings = run(factors, specs)
    assert findings == [("emissions-green-exceeds", "45000.5")]
    assert result.total_t_co2(Basis.MARKET) is None
    assert result.total_t_co2(Basis.LOCATION) is not None


def test_more_sold_than_used_is_refused(factors):
    specs = (*without(C.CERTIFICATE_OWN_SOLD), (C.CERTIFICATE_OWN_SOLD, "", "20001", "MWh"))
    result, findings = run(factors, specs)
    assert findings == [("emissions-own-sold-exceeds", "20001")]
    assert result.total_t_co2(Basis.MARKET) is None


@pytest.mark.parametrize(("net_export", "t_co2"), [("subtract", -700), ("zero", 0)])
def test_a_net_exporter_is_credited_as_chosen_and_it_is_said(factors, net_export, t_co2):
    specs = (*without(C.POWER_PURCHASED, among=NONE), (C.POWER_PURCHASED, "", "1000", "MWh"))
    specs = (*specs, (C.POWER_EXPORTED, "", "2000", "MWh"))
    result, findings = run(factors, specs, net_export=NetExport(net_export))
    assert result.total_t_co2(Basis.LOCATION) == t_co2
    assert result.energy_use_tce == Decimal("-122.9")
    assert findings == [(f"emissions-net-export-{net_export}", "-1000")]


# what is missing stays missing


@pytest.mark.parametrize("part", list(Part))
def test_a_part_that_is_not_stated_makes_the_total_missing(factors, part):
    stating = [c for c in C if words(c).part is part]
    result, findings = run(factors, without(*stating))
    assert result.part_t_co2(part, Basis.LOCATION) is None
    assert result.total_t_co2(Basis.LOCATION) is None
    assert result.total_t_co2(Basis.MARKET) is None
    assert ("emissions-part-absent", str(part)) in findings
    assert (result.energy_use_tce is None) is (part is not Part.PROCESS)


@pytest.mark.parametrize("place", [0, 3, 4, 5, 11, 12])
def test_a_blank_quantity_is_never_zero(factors, place):
    component, item, _, unit = YEAR[place]
    specs = (*YEAR[:place], (component, item, None, unit), *YEAR[place + 1 :])
    result, findings = run(factors, specs)
    assert result.total_t_co2(Basis.LOCATION) is None
    assert {code for code, _ in findings} == {"emissions-quantity-missing"}
    assert len(findings) == 1


@pytest.mark.parametrize("place", [6, 8, 9, 10])
def test_a_blank_of_the_market_leaves_the_location_figure(factors, place):
    component, item, _, unit = YEAR[place]
    specs = (*YEAR[:place], (component, item, None, unit), *YEAR[place + 1 :])
    result, _ = run(factors, specs)
    assert result.total_t_co2(Basis.LOCATION) is not None
    assert (result.total_t_co2(Basis.MARKET) is None) is (component is not C.POWER_OWN_USED)
    assert (result.energy_use_tce is None) is (component is C.POWER_OWN_USED)


def test_the_packaged_table_has_no_grid_factor_so_there_is_no_total():
    result, findings = run(load_factors([])[0], YEAR)
    assert result.total_t_co2(Basis.LOCATION) is None
    assert result.total_t_co2(Basis.MARKET) is None
    assert findings == [
        ("emissions-factor-missing", "co2_per_unit/grid_average (t CO2/MWh)"),
        ("emissions-factor-missing", "co2_per_unit/grid_residual (t CO2/MWh)"),
        ("emissions-unconfirmed", "co2_per_unit/cement_clinker, co2_per_unit/heat"),
    ]
    assert result.part_t_co2(Part.FUEL, Basis.LOCATION) is not None


def test_raw_coal_has_no_factor_of_its_own_but_an_energy(factors):
    result, findings = run(factors, ((C.FUEL, "raw_coal", "1000", "t"), *NONE))
    assert result.total_t_co2(Basis.LOCATION) is None
    assert result.energy_use_tce == Decimal("714.3")
    assert findings[0] == ("emissions-factor-missing", "co2_per_energy/raw_coal (t CO2/TJ)")


# conversions


@pytest.mark.parametrize(
    ("item", "quantity", "unit", "t_co2", "tce"),
    [
        ("lignite", "1000", "t", "1201.9", None),  # 11.9 GJ/t x 101 t CO2/TJ
        ("coke", "1000", "GJ", "107", None),
        ("diesel", "10", "tce", "21.7164870", "10"),  # 10 x 29.307 x 74.1 / 1000
        ("lpg", "7", "t", "22.1914", None),  # 12.0001 tce, 351.68693 GJ, x 63.1 / 1000
    ],
)
def test_fuels_in_their_units(factors, item, quantity, unit, t_co2, tce):
    result, _ = run(factors, ((C.FUEL, item, quantity, unit), *NONE))
    assert round(result.total_t_co2(Basis.LOCATION), 4) == round(Decimal(t_co2), 4)
    gj = (
        result.total_t_co2(Basis.LOCATION)
        * 1000
        / factors.lookup("co2_per_energy", item, region="", year=2023).value
    )
    assert abs(result.energy_use_tce - gj / Decimal("29.307")) < Decimal("1e-20")
    if tce:
        assert result.energy_use_tce == Decimal(tce)


def test_a_measured_factor_and_a_measured_calorific_value_go_first(tmp_path):
    path = tmp_path / "measured.csv"
    path.write_text(
        "parameter,item,value,unit,source,confidence\n"
        "calorific_value,diesel,40,GJ/t,laboratory,verified\n"
        "co2_per_unit,lignite,1.5,t CO2/t,laboratory,verified\n",
        encoding="utf-8",
    )
    own = load_factors([path])[0]
    diesel, _ = run(own, ((C.FUEL, "diesel", "10", "t"), *NONE))
    assert diesel.total_t_co2(Basis.LOCATION) == Decimal("29.64")  # 400 GJ x 74.1 / 1000
    assert diesel.energy_use_tce == 400 / Decimal("29.307")
    lignite, _ = run(own, ((C.FUEL, "lignite", "10", "t"), *NONE))
    assert lignite.total_t_co2(Basis.LOCATION) == 15
    assert [f.table for f in lignite.factors] == [
        "measured",
        "emission_factors",
        "emission_factors",
    ]


@pytest.mark.parametrize(
    ("number", "unit", "bases", "expected"),
    [
        ("1.5", "亿千瓦时", ["MWh"], ("150000", "MWh")),
        ("1.5", "万千瓦时", ["MWh"], ("15", "MWh")),
        ("3", "张", ["MWh"], ("3", "MWh")),
        ("2", "万吨", ["t", "10^3 m3"], ("20000", "t")),
        ("2", "万立方米", ["t", "10^3 m3"], ("20", "10^3 m3")),
        ("2", "m3", ["t", "10^3 m3"], ("0.002", "10^3 m3")),
        ("2", "TJ", ["t", "GJ"], ("2000", "GJ")),
        ("2", "万吨标准煤", ["t", "tce"], ("20000", "tce")),
        ("2", "桶", ["t", "tce"], None),
        ("2", "MWh", ["t"], None),
    ],
)
def test_units_in_their_base(number, unit, bases, expected):
    found = base_quantity(Decimal(number), unit, bases)
    assert found == (None if expected is None else (Decimal(expected[0]), expected[1]))


# reading


HEADING = "park_id,year,component,item,quantity,unit,source\n"


def read(tmp_path, factors, *lines):
    path = tmp_path / "activities.csv"
    path.write_text(HEADING + "\n".join(lines) + "\n", encoding="utf-8")
    return read_activities(path, factors=factors)


def test_a_table_reads_in_any_known_unit(tmp_path, factors):
    activities, findings = read(
        tmp_path,
        factors,
        "mengsu,2023,fuel,diesel,1.5,万吨,统计报表",
        "mengsu,2023,power_purchased,,3,亿千瓦时,电费单",
        "mengsu,2023,heat_purchased,,,GJ,供热公司",
        "mengsu,2023,process,,0,,园区",
    )
    assert findings == []
    assert [(a.component, a.quantity, a.unit) for a in activities] == [
        (C.FUEL, 15_000, "t"),
        (C.POWER_PURCHASED, 300_000, "MWh"),
        (C.HEAT_PURCHASED, None, "GJ"),
        (C.PROCESS, 0, "t"),
    ]
    assert activities[1].where == "activities, row 3"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("p,2023,fuel,dieselx,1,t,s", ("emissions-item", "dieselx")),
        ("p,2023,fuel,,1,t,s", ("emissions-item", "")),
        ("p,2023,fuel,diesel,-1,t,s", ("emissions-negative", "-1")),
        ("p,2023,fuel,diesel,1,MWh,s", ("emissions-unit", "MWh")),
        ("p,2023,power_purchased,,1,,s", ("emissions-unit", "")),
        ("p,2023,power,,1,MWh,s", ("table-word", "power")),
        ("p,23,power_purchased,,1,MWh,s", ("table-year", "23")),
        ("p,,power_purchased,,1,MWh,s", ("table-blank", "")),
        ("p,2023,power_purchased,,1,MWh,", ("table-blank", "")),
        ('p,2023,power_purchased,,"1,000",MWh,s', ("table-number", "1,000")),
    ],
)
def test_each_fault_of_a_row_has_its_code_and_place(tmp_path, factors, line, expected):
    activities, findings = read(tmp_path, factors, line)
    assert activities == []
    assert [(f.code, f.value) for f in findings] == [expected]
    assert findings[0].where == "activities, row 2"


def test_a_row_that_stands_twice_is_a_warning(tmp_path, factors):
    line = "p,2023,fuel,diesel,5,t,s"
    activities, findings = read(tmp_path, factors, line, line, line.replace(",s", ",other"))
    assert len(activities) == 3
    assert [(f.code, f.value, f.where) for f in findings] == [
        ("emissions-repeated", "5", "activities, row 3")
    ]
    assert "activities, row 2" in findings[0].what_en


def test_an_activity_that_cannot_be_is_refused():
    with pytest.raises(ActivityError, match="below zero"):
        activity(C.FUEL, "diesel", "-1", "t")
    with pytest.raises(ActivityError, match="MWh, got 't'"):
        activity(C.POWER_PURCHASED, "", "1", "t")


@pytest.mark.parametrize("component", list(C))
def test_each_component_has_names_and_units(component):
    about = words(component)
    assert about.name_zh
    assert about.name_en
    assert all(base_quantity(Decimal(1), unit, [unit]) == (1, unit) for unit in about.units)
