"""One decoder for every CSV of the parks: what it reads, what it records, what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks.asset_table import read_assets
from parks.certificates import read_claims
from parks.csv_decoding import read_text
from parks.intake import import_parks
from parks.series_files import read_series

TEXT = "园区,用电量（万千瓦时）\n蒙苏,１２\n"
MOJIBAKE = "内蒙古".encode("gb18030") + bytes(range(0x81, 0xFE))


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", []), ("utf-8-sig", []), ("gbk", ["gb18030"]), ("gb18030", ["gb18030"]),
        ("utf-16", ["utf-16"]),
    ],
)  # fmt: skip
def test_the_encoding_is_found_and_told_where_it_was_a_choice(tmp_path, encoding, told):
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    text, found = read_text(path, largest=1000)
    assert text == TEXT
    assert [(f.code, f.value) for f in found] == [("parks-csv-encoding", t) for t in told]


@pytest.mark.parametrize(
    "raw", [MOJIBAKE, b"\xff\xfe\x81", b"PK\x03\x04\x00\x00", b"\x81\x30", b"\xaa\xa1,1\n"]
)
def test_bytes_that_are_no_text_are_refused(tmp_path, raw):
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    text, (found,) = read_text(path, largest=1000)
    assert text is None
    assert (found.code, found.value) == ("parks-csv-undecodable", raw[:16].hex(" "))


def test_size_and_reading_are_checked_first(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"abc")
    assert read_text(path, largest=3) == ("abc", [])
    text, (found,) = read_text(path, largest=2, where="the table")
    assert (text, found.code, found.value, found.where) == (
        None, "parks-file-large", "3", "the table",
    )  # fmt: skip
    assert read_text(tmp_path, largest=9**9)[1][0].code == "parks-file-unreadable"


def test_every_reader_of_a_csv_uses_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(MOJIBAKE)
    found = [
        import_parks(path)[1],
        read_series(path, park_id="p", year=2023, synthetic=False)[1],
        read_assets(path)[1],
        read_claims(path)[1],
    ]
    assert [[f.code for f in one] for one in found] == [["parks-csv-undecodable"]] * 4


@given(st.text(st.sampled_from("内蒙古园区，；（）aZ09.,\n%²³·—“”"), max_size=40))
def test_what_a_chinese_table_holds_survives_gb18030(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_bytes(text.encode("gb18030"))
    read, _ = read_text(path, largest=10_000)
    assert read == text or read.encode("utf-8") == path.read_bytes()
