"""Verification, anchors and places: what each finding says."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_factory import AT, BASE, drafts, leave, made, record, sink

from rasters import RefusedError
from rasters.findings import Severity
from sinks.ledger import connection as connections
from sinks.ledger import store
from sinks.ledger.anchor import Anchor, anchor_faults, beside, ledger_anchor, read_anchors
from sinks.ledger.effects import NoEffect
from sinks.ledger.event import GENESIS, Event, event_hash
from sinks.ledger.place import remote_filesystem
from sinks.ledger.replay import read_events, replay
from sinks.ledger.snapshot import is_ledger, reading
from sinks.ledger.store import open_ledger, read_state
from sinks.ledger.verify import verify_ledger


def codes(findings):
    return [f.code for f in findings]


def test_the_anchor_is_the_head_and_the_number_of_events(tmp_path):
    path = tmp_path / "l.sqlite"
    with open_ledger(path):
        pass
    assert ledger_anchor(path) == Anchor(head=GENESIS, events=0)
    with made(path, *BASE) as ledger:
        head = ledger.state().head
    assert ledger_anchor(path) == Anchor(head=head, events=5)
    assert ledger_anchor(path).as_json() == {"ledger_head": head, "ledger_events": 5}
    assert read_anchors(beside(path)) == (ledger_anchor(path),)


def test_reading_changes_neither_the_file_nor_its_folder(tmp_path):
    path = tmp_path / "l.sqlite"
    with made(path, *BASE):
        before = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.suffix != ".sqlite-shm"}
        assert {"l.sqlite", "l.sqlite-wal", "l.sqlite-head"} <= set(before)
        verify_ledger(path)
        read_state(path)
        assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.name in before} == before


def test_anchors_are_found_anywhere_in_a_manifest_and_in_every_row_of_an_export(tmp_path):
    one, two = Anchor(head="a" * 64, events=3), Anchor(head="b" * 64, events=4)
    results = tmp_path / "results"
    results.mkdir()
    (results / "manifest.json").write_text(
        json.dumps({"parameters": {"deduct": [{"ledger": one.as_json()}]}, **two.as_json()})
    )
    assert set(read_anchors(results)) == {one, two}
    export = tmp_path / "d.csv"
    export.write_text(f"zone,ledger_events,ledger_head\n1,3,{one.head}\n2,3,{one.head}\n")
    assert read_anchors(export) == (one,)


@pytest.mark.parametrize("text", ["{}", "no JSON", '{"ledger_head": "a", "ledger_events": "x"}'])
def test_a_file_without_an_anchor_is_said_to_have_none(tmp_path, text):
    place = tmp_path / "manifest.json"
    place.write_text(text)
    with pytest.raises(RefusedError, match="ledger-anchor-none"):
        read_anchors(place)
    path = tmp_path / "l.sqlite"
    with made(path, *BASE):
        pass
    outcome = verify_ledger(path, anchors=[place, tmp_path / "nowhere.json"])
    assert codes(outcome.findings) == ["ledger-anchor-none"] * 2


def test_an_anchor_contradicts_a_shorter_and_another_history():
    hashes = ["a" * 64, "b" * 64]
    assert anchor_faults(Anchor(head="a" * 64, events=1), hashes, "m") == []
    assert anchor_faults(Anchor(head=GENESIS, events=0), hashes, "m") == []
    (behind,) = anchor_faults(Anchor(head="c" * 64, events=3), hashes, "m")
    (forked,) = anchor_faults(Anchor(head="c" * 64, events=2), hashes, "m")
    assert (behind.code, behind.value) == ("ledger-behind", "3")
    assert (forked.code, forked.value) == ("ledger-forked", "c" * 12)


def test_a_ledger_behind_the_anchor_beside_it_is_not_written_to(tmp_path):
    path, other = tmp_path / "l.sqlite", tmp_path / "other.sqlite"
    with made(path, *BASE, leave()):
        pass
    with made(other, *BASE):
        pass
    path.write_bytes(other.read_bytes())
    with pytest.raises(RefusedError, match="ledger-behind"), open_ledger(path):
        pass
    assert codes(verify_ledger(path).findings) == ["ledger-behind"]


def test_a_clock_that_went_back_is_a_warning(tmp_path):
    path = tmp_path / "l.sqlite"
    with made(path, *BASE) as ledger:
        ledger.append(drafts(leave()), actor="a", at="2020-01-01T00:00:00+00:00")
    outcome = verify_ledger(path)
    (found,) = outcome.findings
    assert (found.code, found.severity, found.where) == (
        "ledger-clock",
        Severity.WARNING,
        "event 6",
    )
    assert outcome.holds


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "ledger-missing"), (b"", "ledger-none"), (b"text", "ledger-none")],
)
def test_what_is_no_ledger_is_refused(tmp_path, content, code):
    path = tmp_path / "l.sqlite"
    if content is not None:
        path.write_bytes(content)
    outcome = verify_ledger(path)
    assert codes(outcome.findings) == [code]
    assert outcome.anchor is None
    assert not is_ledger(path)


def test_another_sqlite_file_is_refused_by_reader_and_writer(tmp_path):
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE a (b)")
    assert is_ledger(path)
    assert codes(verify_ledger(path).findings) == ["ledger-none"]
    with pytest.raises(RefusedError, match="ledger-schema"), open_ledger(path):
        pass
    text = tmp_path / "text.sqlite"
    text.write_text("a text")
    with pytest.raises(RefusedError, match="ledger-none"), open_ledger(text):
        pass


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    with (
        pytest.raises(RefusedError, match="ledger-disk"),
        open_ledger(tmp_path / "nowhere" / "l.sqlite"),
    ):
        pass


def test_a_broken_file_is_refused_by_the_writer(tmp_path):
    path = tmp_path / "l.sqlite"
    with made(path, *BASE):
        pass
    raw = bytearray(path.read_bytes())
    raw[100:400] = b"x" * 300
    path.write_bytes(raw)
    with pytest.raises(RefusedError, match="ledger-integrity"), open_ledger(path):
        pass
    assert "ledger-integrity" in codes(verify_ledger(path).findings)


@pytest.mark.parametrize("kind", ["nfs", "cifs", "fuse.sshfs"])
def test_a_network_file_system_is_refused(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(connections, "remote_filesystem", lambda _path: kind)
    with pytest.raises(RefusedError, match="ledger-remote"), open_ledger(tmp_path / "l.sqlite"):
        pass


def test_the_file_system_of_a_path_is_that_of_the_nearest_mount():
    mounts = (
        "1 0 8:1 / / rw - ext4 /dev/a rw\n"
        "2 1 0:9 / /data rw - nfs4 host:/x rw\n"
        "3 2 0:9 / /data/my\\040disk rw - ext4 /dev/b rw\n"
    )
    assert remote_filesystem(Path("/data/l.sqlite"), mounts) == "nfs4"
    assert remote_filesystem(Path("/data/my disk/l.sqlite"), mounts) is None
    assert remote_filesystem(Path("/database/l.sqlite"), mounts) is None
    assert remote_filesystem(Path("/data/l.sqlite"), "") is None


def changed(tmp_path, number, **changes):
    """Return what replay says of a history with one event changed and hashed anew."""
    path = tmp_path / "l.sqlite"
    with made(path, *BASE, sink()):
        pass
    with reading(path) as connection:
        events = list(read_events(connection))
    old = events[number - 1]
    words = {n: getattr(old, n) for n in ("seq", "key", "kind", "at", "actor", "payload", "prev")}
    words |= changes
    digest = event_hash(**words)
    events[number - 1] = Event(**words, hash=digest)
    return [(f.code, f.where, f.value) for f in replay(events[:number])[1]]


@pytest.mark.parametrize(
    ("changes", "code", "value"),
    [
        ({"seq": 7}, "ledger-sequence", "5 → 7"),
        ({"prev": GENESIS}, "ledger-chain", None),
        ({"payload": "{}"}, "ledger-payload", "'said'"),
        ({"payload": '{"effect":{},"said":{"kg":1.5}}'}, "ledger-payload", None),
        ({"kind": "gift"}, "ledger-payload", "gift"),
    ],
)
def test_a_changed_event_is_told_by_replay(tmp_path, changes, code, value):
    found = changed(tmp_path, 6, **changes)
    assert code in [entry[0] for entry in found]
    assert value is None or value in [entry[2] for entry in found]


def test_a_payload_in_another_spelling_is_not_the_effect(tmp_path):
    """A second key of the same name would be read by SQLite and not by Python."""
    payload = '{"effect":{},"said":{"kg":1,"kg":5000000,"source":"","year":2023,"zone":"150700"}}'
    assert changed(tmp_path, 6, payload=payload) == [("ledger-effect", "event 6", "sink")]


def test_an_event_that_should_have_been_refused_is_told_with_the_reason(tmp_path):
    payload = '{"effect":{},"said":{"kg":5,"source":"","year":2023,"zone":"999999"}}'
    found = changed(tmp_path, 6, payload=payload)
    assert found == [("ledger-unlawful", "event 6", "credits-zone-unknown")]


def test_a_writer_that_waits_in_vain_says_so(tmp_path, monkeypatch):
    path = tmp_path / "l.sqlite"
    monkeypatch.setattr(connections, "_PATIENCE_S", 0.01)
    with made(path, *BASE) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RefusedError, match="ledger-busy"):
            record(ledger, sink())


def test_what_the_file_alone_refuses_is_said(tmp_path, monkeypatch):
    """Where memory lets an event pass, the triggers do not."""
    path = tmp_path / "l.sqlite"
    monkeypatch.setattr(store, "judge", lambda *_: (NoEffect(), []))
    with open_ledger(path) as ledger:
        ledger.append(drafts(BASE[0]), actor="a", at=AT)
        with pytest.raises(RefusedError, match="ledger-refused") as caught:
            ledger.append(drafts(sink(zone="999999")), actor="a", at=AT)
    assert caught.value.findings[0].value == "credits-zone-unknown"
    assert ledger_anchor(path).events == 1


def test_every_commit_is_synced_before_it_is_acknowledged(tmp_path):
    """2 is FULL; a power cut itself cannot be tried here."""
    with closing(connections.connect(tmp_path / "l.sqlite")) as connection:
        pragmas = ("synchronous", "journal_mode", "fullfsync", "recursive_triggers")
        held = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert held == [2, "wal", 1, 1]
