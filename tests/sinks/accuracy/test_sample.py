"""Reading accuracy samples: counts by class, and every fault of a file at once."""

from __future__ import annotations

import pytest

from sinks.accuracy import read_matrix, read_points

POINTS = "id,map0,map1,reference0,reference1,zone_code\n"


def written(folder, text, *, name="sample.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def points(folder, *lines, merge=(), heading=POINTS):
    path = written(folder, heading + "".join(f"{line}\n" for line in lines))
    return read_points(path, years=(2020, 2023), merge=merge)


def matrix(folder, text, merge=()):
    return read_matrix(written(folder, text), years=(2020, 2023), merge=merge)


def codes(found):
    return [(f.code, f.value) for f in found]


def test_points_are_counted_by_zone_map_class_and_reference_class(tmp_path):
    sample, found = points(
        tmp_path,
        "a,forest,forest,forest,forest,1",
        "b,forest,forest,grassland,forest,1",
        "c,森林,森林,森林,森林,1",
        "d,grassland,forest,grassland,forest,",
    )
    assert not found
    assert sample.names() == ["forest", "grassland>forest"]
    assert sample.counts(sample.names()).tolist() == [[2, 1], [0, 1]]
    assert sample.units.to_dict("split")["data"] == [
        ["", "grassland>forest", "grassland>forest", 1],
        ["1", "forest", "forest", 2],
        ["1", "forest", "grassland>forest", 1],
    ]


def test_merged_classes_are_counted_as_one(tmp_path):
    lines = (
        "a,water,water,desert,desert,",
        "b,desert,desert,desert,desert,",
        "c,water,desert,forest,desert,",
    )
    sample, found = points(tmp_path, *lines, merge=[["water", "desert"], ["*>*"]])
    assert not found
    assert sample.names() == ["*>*", "water+desert"]
    assert sample.counts(sample.names()).tolist() == [[1, 0], [0, 2]]


def test_a_matrix_gives_the_same_sample_as_its_points(tmp_path):
    text = "map_class,forest,*>*\nforest,3,1\n*>*,0,5\n"
    sample, found = matrix(tmp_path, text)
    assert not found
    names = ["forest", "*>*"]
    assert sample.counts(names).tolist() == [[3, 1], [0, 5]]
    assert sample.strata.complete


def test_classes_of_a_matrix_are_merged_by_their_names(tmp_path):
    text = "map_class,forest,water,desert\nforest,3,1,0\nwater,0,5,1\ndesert,1,0,7\n"
    sample, found = matrix(tmp_path, text, merge=[["water", "desert"]])
    assert not found
    assert sample.counts(["forest", "water+desert"]).tolist() == [[3, 1], [1, 13]]


def test_every_fault_of_the_points_is_found_at_once(tmp_path):
    sample, found = points(
        tmp_path,
        "a,wood,forest,forest,forest,",
        "a,forest,forest,forest,,",
        ",forest,forest,forest,forest,",
        merge=[["nothing"], ["forest>*"], ["*>grassland"]],
    )
    assert sample is None
    assert set(codes(found)) == {
        ("accuracy-class", "nothing"),
        ("accuracy-class-overlap", "forest>grassland"),
        ("accuracy-ecosystem", "wood"),
        ("accuracy-ecosystem", ""),
        ("accuracy-id", "a"),
        ("accuracy-id", ""),
    }


@pytest.mark.parametrize("cell", ["1.5", "-1", "", "1,000", "x"])
def test_a_count_is_a_whole_number(tmp_path, cell):
    _, found = matrix(tmp_path, f'map_class,forest\nforest,"{cell}"\n')
    assert ("accuracy-count", cell) in codes(found)


def test_a_matrix_with_a_class_twice_or_unknown_names_is_refused(tmp_path):
    _, found = matrix(
        tmp_path, "map_class,forest,wood\nforest,3,1\nforest,1,1\n", merge=[["forest", "water"]]
    )
    assert set(codes(found)) == {
        ("accuracy-class", "wood"),
        ("accuracy-row-repeated", "forest"),
        ("accuracy-merge", "water"),
    }


def test_a_missing_column_is_named(tmp_path):
    _, found = points(tmp_path, "a,forest", heading="id,map0\n")
    assert ("csv-column-missing", "reference1") in codes(found)
