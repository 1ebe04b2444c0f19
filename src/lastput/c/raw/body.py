"""The body of one function as a syntax tree: tree-sitter on unpreprocessed C, helped by same-length rewrites.

The scan has already taken out comments, directives and what loop macros and type arguments do to the
grammar. Here attribute words go, ``#if`` arms that hold whole statements become branches, and if a
syntax error is left, a few repairs are tried. Every rewrite keeps the length, so offsets stay true; text is
always taken from the original.
"""

from __future__ import annotations

__all__ = ["Body", "parse_body"]

import re
from functools import cache

import tree_sitter
import tree_sitter_c

from lastput.c.raw.attributes import blank_attributes, cleanups
from lastput.c.raw.source import Function, Source

_BLANK = re.compile(rb"[^\n]")
_DIRECTIVE = re.compile(rb"#\s*(if|ifdef|ifndef|else|elif|endif)\b")
_BOUNDARY = frozenset(b";{}:")
_RANGE = re.compile(rb"(\bcase\b[^:;{}]*?)(\.\.\.[^:;{}]*)(?=:)")
_LEVEL = re.compile(rb"\bKERN_[A-Z]+\b")
_DIGITS = re.compile(rb"(?<![\w.])[1-9]\d*(?=[A-Zb]\w*[a-z_A-Z]\w)(?!\d*(?:U|L|u|l)+\b)")
_OFFSETOF = re.compile(rb"\boffsetof(?=\s*\()")
_STRINGS = re.compile(rb'(?<=["\w)])(\s+)([A-Z_][A-Z0-9_]*)(\s*(?=["),]))')


class Body:
    """A parsed body. ``root`` is the compound statement; its offsets are those of the file less ``shift``.

    ``clean`` is False if a syntax error is left. ``arms``: offsets in the file of each ``if`` that stands for
    an ``#if``, with its line; ``loops``: those of loop macros, with the name; ``cleanups``: variables with
    ``__free``, and the name in it.
    """

    __slots__ = ("arms", "clean", "cleanups", "loops", "root", "shift", "source")

    def __init__(
        self,
        source: Source,
        root: tree_sitter.Node,
        shift: int,
        clean: bool,
        arms: dict[int, str],
        loops: dict[int, str],
        cleanup: dict[str, str],
    ) -> None:
        self.source = source
        self.root = root
        self.shift = shift
        self.clean = clean
        self.arms = arms
        self.loops = loops
        self.cleanups = cleanup

    def text(self, node: tree_sitter.Node) -> str:
        """The source of a node, comments blanked, on one line."""
        start, end = node.start_byte + self.shift, node.end_byte + self.shift
        return " ".join(self.plain(start, end).split())

    def plain(self, start: int, end: int) -> str:
        """The source between two offsets of the file, comments blanked."""
        return _uncommented(self.source, start, end)

    def line(self, node: tree_sitter.Node) -> int:
        """The line of a node in its file."""
        return self.source.line(node.start_byte + self.shift)


def _uncommented(source: Source, start: int, end: int) -> str:
    """The original text, except where the scan blanked it."""
    original = source.content[start:end].decode("latin-1")
    if "/*" not in original and "//" not in original and "#" not in original:
        return original
    code = source.code[start:end]
    return "".join(
        one if two != " " or one in " \n\t" else two for one, two in zip(original, code, strict=True)
    )


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))


def parse_body(source: Source, function: Function) -> Body:
    """Parse the body of a function."""
    start, end = function.body, function.end
    raw = source.scan.code[start:end]
    text, arms = _with_arms(source, raw, start, end)
    text = blank_attributes(text)
    root = _parser().parse(text).root_node
    if root.has_error:
        for repaired in (_repaired(text), _repaired(blank_attributes(raw))):
            again = _parser().parse(repaired).root_node
            if not again.has_error:
                if repaired is not text:
                    root = again
                break
    clean = not root.has_error
    if root.named_child_count and root.named_children[0].type == "compound_statement":
        root = root.named_children[0]
    loops = {
        int(first): source.content[first:last].decode("latin-1")
        for first, last in source.scan.loops.tolist()
        if start <= first < end
    }
    return Body(source, root, start, clean, arms, loops, cleanups(source.content[start:end]))


def _with_arms(source: Source, raw: bytes, start: int, end: int) -> tuple[bytes, dict[int, str]]:
    """Turn ``#if``, ``#else``, ``#endif`` into ``if(0){``, ``}else{``, ``}`` where arms are statements."""
    arms: dict[int, str] = {}
    directives = [
        (first, last, depth, paren, before)
        for first, last, depth, paren, before in source.scan.directives.tolist()
        if start < first < end and _DIRECTIVE.match(source.content, first)
    ]
    if not directives:
        return raw, arms
    text = bytearray(raw)
    open_ifs: list[list[tuple[int, int, int, int, int]]] = []
    groups: list[list[tuple[int, int, int, int, int]]] = []
    for one in directives:
        found = _DIRECTIVE.match(source.content, one[0])
        word = found[1] if found is not None else b""
        if word.startswith(b"if"):
            open_ifs.append([one])
        elif open_ifs:
            open_ifs[-1].append(one)
            if word == b"endif":
                groups.append(open_ifs.pop())
    for group in groups:
        if _statements(source, group):
            _make_branch(source, text, group, start, arms)
        elif len({depth for _, _, depth, _, _ in group[1:]} | {group[0][2]}) > 1:
            # The arms open different braces: keep the first.
            first, last = group[1][1] - start, group[-1][0] - start
            text[first:last] = _BLANK.sub(b" ", bytes(text[first:last]))
    return bytes(text), arms


def _statements(source: Source, group: list[tuple[int, int, int, int, int]]) -> bool:
    """Whether every arm of an ``#if`` holds whole statements."""
    if len({(depth, paren) for _, _, depth, paren, _ in group}) != 1 or group[0][3] != 0:
        return False
    for index, (_, last, _, _, before) in enumerate(group):
        if before not in _BOUNDARY:
            return False
        following = source.code[last : last + 400].lstrip()
        if following.startswith(("else", ".", ",", "case", "default")) or not following:
            return False
        if index and source.code[group[index - 1][1] : group[index][0]].isspace() and before == ord(":"):
            return False
    return True


def _make_branch(
    source: Source,
    text: bytearray,
    group: list[tuple[int, int, int, int, int]],
    start: int,
    arms: dict[int, str],
) -> None:
    for index, (first, last, *_) in enumerate(group):
        at = first - start
        room = last - first + (1 if last < len(source.content) else 0)  # the line end is ours too
        found = _DIRECTIVE.match(source.content, first)
        word = found[1] if found is not None else b""
        if index == 0:
            new = b"if(0){"
            arms[first] = source.content[first:last].decode("latin-1").strip()
        elif word == b"endif":
            new = b"}"
        elif word == b"elif":
            new = b"}else{"  # a third arm is read as following the second
        else:
            new = b"}else{"
        if index > 1 and word in (b"else", b"elif"):
            new = b" "
        if len(new) <= room:
            text[at : at + len(new)] = new


def _repaired(text: bytes) -> bytes:
    """What the grammar does not know, spelled so that it does."""
    text = _RANGE.sub(lambda match: match[1] + b" " * len(match[2]), text)
    text = _LEVEL.sub(lambda match: b" " * len(match[0]), text)
    text = _DIGITS.sub(lambda match: b"_" * len(match[0]), text)
    text = _OFFSETOF.sub(b"offsetoF", text)
    return _STRINGS.sub(lambda match: b" " * len(match[0]), text)
