"""Numbers of classes, whatever the raster's type and the values of its classes."""

import numpy as np
import pytest

from rasters.map_series import ClassNumbers, map_boxes, pixels_of


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "int32", "uint32"])
def test_values_come_back_from_their_numbers(dtype):
    raw = np.array([[1, 2, 100, 0], [9, 7, 100, 1], [2, 2, 2, 2]], dtype=dtype)
    numbers = ClassNumbers((1, 2, 9, 100)).encode(raw)
    assert numbers.dtype == np.uint8
    assert numbers.tolist() == [[1, 2, 4, 0], [3, 0, 4, 1], [2, 2, 2, 2]]
    np.testing.assert_array_equal(ClassNumbers((1, 2, 9, 100)).decode(numbers, raw), raw)


def test_negative_values_and_values_beyond_the_type_are_no_class():
    raw = np.array([[-9, 64, 127], [-128, 5, 0]], dtype=np.int8)
    numbers = ClassNumbers((5, 64, 247, 1208)).encode(raw)
    assert numbers.tolist() == [[0, 2, 0], [0, 1, 0]]
    np.testing.assert_array_equal(ClassNumbers((5, 64, 247, 1208)).decode(numbers, raw), raw)


def test_many_classes_have_two_bytes():
    values = tuple(range(10, 700))
    raw = np.array([[9, 10, 699], [700, 300, 11]], dtype=np.int16)
    numbers = ClassNumbers(values).encode(raw)
    assert numbers.dtype == np.uint16
    assert numbers.tolist() == [[0, 1, 690], [0, 291, 2]]


def test_blocks_cover_a_map_once():
    boxes = list(map_boxes((7, 10), (3, 4)))
    covered = np.zeros((7, 10), dtype=int)
    for row0, row1, col0, col1 in boxes:
        covered[row0:row1, col0:col1] += 1
    assert (covered == 1).all()
    assert sum(pixels_of(box) for box in boxes) == 70
    assert boxes[0] == (0, 3, 0, 4)
    assert boxes[-1] == (6, 7, 8, 10)
