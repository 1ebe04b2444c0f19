"""What an effect is about, by type and member path: never by the last name of an expression."""

from __future__ import annotations

__all__ = ["Key"]

import msgspec


class Key(msgspec.Struct, frozen=True, order=True):
    """An object, or a member of one, as far as the text of a function tells it.

    ``record`` is the tag of the outermost struct whose instances are meant, and ``path`` the members that
    lead from it to the object: ``Key("ssi_protocol", "rx_wd")`` is the timer that every ``struct
    ssi_protocol`` embeds, ``Key("mlx5_vdpa_net", "mvdev.wq")`` the queue that one points to. An empty path
    is an object as a whole: ``Key("device_node")`` is any counted node. A variable at file scope has its
    name in ``variable`` and, if it is static, the path of its file in ``file``; ``record`` is then its own
    struct, or "".

    Two keys that are equal may be the same object; two that differ are not, unless one contains the other.
    """

    record: str = ""
    path: str = ""
    variable: str = ""
    file: str = ""

    @property
    def known(self) -> bool:
        """Whether it says anything: a key of nothing matches nothing."""
        return bool(self.record or self.variable)

    def __str__(self) -> str:
        """As a kernel developer would write it: ``struct ssi_protocol.rx_wd``, or ``foo_list``."""
        start = self.variable or f"struct {self.record}"
        return f"{start}.{self.path}" if self.path else start
