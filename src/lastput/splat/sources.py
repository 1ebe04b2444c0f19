"""The source of a call trace: where each function is defined, and where in it the next frame is called.

Function and offset give no line without debug info; the definition and its call sites are what the
source alone can tell.
"""

from __future__ import annotations

__all__ = ["snippets", "wanted"]

import re
from collections.abc import Mapping, Sequence

from lastput.schema.splat import Report, Snippet
from lastput.splat.kernel import MACHINERY, base_name
from lastput.splat.view import View

_MOST = 8
_BORDER = frozenset(("kthread", "ret_from_fork", "ret_from_fork_asm", "worker_thread", "do_syscall_64"))


def wanted(report: Report) -> list[tuple[str, str, str]]:
    """(function, module, function that it calls) of the frames that have a story, innermost first."""
    view = View(report)
    found = []
    inner = ""
    for frame in view.frames:
        name = base_name(frame.function)
        if name and name not in MACHINERY and name not in _BORDER:
            found.append((name, frame.module, inner))
        inner = name
    return found[:_MOST]


def snippets(report: Report, files: Mapping[str, str]) -> tuple[Snippet, ...]:
    """The source of the report's frames out of ``files`` (path in the tree -> text)."""
    hint = report.facts.get("place", "").rpartition(":")[0]
    found = []
    for name, module, inner in wanted(report):
        best = min(_definitions(name, files), key=lambda one: _distance(one[0], module, hint), default=None)
        if best is not None:
            path, line = best
            found.append(_snippet(name, inner, path, line, files[path].splitlines()))
    return tuple(found)


def _definitions(name: str, files: Mapping[str, str]) -> list[tuple[str, int]]:
    """(path, index of the line) of each definition: the name at the head of a body, not of a prototype."""
    pattern = re.compile(
        rf"^[A-Za-z_][\w \t*(,)]{{0,200}}?\b{re.escape(name)}\(|^{re.escape(name)}\(", re.MULTILINE
    )
    found = []
    for path in sorted(files):
        text = files[path]
        if name not in text:
            continue
        for match in pattern.finditer(text):
            brace, semicolon = text.find("\n{", match.end()), text.find(";", match.end())
            if 0 <= brace < (semicolon if semicolon >= 0 else len(text)):
                found.append((path, text.count("\n", 0, match.start())))
    return found


def _distance(path: str, module: str, hint: str) -> tuple[int, int, str]:
    """How far a file is from what the log says of the frame: its file, its folder, its module's name."""
    folder = path.rpartition("/")[0]
    words = re.split(r"[/_.-]", path)
    near = 0 if path == hint else 1 if hint and folder == hint.rpartition("/")[0] else 2
    named = 0 if module and set(re.split(r"[_-]", module)) & set(words) else 1
    arch = path.startswith("arch/") and not path.startswith(("arch/x86/", "arch/arm64/"))
    return near, named + 2 * arch, path


def _snippet(name: str, inner: str, path: str, line: int, lines: Sequence[str]) -> Snippet:
    end = next((at for at in range(line, len(lines)) if lines[at].startswith("}")), len(lines))
    call = re.compile(rf"\b{re.escape(inner)}\s*\(") if inner else None
    calls = tuple(
        (at + 1, lines[at].strip())
        for at in range(line + 1, end)
        if call is not None and call.search(lines[at])
    )
    return Snippet(name, f"{path}:{line + 1}", lines[line].strip(), calls[:4])
