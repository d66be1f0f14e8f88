import fcntl
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rasters.errors import RefusedError
from sinks.errors import ResultError
from sinks.folder import LockedError, atomic_write, check_folder, locked, results_folder
from sinks.manifest import Manifest, read_manifest, write_manifest
from sinks.provenance import Code


def finish(folder, run, text="x"):
    """Write what every run writes: a file and the manifest."""
    (folder / "stocks.csv").write_text(text, encoding="utf-8")
    write_manifest(
        folder,
        Manifest(
            run_id=run,
            status="trial",
            created="2024-01-01T00:00:00+08:00",
            code=Code(version="1", sha256="0"),
            inputs=(),
            outputs=(),
            parameters={},
        ),
    )


def run(target, run_id, *, text="x", replace=False):
    with results_folder(target, run_id=run_id, replace=replace) as folder:
        finish(folder, run_id, text)


def run_that_fails(target, run_id, fault):
    """Write everything and fail just before the end."""
    with results_folder(target, run_id=run_id, replace=False) as folder:
        finish(folder, run_id, "new")
        raise fault


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def refused(target, run_id, *, replace=False):
    with (
        pytest.raises(RefusedError) as caught,
        results_folder(target, run_id=run_id, replace=replace),
    ):
        pytest.fail("the block must not be entered")
    return [f.code for f in caught.value.findings]


def test_a_finished_run_appears_whole_and_leaves_nothing_beside(tmp_path):
    target = tmp_path / "results" / "im"
    with results_folder(target, run_id="a1", replace=False) as folder:
        assert folder.parent == target.parent
        assert not target.exists()
        finish(folder, "a1")
    assert names(target) == ["manifest.json", "stocks.csv"]
    assert names(target.parent) == ["im"]


def test_others_may_read_the_folder_as_far_as_the_umask_lets_them(tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    run(tmp_path / "im", "a1")
    assert stat.S_IMODE((tmp_path / "im").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize("fault", [ValueError("fault"), KeyboardInterrupt()])
def test_a_run_that_fails_leaves_the_earlier_result(tmp_path, fault):
    target = tmp_path / "im"
    run(target, "a1", text="old")
    with pytest.raises(type(fault)):
        run_that_fails(target, "a1", fault)
    assert (target / "stocks.csv").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["im"]


def test_the_same_run_takes_the_place_of_its_earlier_result(tmp_path):
    run(tmp_path / "im", "a1", text="old")
    run(tmp_path / "im", "a1", text="new")
    assert (tmp_path / "im" / "stocks.csv").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["im"]


def test_another_run_is_refused(tmp_path):
    run(tmp_path / "im", "a" * 64)
    assert refused(tmp_path / "im", "b" * 64) == ["folder-other-run"]
    (found,) = check_folder(tmp_path / "im", run_id="b" * 64, replace=False)
    assert found.value == "aaaaaaaa"
    assert names(tmp_path) == ["im"]


def test_replace_keeps_the_old_run_and_only_the_last(tmp_path):
    for run_id in ("a1", "b2", "c3"):
        run(tmp_path / "im", run_id, replace=True)
    assert names(tmp_path) == ["im", "im.previous"]
    assert read_manifest(tmp_path / "im").run_id == "c3"
    assert read_manifest(tmp_path / "im.previous").run_id == "b2"


def test_a_folder_that_is_no_result_is_never_touched(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("thesis", "file", "link"):
        assert refused(tmp_path / name, "a1", replace=True) == ["folder-not-results"]
    assert names(tmp_path / "thesis") == ["chapter.txt"]


def test_a_previous_that_is_no_result_is_never_removed(tmp_path):
    run(tmp_path / "im", "a1")
    (tmp_path / "im.previous").mkdir()
    (tmp_path / "im.previous" / "chapter.txt").write_text("years of work", encoding="utf-8")
    assert refused(tmp_path / "im", "b2", replace=True) == ["folder-not-results"]


def test_an_empty_folder_is_free(tmp_path):
    (tmp_path / "im").mkdir()
    run(tmp_path / "im", "a1")
    assert read_manifest(tmp_path / "im").run_id == "a1"


def test_no_result_without_its_own_manifest(tmp_path):
    with (
        pytest.raises(ResultError, match="is not a manifest"),
        results_folder(tmp_path / "im", run_id="a1", replace=False),
    ):
        pass
    with (
        pytest.raises(ResultError, match="carries the run id b2, the run is a1"),
        results_folder(tmp_path / "im", run_id="a1", replace=False) as folder,
    ):
        finish(folder, "b2")
    assert names(tmp_path) == []


def test_a_second_run_into_the_same_folder_is_locked_out(tmp_path):
    with results_folder(tmp_path / "im", run_id="a1", replace=False) as folder:
        with (
            pytest.raises(LockedError, match=r"another run is writing .*im"),
            results_folder(tmp_path / "im", run_id="a1", replace=False),
        ):
            pytest.fail("the block must not be entered")
        assert folder.is_dir()
        run(tmp_path / "other", "a1")
        finish(folder, "a1")
    assert names(tmp_path) == ["im", "other"]


def test_the_lock_holds_across_processes_and_ends_with_its_holder(tmp_path):
    program = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from sinks.folder import results_folder
        with results_folder(Path(sys.argv[1]), run_id="a1", replace=False) as folder:
            (folder / "half.csv").write_text("half", encoding="utf-8")
            print("held", flush=True)
            time.sleep(60)
    """)
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", program, str(tmp_path / "im")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(LockedError), locked(tmp_path / "im"):
            pytest.fail("the lock must be held")
        child.send_signal(signal.SIGKILL)
    assert not (tmp_path / "im").exists()
    assert any(name.startswith(".im.tmp-") for name in names(tmp_path))
    run(tmp_path / "im", "a1")
    assert names(tmp_path) == ["im"]


def test_a_lock_file_that_its_holder_removed_meanwhile_is_no_lock(tmp_path, monkeypatch):
    real, path = fcntl.flock, tmp_path / ".im.lock"
    pending = [path.unlink]

    def flock(handle, operation):
        if pending:
            pending.pop()()  # the holder ends between our open and our lock
        real(handle, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(tmp_path / "im"):
        assert path.exists()
        with pytest.raises(LockedError), locked(tmp_path / "im"):
            pytest.fail("the lock must be held")
    assert names(tmp_path) == []


def test_a_result_put_aside_by_a_killed_run_comes_back(tmp_path):
    run(tmp_path / "im", "a1", text="old")
    (tmp_path / "im").rename(tmp_path / ".im.old-0123")
    assert refused(tmp_path / "im", "b2") == ["folder-other-run"]
    assert (tmp_path / "im" / "stocks.csv").read_text(encoding="utf-8") == "old"


def test_a_replaced_result_whose_run_was_killed_late_becomes_previous(tmp_path):
    run(tmp_path / "im", "a1")
    (tmp_path / "im").rename(tmp_path / ".im.old-0123")
    run(tmp_path / "next", "b2")
    (tmp_path / "next").rename(tmp_path / "im")
    run(tmp_path / "im", "b2")
    assert read_manifest(tmp_path / "im.previous").run_id == "a1"
    assert names(tmp_path) == ["im", "im.previous"]


def test_the_sweep_leaves_what_belongs_to_other_targets(tmp_path):
    (tmp_path / ".imx.tmp-1").mkdir()
    (tmp_path / "im.tmp-1").mkdir()
    run(tmp_path / "im", "a1")
    assert names(tmp_path) == [".imx.tmp-1", "im", "im.tmp-1"]


def test_every_file_is_synced_before_the_rename(tmp_path, monkeypatch):
    seen = []
    real_sync, real_rename = os.fsync, Path.rename

    def sync(handle):
        seen.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        real_sync(handle)

    def rename(self, target):
        seen.append("rename")
        return real_rename(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "rename", rename)
    with results_folder(tmp_path / "im", run_id="a1", replace=False) as folder:
        finish(folder, "a1")
        name = folder.name
    renamed = seen.index("rename")
    assert set(seen[:renamed]) == {"stocks.csv", "manifest.json", name}
    assert seen[renamed + 1 :] == [tmp_path.name]


def test_an_atomic_write_replaces_the_whole_file_or_nothing(tmp_path, monkeypatch):
    path = tmp_path / "quality.csv"
    atomic_write(path, b"old")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write(path, b"newer")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["quality.csv"]
