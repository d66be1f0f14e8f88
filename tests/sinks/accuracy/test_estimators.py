"""Estimators of area and accuracy: the published examples, properties, and unit data as oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.accuracy import estimate
from sinks.errors import EstimateError

FOREST_CHANGE = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
FOREST_MAPPED = np.array([200_000, 150_000, 3_200_000, 6_450_000]) * 0.09
DEFORESTATION = np.array([[97, 0, 3], [3, 279, 18], [2, 1, 97]])
DEFORESTATION_MAPPED = np.array([22_353.0, 1_122_543.0, 610_228.0])


def test_the_example_of_the_good_practice_paper_is_met_to_its_digits():
    """Olofsson et al. (2014), Table 8 and section 5.2: areas in ha and their 95 % intervals."""
    found = estimate(FOREST_CHANGE, FOREST_MAPPED)
    assert found.area.round(2).tolist() == [21_157.76, 11_686.15, 285_769.93, 581_386.15]
    half = (1.96 * found.area_error).round(2).tolist()
    assert half == [6_157.63, 3_755.83, 15_509.84, 16_281.66]
    assert found.area_error.round(2).tolist() == [3_141.65, 1_916.24, 7_913.18, 8_306.97]
    assert (round(found.overall, 6), round(found.overall_error, 5)) == (0.946512, 0.00943)
    assert found.users.round(4).tolist() == [0.88, 0.7333, 0.9273, 0.9631]
    assert found.producers.round(4).tolist() == [0.7487, 0.8472, 0.9345, 0.9616]
    # the paper prints the half-widths of 0.75, 0.85, 0.93 and 0.96 as 0.21, 0.25, 0.03 and 0.02
    assert (1.96 * found.producers_error).round(2).tolist() == [0.21, 0.25, 0.03, 0.02]
    assert (1.96 * found.users_error).round(2).tolist() == [0.07, 0.10, 0.04, 0.02]


def test_the_mapped_deforestation_of_the_second_example_is_half_of_the_real_one():
    found = estimate(DEFORESTATION, DEFORESTATION_MAPPED)
    assert found.area.round(2).tolist() == [45_112.40, 1_050_067.27, 659_944.33]
    assert (1.96 * found.area_error).round(2).tolist() == [21_072.75, 34_598.01, 36_526.28]
    assert (round(found.overall, 6), round(found.overall_error, 6)) == (0.944417, 0.011164)
    assert found.users.round(2).tolist() == [0.97, 0.93, 0.97]
    assert found.producers.round(4).tolist() == [0.4806, 0.9942, 0.8969]


def by_units(counts, mapped):
    """Return areas, errors and producer's accuracies from one record for each sample unit.

    Stehman (2014), International Journal of Remote Sensing 35, 4923-4939: every figure is a mean
    of an indicator in each stratum, or a ratio of two such means.
    """
    q = len(mapped)
    units = {
        i: np.array([j for j in range(q) for _ in range(counts[i, j])], dtype=int) for i in range(q)
    }

    def total(indicator):
        value = sum(mapped[i] * np.mean(indicator(i, units[i])) for i in range(q))
        variance = sum(
            mapped[i] ** 2 * np.var(indicator(i, units[i]), ddof=1) / len(units[i])
            for i in range(q)
        )
        return value, np.sqrt(variance)

    areas = [total(lambda _, found, j=j: (found == j) * 1.0) for j in range(q)]
    overall = total(lambda i, found: (found == i) / mapped.sum())
    producers = []
    for j in range(q):
        whole = areas[j][0]
        right = total(lambda i, found, j=j: ((found == j) & (i == j)) * 1.0)[0]
        ratio = right / whole
        spread = total(lambda i, found, j=j, r=ratio: ((found == j) & (i == j)) - r * (found == j))[
            1
        ]
        producers.append((ratio, spread / whole))
    return areas, overall, producers


matrices = st.integers(2, 4).flatmap(
    lambda q: st.tuples(
        st.lists(st.lists(st.integers(0, 20), min_size=q, max_size=q), min_size=q, max_size=q).map(
            lambda rows: np.array(rows) + 2 * np.eye(q, dtype=int)
        ),
        st.lists(st.floats(1, 1e6), min_size=q, max_size=q).map(np.array),
    )
)


@settings(max_examples=40, deadline=None)
@given(matrices)
def test_unit_records_give_the_same_figures(case):
    counts, mapped = case
    found = estimate(counts, mapped)
    areas, overall, producers = by_units(counts, mapped)
    assert found.area == pytest.approx([a for a, _ in areas])
    assert found.area_error == pytest.approx([e for _, e in areas], abs=1e-6)
    assert (found.overall, found.overall_error) == pytest.approx(overall, abs=1e-9)
    assert found.producers == pytest.approx([p for p, _ in producers])
    assert found.producers_error == pytest.approx([e for _, e in producers], abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(matrices)
def test_areas_add_up_to_what_is_mapped(case):
    counts, mapped = case
    found = estimate(counts, mapped)
    assert found.area.sum() == pytest.approx(mapped.sum())
    assert found.shares.sum() == pytest.approx(1)


@settings(max_examples=20, deadline=None)
@given(matrices, st.floats(0.01, 100))
def test_the_unit_of_area_scales_areas_and_leaves_accuracies(case, scale):
    counts, mapped = case
    plain, scaled = estimate(counts, mapped), estimate(counts, mapped * scale)
    assert scaled.area == pytest.approx(plain.area * scale)
    assert scaled.area_error == pytest.approx(plain.area_error * scale)
    assert scaled.producers == pytest.approx(plain.producers)


def test_a_map_without_error_keeps_its_areas_and_has_none():
    mapped = np.array([3.0, 5.0, 11.0])
    found = estimate(np.diag([2, 7, 30]), mapped)
    assert found.area.tolist() == mapped.tolist()
    assert found.area_error.tolist() == [0, 0, 0]
    assert (found.overall, found.overall_error) == (1, 0)


def test_a_class_that_is_not_mapped_needs_no_units():
    found = estimate(np.array([[8, 2], [0, 0]]), np.array([100.0, 0.0]))
    assert found.area.tolist() == [80, 20]
    assert np.isnan(found.users[1])
    assert found.producers.tolist() == [1, 0]


def test_one_unit_in_a_mapped_class_is_refused_with_the_counts():
    with pytest.raises(EstimateError, match=r"\[10, 1\]"):
        estimate(np.array([[8, 2], [0, 1]]), np.array([100.0, 5.0]))
    with pytest.raises(EstimateError, match="some mapped area"):
        estimate(np.array([[8, 2], [0, 3]]), np.zeros(2))
