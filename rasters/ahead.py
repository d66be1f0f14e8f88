"""Work on a sequence of pieces by several threads, with the results in the order of the pieces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Future

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_AHEAD = 2  # pieces worked on ahead of the one that is asked for, per thread


def in_order(
    pieces: Iterable[Piece], work: Callable[[Piece], Result], workers: int
) -> Generator[tuple[Piece, Result]]:
    """Yield each piece with its result, a few of them worked on ahead in other threads.

    Close it (`contextlib.closing`) before what the work uses is closed: on an error, threads
    are still at work until then.

    Parameters
    ----------
    pieces
        What to work on.
    work
        Called with each piece; with several threads it must bear that.
    workers
        Threads; with one, everything is done in this one when it is asked for.

    Examples
    --------
    >>> list(in_order([3, 1, 2], lambda n: n * n, workers=2))
    [(3, 9), (1, 1), (2, 4)]

    """
    if workers <= 1:
        for piece in pieces:
            yield piece, work(piece)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting = iter(pieces)
        started: list[tuple[Piece, Future[Result]]] = []
        try:
            while True:
                room = _AHEAD * workers - len(started)
                started += [(piece, pool.submit(work, piece)) for piece in islice(waiting, room)]
                if not started:
                    return
                piece, future = started.pop(0)
                yield piece, future.result()
        finally:
            for _, future in started:
                future.cancel()
