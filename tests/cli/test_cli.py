"""The command line: verdicts, exit codes, errors, replay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lastput import __version__
from lastput.cli.main import main


def _environment() -> dict[str, str]:
    """For a process of its own: it must find the same lastput."""
    import lastput

    return {**os.environ, "PYTHONPATH": str(Path(lastput.__file__).parent.parent)}


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def test_safe(capsys: pytest.CaptureFixture[str], safe: Path) -> None:
    code, out, _ = run(capsys, "check", str(safe))
    assert code == 0
    assert "\nSAFE (all " in out
    assert "as expected (Result: safe)" in out


def test_unsafe(capsys: pytest.CaptureFixture[str], unsafe: Path) -> None:
    code, out, _ = run(capsys, "check", str(unsafe))
    assert code == 1
    assert "UNSAFE use-after-free (foo#0): b uses foo#0 after a freed it" in out
    assert "as expected" in out


def test_wrong_expectation(capsys: pytest.CaptureFixture[str], unsafe: Path) -> None:
    unsafe.write_text(unsafe.read_text().replace("(foo)", "(bar)"))
    code, out, _ = run(capsys, "check", str(unsafe))
    assert code == 1
    assert "NOT AS EXPECTED" in out
    assert "use-after-free is expected of bar, and was found of foo#0" in out


def test_unknown(capsys: pytest.CaptureFixture[str], safe: Path) -> None:
    code, out, _ = run(capsys, "check", "--max-states", "2", "--no-merge", str(safe))
    assert code == 2
    assert "UNKNOWN (" in out


def test_replay_gives_the_same_bytes(capsys: pytest.CaptureFixture[str], unsafe: Path) -> None:
    _, out, _ = run(capsys, "check", str(unsafe))
    line = next(line for line in out.splitlines() if line.startswith("  replay: lastput "))
    _, again, _ = run(capsys, *line.removeprefix("  replay: lastput ").split())
    assert again in out
    assert again.startswith("UNSAFE use-after-free")
    _, commit, _ = run(capsys, "check", "--commit", str(unsafe))
    _, commit_again, _ = run(capsys, *line.removeprefix("  replay: lastput ").split(), "--commit")
    assert commit_again in commit


def test_saved_trace(capsys: pytest.CaptureFixture[str], unsafe: Path, tmp_path: Path) -> None:
    _, out, _ = run(capsys, "check", "--format", "json", str(unsafe))
    checked = json.loads(out)
    assert (checked["schema"], checked["verdict"]) == ("lastput-check/1", "UNSAFE")
    trace = checked["traces"][0]
    assert trace["schema"] == "lastput-trace/1"
    shown = []
    for one in (trace, checked):
        saved = tmp_path / "trace.json"
        saved.write_text(json.dumps(one))
        code, out, _ = run(capsys, "show", str(saved))
        assert code == 0
        shown.append(out)
    assert "explored " in shown[0]
    assert shown[0] == shown[1]


def test_wrong_schedule(capsys: pytest.CaptureFixture[str], unsafe: Path) -> None:
    for schedule in ("v1:use-after-free:z9", "v1:leak:b1", "nonsense"):
        code, _, err = run(capsys, "show", str(unsafe), "--schedule", schedule)
        assert code == 2
        assert "[bad-schedule]" in err
        assert len(err.splitlines()) == 2


def test_directory_gives_a_table(
    capsys: pytest.CaptureFixture[str], safe: Path, unsafe: Path, tmp_path: Path
) -> None:
    code, out, _ = run(capsys, "check", "-j1", str(tmp_path))
    assert code == 0
    assert out.splitlines()[2].split()[:4] == ["C1", "safe", "safe", "SAFE"]
    assert "2 tests, 2 as expected" in out
    safe.write_text(safe.read_text().replace("Result: safe", "Result: leak"))
    code, out, _ = run(capsys, "check", "-j2", str(tmp_path))
    assert code == 1
    assert "leak is expected, and was not found" in out


def test_a_broken_test_in_a_table(capsys: pytest.CaptureFixture[str], safe: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.c").write_text("/* Result: safe */\nTHREAD(a) { nowhere(); }\n")
    code, out, _ = run(capsys, "check", "-j1", str(tmp_path))
    assert code == 2
    assert "ERROR" in out
    assert "broken.c:2:13" in out


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (["check", "no/such/file.c"], "no-such-test"),
        (["check", "kvmm"], "no-such-test"),
        (["show", "no/such/trace.json"], "no-schedule"),
    ],
)
def test_errors_are_two_lines(capsys: pytest.CaptureFixture[str], words: list[str], slug: str) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert f"[{slug}]" in err
    assert len(err.splitlines()) == 2
    assert err.splitlines()[1].startswith("  ")


def test_an_unexpected_error_is_told_as_a_bug(
    capsys: pytest.CaptureFixture[str], safe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lastput.cli import run_check

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(run_check, "check_file", fail)
    code, _, err = run(capsys, "check", str(safe))
    assert code == 2
    assert "ZeroDivisionError: oops [internal]" in err
    assert __version__ in err
    assert "Traceback" not in err
    monkeypatch.setenv("LASTPUT_DEBUG", "1")
    assert "Traceback" in run(capsys, "check", str(safe))[2]


def test_disk_full(capsys: pytest.CaptureFixture[str], safe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lastput.cli import run_check

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr(run_check, "check_file", fail)
    code, _, err = run(capsys, "check", str(safe))
    assert code == 2
    assert "[disk]" in err


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lastput.cli.write import write_whole

    path = tmp_path / "out"
    write_whole(path, b"first")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_help_starts_fast() -> None:
    """Start-up is a feature: nothing heavy may be imported for --help."""
    code = "import sys; from lastput.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    heavy = {"numba", "numpy", "rich", "msgspec", "lastput.engine", "lastput.model"}
    code += f"heavy = {sorted(heavy)}\nheavy = [name for name in heavy if name in sys.modules]\n"
    code += "assert not heavy, heavy"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=_environment())


def test_the_hash_seed_makes_no_difference(unsafe: Path) -> None:
    def output(seed: str) -> bytes:
        environment = {**_environment(), "PYTHONHASHSEED": seed}
        words = [sys.executable, "-m", "lastput", "check", "--format", "json", str(unsafe)]
        return subprocess.run(words, env=environment, capture_output=True, check=False).stdout

    assert output("1") == output("2") != b""


def test_help_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "help")[0] == 0
    assert run(capsys)[0] == 0
    assert run(capsys, "doctor")[0] == 0


def test_export(capsys: pytest.CaptureFixture[str], unsafe: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.pml"
    assert run(capsys, "export", "--promela", str(unsafe), "-o", str(out))[0] == 0
    assert "proctype" in out.read_text()


def test_a_table_leaves_out_what_needs_a_tree(
    capsys: pytest.CaptureFixture[str], safe: Path, tmp_path: Path
) -> None:
    text = '/* Result: safe */\nSOURCE("a.c", f);\nTHREAD(a) { f(); }\n'
    (tmp_path / "real.c").write_text(text)
    code, out, _ = run(capsys, "check", "-j1", str(tmp_path))
    assert code == 0
    assert "1 not run" in out
    code, _, err = run(capsys, "check", str(tmp_path / "real.c"))
    assert code == 2
    assert "[no-tree]" in err
