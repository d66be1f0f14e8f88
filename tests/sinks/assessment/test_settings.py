"""assessment.toml: defaults, and every wrong key at once."""

from decimal import Decimal

import pytest
from assessment_book import write_settings

from rasters import RefusedError
from sinks.assessment import Choices, OffsetBy, input_paths, read_settings, settings_text


def codes(refused):
    return {f.code for f in refused.value.findings}


def test_the_defaults_are_those_of_the_method(tmp_path):
    settings = read_settings(write_settings(tmp_path / "a.toml"))
    assert settings.choices == Choices()
    assert Choices().said() == {
        "offset_by": "central", "negative_sink": "add", "intensity_basis": "gross",
        "elec_export": "subtract", "deduction_basis": "issued", "sink_year": "annual_mean",
        "offset_cap_percent": "none", "elastic_tolerance_percent": "none",
    }  # fmt: skip


def test_choices_are_read_as_they_were_written(tmp_path):
    lines = (
        'offset_by = "lower"',
        "offset_cap_percent = 5.1",
        "elastic_tolerance_percent = 2",
        'elastic_tolerance_source = "某文件"',
    )
    text = "\n".join(lines)
    settings = read_settings(write_settings(tmp_path / "a.toml", choices=text))
    assert settings.choices.offset_by is OffsetBy.LOWER
    assert settings.choices.offset_cap_percent == Decimal("5.1")
    assert settings.tolerance_source == "某文件"


@pytest.mark.parametrize(
    ("text", "key"),
    [('ofset_by = "lower"', "choices.ofset_by"), ('offset_by = "mean"', "choices.offset_by"),
     ("offset_cap_percent = 101", "choices.offset_cap_percent"),
     ("offset_cap_percent = nan", "choices.offset_cap_percent"),
     ("elastic_tolerance_percent = 2", "choices")],
)  # fmt: skip
def test_a_wrong_key_is_named(tmp_path, text, key):
    with pytest.raises(RefusedError) as refused:
        read_settings(write_settings(tmp_path / "a.toml", choices=text))
    (found,) = refused.value.findings
    assert (found.code, found.value) == ("assessment-settings-key", key)


def test_all_wrong_keys_are_told_at_once(tmp_path):
    (tmp_path / "a.toml").write_text("[assessment]\nx = 1\n[choices]\ny = 2\n")
    with pytest.raises(RefusedError) as refused:
        read_settings(tmp_path / "a.toml")
    assert {f.value for f in refused.value.findings} == {
        "assessment.workbook", "assessment.run", "assessment.x", "choices.y",
    }  # fmt: skip


@pytest.mark.parametrize("content", [b"[", b"\xff\xfe", None])
def test_what_is_no_toml_is_refused(tmp_path, content):
    path = tmp_path / "a.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RefusedError) as refused:
        read_settings(path)
    assert codes(refused) == {"assessment-settings-unreadable"}


def test_every_file_that_is_not_there_is_named(tmp_path):
    settings = read_settings(write_settings(tmp_path / "a.toml", run="/vsicurl/http://x"))
    with pytest.raises(RefusedError) as refused:
        input_paths(settings, tmp_path)
    assert codes(refused) == {"path-missing", "path-not-local"}


def test_the_settings_that_are_written_are_the_defaults(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(settings_text(workbook="b.xlsx", run="results"), encoding="utf-8")
    assert read_settings(path).choices == Choices()
    text = path.read_text(encoding="utf-8")
    assert all(name in text for name in Choices().said())
    assert "94号文" in text
