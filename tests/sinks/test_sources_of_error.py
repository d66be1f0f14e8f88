"""The factors that are drawn: rows as they are stated, rasters as their products state."""

from dataclasses import replace

import pytest
from accounting_factory import density
from tiny_inputs import PRODUCTS, TABLE, write_tiny

from sinks.coefficient_rows import IntervalBasis
from sinks.coefficients import load_register
from sinks.densities import resolve
from sinks.prepare import prepare
from sinks.sources_of_error import RASTER_HALF_WIDTH, row_factor, sources_of_error
from sinks.uncertainty import Shape

PIXELS = "10 20 30 40 50 60\n" * 4
FRACTION = "F,,,,0.5,t C/t d.m.,0.4,0.6,a test,,verified,carbon_fraction,"


@pytest.fixture
def sources(tmp_path):
    """Return a function from tiny inputs to their sources of error."""

    def make(**inputs):
        prepared = prepare(write_tiny(tmp_path, **inputs))
        config = prepared.config
        densities, findings = resolve(
            {(code, "none"): 1.0 for code in "FGC"},
            ecosystems=prepared.ecosystems,
            register=prepared.register,
            estimated=config.methods,
            biomass=config.biomass.ecosystems if config.biomass else (),
            edges=prepared.edges,
            soil_map_depth=prepared.products["soil"].depth_cm if config.soil else None,
        )
        assert findings == []
        return sources_of_error(densities, prepared)

    return make


def test_a_row_is_a_factor_with_its_own_interval(sources):
    found = sources(table=[density("F", "agb", 60, low=50, high=80), *TABLE[1:]])
    factor = found.factors["own/density/agb/F/////"]
    assert (factor.value, factor.low, factor.high, factor.group) == (60, 50, 80, "")
    assert len(found.factors) == 6


def test_without_a_confusion_matrix_the_area_error_is_the_packaged_default(sources):
    found = sources()
    assert found.area.value == pytest.approx(0.10)
    assert found.defaults == (f"area ({found.area.where})",)
    assert found.area.where.startswith("uncertainty_defaults, row ")


def test_a_raster_without_a_stated_error_takes_75_percent_and_is_a_default(sources):
    found = sources(biomass=(PIXELS, PIXELS), soil=PIXELS, table=[FRACTION, *TABLE[1:3]])
    assert RASTER_HALF_WIDTH == 0.75
    for key in ("biomass:2020", "biomass:2023", "soil"):
        factor = found.factors[key]
        assert (factor.value, factor.low, factor.high) == (1.0, 0.25, 1.75)
    assert found.defaults[:2] == ("biomass (tiny_agb)", "soil (tiny_soil)")
    assert found.factors["biomass:2020"].group == found.factors["biomass:2023"].group == "biomass"
    assert found.factors["biomass:2020"].correlation == 0


def test_a_stated_error_and_correlation_are_taken_and_are_no_default(sources):
    stated = {
        "agb": PRODUCTS["agb"]
        + 'relative_error = 0.2\nrelative_error_source = "a test"\n'
        + 'date_correlation = 0.9\ndate_correlation_source = "a test"\n',
        "soil": PRODUCTS["soil"] + 'relative_error = 0.3\nrelative_error_source = "a test"\n',
    }
    found = sources(
        biomass=(PIXELS, PIXELS), soil=PIXELS, table=[FRACTION, *TABLE[1:3]], products=stated
    )
    later = found.factors["biomass:2023"]
    assert (later.low, later.high, later.correlation) == (0.8, 1.2, 0.9)
    assert found.factors["soil"].high == 1.3
    assert len(found.defaults) == 1


def test_a_row_that_is_declared_absent_is_no_factor(sources):
    zero = "C,,,agb,,t C/ha,,,a test,,verified,density,,NE"
    heading = (
        "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,parameter,"
        "depth_cm,completeness"
    )
    rows = [f"{line}," for line in (*TABLE[:2], *TABLE[3:])]
    found = sources(table=[zero, *rows], heading=heading)
    assert not any("/agb/C" in key for key in found.factors)


def test_a_row_says_what_its_bounds_are_and_which_figure_it_copies(sources):
    heading = (
        "code,ecosystem,stratum,pool,value,unit,low,high,source,locator,confidence,parameter,"
        "depth_cm,range_type,source_group"
    )
    stated = {
        "F": "uniform range of the survey,plots",
        "G": "triangular: mode as published,",
        "C": "range,",
    }
    rows = [f"{density(code, 'agb', 60, low=50, high=80)},{said}" for code, said in stated.items()]
    rows += [f"{density(code, 'soil', 9, depth='0-100')},," for code in "FGC"]
    found = sources(table=rows, heading=heading).factors
    shapes = {code: found[f"own/density/agb/{code}/////"].shape for code in stated}
    assert shapes == {"F": Shape.UNIFORM, "G": Shape.TRIANGULAR, "C": Shape.INTERVAL}
    assert found["own/density/agb/F/////"].source == "source:plots"
    assert found["own/density/agb/G/////"].source == "own/density/agb/G/////"
    assert not found["own/density/agb/F/////"].signed


def test_an_emission_factor_may_be_negative_and_a_default_interval_is_no_range():
    register = load_register(["growth_and_sequestration_rates", "inner_mongolia"])
    rate = next(r for r in register.rows if r.parameter == "rate" and r.value is not None)
    assert row_factor(rate).signed
    blank = next(r for r in register.rows if r.interval is IntervalBasis.DEFAULT)
    assert row_factor(replace(blank, range_type="uniform")).shape is Shape.INTERVAL


def test_rows_of_the_packaged_tables_that_copy_one_figure_are_one_source():
    rows = load_register(["inner_mongolia"]).rows
    conifers = [
        row_factor(row)
        for row in rows
        if row.parameter == "carbon_fraction" and row.value == 0.51 and row.stratum
    ]
    assert len(conifers) == 7
    assert {f.source for f in conifers} == {"source:ipcc_2006_v4_table_4_3_conifers"}
    copied = [row for row in rows if row.source_group == "jin_2018_grassland_soil"]
    assert {str(row.ecosystem) for row in copied} == {"grassland", "shrub"}
    assert {row.value for row in copied} == {81.2}
