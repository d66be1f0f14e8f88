"""Writers as processes of their own, forked from one that has loaded everything.

``python ledger_nursery.py kill|race|full PATH NUMBER SEED`` prints what was acknowledged as JSON.
The plan of exits is fixed: number k claims the serial k under the key ``exit-k``.
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import numpy as np
from ledger_factory import AT, leave

from rasters import RefusedError
from sinks.ledger.event import Draft
from sinks.ledger.store import open_ledger


def claim(ledger, serial, key, buyer="买方"):
    """Claim one serial and return its receipt."""
    draft = Draft(key=key, said=leave(first=serial, last=serial, buyer=buyer))
    return ledger.append([draft], actor="child", at=AT)[0]


def in_child(work):
    """Fork a child that writes lines to a pipe; return its id and the reading end."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, os.fdopen(reader, "rb")
    os.close(reader)
    status = 1
    try:
        work(lambda *words: os.write(writer, (" ".join(map(str, words)) + "\n").encode()))
        status = 0
    finally:
        os._exit(status)


def spin(seconds):
    """Let a random moment of the child's work pass without giving up the processor."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def kill(folder, rounds, seed):
    """Kill writers of every ledger of a folder again and again.

    Each goes on where the acknowledgements of those before it end.
    """
    chance = np.random.default_rng(seed)
    return {path.name: killed(path, rounds, chance) for path in sorted(folder.glob("*.sqlite"))}


def killed(path, rounds, chance):
    """Kill the writers of one ledger; return what was acknowledged."""
    acknowledged = []

    def write(say):
        with open_ledger(path) as ledger:
            for serial in range(len(acknowledged) + 1, 10_000):
                receipt = claim(ledger, serial, f"exit-{serial}")
                say(serial, receipt.seq, receipt.hash, int(receipt.repeated))

    with open_ledger(path):  # what is read once in a process is read before the children
        pass
    for _ in range(rounds):
        child, pipe = in_child(write)
        acknowledged += [pipe.readline().split() for _ in range(int(chance.integers(1, 3)))]
        spin(chance.random() * 0.012)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        acknowledged += [line.split() for line in pipe.read().splitlines()]
        pipe.close()
    return [[int(s), int(q), h.decode(), int(r)] for s, q, h, r in acknowledged]


def race(path, writers, claims):
    """Let some writers claim the same serials, each for itself, and count what each won."""

    def work(name):
        def write(say):
            with open_ledger(path) as ledger:
                order = list(range(1, claims + 1))
                np.random.default_rng(name).shuffle(order)
                for serial in order:
                    try:
                        claim(ledger, serial, f"{name}-{serial}", buyer=f"买方{name}")
                        say("won", serial)
                    except RefusedError as error:
                        say("refused", error.findings[0].code)

        return write

    children = [in_child(work(name)) for name in range(writers)]
    said = [[line.decode().split() for line in pipe] for _, pipe in children]
    statuses = [os.waitpid(child, 0)[1] for child, _ in children]
    return {"said": said, "statuses": statuses}


def full(path, room, _seed):
    """Write until the disk is full: no file may grow past its limit."""

    def write(say):
        with open_ledger(path) as ledger:
            largest = max(p.stat().st_size for p in path.parent.iterdir())
            limit = largest + room
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            for serial in range(1, 10_000):
                try:
                    receipt = claim(ledger, serial, f"exit-{serial}")
                except RefusedError as error:
                    say("refused", error.findings[0].code)
                    return
                say(serial, receipt.seq, receipt.hash)

    child, pipe = in_child(write)
    lines = [line.decode().split() for line in pipe]
    os.waitpid(child, 0)
    return lines


if __name__ == "__main__":
    what, name, number, seed = sys.argv[1:]
    work = {"kill": kill, "race": race, "full": full}[what]
    sys.stdout.write(json.dumps(work(Path(name), int(number), int(seed))))
