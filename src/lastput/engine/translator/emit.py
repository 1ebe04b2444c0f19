"""The body of an LLVM function while it is written: lines, names, and which block is open."""

from __future__ import annotations

__all__ = ["Emitter"]


class Emitter:
    """Variables are stack slots, which LLVM makes registers of."""

    def __init__(self) -> None:
        self.slots: list[str] = []
        self.lines: list[str] = []
        self.open = True  # whether the block that was begun last goes on
        self._names = 0

    def fresh(self, hint: str = "t") -> str:
        """A name that was not used, without its sigil."""
        self._names += 1
        return f"{hint}.{self._names}"

    def let(self, instruction: str) -> str:
        """Adds an instruction that has a value; gives its operand."""
        name = f"%{self.fresh()}"
        self.lines.append(f"  {name} = {instruction}")
        return name

    def do(self, instruction: str) -> None:
        """Adds an instruction without a value."""
        self.lines.append(f"  {instruction}")

    def slot(self, llvm: str, hint: str) -> str:
        """A new variable of an LLVM type; gives its address."""
        name = f"%{self.fresh(hint)}"
        self.slots.append(f"  {name} = alloca {llvm}")
        return name

    def begin(self, label: str) -> None:
        """Goes on in a new block, to which the open one falls through."""
        if self.open:
            self.do(f"br label %{label}")
        self.lines.append(f"{label}:")
        self.open = True

    def leave(self, instruction: str) -> None:
        """Ends the open block."""
        if self.open:
            self.do(instruction)
        self.open = False
