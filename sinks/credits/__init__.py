"""The credit register: projects, parcels, credits and what is deducted from a league's sink.

A tonne that grew in a league can leave by three exits: the offset of the league, the national
market, the regional trade of reductions (94号文 四(二), 五(二), 六(二)). The register says of each
serial number where it grew, when, and by which exit it left; the ledger below it refuses a
second exit.

* :func:`deduct` gives what is to be deducted from the sink of each league in a year, in whole
  kilograms, by a :class:`Basis` (issued by default in the commands).
* :func:`available` gives the credits that were issued and have not left: what a regional trade
  could still bring, by league, vintage year and project.
* :func:`credited` is the credit of a CCER afforestation project (METHOD A14).
* :func:`record_rows` writes rows of the template, or of a command, into a ledger, all or nothing.

A deduction carries the :class:`sinks.ledger.Anchor` of the ledger that it was read from.
"""

from .available import Available, available
from .ccer import credited
from .deduction import Basis, Deduction, Deductions, deduct
from .register import Recorded, record_rows, reverse_event

__all__ = [
    "Available",
    "Basis",
    "Deduction",
    "Deductions",
    "Recorded",
    "available",
    "credited",
    "deduct",
    "record_rows",
    "reverse_event",
]
