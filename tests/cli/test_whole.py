"""The command line as a whole: help that fits, examples, completion, colour, what goes where."""

from __future__ import annotations

import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from lastput.cli import commands
from lastput.cli.commands import doctor
from lastput.cli.main import main, make_parser
from tests.pages import ROOT

_COMMANDS = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))


def test_the_help_fits_on_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = make_parser()[0].format_help().splitlines()
    assert len(lines) <= 40
    assert max(len(line) for line in lines) <= 80


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_has_examples(name: str) -> None:
    page = make_parser()[1][name].__doc__ or ""
    assert re.search(rf"^  .*lastput {name}\b", page, re.MULTILINE), (
        f"add an example to the docstring of commands/{name}.py"
    )
    assert max(len(line) for line in page.splitlines()) <= 80


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in (*_COMMANDS, "max-states", "kvm/f1-release-puts-module"):
        assert word in script
    if shutil.which(shell):
        path = tmp_path / "script"
        path.write_text(script)
        subprocess.run([shell, "-n", str(path)], check=True)


def test_bash_completes_a_test(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(["completion", "bash"])
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    ask = (
        f"source {script}; COMP_WORDS=(lastput check kvm/f1-rel); COMP_CWORD=2; "
        "COMP_LINE='lastput check kvm/f1-rel'; COMP_POINT=${#COMP_LINE}; "
        "f=$(complete -p lastput | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $f lastput kvm/f1-rel check; "
        "printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    found = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True).stdout
    assert found.split() == ["kvm/f1-release-puts-module"]


def test_the_doctor_asks_for_all_that_is_needed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[^\w.-]", one)[0] for one in project["dependencies"]}
    assert needed == set(doctor._PACKAGES)
    extras = {
        re.split(r"[^\w.-]", one)[0]
        for name in ("replay", "lsp", "cluster", "elf")
        for one in project["optional-dependencies"][name]
    }
    assert extras == {name for name, _, _ in doctor._EXTRAS}


def test_the_doctor_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["doctor"]) == 0
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert main(["doctor"]) == 0
    assert "without  spin" in capsys.readouterr().out


def test_a_pipe_gets_no_colour_and_no_progress(unsafe: Path) -> None:
    import lastput

    environment = {**os.environ, "PYTHONPATH": str(Path(lastput.__file__).parent.parent)}
    words = [sys.executable, "-m", "lastput", "check", str(unsafe)]
    done = subprocess.run(words, env=environment, capture_output=True, check=False)
    assert b"\x1b" not in done.stdout
    assert done.stderr == b""


def test_show_writes_a_page(capsys: pytest.CaptureFixture[str], unsafe: Path, tmp_path: Path) -> None:
    page = tmp_path / "race.html"
    assert main(["check", "--html", str(page), "-q", str(unsafe)]) == 1
    assert page.read_text().startswith("<!doctype html>")
    out = capsys.readouterr().out
    assert "<html" not in out
    words = ["show", str(unsafe), "--schedule", "v1:use-after-free:b3c3"]
    assert main([*words, "--html"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert main([*words, "--to", "sarif", "-o", str(tmp_path / "race.sarif")]) == 0
    assert (tmp_path / "race.sarif").read_text().startswith("{")
    assert capsys.readouterr().out == ""


def test_a_safe_test_has_no_page(capsys: pytest.CaptureFixture[str], safe: Path, tmp_path: Path) -> None:
    page = tmp_path / "race.html"
    assert main(["check", "--html", str(page), str(safe)]) == 0
    assert "there is no counterexample to write" in capsys.readouterr().err
    assert not page.exists()


def test_many_tests_have_a_folder_of_pages(unsafe: Path, safe: Path, tmp_path: Path) -> None:
    """Every link of the index leads to a page, and each page is linked."""
    out = tmp_path / "out" / "pages"
    main(["check", "-q", "-j1", "--html", str(out), "--all", str(unsafe), str(safe)])
    index = (out / "index.html").read_text()
    linked = re.findall(r'href="([^"]+)"', index)
    assert linked
    assert sorted(linked) == sorted(one.name for one in out.iterdir() if one.name != "index.html")
    assert all((out / one).read_text().startswith("<!doctype html>") for one in linked)
    assert '<b class="safe">SAFE</b>' in index
