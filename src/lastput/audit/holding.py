"""What each node of a function does with a reference that a local variable holds."""

from __future__ import annotations

__all__ = ["Act", "Holding", "is_local"]

import re
from collections.abc import Collection
from enum import Enum

from lastput.audit.references import GIVES_UP
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.c.patterns import pattern
from lastput.effects.own.fates import Consumers, kept_in

_WORD = re.compile(r"^[A-Za-z_]\w*$")
_CAST = r"(?:\(\s*(?:const\s+|struct\s+|void\s*|u?int\w*\s*|unsigned\s+|long\s*)[\w\s]*\**\s*\)\s*)?"
_VIEW = (
    r"(?:\w*to_\w+|of_fwnode_handle|dev_fwnode|container_of|rcu_dereference\w*|file_inode"
    r"|RCU_INITIALIZER|unrcu_pointer)"
)
_NOT_A_COPY = ("sizeof", "IS_ERR", "PTR_ERR", "WARN", "likely", "unlikely", "typeof")


class Act(Enum):
    """What a node does with the reference."""

    NOTHING = 0
    PUT = 1
    KEPT = 2  # stored, returned, or handed to something that keeps it or is not understood
    LOST = 3  # the variable is written again


class Holding:
    """Follows the reference in variable ``name`` and in the locals that are copies of it; ``also`` is another
    expression for the object."""

    def __init__(
        self,
        graph: Graph,
        name: str,
        puts: Collection[str],
        consumers: Consumers,
        file: int,
        locals_: Collection[str],
        pointer: bool = False,
        function: int = 0,
        text: str = "",
        also: str = "",
    ) -> None:
        self.graph = graph
        self.puts = frozenset(puts)
        self.consumers = consumers
        self.file = file
        self.locals = locals_
        self.name = name
        self.pointer = pointer
        self.function = function
        self.text = text
        self.also = also
        self.names = {name}
        self._copies()
        alternatives = "|".join(re.escape(one) for one in sorted(self.names))
        self._token = pattern(rf"(?<![\w.>])(?:{alternatives})\b")
        self._value = pattern(_value(alternatives))
        self._chosen = pattern(_choice(alternatives))
        self._member = pattern(rf"(?<![=!<>])=\s*{_CAST}(?:{_VIEW}\s*\(\s*)*(?:{alternatives})\s*[,;}})]")
        self._inside = pattern(rf"^\w*(?:drvdata|priv)\w*\s*\(\s*&?(?:{alternatives})(?:->\w+)?\s*\)$")
        self._address = pattern(rf"^&\s*(?:{alternatives})$")

    def _copies(self) -> None:
        """Locals that are set to the same pointer, or to the object around it."""
        for _ in range(3):
            alternatives = "|".join(re.escape(one) for one in sorted(self.names))
            copy, chosen = pattern(_value(alternatives)), pattern(_choice(alternatives))
            before = len(self.names)
            for node in self.graph.nodes:
                for write in node.writes:
                    if not (_WORD.match(write.target) and write.target in self.locals):
                        continue
                    if copy.match(write.value) or ("?" in write.value and chosen.search(write.value)):
                        self.names.add(write.target)
            if len(self.names) == before:
                return

    def act(self, node: Node) -> Act:
        """What ``node`` does with the reference."""
        if any(self._put_later(call) for call in node.calls):
            return Act.KEPT
        here = self._token.search(node.text) or (self.also and self.also in node.text)
        if not here and node.kind is not Kind.CLEANUP:
            return Act.NOTHING
        worst = Act.NOTHING
        for call in node.calls:
            done = self._call(call, node)
            if done is Act.PUT:
                return done
            if done is Act.KEPT:
                worst = done
        if worst is not Act.NOTHING:
            return worst
        if node.kind is Kind.RETURN and self._returned(node.value):
            return Act.KEPT
        for write in node.writes:
            if self._value.match(write.value) or self._chosen.search(write.value):
                stars = node.text.lstrip().startswith("*")
                if write.target not in self.locals or stars:
                    return Act.KEPT
            elif (write.target not in self.locals and self._inside.match(write.value)) or (
                write.value.startswith("{") and self._member.search(write.value)
            ):
                return Act.KEPT
            elif write.target == self.name:
                return Act.LOST
        return Act.NOTHING

    def _put_later(self, call: Call) -> bool:
        """Whether a call leaves an action to the end of a device that puts a reference of this kind."""
        return "add_action" in call.name and any(
            self.consumers.puts_one(argument, self.file, self.puts) for argument in call.arguments
        )

    def _call(self, call: Call, node: Node) -> Act:
        if call.name in self.puts and any(
            self._token.search(one) or (self.also and one == self.also) for one in self._put_by(call)
        ):
            return Act.PUT
        if call.name in _NOT_A_COPY or call.name.startswith("IS_ERR"):
            return Act.NOTHING
        if node.kind is Kind.CLEANUP:
            return Act.PUT if any(argument in self.names for argument in call.arguments) else Act.NOTHING
        for position, argument in enumerate(call.arguments):
            if not self._token.search(argument):
                continue
            if self._address.match(argument):
                return Act.KEPT
            if self._value.match(argument):
                fate = kept_in(
                    self.consumers.fate(call.name, call.receiver, position, self.file, self.function),
                    call.arguments,
                    self.text,
                )
                if fate == "put":
                    return Act.PUT
                if fate == "kept":
                    return Act.KEPT
            elif call.name.endswith(GIVES_UP) and "->" not in argument:
                return Act.PUT
        return Act.NOTHING

    def _put_by(self, call: Call) -> tuple[str, ...]:
        """The arguments of which a call that puts may put one: the one that it counts down, or all if that is
        not known."""
        count = self.consumers.counts.of(call.name, self.file, "put")
        return call.arguments if count is None else call.arguments[count.parameter : count.parameter + 1]

    def _returned(self, value: str) -> bool:
        if self._value.match(value) or self._chosen.search(value):
            return True
        if self.pointer and pattern(rf"\w\(\s*&?(?:{self._token.pattern})(?:->\w+)?\s*\)").search(value):
            return True
        return (
            bool(self._token.search(value))
            and not node_calls(value)
            and bool(pattern(rf"{self._token.pattern}\s*(?:$|\)|:|,)").search(value))
            and not re.search(r"[!=<>]=|[<>]|!", value.replace("->", ""))
        )


def _value(alternatives: str) -> str:
    """A pattern for one of the names as a whole, for a member's address, or for a view of it."""
    return (
        rf"^{_CAST}(?:(?:{alternatives})|&\s*(?:{alternatives})->[\w.]+"
        rf"|(?:{_VIEW}\s*\(\s*&?\s*)+(?:{alternatives})\b[^()]*\)+)$"
    )


def _choice(alternatives: str) -> str:
    """A pattern for the same in an arm of ``a ? b : c``."""
    return (
        rf"[?:]\s*{_CAST}(?:(?:{_VIEW}\s*\(\s*)*(?:{alternatives})\b\s*(?![\w\s]*(?:->|\(|\[))"
        rf"|&\s*(?:{alternatives})->)"
    )


def node_calls(value: str) -> bool:
    """Whether an expression calls anything."""
    return re.search(r"\w\s*\(", value) is not None


def is_local(name: str, text: str) -> bool:
    """Whether the body ``text`` declares a variable ``name`` that is not static."""
    if name not in text or not _WORD.match(name):
        return False
    found = pattern(
        rf"(?:^|[;{{}}])\s*(?!return\b|goto\b|else\b)(static\s+)?(?:const\s+)?(?:struct\s+|union\s+|enum\s+)?\w+\s*"
        rf"(?:[\s*]|\w+\s*,|,|=[^;]*?,|\[[^\]]*\])*?[\s*,]{re.escape(name)}\s*(?:[;,=\[]|__free)"
    ).search(text)
    return found is not None and not found[1]
