"""What methods need beside maps, through prepare and whole runs of a tiny land."""

import json

import pytest
from accounting_factory import density, tree
from statistics_factory import (
    STATISTICS_HEADING,
    coefficient,
    no_losses,
    statistic,
    statistics_of,
)
from tiny_inputs import COVER, TABLE, hectares, pixels, write_raster, write_tiny

from rasters import RefusedError
from sinks.accounting import account
from sinks.config import parse_config
from sinks.counting import count_activity
from sinks.export.tables import read_table
from sinks.method_inputs import check_methods, unfit_for_official
from sinks.methods import Remark
from sinks.pipeline import run
from sinks.prepare import prepare
from sinks.quality import Gates, remarks

METHODS = ("gain_loss", "volume", "rate", "nep", "lucf")
FULL = COVER.replace("0", "2")
NPP = """
id = "tiny_npp"
kind = "npp"
nodata = [-1]
unit = "g C/m2/yr"
licence = "none"
citation = "a test"
"""


def give(folder, name, lines):
    """Write a file of statistics and return its section."""
    (folder / name).write_text("\n".join([STATISTICS_HEADING, *lines]) + "\n", encoding="utf-8")
    return {"file": name}


def config_with(**methods):
    return parse_config(
        {
            "inventory": {"years": [2020, 2023], "status": "trial"},
            "zones": {"path": "z.geojson", "code": "c", "name": "n", "datum": "wgs84"},
            "land_cover": {"product": "clcd", "files": {"2020": "a.tif", "2023": "b.tif"}},
            "coefficients": {"tables": ["t.csv"]},
            "methods": {"soil": "transition", **methods},
        },
        where="inventory.toml",
    )


def test_methods_without_their_section_or_for_other_land_are_refused_together():
    found = check_methods(
        config_with(
            forest="gain_loss", grassland="volume", shrub="nep", compare={"wetland": ["lucf"]}
        ),
        "inventory.toml",
    )
    assert sorted((f.code, f.value, f.where) for f in found) == [
        ("method-ecosystem", "lucf", "inventory.toml: methods.wetland"),
        ("method-ecosystem", "volume", "inventory.toml: methods.grassland"),
        ("method-input", "gain_loss", "inventory.toml: methods.forest"),
        ("method-input", "lucf", "inventory.toml: methods.wetland"),
        ("method-input", "nep", "inventory.toml: methods.shrub"),
        ("method-input", "volume", "inventory.toml: methods.grassland"),
    ]
    assert check_methods(config_with(forest="rate"), "inventory.toml") == []


def test_official_runs_refuse_statistics_with_defaults_and_unconfirmed_ones(tmp_path):
    lines = [
        "1,2020,forest,,volume_m3,10,m3,,,a survey,verified",
        "1,2020,forest,,area_ha,10,ha,9,11,a survey,unverified",
        statistic("harvest_m3", 5),
    ]
    found = unfit_for_official(statistics_of(tmp_path, *lines).rows)
    assert [(f.code, f.where) for f in found] == [
        ("official-statistic", "statistics.csv, row 2"),
        ("official-statistic", "statistics.csv, row 3"),
    ]
    assert "default interval" in found[0].what_en
    assert "unverified" in found[1].what_en


def test_statistics_are_read_hashed_and_named_without_their_path(tmp_path):
    config = {
        "methods": {"forest": "gain_loss"},
        "losses": give(tmp_path, "losses.csv", [*no_losses(), *no_losses(zone="2")]),
    }
    table = (*TABLE, *growing())
    result = run(write_tiny(tmp_path, covers=(FULL, FULL), table=table, config=config),
                 out=tmp_path / "out")  # fmt: skip
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert [r["path"] for r in manifest["inputs"] if r["role"] == "losses"] == ["losses.csv"]
    assert manifest["parameters"]["config"]["losses"] == {}
    assert result.computed


def test_faults_of_statistics_are_listed_with_all_others(tmp_path):
    config = {
        "methods": {"forest": "gain_loss", "grassland": "volume"},
        "losses": give(tmp_path, "losses.csv", [statistic("harvest_m3", -1, zone="9")]),
        "activity": {"file": "nowhere.csv"},
    }
    path = write_tiny(tmp_path, config=config)
    with pytest.raises(RefusedError) as caught:
        prepare(path, root=tmp_path)
    assert {f.code for f in caught.value.findings} >= {
        "statistics-number", "statistics-zone-unknown", "method-ecosystem", "path-missing",
    }  # fmt: skip


def growing(low=0.8, high=1.2):
    """Return the coefficients of every method, forest and grassland."""
    values = {
        "growth": 2, "root_shoot": 0.25, "carbon_fraction": 0.5, "bcef_s": 0.8, "rate": 0.4,
        "beta_soil_to_vegetation": 0.5, "nep_ratio": 0.2, "growth_rate": 0.03,
        "consumption_rate": 0.01, "wood_density": 0.5, "bef_whole": 1.5, "biomass": 80,
        "onsite_burnt": 0.1, "onsite_oxidised": 0.9, "offsite_burnt": 0.2,
        "offsite_oxidised": 0.9, "decayed": 0.4,
    }  # fmt: skip
    return [
        coefficient(name, value, low=low * value, high=high * value)
        for name, value in values.items()
    ]


def write_all(folder, **methods):
    """Write a run that every method can serve; returns the inventory.toml."""
    volumes = [
        statistic(quantity, value, zone=zone, year=year, stratum="arbor")
        for zone in ("1", "2")
        for quantity, year, value in (
            ("volume_m3", 2020, 50_000), ("area_ha", 2020, 500), ("volume_m3", 2023, 52_000),
            ("area_ha", 2023, 500),
        )
    ]  # fmt: skip
    losses = [*no_losses(), *no_losses(zone="2"), *no_losses("grassland"),
              *no_losses("grassland", zone="2")]  # fmt: skip
    (folder / "npp.toml").write_text(NPP, encoding="utf-8")
    production = pixels(FULL.replace("1", "400").replace("2", "200").replace("3", "-1"))
    write_raster(folder / "npp_2021.tif", production, nodata=-1)
    config = {
        "methods": {"grassland": None, **methods},
        "activity": give(folder, "activity.csv", volumes),
        "losses": give(folder, "losses.csv", losses),
        "npp": {"product": "npp.toml", "files": {"2021": "npp_2021.tif"}},
    }
    table = (*TABLE, density("F", "bgb", 20), density("G", "bgb", 9), density("C", "bgb", 0),
             density("F", "litter", 3), *growing())  # fmt: skip
    covers = (FULL, FULL.replace("1 1 2", "1 2 2"))
    return write_tiny(folder, covers=covers, table=table, config=config)


def accounted(path):
    """Return the tables of a run before they are written."""
    prepared = prepare(path)
    return account(prepared, count_activity(prepared)).tables


@pytest.mark.parametrize("method", METHODS)
def test_every_method_runs_from_the_pixels_to_the_tables(tmp_path, method):
    others = [other for other in (*METHODS, "stock_difference") if other != method]
    path = write_all(tmp_path, forest=method, grassland="stock_difference",
                     compare={"forest": others})  # fmt: skip
    tables = accounted(path)
    changes, compared = tables["changes"], tables["method_comparison"]
    assert method in set(changes["method"])
    figures = changes[changes["change_t_c"].notna()]
    assert figures["low_t_co2_per_year"].notna().all()
    assert (figures["low_t_co2_per_year"] <= figures["high_t_co2_per_year"]).all()
    assert set(compared["method"]) == {method, *others}
    assert compared.loc[compared["method"] == method, "gap_t_co2_per_year"].eq(0).all()
    assert tables["totals"]["method"].fillna("").str.contains(method).any()


def test_production_of_the_raster_times_its_share_is_the_change(tmp_path):
    """Grass makes 200 g C/m2 a year: 2 t C/ha x 0.2 on the land that stays grass."""
    tables = accounted(write_all(tmp_path, forest="stock_difference", grassland="nep"))
    rows = tables["changes"].query(
        "zone_code == 'ALL' and ecosystem0 == 'grassland' and ecosystem == 'grassland'"
    )
    drawing = [line for line in FULL.split("\n") if line]
    grass = sum(line.count("2") * hectares(1, rows=[row]) for row, line in enumerate(drawing))
    assert rows["pool"].tolist() == ["ecosystem"]
    assert float(rows["change_t_c"].iloc[0]) == pytest.approx(3 * grass * 2 * 0.2, rel=1e-9)


def test_what_methods_assumed_is_shown_for_every_zone_as_a_sum():
    gates = Gates()
    said = [
        Remark(check="bare_after_conversion_ha[forest]", zone_code=zone, value=value)
        for zone, value in (("1", 1.5), ("2", 2.25), ("1", 0.25))
    ]
    whole = [Remark(check="losses_undeclared[forest]", zone_code="", value=1.0)] * 2
    remarks(gates, [*said, *whole], tree(("1", "2")))
    rows = gates.table()
    assert set(rows["verdict"]) == {"shown"}
    assert sorted(zip(rows["check"], rows["zone_code"], rows["value"], strict=True)) == [
        ("bare_after_conversion_ha[forest]", "1", 1.75),
        ("bare_after_conversion_ha[forest]", "2", 2.25),
        ("bare_after_conversion_ha[forest]", "R", 4.0),
        ("losses_undeclared[forest]", "", 1),
    ]
    remarks(gates, [], tree(("1",)))
    assert len(gates.table()) == 4


def test_a_stock_from_statistics_has_no_class_to_judge(tmp_path):
    tables = accounted(write_all(tmp_path, forest="volume", grassland="stock_difference"))
    checks = tables["quality"]["check"]
    assert not checks.str.startswith("class_vegetation_density[F]").any()
    assert checks.str.startswith("vegetation_density[forest]").any()


def test_an_official_rate_without_losses_is_refused_by_name(tmp_path):
    path = write_all(tmp_path, forest="rate", grassland="nep")
    text = path.read_text(encoding="utf-8").replace('status = "trial"', 'status = "official"')
    path.write_text(text.replace('[losses]\nfile = "losses.csv"\n', ""), encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        run(path, out=tmp_path / "out")
    named = [f.value for f in caught.value.findings if f.code == "official-losses-undeclared"]
    assert named == ["forest", "grassland"]
    quality = read_table(tmp_path / "out.refused" / "quality.csv")
    assert {"losses_undeclared[forest]", "losses_undeclared[grassland]"} <= set(quality["check"])


def test_a_view_has_no_change_where_the_losses_of_its_land_are_not_stated(tmp_path):
    path = write_all(tmp_path, forest="gain_loss", grassland="stock_difference")
    view = '\n[[views]]\nid = "reserves"\npath = "zones.geojson"\ncode = "code"\nname = "name"\n'
    path.write_text(path.read_text(encoding="utf-8") + view + 'datum = "wgs84"\n', encoding="utf-8")
    tables = accounted(path)
    assert tables["totals"]["method"].fillna("").str.contains("gain_loss").any()
    totals = tables["views_totals"].query("quantity == 'change'")
    assert len(totals)
    assert not totals["method"].fillna("").str.contains("gain_loss").any()
