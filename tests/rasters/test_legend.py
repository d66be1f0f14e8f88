"""Products: what a file may say, what is refused, and what is only remarked."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasters import legend
from rasters.errors import RefusedError
from rasters.findings import Severity, catalogue
from rasters.legend import (
    ProductKind,
    Unit,
    describe_products,
    load_product,
    product_ids,
    product_remarks,
)
from rasters.product_schema import ClassRow, ProductFile, class_value, validate
from sinks import categories

LAND = {"id": "mine", "kind": "land_cover", "classes": [{"code": "1", "ecosystem": "forest"}]}
SOIL = {"id": "mine", "kind": "soil", "unit": "t C/ha", "depth_cm": "0-30"}
NPP = {"id": "mine", "kind": "npp", "unit": "g C/m2/yr"}
BIOMASS = {"id": "mine", "kind": "biomass", "unit": "Mg/ha dry matter"}


def row(code, **more):
    return {"code": code, "ecosystem": "grassland"} | more


def land(*rows, **more):
    return LAND | {"classes": list(rows)} | more


def faults(raw):
    with pytest.raises(RefusedError) as caught:
        validate(raw, where="mine.toml")
    return caught.value.findings


@pytest.fixture
def write(tmp_path):
    def to_file(text, name="mine.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def test_clcd_class_two_is_forest_in_both_languages():
    clcd = load_product("clcd")
    forest = next(c for c in clcd.classes if c.value == 2)
    assert (forest.code, forest.name_en, forest.name_zh) == ("2", "Forest", "森林")
    assert (forest.ecosystem, forest.ipcc_category) == ("forest", "Forest Land")
    assert forest.color == "#446F33"
    assert clcd.kind is ProductKind.LAND_COVER
    assert clcd.nodata == (0.0,)
    assert clcd.unit is None
    assert clcd.scale == 1


def test_the_least_a_user_must_write_is_id_kind_code_and_ecosystem(write):
    path = write("""
id = "mine"
kind = "land_cover"
[[classes]]
code = 10
ecosystem = "forest"
[[classes]]
code = "0305"
ecosystem = "shrub"
name_zh = "灌木林地"
[[classes]]
code = "05H1"
value = 581
ecosystem = "settlement"
name_en = "Commerce"
""")
    product = load_product(path)
    assert [(c.code, c.value) for c in product.classes] == [
        ("10", 10),
        ("0305", 305),
        ("05H1", 581),
    ]
    assert [c.name_en for c in product.classes] == ["10", "灌木林地", "Commerce"]
    assert [c.name_zh for c in product.classes] == ["10", "灌木林地", "Commerce"]
    assert (product.name_en, product.name_zh) == ("mine", "mine")
    assert product.path == path
    assert product.nodata == ()
    assert [f.code for f in product_remarks(product)] == ["product-incomplete"]


def test_a_stratum_needs_no_ecosystem():
    raw = {"id": "types", "kind": "stratum", "classes": [{"code": "larch", "value": 1}]}
    assert validate(raw, where="types.toml").classes[0].ecosystem is None


def test_an_id_wins_over_a_path_and_a_path_may_be_text(write):
    path = write('id = "other"\nkind = "biomass"\n')
    assert load_product(str(path)).id == "other"
    assert load_product("clcd").id == "clcd"


def test_every_fault_of_a_file_is_listed_at_once(write):
    path = write("""
id = "mine"
kind = "land_cover"
nodat = [0]
nodata = [0, 3]
[[classes]]
code = "1"
ecosystem = "woods"
[[classes]]
code = "1"
ecosystem = "shrub"
color = "green"
[[classes]]
code = "3"
ecosystem = "grassland"
ipcc_category = "Steppe"
[[classes]]
name_en = "no code"
""")
    with pytest.raises(RefusedError) as caught:
        load_product(path)
    assert sorted((f.code, f.where.removeprefix("mine.toml: ")) for f in caught.value.findings) == [
        ("product-code-twice", "[[classes]] 2, code 1"),
        ("product-color", "[[classes]] 2, code 1"),
        ("product-ecosystem-unknown", "[[classes]] 1, code 1"),
        ("product-ipcc-unknown", "[[classes]] 3, code 3"),
        ("product-key-missing", "[[classes]] 4, code ?"),
        ("product-key-unknown", "nodat"),
        ("product-nodata-class", "[[classes]] 3, code 3"),
        ("product-value-twice", "[[classes]] 2, code 1"),
    ]


REFUSED = {
    "id-missing": ({"kind": "biomass"}, "product-key-missing", "id"),
    "kind-missing": ({"id": "mine"}, "product-key-missing", "kind"),
    "kind": ({"id": "mine", "kind": "landcover"}, "product-kind-unknown", "landcover"),
    "id-empty": (BIOMASS | {"id": ""}, "product-value", ""),
    "id-slash": (BIOMASS | {"id": "../x"}, "product-value", "../x"),
    "unknown-key": (BIOMASS | {"colour": "x"}, "product-key-unknown", "colour"),
    "unit": (BIOMASS | {"unit": "t/ha"}, "product-unit-unknown", "t/ha"),
    "soil-unit": (SOIL | {"unit": "t/ha dry matter"}, "product-soil-unit", "t/ha dry matter"),
    "flow-unit": (NPP | {"unit": "g C/m2"}, "product-flow-unit", "g C/m2"),
    "flow-dry-matter": (NPP | {"unit": "g/m2 dry matter"}, "product-flow-unit", "g/m2 dry matter"),
    "flow-without-unit": ({"id": "m", "kind": "respiration"}, "product-key-missing", "unit"),
    "soil-flow": (SOIL | {"unit": "g C/m2/yr"}, "product-flow-unit", "g C/m2/yr"),
    "flow-depth": (NPP | {"depth_cm": "0-30"}, "product-key-kind", "depth_cm"),
    "depth-text": (SOIL | {"depth_cm": "30"}, "product-depth", "30"),
    "depth-upside-down": (SOIL | {"depth_cm": "30-0"}, "product-depth", "30-0"),
    "depth-empty": (SOIL | {"depth_cm": ""}, "product-depth", ""),
    "depth-of-biomass": (BIOMASS | {"depth_cm": "0-30"}, "product-key-kind", "depth_cm"),
    "unit-of-classes": (LAND | {"unit": "t C/ha"}, "product-key-kind", "unit"),
    "scale-of-classes": (LAND | {"scale": 0.1}, "product-key-kind", "scale"),
    "classes-of-soil": (SOIL | {"classes": [row("1")]}, "product-key-kind", "classes"),
    "correlation-of-soil": (SOIL | {"date_correlation": 0.5}, "product-key-kind", "date_correl"),
    "scale-zero": (BIOMASS | {"scale": 0}, "product-value", "0"),
    "scale-flag": (BIOMASS | {"scale": True}, "product-value", "True"),
    "correlation": (BIOMASS | {"date_correlation": 1.5}, "product-value", "1.5"),
    "error-below-zero": (BIOMASS | {"relative_error": -0.1}, "product-value", "-0.1"),
    "nodata-flag": (BIOMASS | {"nodata": [True]}, "product-value", "True"),
    "crs-none": (LAND | {"crs": "EPSG:1"}, "product-crs", "EPSG:1"),
    "crs-projected": (LAND | {"crs": "EPSG:32649"}, "product-crs", "EPSG:32649"),
    "crs-unknown": (LAND | {"crs": "+proj=longlat +ellps=clrk66"}, "product-crs", "clrk66"),
    "no-classes": ({"id": "m", "kind": "land_cover"}, "product-no-classes", "land_cover"),
    "empty-classes": (LAND | {"classes": []}, "product-no-classes", "land_cover"),
    "no-strata": ({"id": "m", "kind": "stratum"}, "product-no-classes", "stratum"),
    "classes-text": (LAND | {"classes": "1"}, "product-value", "1"),
    "code-space": (land(row("a b", value=1)), "product-code", "a b"),
    "code-flag": (land(row(code=True, value=1)), "product-code", "True"),
    "code-reserved": (land(row("Nodata", value=1)), "product-code-reserved", "Nodata"),
    "code-twice": (land(row("1"), row("1", value=2)), "product-code-twice", "1"),
    "value-twice": (land(row("1"), row("01")), "product-value-twice", "1"),
    "value-missing": (land(row("05H1")), "product-value-missing", "05H1"),
    "value-float": (land(row("1", value=1.0)), "product-value", "1.0"),
    "nodata-is-class": (land(row("0"), nodata=[0]), "product-nodata-class", "0"),
    "nodata-half": (land(row("1"), nodata=[0.5]), "product-nodata-whole", "0.5"),
    "nodata-nan": (land(row("1"), nodata=[float("nan")]), "product-nodata-whole", "nan"),
    "no-ecosystem": (land({"code": "1"}), "product-ecosystem-missing", "1"),
    "ecosystem": (land(row("1") | {"ecosystem": "nodata"}), "product-ecosystem-unknown", "nodata"),
    "ipcc": (land(row("1", ipcc_category="Forest")), "product-ipcc-unknown", "Forest"),
    "color": (land(row("1", color="#12345")), "product-color", "#12345"),
    "band-zero": (LAND | {"bands": {"2000": 0}}, "product-value", "0"),
    "band-twice": (LAND | {"bands": {"2000": 1, "2001": 1}}, "product-value", ""),
    "band-left-out": (LAND | {"bands": {"2000": 1, "2001": 3}}, "product-value", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_fault_is_named_with_its_value_and_mend_in_both_languages(case):
    raw, code, value = REFUSED[case]
    found = faults(raw)
    assert [f.code for f in found] == [code]
    assert value in found[0].value
    assert found[0].where.startswith("mine.toml")
    assert found[0].severity is Severity.ERROR
    for lang in ("en", "zh"):
        assert value in found[0].what(lang)
        assert found[0].mend(lang)


def test_an_unknown_product_lists_the_known_ones():
    with pytest.raises(RefusedError, match="no packaged product clcdd") as caught:
        load_product("clcdd")
    assert caught.value.findings[0].code == "product-unknown"
    assert "clcd, cnlucc" in caught.value.findings[0].mend_en


def test_a_file_that_is_not_toml_is_refused_with_the_line(write):
    with pytest.raises(RefusedError, match="line 1") as caught:
        load_product(write("id: mine"))
    assert caught.value.findings[0].code == "product-not-toml"


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "gbk.toml"
    path.write_bytes('id = "森林"'.encode("gbk"))
    with pytest.raises(RefusedError, match="product-not-toml"):
        load_product(path)


def test_a_raster_given_for_a_product_is_refused_by_its_size(tmp_path):
    path = tmp_path / "lc.tif"
    path.write_bytes(b"\0" * 1_000_001)
    with pytest.raises(RefusedError, match="1000001 bytes") as caught:
        load_product(path)
    assert caught.value.findings[0].code == "product-too-large"


def test_a_file_that_cannot_be_read_is_refused(write, monkeypatch):
    path = write("")
    real = type(path).read_text

    def denied(self, *args, **kwargs):
        if self == path:
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(type(path), "read_text", denied)
    with pytest.raises(RefusedError, match=r"product-unreadable: .*Permission denied"):
        load_product(path)


@given(
    st.dictionaries(
        st.integers(-9, 70_000), st.sampled_from(["forest", "water"]), min_size=1, max_size=30
    ),
    st.lists(st.integers(-20, 300), max_size=3),
)
def test_a_legend_keeps_every_value_unless_nodata_holds_one(classes, nodata):
    raw = {
        "id": "mine",
        "kind": "land_cover",
        "nodata": nodata,
        "classes": [{"code": code, "ecosystem": eco} for code, eco in classes.items()],
    }
    clash = sorted(set(classes) & set(nodata))
    if clash:
        assert sorted(int(f.value) for f in faults(raw)) == clash
    else:
        product = validate(raw, where="mine.toml")
        assert {class_value(c.code): c.ecosystem for c in product.classes} == classes


@given(st.lists(st.integers(0, 5), min_size=2, max_size=8))
def test_every_repeated_value_is_named(values):
    raw = land(*(row(f"c{i}", value=value) for i, value in enumerate(values)))
    repeats = len(values) - len(set(values))
    if repeats:
        assert [f.code for f in faults(raw)] == ["product-value-twice"] * repeats
    else:
        assert len(validate(raw, where="mine.toml").classes) == len(values)


def test_units_convert_to_tonnes_per_hectare_exactly():
    assert Unit("kg C/m2").t_per_ha == 10
    assert Unit("g/m2 dry matter").t_per_ha == Fraction(1, 100)
    assert Unit("Mg/ha dry matter").t_per_ha == Unit("t C/ha").t_per_ha == 1
    assert [unit.value for unit in Unit if unit.is_carbon] == [
        "Mg C/ha",
        "t C/ha",
        "kg C/m2",
        "g C/m2",
        "t C/ha/yr",
        "kg C/m2/yr",
        "g C/m2/yr",
    ]
    assert [unit.value for unit in Unit if unit.is_flow] == [
        "t C/ha/yr",
        "kg C/m2/yr",
        "g C/m2/yr",
    ]
    assert Unit("kg C/m2/yr").t_per_ha == 10
    assert Unit("g C/m2/yr").t_per_ha == Fraction(1, 100)


@pytest.mark.parametrize(("kind", "unit"), [("biomass", "Mg/ha dry matter"), ("soil", "t C/ha")])
def test_a_unit_not_stated_is_taken_as_usual_and_remarked(write, kind, unit):
    product = load_product(
        write(f'id = "mine"\nkind = "{kind}"\nlicence = "x"\ncitation = "y"\n', "m.toml")
    )
    assert product.unit == unit
    found = {f.code: f for f in product_remarks(product)}
    assert found["product-unit-assumed"].severity is Severity.WARNING
    assert unit in found["product-unit-assumed"].what_en
    if kind == "soil":
        assert found["product-incomplete"].value == "depth_cm"


def test_a_correlation_without_source_is_remarked(write):
    text = 'id = "mine"\nkind = "biomass"\nunit = "t C/ha"\ndate_correlation = 0.9\n'
    product = load_product(write(text + 'licence = "x"\ncitation = "y"\n'))
    assert [f.code for f in product_remarks(product)] == ["product-correlation-unsourced"]
    sourced = write(text + 'licence = "x"\ncitation = "y"\ndate_correlation_source = "z"\n')
    assert product_remarks(load_product(sourced)) == []


def test_worldcover_is_not_for_change_and_says_why_in_both_languages():
    product = load_product("esa_worldcover")
    assert product_remarks(product, years=(2021,)) == []
    (found,) = product_remarks(product, years=(2020, 2021))
    assert found.code == "product-not-for-change"
    assert "2020, 2021: v100 (2020) and v200 (2021)" in found.what_en
    assert "不同算法" in found.what_zh


def test_a_map_known_to_be_high_says_so_in_both_languages():
    (found,) = product_remarks(load_product("soc_sanderman_2017"))
    assert found.code == "product-known-bias"
    assert found.severity is Severity.WARNING
    assert "1.7 to 1.9 times the published densities" in found.what_en
    assert "偏高" in found.what_zh


def test_unconfirmed_classes_are_noted():
    (found,) = product_remarks(load_product("ipcc_climate"))
    assert found.code == "product-unconfirmed"
    assert found.severity is Severity.NOTE
    assert found.value == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"


def test_every_sentence_of_the_catalogue_is_one_that_these_tests_meet():
    met = {code for _, code, _ in REFUSED.values()} | {
        "product-correlation-unsourced",
        "product-incomplete",
        "product-known-bias",
        "product-not-for-change",
        "product-not-toml",
        "product-too-large",
        "product-unconfirmed",
        "product-unit-assumed",
        "product-unknown",
        "product-unreadable",
    }
    assert met == {code for code in catalogue("rasters") if code.startswith("product-")}


@pytest.mark.parametrize(
    ("year", "count", "band"),
    [
        (2000, 23, 1),
        (2022, 23, 23),
        (1995, 3, None),
        (2000, 3, None),
        (2023, 23, None),
        (2020, 1, 1),
    ],
)
def test_a_file_of_many_years_gives_the_band_of_the_year(year, count, band):
    assert load_product("glc_fcs30d").band(year, count=count) == band


def test_a_product_without_bands_knows_only_the_single_band():
    assert load_product("clcd").band(2020, count=1) == 1
    assert load_product("clcd").band(2020, count=2) is None


def test_the_listing_has_one_row_per_product_and_says_how_far_it_is_confirmed():
    rows = {r["id"]: r for r in describe_products("en")}
    assert tuple(rows) == product_ids()
    assert rows["clcd"]["classes"] == 9
    assert rows["clcd"]["confirmed"] == "9 partly"
    assert rows["cnlucc"]["confirmed"] == "25 seen, 2 partly"
    assert rows["soilgrids_ocs"]["unit"] == "t C/ha"
    assert rows["soilgrids_ocs"]["depth_cm"] == "0-30"
    chinese = {r["id"]: r for r in describe_products("zh")}
    assert chinese["cnlucc"]["confirmed"] == "25 类见于公开资料，2 类部分见于公开资料"
    assert chinese["ipcc_climate"]["name"] == "IPCC 气候带"


def test_a_scale_of_one_may_be_spelt_out_for_classes():
    assert validate(LAND | {"scale": 1}, where="mine.toml").scale == 1


def test_the_ecosystems_and_categories_of_products_are_those_of_the_inventory():
    assert {e.value for e in legend.Ecosystem} == {e.value for e in categories.Ecosystem}
    assert {c.value for c in legend.IpccCategory} == {c.value for c in categories.IpccCategory}


_GUIDE = Path(__file__).parents[2] / "docs" / "products.md"


def test_every_product_that_the_guide_shows_is_accepted():
    blocks = [
        tomllib.loads(text.partition("```")[0])
        for text in _GUIDE.read_text("utf-8").split("```toml\n")[1:]
    ]
    shown = [validate(raw, where="products.md") for raw in blocks if "id" in raw]
    assert [product.kind for product in shown] == ["land_cover", "biomass"]


def test_the_guide_names_every_key_ecosystem_category_and_unit():
    text = _GUIDE.read_text("utf-8")
    keys = [*ProductFile.model_fields, *ClassRow.model_fields]
    assert [key for key in keys if f"`{key}`" not in text] == []
    words = [*legend.Ecosystem, *legend.IpccCategory, *Unit]
    assert [word.value for word in words if word.value not in text] == []
