"""The ledger: what was registered, issued and used, append-only, so that no tonne counts twice.

A ledger is one SQLite file. It holds events, each with its full effect and the hash of the event
before it, and tables made from the events by triggers of the file itself: another tool with the
file in hand meets the same refusals. Masses are whole kilograms of CO2.

* :func:`open_ledger` opens or creates a ledger for writing; :class:`Ledger` is what any other
  store, such as one on PostgreSQL, must give.
* :func:`read_state` replays a ledger, without writing to it, into a :class:`State`.
* :func:`ledger_anchor` gives the head hash and the number of events: to be written into every
  manifest and export, for only a copy outside the file shows that its end was cut off.
* :func:`verify_ledger` checks file, schema, chain, effects, tables and anchors.

Nothing of the region or of the assessment is known here; :mod:`sinks.credits` is the register.
"""

from .anchor import Anchor, ledger_anchor
from .event import Draft, Event, Receipt
from .state import State
from .store import Ledger, open_ledger, read_state
from .verify import LedgerOutcome, is_ledger, verify_ledger

__all__ = [
    "Anchor",
    "Draft",
    "Event",
    "Ledger",
    "LedgerOutcome",
    "Receipt",
    "State",
    "is_ledger",
    "ledger_anchor",
    "open_ledger",
    "read_state",
    "verify_ledger",
]
