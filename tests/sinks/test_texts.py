"""Every sentence of the terminal exists in both languages with the same words in braces."""

import string
import tomllib
from pathlib import Path

import pytest

import sinks
from sinks.texts import text

HOME = Path(sinks.__file__).parent
SENTENCES = tomllib.loads((HOME / "texts.toml").read_text(encoding="utf-8"))
FAMILIES = (
    "accuracy_basis_",
    "accuracy_column_",
    "severity_",
    "step_",
    "verdict_",
    "explain_unknown_",
    "explained_",
    "explain_column_",
    "register_basis_",
    "register_column_",
    "register_kind_",
    "register_list_",
    "table4_",
)
"""Keys that the code puts together from a word of the data."""
SOURCES = "".join(p.read_text(encoding="utf-8").replace("'", '"') for p in HOME.rglob("*.py"))


def words(sentence):
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name})


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_says_the_same_in_both_languages(key):
    entry = SENTENCES[key]
    assert set(entry) == {"zh", "en"}
    assert all(sentence.strip() == sentence != "" for sentence in entry.values())
    assert words(entry["zh"]) == words(entry["en"])
    assert entry["zh"] != entry["en"]


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_is_said_somewhere(key):
    family = next((f for f in FAMILIES if key.startswith(f)), None)
    wanted = f'f"{family}{{' if family else f'"{key}"'
    assert wanted in SOURCES


def test_every_severity_step_and_verdict_has_its_words():
    for key in ("severity_error", "severity_warning", "severity_note"):
        assert text(key, "zh")
    for step in ("inputs", "landscape", "count", "check", "inventory", "density", "write"):
        assert text(f"step_{step}", "en")
    for verdict in ("signal", "no_signal", "one_sided", "not_estimated"):
        assert text(f"verdict_{verdict}", "zh")


def test_words_are_filled_in():
    assert text("checked", "en", errors=1, warnings=2, notes=3) == (
        "checked: 1 errors, 2 warnings, 3 notes."
    )
    assert text("checked", "zh", errors=1, warnings=2, notes=3) == (
        "检查完毕：1 个错误，2 个警告，3 条说明。"
    )


def test_an_unknown_key_or_a_missing_word_is_a_slip_of_the_code():
    with pytest.raises(KeyError, match="nonsense"):
        text("nonsense", "en")
    with pytest.raises(KeyError, match="errors"):
        text("refused", "en")
