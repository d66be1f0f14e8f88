"""A whole inventory.toml is opened and checked, and every fault is told at once."""

from fractions import Fraction

import pytest
from accounting_factory import HEADING, density
from tiny_inputs import PRODUCTS, TABLE, ZONES, square, write_tiny

from rasters import RefusedError
from rasters.findings import Severity
from sinks.categories import Ecosystem, IpccCategory
from sinks.prepare import prepare, region_tree
from sinks.regions import load_region

PIXELS = "10 20 30 40 50 60\n" * 4
FRACTION = "F,,,,0.5,t C/t d.m.,0.4,0.6,a test,,verified,carbon_fraction,"


def refused(path, **options):
    """Return the findings of severity error, in their order."""
    with pytest.raises(RefusedError) as caught:
        prepare(path, **options)
    return [f for f in caught.value.findings if f.severity is Severity.ERROR]


def only(path, **options):
    (found,) = refused(path, **options)
    return found


# what is opened


def test_own_zones_are_prepared_with_all_they_name(tmp_path):
    path = write_tiny(
        tmp_path, biomass=(PIXELS, PIXELS), soil=PIXELS, strata="1 1 1 2 2 2\n" * 4,
        table=[FRACTION, *TABLE],
    )  # fmt: skip
    prepared = prepare(path)
    assert prepared.region is None
    assert prepared.region_name.zh == prepared.region_name.en == "zones"
    assert set(prepared.sources) == {
        ("land_cover", 2020), ("land_cover", 2023), ("biomass", 2020), ("biomass", 2023),
        ("soil", None), ("stratum", None),
    }  # fmt: skip
    assert prepared.ecosystems == {
        "F": Ecosystem.FOREST, "G": Ecosystem.GRASSLAND, "C": Ecosystem.CROPLAND,
    }  # fmt: skip
    assert prepared.table_files == (tmp_path.resolve() / "own.csv",)
    assert set(prepared.product_files) == {"land_cover", "biomass", "soil", "stratum"}
    assert prepared.zone_file.name == "zones.geojson"
    assert prepared.names_en == {"ALL": "Total"}
    assert prepared.official_ha == {}
    assert prepared.edges == ()
    assert all(f.severity is not Severity.ERROR for f in prepared.findings)


def test_a_packaged_region_and_product_are_no_files_of_the_user(tmp_path):
    config = {
        "inventory": {"region": "inner_mongolia", "level": "league"},
        "zones": None,
        "land_cover": {"product": "clcd"},
        "coefficients": {"tables": ["inner_mongolia"]},
    }
    prepared = prepare(write_tiny(tmp_path, config=config))
    assert prepared.region_name.zh == "内蒙古自治区"
    assert prepared.tree.levels == ("region", "league")
    assert len(prepared.tree.zones("league")) == 12
    assert prepared.product_files == {}
    assert prepared.table_files == ()
    assert prepared.names_en["150700"] == "Hulunbuir"
    assert prepared.official_ha["150000"] == pytest.approx(118.3e6, rel=0.01)
    # areas are published for leagues and for the region; banners are not reported here
    assert set(prepared.official_ha) <= {code for _, code in prepared.tree.all_zones()}


@pytest.mark.parametrize(
    ("unit", "t_per_ha"), [("Mg/ha dry matter", 1), ("kg/m2 dry matter", 10),
                           ("g/m2 dry matter", Fraction(1, 100))]
)  # fmt: skip
def test_a_unit_says_how_many_tonnes_per_hectare_it_is(tmp_path, unit, t_per_ha):
    products = {"agb": PRODUCTS["agb"].replace("Mg/ha dry matter", unit)}
    path = write_tiny(
        tmp_path, biomass=(PIXELS, PIXELS), products=products, table=[FRACTION, *TABLE]
    )
    prepared = prepare(path)
    assert prepared.t_per_ha("biomass") == t_per_ha
    assert prepared.t_per_ha("land_cover") == 1


def test_a_warning_about_a_table_is_kept(tmp_path):
    soil = [density(code, "soil", 100) for code in "FGC"]
    prepared = prepare(write_tiny(tmp_path, table=[*TABLE[:3], *soil]))
    (found,) = [f for f in prepared.findings if f.code == "coefficient-depth-unstated"]
    assert (found.severity, found.value, found.where) == (Severity.WARNING, "3", "own")
    assert "3" in found.what_zh


def test_the_ladder_s_edges_are_found_for_strata_too(tmp_path):
    heading = f"{HEADING},class_from,class_to"
    ratio = "F,,{s},bgb,0.3,t BGB/t AGB,0.3,0.3,a test,,verified,root_shoot,,{a},{b}"
    steps = [ratio.format(s="", a=0, b=75), ratio.format(s="", a=75, b=""),
             ratio.format(s="cold", a=0, b=40), ratio.format(s="cold", a=40, b="")]  # fmt: skip
    table = [*(f"{line},," for line in (FRACTION, *TABLE)), *steps]
    inputs = {"biomass": (PIXELS, PIXELS), "table": table, "heading": heading}
    assert prepare(write_tiny(tmp_path, **inputs)).edges == (75.0,)
    strata = "1 1 1 2 2 2\n" * 4
    assert prepare(write_tiny(tmp_path, **inputs, strata=strata)).edges == (40.0, 75.0)


# what is refused


def test_every_fault_of_every_file_is_told_at_once(tmp_path):
    config = {
        "inventory": {"status": "evaluation"},
        "methods": {"forest": "gain_loss", "soil": "transition"},
        "coefficients": {"tables": ["nonsense", "gone.csv"]},
        "zones": {"datum": "beijing54"},
        "soil": {"product": "cover.toml", "file": "gone.tif"},
    }
    path = write_tiny(tmp_path, config=config)
    (tmp_path / "cover_2023.tif").unlink()
    assert [f.code for f in refused(path)] == [
        "method-input",
        "config-product-kind",
        "zones-datum",
        "path-missing",
        "path-missing",
        "path-missing",
        "coefficient-table-unknown",
    ]


def test_a_method_without_its_section_is_refused_with_what_it_needs(tmp_path):
    found = only(write_tiny(tmp_path, config={"methods": {"forest": "volume"}}))
    assert (found.code, found.value, found.where) == (
        "method-input", "volume", "inventory.toml: methods.forest",
    )  # fmt: skip
    assert "[activity]" in found.mend_en
    assert "[activity]" in found.mend_zh


def test_a_method_to_compare_is_looked_up_too(tmp_path):
    path = write_tiny(tmp_path, config={"methods": {"compare": {"forest": ["nep"]}}})
    assert only(path).value == "nep"


def test_the_soil_method_is_looked_up_apart(tmp_path):
    path = write_tiny(tmp_path, config={"methods": {"soil": "transition"}})
    assert prepare(path).config.soil_method == "transition"


def test_an_evaluation_needs_the_soil_transition_a_trial_does_not(tmp_path):
    assert prepare(write_tiny(tmp_path)).config.status == "trial"
    found = only(write_tiny(tmp_path, config={"inventory": {"status": "evaluation"}}))
    assert (found.code, found.value, found.where) == (
        "config-soil-transition", "evaluation", "inventory.toml: status",
    )  # fmt: skip
    assert "evaluation" in found.what_en
    assert "evaluation" in found.what_zh
    config = {"inventory": {"status": "evaluation"}, "methods": {"soil": "transition"}}
    assert prepare(write_tiny(tmp_path, config=config)).config.status == "evaluation"


def test_the_category_of_a_class_is_the_legend_s_else_that_of_its_ecosystem(tmp_path):
    path = write_tiny(tmp_path)
    product = tmp_path / "cover.toml"
    text = product.read_text(encoding="utf-8")
    special = 'value = 2\necosystem = "shrub"\nipcc_category = "Forest Land"'
    product.write_text(text.replace('value = 2\necosystem = "grassland"', special), "utf-8")
    assert prepare(path).ipcc_categories == {
        "F": IpccCategory.FOREST_LAND, "G": IpccCategory.FOREST_LAND, "C": IpccCategory.CROPLAND,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("section", "product", "kind"),
    [("land_cover", "agb.toml", "biomass"), ("soil", "cover.toml", "land_cover")],
)
def test_a_product_of_another_kind_is_refused(tmp_path, section, product, kind):
    soil = PIXELS if section == "soil" else None
    path = write_tiny(tmp_path, soil=soil, config={section: {"product": product}})
    found = only(path)
    assert (found.code, found.where) == ("config-product-kind", f"[{section}]")
    for sentence in (found.what_en, found.what_zh):
        assert kind in sentence
        assert section in sentence


@pytest.mark.parametrize("unit", ["Mg C/ha", "kg C/m2"])
def test_biomass_in_carbon_is_refused_for_the_fraction_would_be_taken_twice(tmp_path, unit):
    products = {"agb": PRODUCTS["agb"].replace("Mg/ha dry matter", unit)}
    path = write_tiny(
        tmp_path, biomass=(PIXELS, PIXELS), products=products, table=[FRACTION, *TABLE]
    )
    found = only(path)
    assert (found.code, found.value, found.where) == ("config-biomass-carbon", unit, "[biomass]")
    assert "tiny_agb" in found.what_en
    assert "tiny_agb" in found.what_zh


@pytest.mark.parametrize(
    ("inside", "config"),
    [
        ("own.csv", {"coefficients": {"tables": ["../own.csv"]}}),
        ("cover.toml", {"land_cover": {"product": "../cover.toml"}}),
        ("cover_2020.tif", {"land_cover": {"files": {"2020": "../cover_2020.tif"}}}),
        ("zones.geojson", {"zones": {"path": "../zones.geojson"}}),
    ],
)
def test_no_file_may_lie_outside_of_the_root(tmp_path, inside, config):
    folder = tmp_path / "inside"
    folder.mkdir()
    path = write_tiny(folder, config=config)
    (folder / inside).rename(tmp_path / inside)
    assert prepare(path).path == path
    assert {f.code for f in refused(path, root=folder)} == {"path-outside"}


def test_a_level_above_the_zones_that_are_named_is_refused(tmp_path):
    inventory = {"region": "inner_mongolia", "level": "region", "zones": ["150700"]}
    found = only(write_tiny(tmp_path, config={"inventory": inventory, "zones": None}))
    assert (found.code, found.value) == ("config-level-unknown", "region")
    assert found.where == "inventory.toml: inventory.level"
    assert "league, banner" in found.mend_en
    assert "league, banner" in found.mend_zh


def test_zones_that_overlap_are_refused(tmp_path):
    path = write_tiny(tmp_path, zones=[square("1", "a", 0, 4), square("2", "b", 3, 6)])
    assert [f.code for f in refused(path)] == ["zones-overlap"]


def test_pixels_are_read_only_where_asked(tmp_path):
    """Class 9 has no legend: a run meets it while counting, the check before."""
    path = write_tiny(tmp_path, covers=["9 9 9 9 9 9\n" * 4] * 2)
    assert prepare(path).findings
    assert {f.code for f in refused(path, pixels=True)} == {"raster-unknown-class"}


# trees


def test_one_own_zone_has_no_sum_above_it_and_several_have(tmp_path):
    one = prepare(write_tiny(tmp_path, zones=ZONES[:1])).tree
    assert one.all_zones() == (("zone", "1"),)
    assert one.names == {"1": "西"}
    both = prepare(write_tiny(tmp_path)).tree
    assert both.all_zones() == (("all", "ALL"), ("zone", "1"), ("zone", "2"))
    assert both.names["ALL"] == "合计"


def test_a_region_is_written_from_the_top_to_the_level_asked_for():
    region = load_region("inner_mongolia")
    whole, banners = (region_tree(region, level) for level in ("region", "banner"))
    assert whole.levels == ("region",)
    assert whole.zones("region") == ("150000",)
    assert banners.levels == ("region", "league", "banner")
    assert banners.ancestors["league"]["150702"] == "150700"
    assert set(whole.ancestors["region"]) == set(banners.zones("banner"))
