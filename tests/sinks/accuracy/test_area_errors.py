"""Joint draws of adjusted areas: the moments of the estimator, and one total in every draw."""

from __future__ import annotations

import numpy as np
import pytest

from sinks.accuracy import estimate, read_matrix
from sinks.accuracy.area_errors import area_draws, area_key, draw_shares

DRAWS = 40_000


def shares(units, seed=7):
    return draw_shares(np.array(units), np.random.default_rng(seed), DRAWS)


def test_the_draws_have_the_variances_and_covariances_of_the_estimator():
    """p = 0.6, 0.3, 0.1 of n = 20: p(1-p)/19 = 0.012632, 0.011053, 0.004737; -pq/19 = -0.009474."""
    drawn = shares([12, 6, 2])
    assert drawn.mean(axis=0) == pytest.approx([0.6, 0.3, 0.1], abs=0.002)
    assert drawn.var(axis=0) == pytest.approx([0.012632, 0.011053, 0.004737], rel=0.03)
    assert np.cov(drawn.T)[0, 1] == pytest.approx(-0.6 * 0.3 / 19, rel=0.04)


def test_shares_add_up_to_one_and_are_never_negative():
    drawn = shares([300, 1, 0, 2])
    assert drawn.sum(axis=1) == pytest.approx(1)
    assert drawn.min() >= 0
    assert not drawn[:, 2].any()


def test_two_units_of_two_classes_give_the_one_or_the_other():
    """p(1-p)/(n-1) = 0.25 with n = 2 is the variance of one toss."""
    drawn = shares([1, 1])
    assert sorted(set(drawn.ravel())) == [0, 1]
    assert drawn[:, 0].var() == pytest.approx(0.25, rel=0.02)
    assert (shares([2, 0])[:, 0] == 1).all()


def test_the_whole_has_the_standard_errors_of_the_estimator(tmp_path):
    path = tmp_path / "m.csv"
    counts = np.array([[66, 5, 4], [8, 55, 12], [1, 2, 153]])
    names = ["forest", "grassland", "*>*"]
    rows = [f"{name},{','.join(map(str, row))}" for name, row in zip(names, counts, strict=True)]
    path.write_text("\n".join(["map_class," + ",".join(names), *rows]) + "\n", encoding="utf-8")
    sample, found = read_matrix(path, years=(2020, 2023), merge=())
    assert not found
    mapped = np.array([500.0, 300.0, 4000.0])
    plain = estimate(counts, mapped)
    draws = area_draws(sample)
    areas = np.zeros((3, DRAWS))
    for i, row in enumerate(names):
        for j, column in enumerate(names):
            part = mapped[i] * counts[i, j] / counts[i].sum()
            areas[j] += part * draws[area_key(row, column, 2023)](11, DRAWS)
    assert areas.mean(axis=1) == pytest.approx(plain.area, rel=0.01)
    assert areas.std(axis=1) == pytest.approx(plain.area_error, rel=0.03)
    assert areas.sum(axis=0) == pytest.approx(mapped.sum())


def test_a_stream_depends_on_its_own_class_alone(tmp_path):
    def drawn(text):
        path = tmp_path / "m.csv"
        path.write_text(text, encoding="utf-8")
        sample, _ = read_matrix(path, years=(2020, 2023), merge=())
        return area_draws(sample)[area_key("forest", "forest", 2023)](3, 50)

    first = drawn("map_class,forest,water\nforest,8,2\nwater,1,9\n")
    second = drawn("map_class,forest,water\nforest,8,2\nwater,5,5\n")
    assert first.tolist() == second.tolist()
    assert first.tolist() != drawn("map_class,forest,water\nforest,7,3\nwater,1,9\n").tolist()
