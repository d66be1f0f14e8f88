"""Certificates: one line beside the ratios, and no certificate used twice."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parks_energy import hourly

from parks.certificates import COLUMNS, Claim, certificate_line, overlaps, read_claims
from parks.errors import PowerError
from parks.power import readings

CODE = "1" * 22 + "{:08}" + "AB"  # 32 characters: number, then two classes


def claim(park_id="a", first=1, last=10, *, prefix="GEC", year=2023, where="c, row 2"):
    """Return a claim."""
    return Claim(
        park_id=park_id,
        scheme="gec",
        prefix=prefix,
        first=first,
        last=last,
        generated="2023-05",
        used_year=year,
        where=where,
        source="",
    )


def read(folder, *rows):
    """Return what reading rows of (park, first, last, count, generated, year) gives."""
    lines = [",".join(COLUMNS)]
    for park, first, last, count, generated, year, *scheme in rows:
        lines.append(
            ",".join([park, *(scheme or ["gec"]), first, last, count, generated, year, "doc"])
        )
    path = folder / "claims.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_claims(path)


def test_national_codes_count_up_before_their_class_characters(tmp_path):
    rows = ("mengsu", CODE.format(11), CODE.format(510), "500", "2023-05", "2023")
    claims, findings = read(tmp_path, rows)
    assert findings == []
    assert claims[0].certificates == 500
    assert claims[0].where == "claims, row 2"
    assert claims[0].source == "doc"


def test_the_line_stands_beside_the_ratios_and_changes_none():
    series = hourly([80.0, 75], [20.0, 10])
    before = readings(series, store=None, grid_cfe=0.3)
    line, findings = certificate_line(
        [claim(last=31), claim(first=40, last=139, year=2022), claim("b", 200, 299)],
        park_id="a",
        year=2023,
        load_mwh=float(series.load_mwh.sum()),
    )
    assert (line.certificates, line.mwh, line.share_of_load) == (31, 31.0, 0.2)
    assert findings == []
    assert readings(series, store=None, grid_cfe=0.3) == before
    assert "part of no matched share" in line.definition_en
    assert "不计入任何匹配占比" in line.definition_zh


def test_a_line_without_a_load_has_no_share():
    for load in (None, 0.0):
        line, _ = certificate_line([], park_id="a", year=2023, load_mwh=load)
        assert (line.certificates, line.mwh, line.share_of_load) == (0, 0.0, None)


def test_certificates_above_the_load_are_shown_with_a_warning():
    line, findings = certificate_line([claim()], park_id="a", year=2023, load_mwh=8.0)
    assert line.share_of_load == 1.25
    assert [(f.code, f.severity, f.value) for f in findings] == [
        ("certificate-above-load", "warning", "10")
    ]


def test_an_overlap_is_refused_with_both_owners(tmp_path):
    claims, findings = read(
        tmp_path,
        ("mengsu", "GEC-0001", "GEC-0100", "100", "2023-05", "2023"),
        ("damao", "gec 0090", "gec 0120", "31", "2023-05", "2024"),
    )
    assert [(f.code, f.severity, f.value, f.where) for f in findings] == [
        ("certificate-overlap", "error", "GEC90–100", "claims, row 3")
    ]
    assert "mengsu (claims, row 2) and damao (claims, row 3)" in findings[0].what_en
    assert "mengsu（claims, row 2）与 damao（claims, row 3）" in findings[0].what_zh
    with pytest.raises(PowerError, match=r"mengsu .* and damao .* both use .* 1 in all"):
        certificate_line(claims, park_id="mengsu", year=2023, load_mwh=1e6)


@pytest.mark.parametrize("scheme", ["GEC", "Gec", "ＧＥＣ"])
def test_another_spelling_of_a_scheme_is_the_same_scheme(tmp_path, scheme):
    claims, findings = read(
        tmp_path,
        ("mengsu", "GEC-0001", "GEC-0100", "100", "2023-05", "2023", scheme),
        ("damao", "GEC-0100", "GEC-0101", "2", "2023-05", "2023"),
    )
    assert {one.scheme for one in claims} == {"gec"}
    assert [f.code for f in findings] == ["certificate-overlap"]


@pytest.mark.parametrize("second", [(1, 10), (3, 5), (10, 20), (0, 1), (0, 30)])
def test_one_park_cannot_use_its_certificates_twice_either(second):
    twice = [claim(), claim(first=second[0], last=second[1], year=2024, where="c, row 3")]
    assert [f.code for f in overlaps(twice)] == ["certificate-overlap"]


def test_ranges_that_touch_or_have_other_letters_share_nothing():
    assert overlaps([claim(), claim("b", 11, 20), claim("b", 1, 10, prefix="VCS")]) == []


@given(
    ranges=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 8), st.sampled_from("xy")), max_size=12
    )
)
@settings(max_examples=150, deadline=None)
def test_overlaps_are_found_as_by_counting_every_certificate(ranges):
    claims = [
        claim(str(number), first, first + more, prefix=prefix, where=f"row {number:02}")
        for number, (first, more, prefix) in enumerate(ranges)
    ]
    numbers = [
        {(c.prefix, n) for n in range(c.first, c.last + 1)} for c in claims
    ]  # fmt: skip
    double = any(a & b for a, b in itertools.combinations(numbers, 2))
    found = overlaps(claims)
    assert bool(found) == double
    # What is left without the claims that are named is free of double use.
    named = {f.where for f in found}
    rest = [number for c, number in zip(claims, numbers, strict=True) if c.where not in named]
    assert not any(a & b for a, b in itertools.combinations(rest, 2))


@pytest.mark.parametrize(
    ("row", "code", "value"),
    [
        (("", "A1", "A2", "2", "2023-05", "2023"), "table-blank", ""),
        (("a", "", "A2", "2", "2023-05", "2023"), "table-blank", ""),
        (("a", "A1", "A2", "", "2023-05", "2023"), "table-blank", ""),
        (("a", "A1", "A2", "2", "2023-05", "23"), "table-year", "23"),
        (("a", "A1", "A2", "3", "2023-05", "2023"), "certificate-count", "3"),
        (("a", "A1", "A2", "2.0", "2023-05", "2023"), "certificate-count", "2.0"),
        (("a", "A2", "A1", "2", "2023-05", "2023"), "certificate-serial", "A2 – A1"),
        (("a", "A1", "B2", "2", "2023-05", "2023"), "certificate-serial", "A1 – B2"),
        (("a", "A9", "A10", "2", "2023-05", "2023"), "certificate-serial", "A9 – A10"),
        (("a", "AX", "AY", "2", "2023-05", "2023"), "certificate-serial", "AX – AY"),
        (("a", "A1", "A2", "2", "2024-01", "2023"), "certificate-early", "2024-01"),
        (("a", "A1", "A2", "2", "2023-13", "2023"), "certificate-month", "2023-13"),
        (("a", "A1", "A2", "2", "2023-05", "2023", "irec"), "certificate-scheme", "irec"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(tmp_path, row, code, value):
    claims, findings = read(tmp_path, row)
    assert claims == ()
    assert [(f.code, f.value, f.where) for f in findings] == [(code, value, "claims, row 2")]
    assert findings[0].severity == "error"


def test_columns_are_declared(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text("park_id,owner\n", encoding="utf-8")
    _, findings = read_claims(path)
    codes = {f.code for f in findings}
    assert codes == {"table-column-missing", "table-column-unknown"}
