"""Every sentence of the budget and of the targets: both languages, the same words, none unused."""

import string
import tomllib
from functools import cache
from pathlib import Path

import pytest

import sinks
from sinks.budget import (
    Basis,
    ReductionClass,
    RigidVerdict,
    Source,
    TotalVerdict,
)
from sinks.targets import Outcome, Trend, documents

HOME = Path(sinks.__file__).parent
MADE = {
    "budget": {
        *(f"class_{kind}" for kind in ReductionClass),
        *(f"total_{verdict}" for verdict in TotalVerdict),
        *(f"rigid_{verdict}" for verdict in RigidVerdict),
        *(f"source_{source}" for source in Source),
        *(f"basis_{basis}" for basis in Basis),
        *(f"drop_{basis}" for basis in Basis),
    },
    "targets": {
        *(f"outcome_{outcome}" for outcome in Outcome),
        *(f"trend_{trend}" for trend in Trend),
        *(document.status for document in documents().values()),
    },
}
"""Keys that the code puts together from a member of a closed set."""


@cache
def sentences(package):
    return tomllib.loads((HOME / package / "texts.toml").read_text(encoding="utf-8"))


CASES = [(package, key) for package in MADE for key in sentences(package)]


@cache
def code_of(package):
    files = [*(HOME / package).glob("*.py"), HOME / "commands" / f"{package}.py"]
    return "".join(path.read_text(encoding="utf-8") for path in files)


def words(sentence):
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name})


@pytest.mark.parametrize(("package", "key"), CASES)
def test_a_sentence_says_the_same_in_both_languages(package, key):
    entry = sentences(package)[key]
    assert set(entry) == {"zh", "en"}
    assert all(sentence.strip() == sentence != "" for sentence in entry.values())
    assert words(entry["zh"]) == words(entry["en"])


@pytest.mark.parametrize(("package", "key"), CASES)
def test_a_sentence_is_said_somewhere(package, key):
    code = code_of(package)
    stem = key.removesuffix("_note").removesuffix("_column")
    assert key in MADE[package] or f'"{key}"' in code or f'"{stem}' in code


@pytest.mark.parametrize("package", MADE)
def test_every_member_of_a_closed_set_has_its_words(package):
    assert MADE[package] <= set(sentences(package))
