"""A whole run with an accuracy sample: areas replaced, both versions shown, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from statistics_factory import coefficient
from tiny_inputs import COVER, TABLE, write_tiny

from rasters import RefusedError
from sinks.cli import build_commands, run_commands
from sinks.densities import Densities
from sinks.pipeline import check, run
from sinks.prepare import prepare
from sinks.sources_of_error import sources_of_error
from sinks.verify import verify

LATER = COVER.replace("1 1 2 2 3 3\n1 1 2 2 3 3", "1 1 1 2 3 3\n1 1 2 2 2 3")
MATRIX = """\
map_class,forest,grassland,cropland,*>*
forest,19,1,0,0
grassland,1,57,0,2
cropland,0,0,20,0
*>*,0,4,1,15
"""
ACCURACY = {"matrix": "sample.csv", "year0": 2020, "year1": 2023, "apply": True}


def written(folder, *, accuracy=None, text=MATRIX, **more):
    (folder / "sample.csv").write_text(text, encoding="utf-8")
    section = {**ACCURACY, **(accuracy or {})}
    config = {"accuracy": {k: v for k, v in section.items() if v is not None}, **more}
    return write_tiny(folder, covers=(COVER, LATER), config=config)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the results of a run with adjusted areas and of the same run without."""
    made = {}
    for name, apply in (("adjusted", True), ("mapped", False)):
        folder = tmp_path_factory.mktemp(name)
        made[name] = run(
            written(folder, accuracy={"apply": apply}), out=folder / "results", workers=1
        ).results
    return made


def table(results, name, **keys):
    out = results.tables[name]
    for key, value in keys.items():
        out = out[out[key].eq(value)]
    return out


def test_every_sum_of_the_adjusted_run_holds(finished):
    outcome = verify(finished["adjusted"].folder)
    assert [f.code for f in outcome.findings] == []


def test_the_zones_keep_their_area_and_the_classes_get_the_adjusted_one(finished):
    adjusted, mapped = finished["adjusted"], finished["mapped"]
    for name in ("1", "2", "ALL"):
        sums = [
            sum(table(r, "areas", zone_code=name, year=2020)["area_ha"]) for r in (adjusted, mapped)
        ]
        assert abs(sums[0] - sums[1]) <= Decimal("0.000005")
    areas = table(adjusted, "adjusted_areas", zone_code="2").set_index("stratum")["regional_ha"]
    later = table(adjusted, "transitions", zone_code="2")
    stable = later[later["code0"].eq("G") & later["code1"].eq("G")]["area_ha"].sum()
    assert float(stable) == pytest.approx(float(areas["grassland"]), abs=1e-5)


def test_both_versions_of_every_total_stand_side_by_side(finished):
    adjusted, mapped = finished["adjusted"], finished["mapped"]
    beside = table(adjusted, "area_adjustment", quantity="change", scope="forest")
    beside = beside.set_index("zone_code")
    for results, column in ((adjusted, "adjusted"), (mapped, "mapped")):
        totals = table(results, "totals", quantity="change", scope="forest").set_index("zone_code")
        for zone in ("1", "2", "ALL"):
            assert beside.loc[zone, f"{column}_t_c"] == totals.loc[zone, "value_t_c"]
    whole = beside.loc["ALL"]
    assert whole["difference_t_c"] == whole["adjusted_t_c"] - whole["mapped_t_c"] != 0
    assert table(mapped, "area_adjustment").empty


def test_cohorts_and_matrix_are_those_of_the_adjusted_areas(tmp_path):
    """Two maps alone: what is in transition is what they convert, cell by cell."""
    path = written(tmp_path, methods={"soil": "transition"})
    results = run(path, out=tmp_path / "out", workers=1).results
    assert verify(results.folder).findings == ()
    matrix = table(results, "land_matrix", land="converted")
    mapped = table(results, "transitions_mapped", zone_code="ALL")
    assert len(matrix) > len(mapped[mapped["code0"].ne(mapped["code1"])])
    for row in matrix.to_dict("records"):
        assert abs(row["in_transition_ha"] - row["area_ha"]) <= Decimal("0.000002")
    cohorts = table(results, "soil_cohorts", year=2023).groupby("zone_code")["in_transition_ha"]
    for zone, area in cohorts.sum().items():
        moved = matrix[matrix["zone_code"].eq(zone)]["area_ha"].sum()
        assert abs(area - moved) <= Decimal("0.00001")


def test_the_mapped_transitions_stand_beside_the_adjusted_ones(finished):
    adjusted, mapped = finished["adjusted"], finished["mapped"]
    beside = adjusted.tables["transitions_mapped"].drop(columns=["run_id"])
    assert beside.equals(mapped.tables["transitions"].drop(columns=["run_id"]))
    assert table(mapped, "transitions_mapped").empty
    sheets = {
        name: load_workbook(results.folder / "inventory.xlsx")["表3 土地利用转移矩阵"]
        for name, results in finished.items()
    }
    said_ = {
        name: "".join(str(c) for row in sheet.iter_rows(values_only=True) for c in row if c)
        for name, sheet in sheets.items()
    }
    assert "碳储量与碳汇量据此计算" in said_["adjusted"]
    assert "校正前（制图面积）" in said_["adjusted"]
    assert "矩阵为误差校正前的面积" not in said_["adjusted"]
    assert "矩阵为误差校正前的面积" in said_["mapped"]
    assert "校正前（制图面积）" not in said_["mapped"]


def test_smooth_roots_and_adjusted_areas_go_together(tmp_path):
    """Hundreds of biomass classes are no reason to build the table column by column."""
    stands = "50 100 20 30 3 3\n" * 4
    (tmp_path / "sample.csv").write_text(MATRIX, encoding="utf-8")
    path = write_tiny(
        tmp_path,
        covers=(COVER, LATER),
        biomass=(stands, stands),
        table=(*TABLE, coefficient("carbon_fraction", 0.5, code="F")),
        config={"accuracy": ACCURACY, "biomass": {"roots": "mokany"}},
    )
    results = run(path, out=tmp_path / "out", workers=1).results
    assert verify(results.folder).findings == ()
    roots = table(results, "stocks", zone_code="ALL", ecosystem="forest", pool="bgb", year=2020)
    assert float(roots["stock_t_c"].iloc[0]) > 0


def test_the_tables_are_the_same_whether_or_not_they_are_applied(finished):
    one, two = (r.tables["adjusted_areas"].drop(columns=["run_id"]) for r in finished.values())
    assert one.to_csv() == two.to_csv()
    shown = table(finished["adjusted"], "quality").set_index("check")["value"]
    assert shown["adjusted_areas_applied"] == 1
    assert 0 < shown["map_overall_accuracy"] < 1


def test_the_sample_is_an_input_of_the_run(finished):
    roles = {record.role for record in finished["adjusted"].manifest.inputs}
    assert "accuracy" in roles
    assert "sample.csv" not in str(finished["adjusted"].manifest.parameters)


def test_no_gate_fails_for_the_adjusted_areas(finished):
    failed = [set(table(r, "quality", verdict="fail")["check"]) for r in finished.values()]
    assert failed[0] <= failed[1]


def codes(found):
    return [(f.code, f.value) for f in found]


def test_years_that_are_not_compared_are_refused(tmp_path):
    found = check(written(tmp_path, accuracy={"year0": 2019}))
    assert ("accuracy-years", "2019-2023") in codes(found)


def test_adjusted_areas_need_the_years_of_the_sample_alone(tmp_path):
    config = written(
        tmp_path,
        inventory={"years": [2020, 2021, 2023]},
        land_cover={"files": {"2021": "cover_2020.tif"}},
    )
    assert ("accuracy-apply", "2020, 2021, 2023") in codes(check(config))


def test_adjusted_areas_need_maps_without_one_between(tmp_path):
    config = written(tmp_path, land_cover={"files": {"2021": "cover_2020.tif"}})
    assert ("accuracy-apply", "2020, 2021, 2023") in codes(check(config))


def test_a_sample_that_does_not_suit_the_maps_leaves_nothing_behind(tmp_path):
    lines = [line.rsplit(",", 1)[0] for line in MATRIX.split("\n")[:4]]
    path = written(tmp_path, text="\n".join(lines) + "\n")
    with pytest.raises(RefusedError) as caught:
        run(path, out=tmp_path / "out", workers=1)
    assert ("accuracy-class-unsampled", "cropland>grassland") in codes(caught.value.findings)
    assert not (tmp_path / "out").exists()


def said(*args):
    return CliRunner().invoke(build_commands(), ["accuracy", *map(str, args)])


def test_the_command_judges_finished_results_by_the_mapped_areas(finished, tmp_path):
    """Even of a run whose areas were adjusted: the sample is one of the maps."""
    path = tmp_path / "sample.csv"
    path.write_text(MATRIX, encoding="utf-8")
    for results in finished.values():
        out = tmp_path / "adjusted_areas.csv"
        done = said("estimate", results.folder, "--matrix", path, "--out", out, "--lang", "en")
        assert done.exit_code == 0, done.output
        assert "overall accuracy" in done.output
        kept = (results.folder / "adjusted_areas.csv").read_text(encoding="utf-8")
        assert out.read_text(encoding="utf-8") == kept


def test_the_command_names_the_zones_and_years_that_there_are(finished, tmp_path, capsys):
    path = tmp_path / "sample.csv"
    path.write_text(MATRIX, encoding="utf-8")
    folder = finished["mapped"].folder
    args = ["accuracy", "estimate", str(folder), "--matrix", str(path), "--lang", "en"]
    assert run_commands(build_commands(), [*args, "--zone", "9"]) == 2
    assert run_commands(build_commands(), [*args, "--years", "2019", "2023"]) == 2
    assert run_commands(build_commands(), args[:3]) == 2
    said_ = capsys.readouterr().err
    assert "accuracy-pair" in said_
    assert "accuracy-zone-option" in said_
    assert "1, 2, ALL" in said_


def test_the_command_cannot_read_maps_that_are_not_in_the_folder(finished, tmp_path, capsys):
    path = tmp_path / "points.csv"
    path.write_text(
        "id,longitude,latitude,reference0,reference1\na,110,44,forest,forest\n", encoding="utf-8"
    )
    args = ["accuracy", "estimate", str(finished["mapped"].folder), "--points", str(path)]
    assert run_commands(build_commands(), args) == 2
    assert "accuracy-places" in capsys.readouterr().err


def test_a_plan_is_made_from_the_mapped_classes(finished, tmp_path):
    out = tmp_path / "plan.csv"
    done = said("plan", finished["mapped"].folder, "--standard-error", 0.02, "--stable", 0.9,
                "--change", 0.6, "--merge", "*>*", "--minimum", 30, "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    rows = [line.split(",") for line in out.read_text(encoding="utf-8").split("\n")[1:-1]]
    assert [row[0] for row in rows] == ["*>*", "cropland", "forest", "grassland"]
    assert [row[3] for row in rows] == ["0.600000", "0.900000", "0.900000", "0.900000"]
    assert min(int(row[5]) for row in rows) >= 30


def test_a_plan_needs_an_expected_accuracy_and_figures_in_range(finished, tmp_path, capsys):
    folder = str(finished["mapped"].folder)
    base = ["accuracy", "plan", folder, "--standard-error"]
    assert run_commands(build_commands(), [*base, "0.01", "--stable", "0.9"]) == 2
    both = ["--stable", "0.9", "--change", "0.7"]
    assert run_commands(build_commands(), [*base, "3", *both]) == 2
    said_ = capsys.readouterr().err
    assert "plan-accuracy" in said_
    assert "plan-out-of-range" in said_
    path = tmp_path / "strata.csv"
    path.write_text("stratum,area_ha,users_accuracy\na,900,0.9\nb,100,0.7\n", encoding="utf-8")
    assert run_commands(build_commands(), ["accuracy", "plan", str(path), *base[3:], "0.02"]) == 0


def test_adjusted_areas_need_no_default_error_of_the_area(tmp_path):
    """An official run refuses defaults; the sample's own error takes the place of this one."""
    made = {}
    for apply in (True, False):
        folder = tmp_path / str(apply)
        folder.mkdir()
        prepared = prepare(written(folder, accuracy={"apply": apply}))
        errors = sources_of_error(Densities(ways={}, depth_cm=""), prepared)
        made[apply] = [name for name in errors.defaults if name.startswith("area")]
    assert made[True] == []
    assert len(made[False]) == 1
