"""Every finding is raised somewhere, named in a test, and said as well in both languages."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

from rasters.findings import Severity, finding

ROOT = Path(__file__).parent.parent
PACKAGES = ("rasters", "sinks", "parks")
FIELDS = {"severity", "what_en", "what_zh", "mend_en", "mend_zh"}
PREFIXES = {
    "sinks": ("coefficient",),
    "parks": (
        "asset", "balance", "emissions", "emissions-net-export", "factor", "indicator", "parks",
        "table",
    ),
}  # fmt: skip
"""Families whose code is put together from a prefix and a word: fault("unit") makes
coefficient-unit; tests may take the prefix off again."""
SUFFIXES = ("-unverified",)
"""Ends that are put to a code where the place of a park is not confirmed."""


def sections(package):
    """Return (file, code, entry) of every section of a package's files of findings."""
    return [
        (path.name, code, entry)
        for path in sorted((ROOT / package).glob("findings*.toml"))
        for code, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()
    ]


def sources(*folders):
    """Return the text of all Python files below some folders."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


CASES = [
    pytest.param(package, name, code, entry, id=f"{package}:{code}")
    for package in PACKAGES
    for name, code, entry in sections(package)
]
RAISED = {package: sources(package) for package in PACKAGES}
TESTED = sources("tests").replace(Path(__file__).read_text(encoding="utf-8"), "")


def words(sentence):
    """Return the placeholders of a sentence, sorted, without format and conversion."""
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name})


def named(code, text, package):
    """Return whether a code stands in a text, whole or as its family makes it."""
    if re.search(rf"(?<![\w-]){code}(?![\w-])", text):
        return True
    for prefix in PREFIXES.get(package, ()):
        word = code.removeprefix(f"{prefix}-")
        made = f'f"{prefix}-{{' in RAISED[package] or f'removeprefix("{prefix}-")' in text
        if word != code and f'"{word}"' in text and made:
            return True
    stems = [code.removesuffix(end) for end in SUFFIXES if code.endswith(end)]
    return any(f'"{end}"' in RAISED[package] for end in SUFFIXES if code.endswith(end)) and any(
        named(stem, text, package) for stem in stems
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_a_code_stands_in_one_file_only(package):
    codes = [code for _, code, _ in sections(package)]
    assert len(codes) == len(set(codes))
    assert codes


def test_no_code_is_used_by_two_packages():
    codes = [code for package in PACKAGES for _, code, _ in sections(package)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("package", "name", "code", "entry"), CASES)
def test_a_finding_has_a_severity_and_four_sentences(package, name, code, entry):
    del package, name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", code)
    assert set(entry) == FIELDS
    assert entry["severity"] in set(Severity)
    for field in FIELDS:
        assert entry[field] == entry[field].strip() != ""


@pytest.mark.parametrize(("package", "name", "code", "entry"), CASES)
def test_both_languages_name_the_same_words(package, name, code, entry):
    """A word in one language alone is lost on the other's readers.

    A text that is itself translated has a word per language: ``reason_en`` or, where the English
    one is the finding's value, ``value``, beside ``reason_zh``.
    """
    del package, name, code
    for kind in ("what", "mend"):
        english = [w.removesuffix("_en") for w in words(entry[f"{kind}_en"])]
        chinese = words(entry[f"{kind}_zh"])
        translated = [w.removesuffix("_zh") for w in chinese if w.endswith("_zh")]
        plain = [w for w in chinese if not w.endswith("_zh")]
        if sorted(english) != sorted(plain + translated):
            assert sorted(english) == sorted([*plain, *("value" for _ in translated)])


@pytest.mark.parametrize(("package", "name", "code", "entry"), CASES)
def test_each_language_is_written_in_its_own_letters(package, name, code, entry):
    del package, name, code
    for kind in ("what", "mend"):
        assert re.search(r"[\u4e00-\u9fff]", entry[f"{kind}_zh"])
        assert not re.search(r"[\u4e00-\u9fff]", entry[f"{kind}_en"])


@pytest.mark.parametrize(("package", "name", "code", "entry"), CASES)
def test_a_finding_is_raised_somewhere(package, name, code, entry):
    del name, entry
    assert named(code, RAISED[package], package), f"nothing in {package} raises {code}"


@pytest.mark.parametrize(("package", "name", "code", "entry"), CASES)
def test_a_finding_is_named_in_a_test(package, name, code, entry):
    del name, entry
    assert named(code, TESTED, package), f"no test names {code}"


@pytest.mark.parametrize(("package", "name", "code", "entry"), CASES)
def test_a_finding_can_be_said_with_its_words(package, name, code, entry):
    del name
    needed = {w for field in FIELDS - {"severity"} for w in words(entry[field])}
    given = dict.fromkeys(needed - {"value", "where"}, "a test")
    made = finding(package, code, value="V", where="W", **given)
    for lang in ("zh", "en"):
        assert "{" not in made.what(lang) + made.mend(lang)
    assert set(made.as_json()) == {"code", "severity", "what", "value", "where", "mend"}
