"""The goldens of METHOD D1: what a league emits, what offsets it, and both verdicts."""

from decimal import Decimal
from fractions import Fraction

import pytest
from assessment_book import facts, sink_of
from hypothesis import given
from hypothesis import strategies as st

from sinks.assessment import (
    Choices,
    ElasticVerdict,
    ElecExport,
    IntensityBasis,
    NegativeSink,
    OffsetBy,
    RigidVerdict,
    SinkYear,
    account,
    intensity,
    judge,
)

USUAL = Choices()
ZERO = Choices(negative_sink=NegativeSink.ZERO)
NET = Choices(intensity_basis=IntensityBasis.NET)
amounts = st.decimals(-10_000, 10_000, places=3)


def of(gdp, energy, **changes):
    """Return facts of which only energy and product count, without a sink."""
    return facts(energy=energy, ippu=0, elec=0, projects=0, gdp=gdp, sink=None, **changes)


def test_the_golden_total_with_and_without_its_deduction():
    assert account(facts(), USUAL).net == 5377
    assert account(facts(deducted=0), USUAL).net == 5365


def test_the_golden_net_intensity():
    ratio = intensity(account(facts(), USUAL), Decimal(3100), IntensityBasis.NET)
    assert round(float(ratio), 6) == 1.734516


@pytest.mark.parametrize(
    ("sink", "deducted", "added", "clamped"),
    [(260, 12, 5377, 5377), (-50, 0, 5675, 5625), (-50, 12, 5687, 5625), (5, 12, 5632, 5625)],
)
def test_a_source_or_an_over_sold_sink_adds_and_is_clamped_only_if_asked(
    sink, deducted, added, clamped
):
    row = facts(sink=sink, deducted=deducted)
    assert account(row, USUAL).net == added
    made = account(row, ZERO)
    assert made.net == clamped
    assert made.limited == ("" if clamped == added else "zero")


def test_the_golden_drop_and_progress():
    """1.85 in the base year and 1.55 now: 16.2162 %, 92.6641 % of 17.5 %; 1.52625 is the target."""
    judged = judge(of(1000, 1550, target="17.5"), of(1000, 1850, year=2020), USUAL)
    assert judged.base_intensity == Fraction(185, 100)
    assert float(judged.drop_percent) == pytest.approx(16.2162, abs=5e-5)
    assert float(judged.progress_percent) == pytest.approx(92.6641, abs=5e-5)
    assert judged.rigid is RigidVerdict.FAILS


@pytest.mark.parametrize(("energy", "rigid"), [("1526.25", "holds"), ("1526.26", "fails")])
def test_a_target_met_to_the_last_digit_holds(energy, rigid):
    judged = judge(of(1000, energy, target="17.5"), of(1000, 1850, year=2020), USUAL)
    assert judged.rigid == rigid


def test_one_basis_for_both_years_leaves_no_false_drop():
    """Nothing changes between the years: net against gross would show 4.4 % (248 of 5,625)."""
    for choices in (USUAL, NET):
        assert judge(facts(target=1), facts(year=2020), choices).drop_percent == 0
    gross, net = (
        intensity(account(facts(), USUAL), Decimal(3100), basis) for basis in IntensityBasis
    )
    assert round(float(1 - net / gross) * 100, 1) == 4.4


def test_a_missing_base_sink_leaves_the_net_drop_missing_and_not_the_gross_one():
    base = facts(sink=None, year=2020)
    assert judge(facts(target=1), base, NET).rigid is RigidVerdict.OPEN
    assert judge(facts(target=1), base, USUAL).rigid is RigidVerdict.FAILS


@pytest.mark.parametrize("name", ["energy", "ippu", "elec", "projects"])
def test_a_missing_component_is_missing_and_not_zero(name):
    made = account(facts(**{name: None}), USUAL)
    assert (made.gross, made.net) == (None, None)
    assert made.admissible == 248
    judged = judge(facts(**{name: None}, target=1, total=1), facts(year=2020), USUAL)
    assert (judged.rigid, judged.elastic) == (RigidVerdict.OPEN, ElasticVerdict.OPEN)


def test_a_missing_product_leaves_the_intensity_missing():
    assert judge(facts(gdp=None), facts(), USUAL).gross_intensity is None
    assert judge(facts(gdp=0), facts(), USUAL).gross_intensity is None


def test_the_lower_bound_offsets_where_it_is_chosen():
    row = facts(lower=100)
    assert account(row, Choices(offset_by=OffsetBy.LOWER)).net == 5625 - (100 - 12)
    assert account(facts(lower=None), Choices(offset_by=OffsetBy.LOWER)).net is None


def test_an_export_is_not_subtracted_where_so_chosen_and_an_import_counts():
    choices = Choices(elec_export=ElecExport.ZERO)
    assert account(facts(), choices).gross == 5805
    assert account(facts(elec=180), choices).gross == account(facts(elec=180), USUAL).gross == 5985


def test_a_cap_bounds_the_offset_by_the_gross_emissions():
    """4 % of 5,625 is 225; a source is never capped."""
    choices = Choices(offset_cap_percent=Decimal(4))
    made = account(facts(), choices)
    assert (made.admissible, made.net, made.limited) == (225, 5400, "cap")
    assert account(facts(sink=-50, deducted=0), choices).net == 5675
    assert account(facts(sink=100), choices).limited == ""
    assert account(facts(energy=None), choices).admissible is None
    assert account(facts(energy=-9000), choices).admissible == 0


def test_a_year_that_is_no_period_has_no_single_year_sink():
    assert account(facts(), Choices(sink_year=SinkYear.SINGLE_YEAR)).net is None


@pytest.mark.parametrize(
    ("total", "tolerance", "verdict"),
    [(5377, None, "within"), (5376, None, "exceeds"), (5300, 2, "tolerated"), (5200, 2, "exceeds"),
     (None, 2, "no_target"), (0, 2, "exceeds")],
)  # fmt: skip
def test_the_total_is_held_against_its_target_with_elasticity(total, tolerance, verdict):
    percent = None if tolerance is None else Decimal(tolerance)
    judged = judge(facts(total=total), facts(), Choices(elastic_tolerance_percent=percent))
    assert judged.elastic == verdict
    if total == 5300:
        assert (judged.deviation, float(judged.deviation_percent)) == (
            77, pytest.approx(77 / 53),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("target", "base", "verdict"),
    [(None, 1850, "no_target"), (0, 1850, "holds"), (1, None, "open"), (1, 0, "open"),
     (1, -5, "open")],
)  # fmt: skip
def test_no_verdict_without_a_target_or_a_base(target, base, verdict):
    judged = judge(of(1000, 1550, target=target), of(1000, base, year=2020), USUAL)
    assert judged.rigid == verdict


def test_the_base_year_is_not_judged():
    assert judge(facts(target=None), None, USUAL).rigid is RigidVerdict.NO_TARGET
    assert judge(facts(), None, USUAL).base_intensity is None


@given(amounts, amounts, amounts, amounts, amounts, amounts)
def test_the_account_is_the_sum_of_its_terms(energy, ippu, elec, projects, sink, deducted):
    row = facts(
        energy=energy, ippu=ippu, elec=elec, projects=projects, sink=sink, deducted=deducted
    )
    made = account(row, USUAL)
    oracle = sum(map(Fraction, (energy, ippu, elec, -projects, -sink, deducted)))
    assert Fraction(made.net) == oracle
    assert account(row, ZERO).net <= made.net


@given(st.decimals("0.01", 100, places=2), st.decimals("0.01", 1000, places=2))
def test_the_drop_does_not_depend_on_units(scale, gdp):
    """Tonnes or 10^4 t, yuan or 10^4 yuan: the drop is the same fraction."""
    base, now = of(gdp, 1850, year=2020), of(gdp, 1550)
    scaled = of(gdp, Decimal(1850) * scale, year=2020), of(gdp, Decimal(1550) * scale)
    assert judge(now, base, USUAL).drop_percent == judge(scaled[1], scaled[0], USUAL).drop_percent


def test_a_sink_carries_its_period():
    assert sink_of(1).period == "2020-2023"
