from dataclasses import replace
from decimal import Decimal

import pytest

from sinks.errors import ResultError
from sinks.export.schemas import SCHEMAS
from sinks.results import load_results


def without(results, key, value=None):
    """Return loaded results whose manifest lacks a parameter, or has another value of it."""
    loaded = load_results(results)
    kept = {k: v for k, v in loaded.manifest.parameters.items() if k != key}
    if value is not None:
        kept[key] = value
    return replace(loaded, manifest=replace(loaded.manifest, parameters=kept))


def test_every_table_is_read_as_decimals(finished):
    loaded = load_results(finished)
    assert set(loaded.tables) == set(SCHEMAS)
    stocks = loaded.tables["stocks"].query("zone_code == '1' and year == 2020")
    forest = stocks[stocks["ecosystem"].eq("forest") & stocks["pool"].eq("agb")]
    assert forest["stock_t_c"].tolist() == [Decimal(1_200_000)]


def test_names_and_levels_come_from_the_manifest(finished):
    loaded = load_results(finished)
    assert (loaded.region_name("zh"), loaded.region_name("en")) == ("区", "Region")
    assert (loaded.zone_name("1", "zh"), loaded.zone_name("1", "en")) == ("盟1", "zone 1")
    assert loaded.levels == ("region", "league")
    assert loaded.soil_from_map is False


def test_a_zone_or_language_that_the_manifest_does_not_name_is_refused(finished):
    loaded = load_results(finished)
    for code, lang in (("9", "zh"), ("1", "fr")):
        with pytest.raises(ResultError, match=f"has no {lang} name of zone {code}"):
            loaded.zone_name(code, lang)


def test_a_manifest_that_was_cut_is_refused_by_the_parameter_that_it_lacks(finished):
    with pytest.raises(ResultError, match="lacks the parameter region_zh"):
        without(finished, "region_zh").region_name("zh")
    with pytest.raises(ResultError, match="names no levels, got 'region'"):
        _ = without(finished, "levels", "region").levels
    with pytest.raises(ResultError, match="has no zh name of zone 1"):
        without(finished, "zone_names", ["1"]).zone_name("1", "zh")


def test_a_folder_without_manifest_or_table_is_no_result(results):
    with pytest.raises(ResultError, match="is not a manifest"):
        load_results(results.parent)
    (results / "trace.csv").unlink()
    with pytest.raises(ResultError, match=r"trace\.csv cannot be read"):
        load_results(results)
