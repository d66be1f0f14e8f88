"""Categorised styles: one colour a word, points as circles, and nothing lost from sight."""

import xml.etree.ElementTree as ET

import pytest

from sinks.export.marks import Mark, Marks, marks_qml

STYLE = Marks(
    name="kind", field="kind", marks=(Mark(value="零碳 & <b>", colour="#009e73"),
                                      Mark(value="低碳", colour="#56b4e9")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("points", "kind", "layer"), [(True, "marker", "SimpleMarker"), (False, "fill", "SimpleFill")]
)
def test_each_word_has_its_symbol_and_the_rest_is_grey(points, kind, layer):
    root = ET.fromstring(marks_qml(STYLE, {"kind": "类别"}, points=points))  # noqa: S314
    renderer = root.find("renderer-v2")
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "kind")
    found = {c.get("value"): c.get("symbol") for c in renderer.iter("category")}
    assert found == {"零碳 & <b>": "0", "低碳": "1", "": "2"}
    colours = {}
    for symbol in renderer.find("symbols"):
        assert (symbol.get("type"), symbol.find("layer").get("class")) == (kind, layer)
        (colour,) = [o.get("value") for o in symbol.iter("Option") if o.get("name") == "color"]
        colours[symbol.get("name")] = colour
    assert colours == {"0": "0,158,115,255", "1": "86,180,233,255", "2": "189,189,189,255"}
    assert root.find("aliases/alias").get("name") == "类别"
