"""``lastput audit``, ``rule`` and ``kbuild`` on a tree of two files, with one made-up rule."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from lastput.audit import registry, rules
from lastput.cli import run_audit, run_kbuild
from lastput.cli.main import main
from tests.audit.samples import TextTree

_BAD = """\
static int foo_release(struct inode *inode, struct file *file)
{
	module_put(THIS_MODULE);
	return 0;
}
"""
_SAFE = """\
static int bar_open(struct inode *inode, struct file *file)
{
	module_put(THIS_MODULE);
	return -ENOMEM;
}

static int bar_maybe_release(struct inode *inode, struct file *file)
{
	module_put(THIS_MODULE);
	return 0;
}
"""
_LINE = "drivers/foo.c:3: warning: [MOD901] foo_release() puts its own module\n"


@pytest.fixture(autouse=True)
def one_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Only the made-up rule, and trees without a fact base."""
    monkeypatch.setattr(rules, "__path__", [str(Path(__file__).parent / "rules")])
    monkeypatch.setattr(
        run_audit, "opener", lambda tree, quiet=False, kernel=None: partial(TextTree, Path(tree))
    )
    monkeypatch.setattr(run_kbuild, "opener_for_file", lambda root, path: partial(TextTree, root))
    for command in (run_audit, run_kbuild):
        monkeypatch.setattr(command, "store_of", lambda root, kernel=None: tmp_path / "store")
    registry.all_rules.cache_clear()
    yield
    registry.all_rules.cache_clear()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "linux"
    (root / "drivers").mkdir(parents=True)
    for name in ("Kbuild", "Kconfig", "MAINTAINERS"):
        (root / name).touch()
    (root / "drivers" / "foo.c").write_text(_BAD)
    (root / "drivers" / "bar.c").write_text(_SAFE)
    return root


Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_findings_on_stdout_the_rest_on_stderr(capsys: Capture, tree: Path) -> None:
    assert run(capsys, "audit", tree) == (
        1,
        _LINE,
        "1 finding (1 high), 1 less sure (--confidence low shows them)\nparsed 2 of 2 functions\n",
    )
    code, out, err = run(capsys, "audit", tree, "--confidence", "low", "-q")
    assert (code, out.count("\n"), err) == (1, 2, "")


def test_a_clean_tree(capsys: Capture, tree: Path) -> None:
    (tree / "drivers" / "foo.c").unlink()
    assert run(capsys, "audit", tree, "-q") == (0, "", "")


def test_why_a_place_is_safe(capsys: Capture, tree: Path) -> None:
    code, out, _ = run(capsys, "audit", tree, "--why", "drivers/bar.c:3")
    assert code == 0
    assert out.startswith("drivers/bar.c:3: safe: [MOD901] bar_open() puts its own module\n")
    assert "    + pairing: undoes a get\n" in out
    # A line of the function will do, and a path from the current directory.
    assert run(capsys, "audit", tree, "--why", f"{tree}/drivers/bar.c:4")[1] == out


@pytest.mark.parametrize(
    ("place", "slug"), [("drivers/bar.c:6", "nothing-judged"), ("nowhere.c:1", "no-place"), ("x", "no-place")]
)
def test_why_not(capsys: Capture, tree: Path, place: str, slug: str) -> None:
    code, _, err = run(capsys, "audit", tree, "--why", place)
    assert code == 2
    assert f"[{slug}]" in err


def test_sites_are_listed_with_their_class(capsys: Capture, tree: Path) -> None:
    code, out, _ = run(capsys, "audit", tree, "--sites", "module_put")
    assert code == 1
    assert [row.split()[:4] for row in out.splitlines()[:3]] == [
        ["drivers/bar.c:3", "bar_open", "U", "safe"],
        ["drivers/bar.c:9", "bar_maybe_release", "O", "bug"],
        ["drivers/foo.c:3", "foo_release", "O", "bug"],
    ]
    assert "\n3 sites\n" in out
    assert "[no-sites]" in run(capsys, "audit", tree, "--sites", "kfree")[2]


def test_a_reason_suppresses(capsys: Capture, tree: Path) -> None:
    file = tree / "drivers" / "foo.c"
    file.write_text(_BAD.replace("MODULE);", "MODULE); /* lastput: safe MOD901 -- foo_fops pins it */"))
    code, out, err = run(capsys, "audit", tree)
    assert (code, out) == (0, "")
    assert "1 suppressed" in err


def test_without_a_reason_it_does_not(capsys: Capture, tree: Path) -> None:
    (tree / "drivers" / "foo.c").write_text(_BAD.replace("MODULE);", "MODULE); /* lastput: safe MOD901 */"))
    code, out, err = run(capsys, "audit", tree)
    assert (code, out) == (1, _LINE)
    assert "drivers/foo.c:3: this suppression does not count: it gives no reason" in err


def test_what_is_suppressed_for_nothing_is_told(capsys: Capture, tree: Path) -> None:
    (tree / "lastput.toml").write_text('[[safe]]\nrule = "MOD901"\npath = "gone.c"\nreason = "pinned"\n')
    code, _, err = run(capsys, "audit", tree)
    assert code == 1
    assert "lastput.toml, gone.c: unused suppression of MOD901: remove it\n" in err


def test_the_configuration_speaks_unless_the_command_line_does(capsys: Capture, tree: Path) -> None:
    (tree / "lastput.toml").write_text('[audit]\nconfidence = "low"\n')
    assert run(capsys, "audit", tree, "-q")[1].count("\n") == 2
    assert run(capsys, "audit", tree, "-q", "--confidence", "high")[1] == _LINE
    assert run(capsys, "audit", tree, "-q", "--ignore", "MOD")[:2] == (0, "")


def test_only_new_findings_count(capsys: Capture, tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    assert run(capsys, "audit", tree, "--write-baseline", file)[0] == 0
    (tree / "drivers" / "foo.c").write_text(f"\n\n{_BAD}")
    assert run(capsys, "audit", tree, "-q", "--baseline", file) == (0, "", "")
    (tree / "drivers" / "new.c").write_text(_BAD)
    code, out, err = run(capsys, "audit", tree, "--baseline", file)
    assert (code, out) == (1, _LINE.replace("foo.c", "new.c"))
    assert "1 in the baseline" in err


_PATCH = """\
--- a/drivers/bar.c
+++ b/drivers/bar.c
@@ -8,3 +8,3 @@
 {
-\tput(THIS_MODULE);
+\tmodule_put(THIS_MODULE);
 \treturn 0;
"""


def test_a_patch_answers_for_its_own(capsys: Capture, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(_PATCH.encode())))
    code, out, err = run(capsys, "audit", tree, "--patch", "-", "--confidence", "low")
    assert code == 1
    assert out == "drivers/bar.c:9: warning: [MOD901] bar_maybe_release() puts its own module\n"
    assert "1 not of this change" in err


def test_since_a_revision(capsys: Capture, tree: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", str(tree), *who, *words], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "x: all")
    assert run(capsys, "audit", tree, "--since", "HEAD", "-q") == (0, "", "")
    (tree / "drivers" / "foo.c").write_text(_BAD.replace("return 0", "return 1"))
    assert run(capsys, "audit", tree, "--since", "HEAD", "-q") == (1, _LINE, "")


@pytest.mark.parametrize(("mode", "form"), [("report", "report"), ("ORG", "org"), ("chain", "report")])
def test_the_modes_of_coccicheck(capsys: Capture, tree: Path, mode: str, form: str) -> None:
    out = run(capsys, "audit", tree, "--mode", mode)[1]
    assert out == run(capsys, "audit", tree, "--format", form)[1]


def test_there_is_no_such_mode(capsys: Capture, tree: Path) -> None:
    code, _, err = run(capsys, "audit", tree, "--mode", "fix")
    assert code == 2
    assert "the audit has no mode 'fix' [no-mode]" in err


def test_every_form_prints(capsys: Capture, tree: Path) -> None:
    from lastput.show.findings import names

    for form in set(names()) - {"patch"}:  # which has nothing for what no edit mends
        code, out, _ = run(capsys, "audit", tree, "--format", form)
        assert code == 1
        assert ("MOD901" if form == "stat" else "foo.c") in out
    assert json.loads(run(capsys, "audit", tree, "--format", "json")[1])["fingerprint"]


def test_a_rule_has_a_page(capsys: Capture) -> None:
    code, out, _ = run(capsys, "rule", "mod901")
    assert code == 0
    assert out.startswith("MOD901 put-in-release\n\nA release callback puts its own module.")
    assert "\nKnown limits\n    It greps.\n" in out
    assert "  MOD901  put-in-release" in run(capsys, "rule")[1]
    assert "[no-such-rule]" in run(capsys, "rule", "MOD000")[2]


_FLAGS = (
    "-D__linux__",
    "-Wp,-MMD,drivers/.foo.o.d",
    "-nostdinc",
    "-I./include",
    "-DKBUILD_MODNAME='\"foo\"'",
)


def test_make_asks_for_one_file(capsys: Capture, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    text = "drivers/foo.c:3:2: warning: foo_release() puts its own module [MOD901]\n"
    text += "drivers/foo.c:3:2: note: (1) the put may be the last\n"
    for _ in range(2):  # the second answer comes from the store
        assert run(capsys, "kbuild", *_FLAGS, "drivers/foo.c") == (0, "", text)
    assert run(capsys, "kbuild", *_FLAGS, "drivers/bar.c") == (0, "", "")
    assert run(capsys, "kbuild", "-Wlastput-low", "drivers/bar.c")[2].count("warning:") == 1
    assert run(capsys, "kbuild", "-Wlastput-error", "drivers/foo.c")[0] == 1


def test_make_builds_elsewhere(
    capsys: Capture, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O=: make runs in the object directory and names the file from there."""
    (tmp_path / "build").mkdir()
    monkeypatch.chdir(tmp_path / "build")
    monkeypatch.setenv("srctree", "../linux")
    _, _, err = run(capsys, "kbuild", *_FLAGS, "../linux/drivers/foo.c")
    assert err.startswith("../linux/drivers/foo.c:3:2: warning: ")


def test_what_make_would_never_do(capsys: Capture, tmp_path: Path) -> None:
    assert "[no-source-file]" in run(capsys, "kbuild", "-Wall")[2]
    assert "[no-tree]" in run(capsys, "kbuild", tmp_path / "x.c")[2]


def test_an_edit_is_judged_again(capsys: Capture, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    run(capsys, "kbuild", "drivers/foo.c")
    (tree / "drivers" / "foo.c").write_text(_BAD.replace("module_put", "put"))
    assert run(capsys, "kbuild", "drivers/foo.c") == (0, "", "")
