"""Kills, races, cuts, flipped bits and a full disk: nothing acknowledged is lost, nothing hidden.

Source of the numbers of cases: 200 kills, 4 writers, 300 cuts, 300 flips in file and in log.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from ledger_factory import (
    AT,
    BASE,
    drafts,
    issue,
    leave,
    made,
    offset,
    opening,
    parcel,
    project,
    record,
    removal,
    reversal,
    sink,
)

from sinks.ledger.anchor import ledger_anchor
from sinks.ledger.said import Exit, ExitRoute, Scope
from sinks.ledger.snapshot import wal_of
from sinks.ledger.store import open_ledger, read_state
from sinks.ledger.tables import TABLES
from sinks.ledger.verify import verify_ledger

KILLS, LEDGERS = 200, 4
CLAIMS, CUTS, FLIPS = 60, 300, 300
SUPPORT = Path(__file__).parents[2] / "support"
ROOT = SUPPORT.parents[1]
MANY = (opening(), project(), parcel(), removal(tonnes=20_000), issue(last=10_000))


def nursery(what, path, number, seed):
    """Run the writers and return what they said."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{SUPPORT}"}
    words = [sys.executable, str(SUPPORT / "ledger_nursery.py"), what, path, number, seed]
    done = subprocess.run(  # noqa: S603 - this interpreter and a script of the tests
        [str(word) for word in words], env=environment, capture_output=True, timeout=240, check=True
    )
    return json.loads(done.stdout)


def test_no_acknowledged_event_is_lost_when_writers_are_killed(tmp_path):
    for number in range(LEDGERS):
        with made(tmp_path / f"{number}.sqlite", *MANY):
            pass
    said = nursery("kill", tmp_path, KILLS // LEDGERS, 1)
    assert len(said) == LEDGERS
    for name, acknowledged in said.items():
        path = tmp_path / name
        assert verify_ledger(path).findings == ()
        state = read_state(path)
        assert [serial for serial, *_ in acknowledged] == list(range(1, len(acknowledged) + 1))
        assert len(acknowledged) >= KILLS // LEDGERS
        for serial, seq, digest, _ in acknowledged:
            assert state.entries[seq].said.first == serial
            assert state.hashes[seq] == digest
        claimed = [entry.said.first for entry in state.live(Exit)]
        assert claimed == list(range(1, len(claimed) + 1))  # none twice, none left out
        assert len(claimed) - len(acknowledged) in (0, 1)  # one may have come too late to say


def test_four_writers_race_for_the_same_tonnes_and_each_is_claimed_once(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with made(path, *MANY):
        pass
    result = nursery("race", path, 4, CLAIMS)
    assert result["statuses"] == [0, 0, 0, 0]
    won = sorted(int(s) for said in result["said"] for kind, s in said if kind == "won")
    refused = [code for said in result["said"] for kind, code in said if kind == "refused"]
    assert won == list(range(1, CLAIMS + 1))
    assert refused == ["credits-exit-twice"] * (3 * CLAIMS)
    assert verify_ledger(path).findings == ()
    state = read_state(path)
    assert sorted(entry.said.first for entry in state.live(Exit)) == won


def test_a_full_disk_refuses_and_leaves_what_was_acknowledged(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with made(path, *MANY):
        pass
    *written, last = nursery("full", path, 400_000, 0)
    assert last == ["refused", "ledger-disk"]
    assert len(written) > 3
    assert verify_ledger(path).findings == ()
    with open_ledger(path) as ledger:
        state = ledger.state()
        assert {int(seq): digest for _, seq, digest in written}.items() <= state.hashes.items()
        following = len(state.live(Exit)) + 1
        assert following - 1 - len(written) in (0, 1)
        receipt = ledger.append(drafts(leave(first=9000, last=9000)), actor="a", at=AT)[0]
        assert receipt.seq == state.events
    assert verify_ledger(path).findings == ()


HISTORY = (
    *BASE,
    sink(),
    offset(1000),
    leave(),
    leave(101, 150, ExitRoute.LEAGUE_OFFSET, Scope.IN_LEAGUE),
    leave(151, 160, ExitRoute.REGIONAL_TRADE, Scope.REGION),
    reversal(8),
    leave(20, 60, ExitRoute.CANCELLED, Scope.IN_LEAGUE),
    removal(tonnes=1000),
    sink(4500),
)


@pytest.fixture(scope="module")
def specimens(tmp_path_factory):
    """Return a closed ledger, and one with all its events in the log, with their content."""
    folder = tmp_path_factory.mktemp("specimens")
    closed, logged = folder / "closed.sqlite", folder / "logged.sqlite"
    path = folder / "ledger.sqlite"
    with made(path, *BASE[:2]) as ledger:
        record(ledger, *BASE[2:], *HISTORY[len(BASE) :])
        shutil.copyfile(path, logged)
        shutil.copyfile(wal_of(path), wal_of(logged))
    shutil.copyfile(path, closed)
    assert not wal_of(path).exists()
    assert content(closed) == content(logged)
    return closed, logged


def content(path):
    """Return every event and every derived row of a copy, None where it cannot be read."""
    copy = path.with_name(f"read-{path.name}")
    shutil.copyfile(path, copy)
    wal_of(copy).unlink(missing_ok=True)
    if wal_of(path).exists():
        shutil.copyfile(wal_of(path), wal_of(copy))
    queries = {n: f"SELECT * FROM {n}" for n in ("event", *(t.name for t in TABLES))}  # noqa: S608
    try:
        with closing(sqlite3.connect(copy)) as connection:
            return {n: sorted(connection.execute(q), key=repr) for n, q in queries.items()}
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return None


def examined(source, tmp_path, anchor, change):
    """Change a copy of a ledger; return whether the verification reports it, and its content."""
    path = tmp_path / "changed.sqlite"
    shutil.copyfile(source, path)
    wal_of(path).unlink(missing_ok=True)
    if wal_of(source).exists():
        shutil.copyfile(wal_of(source), wal_of(path))
    change(path)
    return not verify_ledger(path, anchors=[anchor]).holds, content(path)


def flipped(path, bit):
    """Flip one bit of a file."""
    raw = bytearray(path.read_bytes())
    raw[bit // 8] ^= 1 << bit % 8
    path.write_bytes(raw)


@pytest.fixture
def anchor(specimens, tmp_path):
    """Return a manifest with the anchor of the whole ledger."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"ledger": ledger_anchor(specimens[0]).as_json()}))
    return path


def test_every_cut_of_the_log_is_reported_or_loses_nothing(specimens, tmp_path, anchor):
    _, logged = specimens
    whole, size = content(logged), wal_of(logged).stat().st_size
    chance = np.random.default_rng(7)
    reported = 0
    for _ in range(CUTS):
        at = int(chance.integers(size))
        told, left = examined(
            logged, tmp_path, anchor, lambda path, at=at: os.truncate(wal_of(path), at)
        )
        assert told or left == whole, f"cut at {at}"
        reported += told
    assert reported > CUTS * 0.9  # nearly every cut loses an event


def test_every_flipped_bit_of_the_log_is_reported_or_harmless(specimens, tmp_path, anchor):
    _, logged = specimens
    whole, bits = content(logged), wal_of(logged).stat().st_size * 8
    chance = np.random.default_rng(8)
    reported = 0
    for _ in range(FLIPS):
        bit = int(chance.integers(bits))
        told, left = examined(
            logged, tmp_path, anchor, lambda path, bit=bit: flipped(wal_of(path), bit)
        )
        assert told or left == whole, f"bit {bit}"
        reported += told
    assert reported > FLIPS * 0.9


def test_every_flipped_bit_of_the_file_is_reported_or_harmless(specimens, tmp_path, anchor):
    closed, _ = specimens
    whole, bits = content(closed), closed.stat().st_size * 8
    chance = np.random.default_rng(9)
    reported = 0
    for _ in range(FLIPS):
        bit = int(chance.integers(bits))
        told, left = examined(closed, tmp_path, anchor, lambda path, bit=bit: flipped(path, bit))
        assert told or left == whole, f"bit {bit}"
        reported += told
    assert reported > 50  # much of so small a file is empty


def test_flips_in_every_written_word_of_the_events_are_reported(specimens, tmp_path, anchor):
    """The random flips above mostly meet empty pages; these meet what is written."""
    closed, _ = specimens
    raw = closed.read_bytes()
    words = (b'"kg":', b'"first":', b'"zone":', b'"geometry":', b"CREATE TRIGGER", b'"year":')
    places = sorted({raw.index(word) + len(word) - 2 for word in words})
    for place in places:
        told, _ = examined(
            closed, tmp_path, anchor, lambda path, place=place: flipped(path, place * 8)
        )
        assert told, f"byte {place}"


def test_an_old_copy_put_back_is_noticed_by_an_anchor_alone(tmp_path, anchor):
    path = tmp_path / "old.sqlite"
    with made(path, *BASE):
        pass
    assert verify_ledger(path).findings == ()
    (found,) = verify_ledger(path, anchors=[anchor]).findings
    assert (found.code, found.value) == ("ledger-behind", str(len(HISTORY)))
