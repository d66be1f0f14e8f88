"""Names stay text on the map, and tiles are the raster in the colours of the legend."""

import json

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.io import MemoryFile

from sinks.screen.shelf import Run

pytest.importorskip("streamlit")
pytest.importorskip("rio_tiler")

from sinks.pages.linked_map import clicked_code
from sinks.pages.markup import escaped, script_literal
from sinks.pages.tiles import classes_of, layers_of, pixel, tile
from sinks.pages.zone_map import Legend, Place, Shown, Spot, base_map, zone_group

HOSTILE = "<img src=x onerror=alert(1)>]</script>[9]\u2028"


def drawn(name):
    """Return what the browser is given for a zone and a park of a name."""
    group = zone_group(
        "league", {"1": Shown(colour="#fff", lines=(name, "1 t"))}, selected=None,
        places=[Place(text=name, point=(110.0, 40.0))], bounds=(97, 37, 126, 53),
        legend=Legend(title=name, rows=(("#fff", name),), remark=name), note=name,
        spots=[Spot(key="p", point=(110.0, 40.0), colour="#000", lines=(name,))],
    )  # fmt: skip
    return next(iter(group._children.values())).view  # noqa: SLF001 - folium has no other way in


def test_a_hostile_name_stays_text_everywhere_on_the_map():
    literal = drawn(HOSTILE)
    assert "<" not in literal
    assert "\u2028" not in literal
    view = json.loads(literal)
    texts = [view["shown"]["1"]["t"], view["labels"][0]["text"], view["legend"], view["note"],
             view["points"][0]["t"]]  # fmt: skip
    assert not any("<img" in text or "</script" in text for text in texts)
    assert all(escaped(HOSTILE) in text for text in texts)


def test_a_click_is_read_by_the_last_brackets_and_only_if_known():
    tip = f"{HOSTILE} 1 t [1]"
    assert clicked_code({"last_object_clicked_tooltip": tip}, {"1", "9"}) == "1"
    assert clicked_code({"last_object_clicked_tooltip": "x [7]"}, {"1"}) is None
    assert clicked_code({}, {"1"}) is None


def test_the_base_map_names_no_other_host_and_never_changes():
    page = base_map("abcd", ["league"]).get_root().render()
    assert "http://" not in page
    assert "https://" not in page
    assert [one for _, one in base_map("abcd", ["league"]).default_js][-1].endswith("league.js")


def test_a_literal_is_the_value_again():
    value = {"a": ["</script>", 1.5, None]}
    assert json.loads(script_literal(value)) == value


@pytest.fixture
def run(tmp_path):
    """Return a run with a density map of 4 x 5 cells of one degree, one without data."""
    values = np.arange(20, dtype=np.float32).reshape(4, 5)
    values[0, 0] = np.nan
    with rasterio.open(
        tmp_path / "density_2020.tif", "w", driver="GTiff", height=4, width=5, count=1,
        dtype="float32", crs="EPSG:4326", transform=Affine(1, 0, 110, 0, -1, 44), nodata=np.nan,
    ) as file:  # fmt: skip
        file.write(values, 1)
    (tmp_path / "density_notes.tif").write_bytes(b"")
    return Run(key="k", folder=tmp_path, stamp=1, title="t")


@pytest.mark.filterwarnings("ignore:The dataset has no Overviews")
@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")
def test_a_pixel_is_the_value_of_the_raster(run):
    path = run.folder / "density_2020.tif"
    assert pixel(path, 112.5, 42.5) == 7.0  # second row, third column
    assert pixel(path, 110.5, 43.5) is None
    assert pixel(path, 10.0, 43.5) is None


@pytest.mark.filterwarnings("ignore:The dataset has no Overviews")
@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_tile_has_the_colours_of_the_legend(run):
    assert [layer.name for layer in layers_of(run)] == ["density_2020"]
    classes = classes_of(run, "density_2020")
    assert (classes.low, classes.high) == (1.0, 19.0)
    # at zoom 5 a tile is 11.25 degrees wide: column 25 begins at 101.25 E
    made = tile(run, "density_2020", 25, 11, 5)
    with MemoryFile(made) as memory, memory.open() as picture:
        red, green, blue, alpha = picture.read()
    seen = {
        f"#{r:02x}{g:02x}{b:02x}"
        for r, g, b in zip(red[alpha > 0], green[alpha > 0], blue[alpha > 0], strict=True)
    }
    assert seen <= set(classes.colours)
    assert len(seen) >= 3
    assert (alpha == 0).any()
    assert tile(run, "density_2020", 0, 0, 5) is None


def test_a_map_that_the_run_lacks_is_not_opened(run):
    with pytest.raises(KeyError):
        classes_of(run, "../../etc/passwd")
