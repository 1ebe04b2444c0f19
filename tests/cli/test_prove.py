"""``lastput prove`` as a user types it: a tree with one lost reference, to a verdict and a test of one's
own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lastput.cli.main import main

_CODE = """\
#include <linux/of.h>

static int foo_id(const struct device_node *np)
{
	return np->phandle;
}

int foo_parse(struct device *dev)
{
	struct device_node *np = of_find_node_by_name(NULL, "foo");

	if (!np)
		return -ENODEV;
	if (foo_id(np) < 0)
		return -EINVAL;
	of_node_put(np);
	return 0;
}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "linux"
    for folder in ("kernel", "include/linux", "drivers/foo"):
        (root / folder).mkdir(parents=True)
    (root / "drivers/foo/foo.c").write_text(_CODE)
    (root / "drivers/Makefile").write_text("obj-m += foo/\n")
    (root / "drivers/foo/Makefile").write_text("obj-m += foo.o\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


def test_all_findings_of_a_tree(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "--all", "--format", "line", "-q", str(tree)]) == 1
    told = capsys.readouterr().out
    assert "drivers/foo/foo.c:15: [REF001] CONFIRMED (leak," in told


def test_the_test_that_is_written_gives_the_same(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = tree.parent / "foo.c"
    assert main(["prove", "drivers/foo/foo.c:15", str(tree), "-q", "-o", str(test)]) == 1
    assert "*** leak of device_node#0 ***" in capsys.readouterr().out
    assert main(["check", "-q", "--tree", str(tree), str(test)]) == 1
    told = capsys.readouterr().out
    assert "leak" in told and "as expected" in told


def test_json_has_the_whole_proof(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["prove", "--rules", "REF001", "--format", "json", "-q", str(tree)])
    proof = json.loads(capsys.readouterr().out)
    assert proof["schema"] == "lastput-proof/1"
    assert proof["where"] == "drivers/foo/foo.c:15"
    assert proof["control"]["verdict"] == "SAFE"


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ([], "what-to-prove"),
        (["drivers/foo/foo.c:3"], "no-finding"),
        (["0123456789abcdef"], "no-finding"),
        (["--all", "--on", "nowhere"], "no-executor"),
    ],
)
def test_what_is_wrong_is_said_in_two_lines(
    tree: Path, words: list[str], slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prove", "-q", *words, *([str(tree)] if words else [])]) == 2
    told = capsys.readouterr().err
    assert f"[{slug}]" in told
    assert len(told.strip().splitlines()) == 2
