import dataclasses
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.errors import ResultError
from sinks.manifest import (
    InputRecord,
    Manifest,
    canonical,
    input_record,
    output_records,
    read_manifest,
    run_id,
    verify_inputs,
    verify_outputs,
    write_manifest,
)
from sinks.provenance import Code, code_version, sha256_of, versions

CODE = Code(version="1.0", sha256="c" * 64)
PARAMETERS = {"years": [2020, 2023], "methods": {"forest": "stock_difference"}}
# sha256("abc"), FIPS 180-4 worked example
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def record(**changes):
    fields = {
        "path": "lc_2020.tif",
        "size": 3,
        "sha256": ABC,
        "role": "land_cover",
        "product": "clcd",
        "year": 2020,
    }
    return InputRecord(**fields | changes)


@pytest.fixture
def folder(tmp_path):
    """A results folder with two outputs, and its input beside it."""
    (tmp_path / "lc_2020.tif").write_bytes(b"abc")
    results = tmp_path / "results"
    (results / "maps").mkdir(parents=True)
    (results / "stocks.csv").write_bytes(b"abc")
    (results / "maps" / "density.tif").write_bytes(b"")
    inputs = (input_record(tmp_path / "lc_2020.tif", base=tmp_path, role="land_cover"),)
    write_manifest(
        results,
        Manifest(
            run_id=run_id(inputs, parameters=PARAMETERS, code=CODE),
            status="trial",
            created="2024-01-01T00:00:00+08:00",
            code=CODE,
            inputs=inputs,
            outputs=output_records(results),
            parameters=PARAMETERS,
            versions={"python": "3.11"},
            checks=({"check": "area_closure", "value": 0.5},),
            findings=({"code": "raster-no-crs"},),
            pixel_balance={"2020": {"classified": 10}},
        ),
    )
    return results


def codes(found):
    return [f.code for f in found]


def test_a_file_is_named_by_its_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a") == ABC


def test_canonical_json_is_sorted_compact_utf8():
    assert canonical({"b": [1.5, None], "a": "盟"}) == '{"a":"盟","b":[1.5,null]}'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, Path("a")])
def test_canonical_json_refuses_what_json_cannot_hold(value):
    with pytest.raises(ResultError, match="JSON values only"):
        canonical({"value": value})


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.booleans(), min_size=2))
def test_the_order_of_parameters_does_not_change_the_run(parameters):
    turned = dict(reversed(parameters.items()))
    one = run_id([record()], parameters=parameters, code=CODE)
    assert one == run_id([record()], parameters=turned, code=CODE)


def test_the_place_and_order_of_inputs_do_not_change_the_run():
    moved = [record(path="../b/lc.tif"), record(year=2023), record(product=None, year=None)]
    here = [record(product=None, year=None), record(year=2023), record()]
    one = run_id(moved, parameters=PARAMETERS, code=CODE)
    assert one == run_id(here, parameters=PARAMETERS, code=CODE)
    assert len(one) == 64


@pytest.mark.parametrize(
    "change", [{"sha256": "0" * 64}, {"year": 2021}, {"product": "esa"}, {"role": "soil"}]
)
def test_another_input_is_another_run(change):
    one = run_id([record()], parameters=PARAMETERS, code=CODE)
    assert one != run_id([record(**change)], parameters=PARAMETERS, code=CODE)


def test_another_parameter_or_code_is_another_run():
    one = run_id([record()], parameters=PARAMETERS, code=CODE)
    assert one != run_id([record()], parameters={**PARAMETERS, "draws": 1}, code=CODE)
    edited = dataclasses.replace(CODE, sha256="d" * 64)
    assert one != run_id([record()], parameters=PARAMETERS, code=edited)


def test_the_same_file_used_twice_counts_twice():
    one = run_id([record()], parameters={}, code=CODE)
    assert one != run_id([record(), record()], parameters={}, code=CODE)


def test_an_input_is_recorded_relative_to_the_configuration(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.tif").write_bytes(b"abc")
    made = input_record(
        tmp_path / "data" / "a.tif", base=tmp_path / "config", role="soil", year=2020
    )
    assert made == record(path="../data/a.tif", role="soil", product=None)


def test_outputs_are_listed_by_path_without_the_manifest(folder):
    assert [(r.path, r.size) for r in output_records(folder)] == [
        ("maps/density.tif", 0),
        ("stocks.csv", 3),
    ]


def test_what_is_written_is_read_back(folder):
    manifest = read_manifest(folder)
    assert manifest.code == CODE
    assert manifest.parameters == PARAMETERS
    assert manifest.inputs[0].sha256 == ABC
    before = (folder / "manifest.json").read_bytes()
    write_manifest(folder, manifest)
    assert (folder / "manifest.json").read_bytes() == before


def test_no_path_of_the_machine_stands_in_the_manifest(folder, tmp_path):
    assert str(tmp_path) not in (folder / "manifest.json").read_text(encoding="utf-8")


def test_an_untouched_folder_verifies(folder, tmp_path):
    assert verify_outputs(folder) == []
    assert verify_inputs(read_manifest(folder), tmp_path) == []


def test_every_touched_output_is_named_at_once(folder):
    (folder / "stocks.csv").write_bytes(b"abd")
    (folder / "maps" / "density.tif").unlink()
    (folder / "notes.txt").write_bytes(b"")
    found = verify_outputs(folder)
    assert codes(found) == ["output-missing", "output-changed", "output-unlisted"]
    assert [f.severity for f in found] == ["error", "error", "warning"]
    assert "stocks.csv" in found[1].what_en
    assert "stocks.csv" in found[1].what_zh
    assert found[2].value == "notes.txt"


def edit(folder, change):
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["parameters"].update(draws=5),
        lambda m: m["inputs"][0].update(sha256="0" * 64),
        lambda m: m["code"].update(version="2.0"),
    ],
)
def test_a_manifest_edited_by_hand_no_longer_gives_its_run_id(folder, change):
    edit(folder, change)
    assert codes(verify_outputs(folder)) == ["manifest-run-id"]


@pytest.mark.parametrize("path", ["../lc_2020.tif", "/etc/hostname"])
def test_an_output_outside_the_folder_is_not_opened(folder, path):
    edit(folder, lambda m: m["outputs"][1].update(path=path))
    assert codes(verify_outputs(folder)) == ["manifest-path", "output-unlisted"]


def test_a_folder_without_a_manifest_is_no_result(tmp_path):
    assert codes(verify_outputs(tmp_path)) == ["manifest-missing"]
    with pytest.raises(ResultError, match="is not a manifest"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 1}', '{"format": 2}', '{"format": 1, "code": {"a": 1}}', "\xff"],
)
def test_a_broken_manifest_is_a_finding_not_a_crash(folder, text):
    (folder / "manifest.json").write_bytes(text.encode("latin-1"))
    assert codes(verify_outputs(folder)) == ["manifest-unreadable"]


def test_changed_and_missing_inputs_are_named(folder, tmp_path):
    manifest = read_manifest(folder)
    (tmp_path / "lc_2020.tif").write_bytes(b"abd")
    (changed,) = verify_inputs(manifest, tmp_path)
    assert (changed.code, changed.where) == ("input-changed", str(tmp_path / "lc_2020.tif"))
    (tmp_path / "lc_2020.tif").unlink()
    assert codes(verify_inputs(manifest, tmp_path)) == ["input-missing"]


def test_a_packaged_input_is_found_in_its_package(folder, tmp_path):
    actual = sha256_of(Path(__file__).parents[2] / "sinks" / "errors.py")
    manifest = read_manifest(folder)

    def verify(path, sha256):
        entry = record(path=path, sha256=sha256)
        return codes(verify_inputs(dataclasses.replace(manifest, inputs=(entry,)), tmp_path))

    assert verify("package:sinks/errors.py", actual) == []
    assert verify("package:sinks/errors.py", ABC) == ["input-changed"]
    assert verify("package:sinks/data/none.csv", ABC) == ["input-missing"]


def test_the_code_is_named_by_its_sources():
    code = code_version(("sinks",))
    assert code == code_version(("sinks",))
    assert len(code.sha256) == 64
    assert code.sha256 != code_version(("rasters",)).sha256


def test_versions_name_the_libraries_and_what_is_handed_in():
    found = versions({"gdal_raster": "3.10.3"})
    assert list(found) == sorted(found)
    assert found["gdal_raster"] == "3.10.3"
    assert {"python", "numpy", "gdal_vector", "proj", "geos", "rasterio", "shapely"} <= set(found)
    assert found["numpy"] != "unknown"
