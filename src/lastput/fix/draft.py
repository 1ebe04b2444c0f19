"""Edits of one function, collected statement by statement, in the style of the file.

A statement that stands alone under an ``if`` gets braces when another one joins it, and so do the other arms
of that ``if`` (Documentation/process/coding-style.rst, 3).
"""

from __future__ import annotations

__all__ = ["Draft"]

import itertools
import re
from collections import defaultdict

from tree_sitter import Node as Tree

from lastput.fix.code import Code
from lastput.schema.patch import Edit

_WIDTH = 80
_TAB = 8


class Draft:
    """What is to be done to ``code``. Statements are given without their indent, long ones are wrapped."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._before: dict[int, list[str]] = defaultdict(list)
        self._after: dict[int, list[str]] = defaultdict(list)
        self._instead: dict[int, list[str]] = {}
        self._trees: dict[int, Tree] = {}
        self._raw: list[Edit] = []

    def before(self, tree: Tree, *rows: str) -> None:
        """Statements right before one."""
        self._note(tree)
        self._before[tree.start_byte] += [row for row in rows if row not in self._before[tree.start_byte]]

    def after(self, tree: Tree, *rows: str) -> None:
        """Statements right after one."""
        self._note(tree)
        self._after[tree.start_byte] += [row for row in rows if row not in self._after[tree.start_byte]]

    def replace(self, tree: Tree, *rows: str) -> None:
        """Statements in place of one; none: it goes, with its line."""
        self._note(tree)
        self._instead[tree.start_byte] = list(rows)

    def splice(self, start: int, end: int, new: str) -> None:
        """Other bytes in place of some; offsets in the file."""
        self._raw.append(Edit(self.code.path, start, end, new, self.code.source.line(start)))

    def _note(self, tree: Tree) -> None:
        self._trees[tree.start_byte] = tree

    # -- as edits

    def edits(self) -> tuple[Edit, ...]:
        """All of it, sorted. Raises ValueError if two parts of it overlap."""
        made = list(self._raw)
        braced: set[int] = set()
        for key, tree in sorted(self._trees.items()):
            made += self._of(key, tree)
            rows = len(self._before[key]) + len(self._after[key]) + len(self._instead.get(key, [""]))
            if rows > 1 and self.code.alone(tree):
                made += self._braces(tree, braced)
        made.sort(key=lambda one: (one.start, one.end))
        for one, two in itertools.pairwise(made):
            if one.end > two.start:
                raise ValueError(f"edits overlap in line {two.line}")
        return _joined(made)

    def _of(self, key: int, tree: Tree) -> list[Edit]:
        code, indent = self.code, self.code.indent(tree)
        if not code.begins_line(tree):
            indent = self._body_indent(tree)
        made = []
        rows = [wrapped(row, indent) for row in self._before[key]]
        if rows:
            if code.begins_line(tree):
                at = code.source.lines[code.line(tree) - 1]
                new = "".join(f"{indent}{row}\n" if row else "\n" for row in rows)
                made.append(self._edit(at, at, new))
            else:  # after a label, or a condition, in the same line
                at = code.start(tree)
                made.append(self._edit(at, at, "".join(f"{row}\n{indent}" for row in rows)))
        if key in self._instead:
            new = f"\n{indent}".join(wrapped(row, indent) for row in self._instead[key])
            if self._instead[key] or not code.begins_line(tree):
                made.append(self._edit(code.start(tree), code.end(tree), new))
            else:
                start, end = code.source.lines[code.line(tree) - 1], self._line_end(tree)
                content = code.source.content
                if content[:start].endswith((b"\n\n", b"{\n")) and content[end : end + 1] == b"\n":
                    end += 1  # of two blank lines that would meet, one stays
                made.append(self._edit(start, end, ""))
        rows = [wrapped(row, indent) for row in self._after[key]]
        if rows:
            at = self._line_end(tree)
            made.append(self._edit(at, at, "".join(f"{indent}{row}\n" for row in rows)))
        return made

    def _edit(self, start: int, end: int, new: str) -> Edit:
        return Edit(self.code.path, start, end, new, self.code.source.line(start))

    def _line_end(self, tree: Tree) -> int:
        """Past the newline of the line in which a statement ends."""
        content = self.code.source.content
        found = content.find(b"\n", max(self.code.end(tree) - 1, 0))
        return len(content) if found < 0 else found + 1

    def _body_indent(self, tree: Tree) -> str:
        first = self.code.source.lines[self.code.line(tree) - 1]
        found = re.match(r"[ \t]*", self.code.raw(first, self.code.start(tree)))
        own = found[0] if found is not None else ""
        return own + "\t" if self.code.alone(tree) else own or "\t"

    def _braces(self, tree: Tree, braced: set[int]) -> list[Edit]:
        """Braces around a statement that stands alone, and around those in the other arms."""
        arms = [tree]
        for other in self._other_arms(tree):
            if other.type not in ("compound_statement", "if_statement"):
                arms.append(other)
        made = []
        for arm in arms:
            if arm.start_byte in braced:
                continue
            braced.add(arm.start_byte)
            made += self._brace(arm)
        return made

    def _brace(self, arm: Tree) -> list[Edit]:
        code = self.code
        head = self._head_end(arm)
        outer = self._owner(arm)
        indent = code.indent(outer)
        made = [self._edit(head, head, " {")]
        if not code.begins_line(arm):
            gap = code.raw(head, code.start(arm))
            blanks = len(gap) - len(gap.rstrip())
            made.append(self._edit(code.start(arm) - blanks, code.start(arm), f"\n{indent}\t"))
        other = self._else_after(arm)
        if other is not None:
            at = code.start(other)
            first = code.source.lines[code.source.line(at) - 1]
            made.append(self._edit(first, at, f"{indent}}} "))
        else:
            at = self._line_end(arm)
            made.append(self._edit(at, at, f"{indent}}}\n"))
        return made

    def _owner(self, arm: Tree) -> Tree:
        """The ``if`` or loop that an arm belongs to: of a chain of ``else if``, the first."""
        one = arm.parent
        assert one is not None
        while one.type in ("else_clause", "if_statement"):
            above = one.parent
            if above is None or "else_clause" not in (one.type, above.type):
                break
            one = above
        return one

    def _head_end(self, arm: Tree) -> int:
        """Where the opening brace goes: past the condition, or the word ``else`` or ``do``."""
        parent = arm.parent
        assert parent is not None
        condition = parent.child_by_field_name("condition")
        if parent.type == "for_statement":
            close = [one for one in parent.children if one.type == ")" and one.end_byte <= arm.start_byte]
            return self.code.end(close[-1])
        if condition is not None and condition.end_byte <= arm.start_byte:
            return self.code.end(condition)
        return self.code.end(parent.children[0])

    def _else_after(self, arm: Tree) -> Tree | None:
        parent = arm.parent
        if parent is None or parent.type != "if_statement":
            return None
        other = parent.child_by_field_name("alternative")
        return other if other is not None and other.start_byte > arm.start_byte else None

    def _other_arms(self, tree: Tree) -> list[Tree]:
        """The statements in the other arms of the ``if`` chain that ``tree`` is an arm of."""
        top = self._owner(tree)
        found: list[Tree] = []
        one: Tree | None = top if top.type == "if_statement" else None
        while one is not None:
            following = None
            then, other = one.child_by_field_name("consequence"), one.child_by_field_name("alternative")
            found += [then] if then is not None else []
            if other is not None:
                inner = other.named_children[-1] if other.type == "else_clause" else other
                if inner.type == "if_statement":
                    following = inner
                else:
                    found.append(inner)
            one = following
        return [arm for arm in found if arm.start_byte != tree.start_byte]


def wrapped(row: str, indent: str) -> str:
    """A statement that fits into 80 columns after ``indent``, if its arguments can be broken: further lines
    begin under the first argument, by tabs and blanks."""
    width = len(indent.expandtabs(_TAB))
    if width + len(row) <= _WIDTH or "(" not in row:
        return row
    column = width + row.index("(") + 1
    pad = "\t" * (column // _TAB) + " " * (column % _TAB)
    lines = [""]
    room = _WIDTH - width
    for part in re.split(r"(?<=,) ", row):
        joined = f"{lines[-1]} {part}" if lines[-1] else part
        if lines[-1] and len(joined.expandtabs(_TAB)) > room:
            lines.append(part)
            room = _WIDTH - column
        else:
            lines[-1] = joined
    return f"\n{pad}".join(lines)


def _joined(edits: list[Edit]) -> tuple[Edit, ...]:
    """Insertions at one place as one edit."""
    found: list[Edit] = []
    for one in edits:
        last = found[-1] if found else None
        if last is not None and last.start == last.end == one.start == one.end:
            found[-1] = Edit(last.path, last.start, last.end, last.new + one.new, last.line)
        else:
            found.append(one)
    return tuple(found)
