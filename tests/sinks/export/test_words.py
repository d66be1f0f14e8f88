"""Every check of quality.csv has a name in both languages."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

import sinks
from sinks.coefficients import load_register
from sinks.export.words import Words
from sinks.methods import LOSSES_UNDECLARED

_CALL = re.compile(r"(?:gates\.(?:at_most|within|show)|_band)\(\s*(?:gates,\s*)?(f?\"[^\"]+\"|\w+)")
_NAME = re.compile(r"\b(?:check|name)\s*=\s*(f?\"[^\"]+\")")
MODULES = [
    path
    for path in sorted(Path(sinks.__file__).parent.rglob("*.py"))
    if "Gates" in path.read_text("utf-8") or "remark(" in path.read_text("utf-8")
]


def written():
    """Return the checks that the code writes, up to their first bracket or placeholder."""
    found = {LOSSES_UNDECLARED}
    for path in MODULES:
        text = path.read_text("utf-8")
        for quoted in (*_CALL.findall(text), *_NAME.findall(text)):
            if quoted.endswith('"'):
                found.add(quoted.removeprefix("f").strip('"').partition("[")[0])
    expanded = {"land_matrix_{side}": ("earlier", "later"),
                "transition_{side}": ("rows", "columns"),
                "roll_up_{name}": ("stocks", "changes")}  # fmt: skip
    for pattern, values in expanded.items():
        found.remove(pattern)
        found |= {re.sub(r"{.*}", value, pattern) for value in values}
    benchmarks = load_register(["benchmarks_inner_mongolia"]).rows
    found = {name for name in found if not name.startswith("benchmark_{")}
    found |= {f"benchmark_{row.parameter}" for row in benchmarks}
    return sorted(name for name in found if re.fullmatch(r"[a-z_]+", name) and "_" in name)


def test_the_grep_finds_the_checks_of_gates_of_methods_and_of_benchmarks():
    assert {
        "area_closure", "one_sided_loss_share", "bare_after_conversion_ha", "mean_shift_share",
        "benchmark_stock_growth", "land_matrix_earlier", "stated_area_difference_share",
        "map_overall_accuracy", "losses_undeclared", "class_vegetation_density",
        "converted_from_stated_land_ha", "variance_of_products_share", "area_without_npp_ha",
    } <= set(written())  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_check_that_a_run_writes_has_a_name(lang):
    words = Words(lang=lang)
    assert [name for name in written() if words.label("check", name) == name] == []


def test_the_labels_are_of_both_languages():
    labels = tomllib.loads(files("sinks.export").joinpath("words.toml").read_text("utf-8"))["check"]
    for zh, en in labels.values():
        assert re.search(r"[\u4e00-\u9fff]", zh)
        assert not re.search(r"[\u4e00-\u9fff]", en)
