"""The shape of the house: arrows point downward, files stay small, litmus tests state their answer."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
import statistics
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_SOURCE = _ROOT / "src" / "lastput"

#: What each part may import of ours; ``errors`` is for all.
_ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "c": {"c"},
    "engine": {"engine"},
    "model": {"model", "c", "facts", "engine"},
    "facts": {"facts", "c"},
    "executor": {"executor"},
    "effects": {"effects", "facts", "c"},
    "audit": {"audit", "effects", "facts", "c", "schema"},
    "schema": {"schema"},
    "replay": {"replay", "schema"},
    "splat": {"splat", "schema", "c"},
    "check": {"check", "model", "engine", "facts", "c", "schema"},
    "prove": {"prove", "check", "model", "engine", "facts", "c", "schema"},
    "fix": {"fix", "audit", "effects", "facts", "c", "schema"},
    "show": {"show", "check", "schema", "engine"},
    "lsp": {"lsp", "fix", "show", "audit", "effects", "facts", "schema"},
    "cli": {
        "lsp",
        *("cli", "audit", "check", "effects", "facts", "show", "splat", "schema", "engine", "model", "c"),
        "executor",
        "fix",
        "prove",
        "replay",
    },
}


@functools.cache
def _sources() -> tuple[Path, ...]:
    return tuple(
        sorted(path for path in _SOURCE.rglob("*.py") if path.relative_to(_SOURCE).parts[0] != "shelf")
    )


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _imports(path: Path) -> set[str]:
    """Parts of lastput that a file imports."""
    found: set[str] = set()
    for node in ast.walk(_tree(path)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{one.name}" for one in node.names]
            assert node.level == 0, f"{path}: relative import"
        found |= {name.split(".")[1] for name in names if name.startswith("lastput.")}
    return found - {"errors", "__version__"}


@pytest.mark.parametrize("part", sorted(_ARROWS))
def test_arrows_point_downward(part: str) -> None:
    for path in _sources():
        if path.relative_to(_SOURCE).parts[0].removesuffix(".py") == part:
            beyond = _imports(path) - _ARROWS[part]
            assert not beyond, f"{path.relative_to(_ROOT)} imports {sorted(beyond)}"


def test_only_the_command_line_shows() -> None:
    for path in _sources():
        part = path.relative_to(_SOURCE).parts[0]
        assert part in ("show", "lsp", "cli") or "show" not in _imports(path), path.relative_to(_ROOT)


def test_files_import_in_no_circle() -> None:
    names = _names()
    imports = {name: _modules(path, set(names)) - {name} for name, path in names.items()}
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        raise AssertionError(f"a circle: {' -> '.join(error.args[1])}") from None


def _names() -> dict[str, Path]:
    """Every file of ours by the name that imports it."""
    names = {}
    for path in _sources():
        parts = path.relative_to(_SOURCE.parent).with_suffix("").parts
        names[".".join(parts).removesuffix(".__init__")] = path
    return names


def _modules(path: Path, known: set[str]) -> set[str]:
    """Which files of ours a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                name = f"{node.module}.{one.name}"
                found.add(name if name in known else node.module)
    return found & known


def test_every_part_has_its_arrows() -> None:
    parts = {path.relative_to(_SOURCE).parts[0].removesuffix(".py") for path in _sources()}
    assert parts - {"__init__", "__main__"} <= set(_ARROWS), "add the part to _ARROWS"


def test_files_are_small() -> None:
    for folder in (_SOURCE, _ROOT / "tests", _ROOT / "benchmarks"):
        sizes = {path: len(path.read_text().splitlines()) for path in sorted(folder.rglob("*.py"))}
        long = {str(path.relative_to(_ROOT)): size for path, size in sizes.items() if size > 800}
        assert not long
        if sizes:
            assert statistics.median(sizes.values()) < 200


def test_kernel_files_are_small() -> None:
    for path in sorted((_SOURCE / "kernel").glob("*.[ch]")):
        assert len(path.read_text().splitlines()) <= 300, path.name


def test_public_modules_say_what_they_are() -> None:
    for path in _sources():
        tree = _tree(path)
        assert not tree.body or ast.get_docstring(tree), f"{path.relative_to(_ROOT)} has no docstring"


def _tests() -> list[Path]:
    """Every litmus test: C files that are not there to be included by others."""
    included = {
        name
        for path in sorted((_ROOT / "litmus").rglob("*.[ch]"))
        for name in re.findall(r'#include "([^"]+)"', path.read_text())
    }
    return sorted(path for path in (_ROOT / "litmus").rglob("*.c") if path.name not in included)


@pytest.mark.parametrize("path", _tests(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_litmus_test_is_a_question_with_its_answer(path: Path) -> None:
    from lastput.model.header import read_header

    header = read_header(path.read_text(), path.name)
    assert header.expected is not None, "no line Result:"
    assert header.question.endswith("?"), "the first sentence is no question"


def test_every_message_is_explained() -> None:
    """Each slug of an error stands in docs/messages.md."""
    page = (_ROOT / "docs" / "messages.md").read_text()
    explained = set(re.findall(r"^### ([a-z0-9-]+)$", page, re.MULTILINE))
    used: dict[str, str] = {}
    for path in _sources():
        for node in ast.walk(_tree(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "LastputError":
                slugs = [*node.args[:1], *(key.value for key in node.keywords if key.arg == "slug")]
                for slug in slugs:
                    if isinstance(slug, ast.Constant) and isinstance(slug.value, str):
                        used.setdefault(slug.value, str(path.relative_to(_ROOT)))
    missing = {slug: where for slug, where in used.items() if slug not in explained}
    assert not missing, f"explain these in docs/messages.md: {missing}"
