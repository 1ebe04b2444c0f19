"""Random snippets of the C that has one meaning everywhere on x86-64: integers, control flow."""

from __future__ import annotations

from random import Random

TYPES = (
    "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int", "long",
    "unsigned long", "long long", "unsigned long long", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64",
    "bool",
)  # fmt: skip
_BINARY = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "<", "<=", ">", ">=", "==", "!=", "&&", "||")
_ASSIGN = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")
_NUMBERS = (
    "0", "1", "2", "3", "7", "-1", "0x7f", "0x80", "255", "256", "0xffff", "65536", "0x7fffffff",
    "0x80000000",
    "0xffffffff", "4294967296", "0x7fffffffffffffff", "0xffffffffffffffff", "5u", "3UL", "~0UL", "-2L", "'a'",
    "1ULL << 63", "010", "0x10UL",
)  # fmt: skip


class Snippets:
    """Each call of ``body`` gives the body of a ``long f(void)``."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def number(self) -> str:
        return f"({self.random.choice(_NUMBERS)})"

    def expression(self, names: list[str], depth: int) -> str:
        pick = self.random.random()
        if depth <= 0 or pick < 0.15:
            return self.random.choice(names) if names and pick < 0.1 else self.number()

        def inner() -> str:
            return self.expression(names, depth - 1)

        if pick < 0.6:
            return f"({inner()} {self.random.choice(_BINARY)} {inner()})"
        if pick < 0.72:
            return f"(({self.random.choice(TYPES)}){inner()})"
        if pick < 0.84:
            return f"({self.random.choice('-~!+')}{inner()})"
        if pick < 0.9:
            return f"({inner()} ? {inner()} : {inner()})"
        if pick < 0.93:
            return f"(long)sizeof({self.random.choice(TYPES)})"
        if names and pick < 0.97:
            return f"({self._changed(names)})"
        return f"({inner()}, {inner()})"

    def _changed(self, names: list[str]) -> str:
        name = self.random.choice(names)
        return self.random.choice((f"{name}++", f"--{name}", f"++{name}", f"{name}--"))

    def statement(self, names: list[str], depth: int) -> str:
        pick = self.random.random()
        if depth <= 0 or pick < 0.5:
            target = self.random.choice(names)
            others = [name for name in names if name != target]
            return f"{target} {self.random.choice(_ASSIGN)} {self._pure(others, 2)};"

        def inner() -> str:
            return self.statement(names, depth - 1)

        if pick < 0.7:
            return f"if ({self._pure(names, 2)}) {{ {inner()} }} else {{ {inner()} }}"
        if pick < 0.85:
            count = self.random.randrange(1, 4)
            leave = self.random.choice(("break;", "continue;", ";"))
            tail = f"if ({self._pure(names, 1)}) {leave} {inner()}"
            return f"for (int i = 0; i < {count}; i++) {{ {inner()} {tail} }}"
        value = self._pure(names, 1)
        arms = (
            f"case 0: {inner()} break; case 1 ... 9: {inner()} case -5: {inner()} break; default: {inner()}"
        )
        return f"switch ({value}) {{ {arms} }}"

    def _pure(self, names: list[str], depth: int) -> str:
        """An expression that changes nothing: so the order of evaluation does not matter."""
        while True:
            text = self.expression(names, depth)
            if "++" not in text and "--" not in text:
                return text

    def body(self) -> str:
        names = [f"v{i}" for i in range(self.random.randrange(1, 4))]
        lines = [f"{self.random.choice(TYPES)} {name} = {self._pure([], 2)};" for name in names]
        lines += [self.statement(names, 2) for _ in range(self.random.randrange(1, 4))]
        lines.append(f"return {self._pure(names, 3)};")
        return "\n".join(lines)
