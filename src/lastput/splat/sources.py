"""The source of a call trace: where each function is defined, and where in it the next frame is called.

Function and offset give no line without debug info; the definition and its call sites are what the
source alone can tell.
"""

from __future__ import annotations

__all__ = ["snippets", "wanted"]

import re
from collections.abc import Mapping, Sequence

from lastput.schema.splat import Report, Snippet
from lastput.splat.kernel import base_name, public
from lastput.splat.machinery import MACHINERY
from lastput.splat.view import View

_MOST = 8
_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
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
    """The source of the report's frames out of ``files`` (path in the tree -> text). A function of whose name
    there are several, with nothing that tells them apart, is left out."""
    hint = report.facts.get("place", "").rpartition(":")[0]
    arch = report.arch or "x86"
    frames = wanted(report)
    defined = {name: _definitions(name, files) for name, _, _ in frames}
    homes = {name: {path for path, _ in places} for name, places in defined.items()}
    names = [name for name, _, _ in frames]
    found = []
    for at, (name, module, inner) in enumerate(frames):
        beside = [homes[one] for one in {*names[max(at - 1, 0) : at], *names[at + 1 : at + 2]} - {name}]
        ranked = sorted(
            (_distance(path, module, hint, arch, beside, not _calls_in(files[path], line, inner)), path, line)
            for path, line in defined[name]
        )
        if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
            continue
        _, path, line = ranked[0]
        found.append(_snippet(name, inner, path, line, files[path].splitlines()))
    return tuple(found)


def _calls_in(text: str, line: int, inner: str) -> bool:
    """Whether a definition calls the function that the frame inside of it is of."""
    if not inner or inner in MACHINERY:
        return False
    return bool(_calls({inner, public(inner), inner.lstrip("_")}, text.splitlines(), line))


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


def _distance(
    path: str, module: str, hint: str, arch: str, beside: Sequence[set[str]], calls_not: bool
) -> tuple[int, ...]:
    """How far a file is from what the log says of the frame: its file, the files of the frames beside it, the
    call of the one inside, its module's name, their folders. Files of one distance cannot be told apart."""
    folder = path.rpartition("/")[0]
    words = re.split(r"[/_.-]", path)
    near = 0 if path == hint else 1
    apart = sum(path not in one for one in beside)
    named = 0 if module and set(re.split(r"[_-]", module)) & set(words) else 1
    foreign = int(path.startswith("arch/") and not path.startswith(f"arch/{arch}/"))
    tools = int(path.startswith(("tools/", "samples/", "Documentation/")))
    folders = sum(folder not in {other.rpartition("/")[0] for other in one} for one in beside)
    hinted = 0 if hint and folder == hint.rpartition("/")[0] else 1
    return near, foreign + tools, apart, int(calls_not), named, hinted, folders


def _snippet(name: str, inner: str, path: str, line: int, lines: Sequence[str]) -> Snippet:
    head = lines[line].strip()
    place = f"{path}:{line + 1}"
    if not inner or inner in MACHINERY:
        return Snippet(name, place, head)
    names = {inner, public(inner), inner.lstrip("_")}
    calls = _calls(names, lines, line)
    if calls:
        return Snippet(name, place, head, inner, calls[:4])
    for at, text in _body(lines, line):  # perhaps the call is in a function that was inlined here
        for between in _CALL.findall(text):
            if between == name:
                continue
            start = _definition_in(between, lines)
            if start >= 0 and _calls(names, lines, start):
                return Snippet(name, place, head, inner, ((at + 1, text.strip()),), between)
    return Snippet(name, place, head, inner)


def _body(lines: Sequence[str], line: int) -> list[tuple[int, str]]:
    """The lines behind the head of a function, to the brace at the start of a line."""
    end = next((at for at in range(line, len(lines)) if lines[at].startswith("}")), len(lines))
    return [(at, lines[at]) for at in range(line + 1, end)]


def _calls(names: set[str], lines: Sequence[str], line: int) -> tuple[tuple[int, str], ...]:
    return tuple(
        (at + 1, text.strip()) for at, text in _body(lines, line) if names.intersection(_CALL.findall(text))
    )


def _definition_in(name: str, lines: Sequence[str]) -> int:
    """The line of a definition in the same file, -1 if there is none."""
    for at, text in enumerate(lines):
        if f"{name}(" in text and text[:1].isalpha() and not text.rstrip().endswith(";"):
            return at
    return -1
