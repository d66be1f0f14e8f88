"""The packaged tables: every file valid, every row sourced, the default sets add up."""

import csv
from collections import Counter
from pathlib import Path

import pytest

import sinks
from rasters.findings import catalogue
from sinks.categories import Completeness, Confidence, Ecosystem, Pool
from sinks.coefficients import load_register, parameters, read_register, table_ids

FOLDER = Path(sinks.__file__).parent / "data" / "coefficients"
DEFAULT_SETS = ("inner_mongolia", "ningxia")
FACTS = sorted(set(table_ids()) - {*DEFAULT_SETS, "ipcc_root_shoot"})
FOREST_TYPES = (
    "larix_gmelinii", "larix_principis_rupprechtii", "betula_platyphylla", "betula_davurica",
    "populus_davidiana", "populus_simonii", "populus_euphratica", "quercus",
    "pinus_sylvestris_var_mongolica", "pinus_tabuliformis", "picea_asperata", "juniperus_rigida",
    "ulmus_pumila",
)  # fmt: skip
NOT_A_PUBLICATION = ("http", "www.", ".com", ".cn/", "github", "from memory", "ChinaXiv-")


def raw(table):
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fact(table, **cells):
    """Return the value of the one row of a fact table with these cells."""
    (found,) = (r for r in raw(table) if all(r[k] == v for k, v in cells.items()))
    return float(found["value"])


@pytest.fixture(scope="module")
def register():
    return load_register(["inner_mongolia"])


def density(register, pool, ecosystem="forest", stratum=""):
    found = register.lookup(
        parameter="density", pool=Pool(pool), ecosystem=Ecosystem(ecosystem), stratum=stratum
    )
    return found.value


# every file


@pytest.mark.parametrize("table", table_ids())
def test_every_packaged_table_is_valid_alone_and_says_nothing_twice(table):
    register, findings = read_register([table])
    assert findings == []
    assert len(register.rows) == len(raw(table))
    assert len({row.key for row in register.rows}) == len(register.rows)


@pytest.mark.parametrize("table", table_ids())
def test_every_row_names_a_publication_unless_its_value_is_missing(table):
    for row in load_register([table]).rows:
        if row.confidence is not Confidence.MISSING:
            assert row.source
            assert not row.source.startswith("same")
            lowered = row.source.lower()
            assert not [word for word in NOT_A_PUBLICATION if word.lower() in lowered], row.where
        assert row.locator != "same"


@pytest.mark.parametrize("table", table_ids())
def test_every_unconfirmed_row_has_an_honest_word_in_note_or_locator(table):
    for row in load_register([table]).rows:
        if row.confidence is Confidence.UNVERIFIED:
            assert row.note or row.locator, row.where


def test_the_facts_are_681_rows_with_their_confidence_kept():
    counts = Counter(r["confidence"] for table in FACTS for r in raw(table))
    assert counts == {
        "verified": 577, "derived": 18, "second-hand": 6, "unverified": 79, "missing": 1,
    }  # fmt: skip
    assert counts.total() == 681


def test_no_fact_answers_for_land_at_large():
    # a fact table may be listed in a run; it must not displace the default set by accident
    for row in load_register(FACTS).rows:
        if row.parameter != "half_width":
            assert row.stratum, row.where


def test_blank_facts_stayed_blank():
    blank = {(t, r["stratum"]) for t in FACTS for r in raw(t) if not r["value"]}
    assert blank == {
        ("dead_organic_matter", "ipcc_table_2_2"),
        ("growth_and_sequestration_rates", "gep_guide_inner_mongolia_ningxia"),
        ("soc_reference_ipcc", "ipcc_climate_region"),
    }


@pytest.mark.parametrize(
    ("table", "cells", "value"),
    [
        ("forest_biomass_factors", {"parameter": "bcef_i", "stratum": "larch_boreal",
                                    "class_from": "20"}, 0.75),
        ("forest_biomass_factors", {"parameter": "bcef_s", "stratum": "hardwoods_temperate",
                                    "class_to": ""}, 0.8),
        ("forest_carbon_density", {"parameter": "density", "stratum": "betula_davurica",
                                   "pool": "soil"}, 252.7),
        ("forest_carbon_density", {"parameter": "density_tree_layer",
                                   "stratum": "robinia_gansu_planted"}, 15.48),
        ("soc_reference_ipcc", {"stratum": "hac_cool_temperate_dry", "edition": "2019"}, 43),
        ("soc_reference_ipcc", {"stratum": "hac_cool_temperate_dry", "edition": "2006"}, 50),
        ("soil_stock_change_factors", {"parameter": "f_lu", "edition": "2019",
                            "stratum": "long_term_annual_crops_cool_temperate_dry"}, 0.77),
        ("wetland", {"parameter": "ef_ch4", "stratum": "rewetted_temperate_nutrient_rich"}, 216),
        ("benchmarks_inner_mongolia", {"parameter": "stock_total", "ecosystem": "forest",
                                       "zone_code": "150000"}, 3237.4),
        ("constants", {"stratum": "gwp100_ch4_ar5"}, 28),
    ],
)  # fmt: skip
def test_spot_values_of_the_facts(table, cells, value):
    assert fact(table, **cells) == value


def test_the_golden_soil_transition_reads_from_the_facts():
    # METHOD A7: long-term cropland back to native grass, 2019 set, D = 20 years
    reference = fact("soc_reference_ipcc", stratum="hac_cool_temperate_dry", edition="2019")
    cropland = fact(
        "soil_stock_change_factors",
        parameter="f_lu", edition="2019", stratum="long_term_annual_crops_cool_temperate_dry",
    )  # fmt: skip
    period = fact("soil_stock_change_factors", parameter="transition_period")
    assert reference * (1 - cropland) / period == pytest.approx(0.4945)


def test_parameters_have_both_names_and_cover_the_contract():
    known = parameters()
    contract = [
        "density", "bcef_s", "bcef_i", "bcef_r", "root_shoot", "carbon_fraction", "wood_density",
        "growth", "f_lu", "f_mg", "f_i", "soc_ref", "rate", "ef_co2", "ef_ch4", "ef_doc",
        "dead_wood_ratio", "litter_ratio", "biomass", "biomass_after", "density_after",
        "net_increment", "fraction_disturbed", "bef_whole", "bef_above", "growth_rate",
        "consumption_rate", "onsite_burnt", "onsite_oxidised", "offsite_burnt",
        "offsite_oxidised", "decayed", "beta_soil_to_vegetation", "nep_ratio", "smooth_roots",
    ]  # fmt: skip
    assert {p.id for p in known.values() if p.by_method} == set(contract)
    assert all(p.name_zh and p.name_en for p in known.values())
    used = {r.parameter for t in table_ids() for r in load_register([t]).rows}
    assert used | set(contract) == set(known)


def test_every_finding_of_coefficients_is_said_in_both_languages():
    own = {k: v for k, v in catalogue("sinks").items() if k.startswith("coefficient-")}
    assert len(own) > 30
    for entry in own.values():
        assert set(entry) == {"severity", "what_en", "what_zh", "mend_en", "mend_zh"}


# the default sets


@pytest.mark.parametrize("table", DEFAULT_SETS)
def test_every_ecosystem_and_pool_has_a_row_with_an_interval_or_is_not_estimated(table):
    register = load_register([table])
    not_estimated = set()
    for ecosystem in Ecosystem:
        for pool in Pool:
            row = register.lookup(parameter="density", pool=pool, ecosystem=ecosystem)
            assert row is not None, (ecosystem, pool)
            if row.value is None:
                assert row.completeness is Completeness.NE
                not_estimated.add((ecosystem, pool))
            else:
                assert row.low is not None
                assert row.low <= row.value <= row.high
    assert not_estimated == {(e, Pool.SOIL) for e in ("settlement", "water", "other")}
    assert register.soil_depths() == ("0-100",)


def test_the_pools_of_the_regional_forest_add_to_the_published_vegetation(register):
    parts = [density(register, pool) for pool in ("agb", "bgb", "litter")]
    published = fact("forest_carbon_density", parameter="density_vegetation", stratum="all_forest")
    assert published == 40.4
    assert sum(parts) == pytest.approx(40.3, abs=1e-3)
    assert sum(parts) == pytest.approx(published, rel=0.01)


def layers(stratum):
    """Return vegetation, tree, shrub, herb, litter of a type, regional means where not given."""
    regional = {"density_shrub_layer": 0.6, "density_herb_layer": 1.2, "density": 2.9}
    rows = raw("forest_carbon_density")

    def of(parameter):
        found = [
            float(r["value"])
            for r in rows
            if r["stratum"] == stratum
            and r["parameter"] == parameter
            and (parameter != "density" or r["pool"] == "litter")
        ]
        return found[0] if found else regional.get(parameter)

    vegetation = of("density_vegetation")
    if vegetation is None:
        vegetation = round(of("density_ecosystem") * 40.4 / 184.8, 1)
    shrub, herb, litter = (of(p) for p in regional)
    return vegetation, vegetation - shrub - herb - litter, shrub, herb, litter


@pytest.mark.parametrize("stratum", FOREST_TYPES)
def test_each_forest_type_is_recomputed_from_the_published_layers(register, stratum):
    vegetation, tree, shrub, herb, litter = layers(stratum)
    ratio = register.lookup(
        parameter="root_shoot", ecosystem=Ecosystem.FOREST, stratum=stratum, pool=Pool.BGB
    ).value
    agb = tree / (1 + ratio) + shrub / (1 + 1.17) + herb / (1 + 4.79)
    found = {p: density(register, p, stratum=stratum) for p in ("agb", "bgb", "litter")}
    assert found["agb"] == pytest.approx(agb, abs=1e-4)
    assert found["litter"] == litter
    assert sum(found.values()) == pytest.approx(vegetation, abs=2e-4)
    dead_wood = density(register, "dead_wood", stratum=stratum)
    assert dead_wood == pytest.approx(0.08 * tree / (1 + ratio), abs=1e-4)


@pytest.mark.parametrize("stratum", FOREST_TYPES)
def test_vegetation_and_soil_of_a_type_add_to_the_published_ecosystem(register, stratum):
    total = sum(density(register, p, stratum=stratum) for p in ("agb", "bgb", "litter", "soil"))
    published = fact("forest_carbon_density", parameter="density_ecosystem", stratum=stratum)
    assert total == pytest.approx(published, abs=0.15)  # Juniperus: 6.6 + 154.5 for 161.0


def test_types_without_a_published_vegetation_density_are_unconfirmed(register):
    published = {
        r["stratum"] for r in raw("forest_carbon_density") if r["parameter"] == "density_vegetation"
    }
    for stratum in FOREST_TYPES:
        row = register.lookup(
            parameter="density", pool=Pool.AGB, ecosystem=Ecosystem.FOREST, stratum=stratum
        )
        expected = Confidence.DERIVED if stratum in published else Confidence.UNVERIFIED
        assert row.confidence is expected


def test_dead_wood_is_the_share_of_the_tool_and_lies_outside_the_published_vegetation(register):
    share = fact("dead_organic_matter", parameter="dead_wood_ratio")
    assert density(register, "dead_wood") == pytest.approx(share * 35.6 / 1.39, abs=1e-4)


def test_grassland_is_the_measured_biomass_times_the_carbon_fraction(register):
    assert density(register, "agb", "grassland") == pytest.approx(1.353 * 0.47, abs=1e-4)
    assert density(register, "bgb", "grassland") == pytest.approx(7.752 * 0.47, abs=1e-4)
    desert = "desert_steppe"
    assert density(register, "bgb", "grassland", desert) == pytest.approx(2.978 * 0.47, abs=1e-4)
    row = register.lookup(parameter="density", pool=Pool.SOIL, ecosystem=Ecosystem.GRASSLAND)
    assert (row.value, row.low, row.high) == (81.2, 67.57, 94.83)
    assert row.low == pytest.approx(81.2 - 1.96 * 73.6 / 112**0.5, abs=0.01)


def test_the_forest_ratio_is_one_constant_and_carbon_fractions_are_those_of_ipcc(register):
    ratio = register.lookup(parameter="root_shoot", pool=Pool.BGB, ecosystem=Ecosystem.FOREST)
    assert (ratio.value, ratio.low, ratio.high, ratio.by_class) == (0.39, 0.23, 0.96, False)

    def fraction(stratum="", pool=Pool.AGB, ecosystem=Ecosystem.FOREST):
        return register.lookup(
            parameter="carbon_fraction", pool=pool, ecosystem=ecosystem, stratum=stratum
        ).value

    assert fraction() == 0.47
    assert fraction("larix_gmelinii") == fraction("conifer") == 0.51
    assert fraction("betula_platyphylla") == fraction("broadleaf") == 0.48
    assert fraction("larix_gmelinii", pool=Pool.LITTER) == 0.37
    assert fraction(ecosystem=Ecosystem.GRASSLAND) == 0.47


def test_tier_1_zeros_are_stated_and_name_their_chapter(register):
    for ecosystem in ("settlement", "water", "desert", "other"):
        for pool in (Pool.AGB, Pool.BGB, Pool.DEAD_WOOD, Pool.LITTER):
            row = register.lookup(parameter="density", pool=pool, ecosystem=Ecosystem(ecosystem))
            assert (row.value, row.low, row.high) == (0, 0, 0)
            assert "IPCC 2006 Guidelines Vol 4 Ch." in row.source


@pytest.mark.parametrize("table", DEFAULT_SETS)
def test_there_is_no_default_soil_sink(table):
    assert {r.parameter for r in load_register([table]).rows} == {
        "density", "root_shoot", "carbon_fraction",
    }  # fmt: skip


def test_cropland_of_a_steppe_type_is_that_type_whose_upper_soil_lost_what_f_lu_says(register):
    share = fact(
        "grassland", parameter="soc_share", stratum="chestnut_soil_ulanqab_xilin_river_basin"
    )
    factor = fact(
        "soil_stock_change_factors",
        parameter="f_lu", edition="2019", stratum="long_term_annual_crops_cool_temperate_dry",
    )  # fmt: skip
    types = ("meadow_steppe", "typical_steppe", "desert_steppe", "lowland_meadow",
             "sandy_grassland")  # fmt: skip
    for stratum in ("", *types):
        steppe = density(register, "soil", "grassland", stratum)
        found = density(register, "soil", "cropland", stratum)
        assert found == pytest.approx(steppe * (1 - share * (1 - factor)), abs=1e-4)
    rows = {
        (row.ecosystem, row.stratum): row
        for row in register.rows
        if row.pool is Pool.SOIL and row.stratum in types
    }
    for stratum in types:
        pair = [rows[Ecosystem(name), stratum] for name in ("grassland", "cropland")]
        assert pair[0].source_group == pair[1].source_group != ""


def test_densities_lie_in_the_plausible_band_of_forest_vegetation(register):
    # METHOD G1: forest vegetation 5-200 t C/ha
    for stratum in ("", *FOREST_TYPES):
        vegetation = sum(density(register, p, stratum=stratum) for p in ("agb", "bgb", "litter"))
        assert 5 <= vegetation <= 200
