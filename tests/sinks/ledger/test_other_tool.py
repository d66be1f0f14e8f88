"""Another tool with the file in hand: plain sqlite3, with and without functions of its own."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_factory import (
    AT,
    BASE,
    EAST,
    WEST,
    box,
    issue,
    leave,
    made,
    offset,
    opening,
    parcel,
    project,
    removal,
    reversal,
    sink,
)  # fmt: skip

from sinks.ledger.connection import give_functions
from sinks.ledger.effects import effect_json
from sinks.ledger.event import event_hash
from sinks.ledger.land import area_mm2
from sinks.ledger.rules import judge
from sinks.ledger.said import ExitRoute, Reversal, Scope
from sinks.ledger.store import open_ledger, read_state
from sinks.ledger.tables import TABLES
from sinks.ledger.verify import verify_ledger

SEQ, HEAD = "SELECT max(seq) FROM event", "SELECT hash FROM event ORDER BY seq DESC LIMIT 1"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return a ledger with an issue of 945 t on 1,200 t, of which 100 were sold, 1,000 set off."""
    path = tmp_path_factory.mktemp("whole") / "ledger.sqlite"
    with made(path, *BASE, leave(), sink(), offset(1000)):
        pass
    return path


@pytest.fixture(scope="module")
def state(whole):
    """Return what holds in it."""
    return read_state(whole)


@pytest.fixture
def path(whole, tmp_path):
    """Return a copy of it that a test may write to."""
    return Path(shutil.copy(whole, tmp_path / "copy.sqlite"))


def connected(path, *, functions=True):
    """Return a plain connection; with functions it can hash and measure as the project does."""
    connection = sqlite3.connect(path, isolation_level=None)
    if functions:
        give_functions(connection)
    return closing(connection)


def forge(connection, kind, payload, verb="INSERT INTO", **changes):
    """Insert an event with a right number and a right hash."""
    seq = connection.execute(SEQ).fetchone()[0] + 1
    prev = connection.execute(HEAD).fetchone()[0]
    text = payload if isinstance(payload, str) else json.dumps(
        payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )  # fmt: skip
    row = {"seq": seq, "key": f"forged-{seq}", "kind": kind, "at": AT, "actor": "other",
           "payload": text, "prev": prev, **changes}  # fmt: skip
    row = {"hash": event_hash(**{k: v for k, v in row.items() if k != "hash"}), **row}
    row["hash"] = row.pop("hash")  # the last column
    connection.execute(f"{verb} event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", list(row.values()))


def payload_of(said, effect):
    """Return the payload of a record with an effect of one's own."""
    return {"said": said.model_dump(mode="json"), "effect": effect}


def cells(*kg, year=2023, name="A"):
    """Return a split over west and east."""
    parts = zip((WEST, EAST), kg, strict=True)
    return [{"parcel": name, "zone": z, "year": year, "kg": k} for z, k in parts if k]


def issued(said, kg, split):
    return payload_of(said, {"scheme": "ccer", "kg": kg, "split": split})


def left(said, kg, split, *, of=5, buyer="买方"):
    return payload_of(said, {"issue": of, "kg": kg, "buyer_key": buyer, "split": split})


def placed(state, said, **changes):
    """Return the payload of a parcel with the effect that follows, or another one."""
    effect, _ = judge(state, said, str)
    return payload_of(said, {**effect_json(effect), **changes})


def other_parcel(state, effect=None, **changes):
    """Return the payload of a parcel on land of its own, with other words."""
    payload = placed(state, parcel("B", shape=box(121.0)), **(effect or {}))
    return {**payload, "said": payload["said"] | changes}


LEAGUE = {"route": ExitRoute.LEAGUE_OFFSET, "scope": Scope.IN_LEAGUE}
P2 = {"keys": ["P2"], "owner_key": "X"}
FORGERIES = {
    "the same serials again": (
        "issue", "credits-serials-overlap",
        lambda _: issued(issue(1, 100), 100_000, cells(25_000, 75_000)),
    ),
    "serials that overlap": (
        "issue", "credits-serials-overlap",
        lambda _: issued(issue(900, 1000), 101_000, cells(25_250, 75_750)),
    ),
    "serials inside others, the prefix spelt otherwise": (
        "issue", "credits-serials-overlap",
        lambda _: issued(issue(20, 30, block="C-N"), 11_000, cells(2750, 8250)),
    ),
    "an issue above the removal": (
        "issue", "credits-above-removal",
        lambda _: issued(issue(946, 1201), 256_000, cells(64_000, 192_000)),
    ),
    "an issue on another year than the removal": (
        "issue", "credits-above-removal",
        lambda _: issued(issue(946, 956, year=2024), 11_000, cells(2750, 8250, year=2024)),
    ),
    "an issue whose parts are more than it": (
        "issue", "credits-issue-sum",
        lambda _: issued(issue(946, 956), 11_000, cells(2750, 8251)),
    ),
    "an issue whose negative part hides another": (
        "issue", "credits-issue-sum",
        lambda _: issued(issue(946, 956), 11_000, cells(-50_000, 61_000)),
    ),
    "an issue of fewer kilograms than serials": (
        "issue", "credits-serial-range", lambda _: issued(issue(946, 956), 1000, cells(250, 750)),
    ),
    "an issue on land of nobody": (
        "issue", "credits-no-parcel",
        lambda _: issued(issue(946, 956), 11_000, cells(2750, 8250, name="Z")),
    ),
    "an issue of floats": (
        "issue", "ledger-row|NOT NULL",
        lambda _: issued(issue(946, 956), 11_000.0, cells(2750, 8250)),
    ),
    "an issue for an unknown project": (
        "issue", "credits-project-unknown",
        lambda _: issued(issue(946, 956, owner="P7"), 11_000, cells(2750, 8250)),
    ),
    "an issue outside the crediting period": (
        "issue", "credits-vintage-period",
        lambda _: issued(issue(946, 956, year=2019), 11_000, cells(2750, 8250, year=2019)),
    ),
    "an issue with a prefix in other letters": (
        "issue", "credits-spelling",
        lambda _: {"said": issue(1, 11).model_dump(mode="json") | {"block": "ＣＮ"},
                 "effect": {"scheme": "ccer", "kg": 11_000, "split": cells(2750, 8250)}},
    ),
    "an issue of a period that ends first": (
        "issue", "credits-period",
        lambda _: issued(issue(946, 956, end="2022-12-31"), 11_000, cells(2750, 8250)),
    ),
    "a tonne sold twice": (
        "exit", "credits-exit-twice",
        lambda _: left(leave(100, 100), 1000, cells(250, 750)),
    ),
    "a sold tonne set off as well": (
        "exit", "credits-exit-twice",
        lambda _: left(leave(50, 60, **LEAGUE), 11_000, cells(2750, 8250)),
    ),
    "a tonne that was never issued": (
        "exit", "credits-serial-unknown",
        lambda _: left(leave(940, 950), 11_000, cells(2750, 8250)),
    ),
    "an exit of another issue": (
        "exit", "credits-serial-unknown",
        lambda _: left(leave(200, 210), 11_000, cells(2750, 8250), of=3),
    ),
    "an exit that takes all from one league": (
        "exit", "credits-exit-above",
        lambda _: left(leave(200, 500), 301_000, cells(301_000, 0)),
    ),
    "an exit whose parts are less": (
        "exit", "credits-exit-sum", lambda _: left(leave(200, 210), 11_000, cells(2750, 8000)),
    ),
    "a sale to the owner": (
        "exit", "credits-self-sale",
        lambda _: left(leave(200, 210), 11_000, cells(2750, 8250), buyer="林场P1"),
    ),
    "a sale to nobody": (
        "exit", "credits-buyer-missing",
        lambda _: left(leave(200, 210, buyer=" "), 11_000, cells(2750, 8250)),
    ),
    "a sale in the league of two leagues' tonnes": (
        "exit", "credits-scope-leagues",
        lambda _: left(leave(200, 210, scope=Scope.IN_LEAGUE), 11_000, cells(2750, 8250)),
    ),
    "a league offset abroad": (
        "exit", "credits-scope",
        lambda _: left(leave(200, 210, route=ExitRoute.LEAGUE_OFFSET), 11_000, cells(2750, 8250)),
    ),
    "an exit by a route that is none": (
        "exit", "credits-route",
        lambda _: {"said": leave(200, 210).model_dump(mode="json") | {"route": "gift"},
                 "effect": left(leave(200, 210), 11_000, cells(2750, 8250))["effect"]},
    ),
    "land of another project": (
        "parcel", "credits-parcel-overlap", lambda s: placed(s, parcel("B", shape=box(120.01))),
    ),
    "a parcel that is smaller than drawn": (
        "parcel", "credits-parcel-geometry", lambda s: other_parcel(s, {"bounds": [0, 0, 1, 1]}),
    ),
    "a parcel whose shares are more than it": (
        "parcel", "credits-shares-sum",
        lambda s: placed(s, parcel("B", shape=box(121.0), shares={WEST: 5, EAST: 7})),
    ),
    "a parcel in no league": (
        "parcel", "credits-zone-unknown",
        lambda s: placed(
            s, parcel("B", shape=box(121.0), shares={"159999": area_mm2(box(121.0))})
        ),
    ),
    "a removal of days that are another's": (
        "removal", "credits-removal-period",
        lambda _: payload_of(
            removal(start="2020-12-31", end="2022-12-31"),
            {"years": [{"year": 2021, "kg": 1_200_000}]},
        ),
    ),
    "a sale before the tonnes grew": (
        "exit", "credits-exit-early",
        lambda _: left(leave(200, 210, day="2023-12-31"), 11_000, cells(2750, 8250)),
    ),
    "a sale on no day": (
        "exit", "credits-exit-early",
        lambda _: {"said": leave(200, 210).model_dump(mode="json") | {"day": "2025-6-1"},
                 "effect": left(leave(200, 210), 11_000, cells(2750, 8250))["effect"]},
    ),
    "a parcel registered twice": (
        "parcel", "credits-parcel-exists",
        lambda s: other_parcel(s, parcel="A"),
    ),
    "a parcel with a number of other letters": (
        "parcel", "credits-spelling",
        lambda s: other_parcel(s, parcel="b"),
    ),
    "a parcel outside the crediting period": (
        "parcel", "credits-parcel-period",
        lambda s: other_parcel(s, start="2020-01-01"),
    ),
    "a parcel of an unknown project": (
        "parcel", "credits-project-unknown",
        lambda s: other_parcel(s, project="P7"),
    ),
    "a project in another spelling": (
        "project", "credits-project-exists",
        lambda _: payload_of(project("P-1"), {"keys": ["P1"], "owner_key": "X"}),
    ),
    "a project that hides its spelling": (
        "project", "credits-spelling",
        lambda _: payload_of(project("P-1"), {"keys": ["P9"], "owner_key": "X"}),
    ),
    "a project whose other number is known": (
        "project", "credits-project-exists",
        lambda _: payload_of(
            project("P2", aliases=("P1",)), {"keys": ["P1", "P2"], "owner_key": ""}
        ),
    ),
    "a project without its key": (
        "project", "credits-spelling",
        lambda _: payload_of(project("P2", aliases=("P1",)), {"keys": ["P2"], "owner_key": ""}),
    ),
    "a removal below what was credited": (
        "removal", "credits-removal-used",
        lambda _: payload_of(removal(tonnes=900), {"years": [{"year": 2023, "kg": 900_000}]}),
    ),
    "a removal whose years are more than it": (
        "removal", "credits-removal-sum",
        lambda _: payload_of(removal(tonnes=1300), {"years": [{"year": 2023, "kg": 9_900_000}]}),
    ),
    "a removal counted in two periods": (
        "removal", "credits-removal-overlap",
        lambda _: payload_of(
            removal(tonnes=1300, end="2023-06-30"), {"years": [{"year": 2023, "kg": 1_300_000}]}
        ),
    ),
    "a removal of no parcel": (
        "removal", "credits-parcel-unknown",
        lambda _: payload_of(removal("Z", 5), {"years": [{"year": 2023, "kg": 5000}]}),
    ),
    "more set off than there is": (
        "offset", "credits-offset-above-sink", lambda _: payload_of(offset(3300), {}),
    ),
    "less than nothing set off": (
        "offset", "credits-offset-range",
        lambda _: {"said": offset().model_dump(mode="json") | {"kg": -5000}, "effect": {}},
    ),
    "an offset of a sink that nobody knows": (
        "offset", "credits-sink-missing", lambda _: payload_of(offset(1, year=2022), {}),
    ),
    "an offset in no league": (
        "offset", "credits-zone-unknown", lambda _: payload_of(offset(1, zone="999999"), {}),
    ),
    "a sink below what was used": (
        "sink", "credits-sink-used", lambda _: payload_of(sink(1708), {}),
    ),
    "a sink in no league": (
        "sink", "credits-zone-unknown", lambda _: payload_of(sink(1, zone="999999"), {}),
    ),
    "an issue reversed under its exits": (
        "reverse", "credits-reverse-used", lambda _: payload_of(reversal(5), {"kind": "issue"}),
    ),
    "a parcel reversed under its credits": (
        "reverse", "credits-reverse-used", lambda _: payload_of(reversal(3), {"kind": "parcel"}),
    ),
    "a project reversed under its parcels": (
        "reverse", "credits-reverse-used", lambda _: payload_of(reversal(2), {"kind": "project"}),
    ),
    "a removal reversed under its credits": (
        "reverse", "credits-reverse-used", lambda _: payload_of(reversal(4), {"kind": "removal"}),
    ),
    "a sink reversed under its offset": (
        "reverse", "credits-reverse-used", lambda _: payload_of(reversal(7), {"kind": "sink"}),
    ),
    "the opening reversed": (
        "reverse", "credits-reverse-target", lambda _: payload_of(reversal(1), {"kind": "open"}),
    ),
    "the future reversed": (
        "reverse", "credits-reverse-target", lambda _: payload_of(reversal(99), {"kind": "exit"}),
    ),
    "a second opening": (
        "open", "ledger-opening", lambda _: payload_of(opening(), {}),
    ),
    "an event of no kind": ("gift", "ledger-kind", lambda _: {"said": {}, "effect": {}}),
    "an event of no JSON": ("sink", "ledger-kind", lambda _: "no JSON"),
}  # fmt: skip


VERBS = ("INSERT INTO", "INSERT OR REPLACE INTO", "INSERT OR IGNORE INTO")


@pytest.mark.parametrize("name", FORGERIES)
def test_a_tool_that_hashes_rightly_cannot_insert(path, state, name):
    kind, code, payload = FORGERIES[name]
    with connected(path) as connection:
        for verb in VERBS:
            with pytest.raises(sqlite3.DatabaseError, match=code):
                forge(connection, kind, payload(state), verb)
        connection.execute("PRAGMA ignore_check_constraints = ON")
        with pytest.raises(sqlite3.DatabaseError, match=code):
            forge(connection, kind, payload(state))
        assert connection.execute(SEQ).fetchone() == (8,)
    assert verify_ledger(path).findings == ()


def test_a_right_event_of_such_a_tool_is_let_in_and_holds(path):
    with connected(path) as connection:
        forge(connection, "sink", payload_of(sink(6000), {}))
    assert verify_ledger(path).findings == ()
    assert read_state(path).sink_kg(EAST, 2023) == 6_000_000


def test_a_tool_without_the_functions_cannot_insert_at_all(path):
    with connected(path, functions=False) as connection:
        with pytest.raises(sqlite3.OperationalError, match="no such function: ledger_hash"):
            forge(connection, "sink", payload_of(sink(6000), {}))
        assert connection.execute(SEQ).fetchone() == (8,)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seq": 11}, "ledger-sequence"),
        ({"seq": 3}, "ledger-sequence"),
        ({"prev": "0" * 64}, "ledger-chain"),
        ({"hash": "0" * 64}, "ledger-chain"),
        ({"key": "k"}, "ledger-key-reused"),
    ],
)
@pytest.mark.parametrize("verb", VERBS[:2])
def test_a_broken_chain_is_refused(path, changes, code, verb):
    with connected(path) as connection:
        known = connection.execute("SELECT key FROM event WHERE seq = 4").fetchone()[0]
        changes = {name: known if value == "k" else value for name, value in changes.items()}
        with pytest.raises(sqlite3.DatabaseError, match=code):
            forge(connection, "sink", payload_of(sink(6000), {}), verb, **changes)


@pytest.mark.parametrize("table", ["event", *(table.name for table in TABLES)])
@pytest.mark.parametrize("change", ["UPDATE {0} SET seq = seq + 100", "DELETE FROM {0}"])
def test_nothing_is_ever_changed_or_deleted(path, table, change):
    with connected(path) as connection:
        if table == "reversal":  # the only table that is still empty
            forge(connection, "reverse", payload_of(reversal(6), {"kind": "exit"}))
        with pytest.raises(sqlite3.IntegrityError, match="ledger-append-only"):
            connection.execute(change.format(table))


@pytest.mark.parametrize(
    "row",
    [
        "reversal VALUES (8, 6)",
        "reversal VALUES (9, 6)",
        "removal_year VALUES (4, 2024, 5000000)",
        "removal_year VALUES (4, 2023, 5000000)",
        "sink VALUES (9, '150700', 2023, 9000000)",
        "exit_part VALUES (6, 'A', '150500', 2022, 1)",
        "project_key VALUES (2, 'P7')",
    ],
)
@pytest.mark.parametrize("verb", VERBS)
def test_a_table_takes_no_row_that_no_event_says(path, row, verb):
    with connected(path) as connection, pytest.raises(sqlite3.IntegrityError, match="ledger-row"):
        connection.execute(f"{verb} {row}")
    assert verify_ledger(path).findings == ()


def test_an_issue_is_refused_where_its_tonnes_were_set_off(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with made(path, *BASE[:-1], sink(1000), offset(1000)), connected(path) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="credits-set-off"):
            forge(connection, "issue", issued(issue(1, 4), 4000, cells(1000, 3000)))
        # what grew in the other league, of which nothing was set off, is free
        forge(connection, "issue", issued(issue(1, 4), 4000, cells(4000, 0)))


def test_a_surrendered_tonne_cannot_be_taken_back_under_its_offset(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with made(path, *BASE, sink(1000), leave(1, 945, **LEAGUE), offset(1000)):
        pass
    with connected(path) as connection:
        back = payload_of(Reversal(target=7, reason="x"), {"kind": "exit"})
        with pytest.raises(sqlite3.IntegrityError, match="credits-reverse-used"):
            forge(connection, "reverse", back)


def test_a_reversal_counts_once(path):
    with connected(path) as connection:
        forge(connection, "reverse", payload_of(reversal(6), {"kind": "exit"}))
        with pytest.raises(sqlite3.IntegrityError, match="credits-reverse-twice"):
            forge(connection, "reverse", payload_of(reversal(6), {"kind": "exit"}))


def test_a_wrong_effect_that_breaks_no_rule_is_found_by_replay(path):
    """A split other than by area takes from one league for the good of another."""
    with connected(path) as connection:
        forge(connection, "issue", issued(issue(946, 956), 11_000, cells(11_000, 0)))
    (found,) = verify_ledger(path).findings
    assert (found.code, found.where) == ("ledger-effect", "event 9")


def test_a_double_count_behind_removed_triggers_is_found_and_no_more_is_written(path):
    with connected(path) as connection:
        connection.execute("DROP TRIGGER event_exit")
        forge(connection, "exit", left(leave(50, 60), 11_000, cells(2750, 8250)))
    codes = {f.code for f in verify_ledger(path).findings}
    assert {"ledger-schema", "ledger-unlawful", "ledger-rows"} <= codes
    with pytest.raises(ValueError, match="ledger-schema"), open_ledger(path):
        pass


def test_a_changed_row_behind_removed_triggers_is_found(path):
    with connected(path) as connection:
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'sink_no_update'")
        text = sql.fetchone()[0]
        connection.execute("DROP TRIGGER sink_no_update")
        connection.execute("UPDATE sink SET kg = kg + 1")
        connection.execute(text)
    (found,) = verify_ledger(path).findings
    assert (found.code, found.where, found.value) == ("ledger-rows", "sink", "7")


def test_a_changed_event_behind_removed_triggers_is_found(path):
    with connected(path) as connection:
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'event_no_update'")
        text = sql.fetchone()[0]
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET payload = replace(payload, '5000000', '5000001')"
                           " WHERE seq = 7")  # fmt: skip
        connection.execute(text)
    found = verify_ledger(path).findings
    assert [(f.code, f.where) for f in found] == [
        ("ledger-chain", "event 7"), ("ledger-rows", "sink"),
    ]  # fmt: skip
