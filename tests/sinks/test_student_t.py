"""Student's t against printed tables and against its closed forms."""

from __future__ import annotations

import math

import pytest

from sinks.errors import EstimateError
from sinks.student_t import student_t


@pytest.mark.parametrize(
    ("degrees", "printed"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (10, 2.228), (30, 2.042)],
)
def test_the_95_percent_points_are_those_of_printed_tables(degrees, printed):
    assert round(student_t(degrees, probability=0.95), 3) == printed


@pytest.mark.parametrize("probability", [0.5, 0.9, 0.95, 0.99])
def test_one_and_two_degrees_have_their_closed_forms(probability):
    one = math.tan(math.pi * probability / 2)
    two = probability * math.sqrt(2 / (1 - probability**2))
    assert student_t(1, probability=probability) == pytest.approx(one, rel=1e-12)
    assert student_t(2, probability=probability) == pytest.approx(two, rel=1e-12)


def test_it_comes_near_the_normal_quantile_from_above():
    points = [student_t(n, probability=0.95) for n in (5, 50, 500)]
    assert points == sorted(points, reverse=True)
    assert 1.96 < points[-1] < 1.966


@pytest.mark.parametrize(("degrees", "probability"), [(0, 0.95), (3, 0.0), (3, 1.0)])
def test_arguments_out_of_range_are_refused(degrees, probability):
    with pytest.raises(EstimateError, match=f"{degrees} and {probability:g}"):
        student_t(degrees, probability=probability)
