"""Every sentence of the assessment: both languages, the same words, none unused."""

import string
import tomllib
from pathlib import Path

import pytest

import sinks
from sinks.assessment import ElasticVerdict, RigidVerdict

HOME = Path(sinks.__file__).parent / "assessment"
TEXTS = tomllib.loads((HOME / "texts.toml").read_text(encoding="utf-8"))
CODE = "".join(path.read_text(encoding="utf-8") for path in sorted(HOME.glob("*.py")))
MADE = {
    *(f"rigid_{verdict}" for verdict in RigidVerdict),
    *(f"elastic_{verdict}" for verdict in ElasticVerdict),
    "zero_remark",
    "cap_remark",
}
"""Keys that the code puts together from a member of a closed set."""


def words(sentence):
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name})


@pytest.mark.parametrize("key", TEXTS)
def test_a_sentence_says_the_same_in_both_languages_and_is_said(key):
    entry = TEXTS[key]
    assert set(entry) == {"zh", "en"}
    assert all(sentence.strip() == sentence != "" for sentence in entry.values())
    assert words(entry["zh"]) == words(entry["en"])
    assert key in MADE or f'"{key}"' in CODE


def test_every_member_of_a_closed_set_has_its_words():
    assert set(TEXTS) >= MADE
