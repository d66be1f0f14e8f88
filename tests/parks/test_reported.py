"""The parks of a results folder come back as the run wrote them, in either language."""

import geopandas as gpd
import pytest
from shapely.geometry import Point

from parks.definitions import Reading
from parks.park import ParkKind
from parks.reported import reported_parks
from parks.texts import text
from parks.verdict import Outcome


def row(**cells):
    return {
        "park_id": "p", "name_zh": "园", "name_en": None, "kind": "零碳", "league_code": "1",
        "target_share": 0.8, "note": None, **cells,
    }  # fmt: skip


def written(folder, *rows):
    frame = gpd.GeoDataFrame(
        [{k: v for k, v in one.items() if k != "geometry"} for one in rows],
        geometry=[one.get("geometry") for one in rows],
        crs="EPSG:4326",
    )
    frame.to_file(folder / "inventory.gpkg", layer="parks", driver="GPKG")
    return reported_parks(folder)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_park_comes_back_with_its_readings_and_gap(tmp_path, lang):
    cells = {
        "kind": ParkKind.ZERO.label(lang), "outcome": text("outcome_missed", lang),
        str(Reading.LOAD_HOURLY): 0.644737, "gap_mwh": 118.0, "geometry": Point(110.5, 40.25),
    }  # fmt: skip
    (park,) = written(tmp_path, row(**cells))
    assert (park.kind, park.outcome) == (ParkKind.ZERO, Outcome.MISSED)
    assert park.readings == {Reading.LOAD_HOURLY: 0.644737}
    assert (park.gap_mwh, park.point, park.target_share) == (118.0, (110.5, 40.25), 0.8)
    assert (park.name("zh"), park.name("en")) == ("园", "园")


def test_what_is_not_known_stays_unknown(tmp_path):
    cells = row(park_id="b", kind="moon base", target_share=None)
    first, second = written(tmp_path, cells, row(park_id="a", geometry=Point(110, 40)))
    assert (first.park_id, second.park_id) == ("a", "b")
    assert (second.kind, second.outcome, second.point, second.target_share) == (None,) * 4
    assert second.readings == {}


def test_a_folder_without_the_layer_has_no_parks(tmp_path):
    assert reported_parks(tmp_path) == ()
