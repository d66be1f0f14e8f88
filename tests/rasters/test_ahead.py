"""Pieces worked on by several threads come back in their order."""

import threading
from contextlib import closing

import pytest

from rasters.ahead import in_order


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_their_pieces(workers):
    assert list(in_order(range(40), lambda n: -n, workers)) == [(n, -n) for n in range(40)]


def test_no_more_than_two_pieces_a_thread_are_taken_ahead():
    taken = []

    def pieces():
        for n in range(100):
            taken.append(n)
            yield n

    with closing(in_order(pieces(), lambda n: n, 3)) as worked:
        next(worked)
        assert len(taken) == 6


def test_an_error_of_the_work_is_raised_where_its_piece_is_asked_for():
    def work(n):
        if n == 3:
            raise ValueError("the fourth")
        return n

    seen = []
    with pytest.raises(ValueError, match="the fourth"):
        seen.extend(n for n, _ in in_order(range(9), work, 2))
    assert seen == [0, 1, 2]


def test_closing_waits_for_the_threads():
    before = threading.active_count()
    with closing(in_order(range(50), lambda n: n, 4)) as worked:
        next(worked)
    assert threading.active_count() == before
