"""The documentation shows what really comes out, and no command line in it is wrong.

A fenced block that begins with ``$ lastput`` is run, and what follows must be its output: LASTPUT_ACCEPT=1
writes it anew. Every other command line of lastput in a block is parsed as the real one would be, and
tests/test_docs_commands.py runs it. The page on the modelled kernel is made from the kernel's own comments,
the page on the rules from the rules.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import pytest

from lastput.audit.registry import all_rules
from lastput.audit.rule import FAMILIES, Rule
from lastput.cli.main import main, make_parser
from tests.pages import EXAMPLE, PAGES, ROOT, commands, name_of

_KERNEL = ROOT / "src" / "lastput" / "kernel"
_ACCEPT = bool(os.environ.get("LASTPUT_ACCEPT"))


def _ids(value: object) -> str:
    return name_of(value) if isinstance(value, Path) else str(value)


def _examples() -> list[tuple[Path, str]]:
    return [(path, match[2]) for path in PAGES for match in EXAMPLE.finditer(path.read_text())]


@pytest.mark.parametrize(("path", "command"), _examples(), ids=_ids)
def test_an_example_is_real(path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(shlex.split(command))
    shown = "".join(f"{line}\n" for line in capsys.readouterr().out.splitlines())
    text = path.read_text()
    match = next(match for match in EXAMPLE.finditer(text) if match[2] == command)
    if _ACCEPT:
        path.write_text(text[: match.start(3)] + shown + text[match.end(3) :])
        return
    assert match[3] == shown


@pytest.mark.parametrize(("path", "command"), commands(), ids=_ids)
def test_a_command_line_is_understood(path: Path, command: str) -> None:
    parser, modules = make_parser()
    words = shlex.split(command)
    assert words[0] in modules, f"{name_of(path)}: there is no `lastput {words[0]}`"
    if getattr(modules[words[0]], "WORDS", False):
        return
    try:
        parser.parse_args(words)
    except SystemExit as wrong:
        assert wrong.code == 0, f"{name_of(path)}: lastput {command}"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_test_that_is_named_is_there(path: Path) -> None:
    """Names of the shelf in backquotes or in commands."""
    from lastput.cli import shelf

    root = shelf.root()
    assert root is not None
    folders = "|".join(shelf.folders())
    for name in re.findall(rf"[` ]((?:{folders})/[\w.-]+)(?=[` \n])", path.read_text()):
        assert any((root / f"{name}{end}").exists() for end in ("", ".c", ".h")), f"{name_of(path)}: {name}"


def test_every_file_that_the_readme_names_is_there() -> None:
    readme = ROOT / "README.md"
    for name in re.findall(r"\]\(([^)#]+)", readme.read_text()):
        assert (ROOT / name).exists(), name


_CITED = re.compile(r"/\*\s*(?:(\w+)\(\),?\s+)?([a-z][\w/.-]+/[\w.-]+\.[chS]:\d+)")
_DEFINED = re.compile(r"^(?:static |inline |__always_inline )*[\w ]+?[ *](\w+)\(", re.MULTILINE)
_BOOT = re.compile(r"^(?:BOOT|DAEMON)\((\w+)")


def _modelled(path: Path) -> str:
    """The section of a file of the modelled kernel: its first comment, and what each function cites."""
    text = path.read_text()
    match = re.match(r"/\*\n(.*?)\n \*/", text, re.DOTALL)
    assert match, path
    lines = [line[3:] for line in match[1].splitlines()]
    body = "\n".join(lines).replace("<", "&lt;").replace("*", "\\*")
    rows = []
    for cited in _CITED.finditer(text, match.end()):
        end = text.find("*/", cited.start())
        after = text[end + 2 :].lstrip().partition("\n")[0]
        name = _DEFINED.match(after) or _BOOT.match(after)
        if name:
            rows.append(f"| `{name[1]}()` | {f'`{cited[1]}()`, ' if cited[1] else ''}`{cited[2]}` |")
    table = "\n".join(["| here | in Linux 6.12 |", "|---|---|", *rows, ""]) if rows else ""
    return f"## {path.name}\n\n{body}\n\n{table}".rstrip() + "\n"


def test_the_page_on_the_modelled_kernel() -> None:
    intro = """\
# The modelled kernel

What a litmus test runs on: small files in litmus C, `src/lastput/kernel/`. Each begins with what
it models, what blocks in it and what it leaves out; each function cites the place in Linux that it stands
for. A test opens the Linux source and checks every citation.

<!-- Written by tests/test_docs.py from the files themselves. -->
"""
    parts = [_modelled(path) for path in sorted(_KERNEL.glob("*.[ch]")) if path.name != "lastput.h"]
    text = "\n".join([intro, *parts])
    page = ROOT / "docs" / "modelled-kernel.md"
    if _ACCEPT:
        page.write_text(text)
    assert page.read_text() == text


def _rule(rule: Rule) -> str:
    """The section of a rule: its page, example and all."""
    parts = [f"### {rule.code} {rule.name}", rule.page.summary]
    for title, body in rule.page.sections:
        prose = textwrap.dedent(body).replace("<", "&lt;").replace("*", "\\*")
        shown = textwrap.indent(textwrap.dedent(body), "    ") if title == "Example" else prose
        parts += [f"**{title}**", shown]
    return "\n\n".join(parts) + "\n"


def test_the_page_on_the_rules() -> None:
    intro = """\
# Rules

What `lastput audit` looks for. `lastput rule CODE` prints a page, `lastput rule` lists all.

<!-- Written by tests/test_docs.py from the rules themselves. -->
"""
    families: dict[str, list[Rule]] = {}
    for rule in all_rules():
        families.setdefault(rule.family, []).append(rule)
    parts = [intro]
    for family, members in sorted(families.items()):
        parts += [f"## {family}: {FAMILIES[family]}\n", *map(_rule, members)]
    text = "\n".join(parts)
    page = ROOT / "docs" / "rules.md"
    if _ACCEPT:
        page.write_text(text)
    assert page.read_text() == text


@pytest.mark.skipif(not find_spec("mkdocs"), reason="pip install mkdocs-material")
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "kvm-story.html").is_file()
    page = (tmp_path / "site" / "index.html").read_text()
    assert not re.search(r'(src|href)="https?://(?!squidfunk)', page), "the site loads or links elsewhere"
