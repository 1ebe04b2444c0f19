"""The documentation in the command, and the manual pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lastput.audit.registry import all_rules
from lastput.cli import man, manual
from lastput.cli.main import main, make_parser

_ROOT = Path(__file__).parent.parent.parent


def _said(capsys: pytest.CaptureFixture[str], word: str) -> str:
    assert main(["help", word]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("path", sorted((_ROOT / "docs").rglob("*.md")), ids=lambda path: path.stem)
def test_every_page_is_found(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    title = re.search(r"^# .*$", path.read_text(), re.MULTILINE)
    assert title is not None
    for word in (f"docs/{path.relative_to(_ROOT / 'docs')}", path.name):
        assert title[0] in _said(capsys, word)


def test_every_message_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    slugs = re.findall(r"^### ([a-z0-9-]+)$", (_ROOT / "docs" / "messages.md").read_text(), re.MULTILINE)
    assert set(manual.messages()) == set(slugs)
    assert "source" in _said(capsys, "[no-tree]")


def test_a_rule_by_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    rule = all_rules()[0]
    for word in (rule.code, rule.code.lower(), rule.name):
        assert rule.name in _said(capsys, word)


def test_the_beginning_of_a_name_is_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert "# Litmus C" in _said(capsys, "litmus")


def test_a_word_that_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "glosary"]) == 2
    assert "did you mean glossary? " in capsys.readouterr().err.replace("\n", " ")


def test_every_word_that_begins_a_message_of_where_to_begin() -> None:
    """The table of `lastput help` names pages that are there."""
    from lastput.cli.commands.help import begin

    for word in re.findall(r"lastput help ([a-z][\w.-]*)", begin()):
        assert manual.find(word)


def test_a_manual_page_for_each_command() -> None:
    found = man.pages()
    assert set(found) == {"lastput.1", *(f"lastput-{name}.1" for name in make_parser()[1])}
    for name, text in found.items():
        assert text.startswith(f".TH {name.removesuffix('.1').upper()} 1 ")
        wrong = [line for line in text.splitlines() if re.search(r"(?<!\\)-", line) and line[0] != "."]
        assert not wrong, name


def test_the_pages_are_written(tmp_path: Path) -> None:
    man.main([str(tmp_path / "man1")])
    assert {path.name: path.read_text() for path in (tmp_path / "man1").iterdir()} == man.pages()
