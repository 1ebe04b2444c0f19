"""What is to be checked, and how."""

from __future__ import annotations

__all__ = ["Request"]

from collections.abc import Callable

import msgspec

from lastput.engine.snapshot import Snapshot
from lastput.engine.verdict import Options
from lastput.facts.definitions.lookup import Headers
from lastput.model.options import ModelOptions


class Request(msgspec.Struct, frozen=True):
    """A litmus test and the options of its run.

    ``file`` names the test in places; its text is read from there unless ``text`` is given. ``name`` is what
    a user would type for it ("": ``file``) and ``flags`` the words of a command line that make the same
    program again; both go into the trace. ``model`` decides which program the text stands for, ``search`` how
    it is explored. ``read_tree`` gives the files of a kernel tree of ``release`` for SOURCE() lines; without
    it the tree ``model.tree`` is opened. ``headers`` give what the test and its sources do not declare, those
    of ``model.tree`` unless they are given. ``resume`` goes on with a search that was stopped.
    """

    file: str
    text: str | None = None
    name: str = ""
    flags: tuple[str, ...] = ()
    model: ModelOptions = ModelOptions()
    search: Options = Options()
    read_tree: Callable[[str], str] | None = None
    headers: Headers | None = None
    release: str = ""
    resume: Snapshot | None = None
