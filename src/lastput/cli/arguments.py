"""Arguments that several commands share, and how their values are read."""

from __future__ import annotations

__all__ = ["VIEWS", "add_model_options", "as_flags", "count", "module_base", "size"]

import argparse

#: What `show --to` takes: the renderers. Named here so that help needs none of them; a test compares.
VIEWS = ("commit", "html", "json", "mail", "mermaid", "perfetto", "sarif", "splat", "terminal")

_SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_PREEMPT = ("full", "voluntary", "none")


def count(text: str) -> int:
    """A number such as ``2000000``, ``2e6`` or ``2_000_000``."""
    try:
        value = float(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 1 <= value < 1e18 or value != int(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(value)


def size(text: str) -> int:
    """Bytes, with a suffix as in ``4G``, ``512M`` or ``1.5GiB``."""
    stripped = text.strip().lower().removesuffix("ib").removesuffix("b")
    number = stripped.rstrip("kmgt")
    suffix = stripped[len(number) :]
    try:
        value = float(number) * _SIZES[suffix]
    except (ValueError, KeyError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 4G or 512M") from None
    if not 1 <= value < 1 << 60:
        raise argparse.ArgumentTypeError(f"{text!r} is out of range")
    return int(value)


def module_base(text: str) -> tuple[str, int]:
    """The address of a module's text, as in ``kvm=0xffffffffc0a00000``."""
    name, _, address = text.partition("=")
    try:
        value = int(address, 16)
    except ValueError:
        value = 0
    if not name or not 0 < value < 1 << 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=ADDRESS, with a hexadecimal address")
    return name.replace("-", "_"), value


def _define(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME or NAME=VALUE")
    return name, value if equals else "1"


def _function(text: str) -> str:
    if not text.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a function")
    return text


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """What decides which program a litmus file stands for; it goes into the replay command."""
    group = parser.add_argument_group("the model")
    group.add_argument(
        "--tree", metavar="DIR", help="kernel tree, or linux-source tarball, for SOURCE() lines"
    )
    group.add_argument("--workers", type=count, metavar="N", help="kworkers (default: as it takes)")
    group.add_argument("--preempt", choices=_PREEMPT, help="preemption model (default full, or the file's)")
    group.add_argument(
        "--tail-calls", action="store_true", default=None, help="a call in tail position leaves no frame"
    )
    group.add_argument(
        "--define", "-D", type=_define, action="append", default=[], metavar="NAME=VALUE", help="a macro"
    )
    group.add_argument(
        "--assume-noop", type=_function, action="append", default=[], metavar="NAME",
        help="calls to NAME do nothing and give 0; listed with the verdict",
    )  # fmt: skip
    group.add_argument(
        "--assume-any", type=_function, action="append", default=[], metavar="NAME|all",
        help="calls to NAME (to all that is defined nowhere) give any value that the callers tell apart",
    )  # fmt: skip
    group.add_argument(
        "--config", metavar="FILE",
        help=".config that headers are read with (default: what a distribution has on x86-64)",
    )  # fmt: skip


def as_flags(args: argparse.Namespace) -> tuple[str, ...]:
    """The model options of ``args`` again, as words of a command line."""
    flags: list[str] = []
    if args.tree is not None:
        flags += ["--tree", args.tree]
    if args.workers is not None:
        flags += ["--workers", str(args.workers)]
    if args.preempt is not None:
        flags += ["--preempt", args.preempt]
    if args.tail_calls:
        flags.append("--tail-calls")
    for name, value in args.define:
        flags += ["--define", f"{name}={value}"]
    for name in args.assume_noop:
        flags += ["--assume-noop", name]
    for name in args.assume_any:
        flags += ["--assume-any", name]
    if args.config is not None:
        flags += ["--config", args.config]
    return tuple(flags)
