"""Force a counterexample onto a real kernel in QEMU, with its controls.

  lastput replay --fetch kvm/f1-release-puts-module
  lastput replay module/selfput-in-work --kernel linux-image-6.1.0-56-amd64
  lastput replay my-plan.toml --kernel my.deb --fixed fixed.deb --runs 10

A STORY is a litmus test whose counterexample is forced as far as its folder's
replay.toml says what its names are in a guest, or a plan written by hand
(TOML). Nothing is installed, nothing needs root, the kernel is not modified.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import add_model_options, count

HELP = "force a counterexample onto a real kernel in QEMU"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("story", metavar="STORY", help="litmus test, or plan (TOML)")
    kernel = parser.add_argument_group("the kernel")
    kernel.add_argument(
        "--kernel", metavar="KERNEL", default="linux-image-6.1.0-*-amd64",
        help="package (a file, or a name or pattern of one that was fetched), unpacked directory, or vmlinuz",
    )  # fmt: skip
    kernel.add_argument("--modules", metavar="DIR", help="the modules of a vmlinuz: lib/modules/RELEASE")
    kernel.add_argument("--fixed", metavar="KERNEL", help="a kernel without the bug, as one more control")
    kernel.add_argument("--fetch", action="store_true", help="download packages that are missing (apt-get)")
    kernel.add_argument("--kaslr", action="store_true", help="with address randomisation")
    kernel.add_argument("--mitigations", action="store_true", help="with CPU mitigations, as by default")
    runs = parser.add_argument_group("the runs")
    runs.add_argument("--runs", type=count, default=3, metavar="N", help="of the story (default 3)")
    runs.add_argument(
        "--control-runs", type=count, default=1, metavar="N", help="of each control (default 1)"
    )
    runs.add_argument("--no-controls", action="store_true", help="the story alone: it is no evidence then")
    runs.add_argument("--exact", action="store_true", help="also twice from reset, to the last bit the same")
    runs.add_argument("--cpus", type=count, default=1, metavar="N", help="virtual CPUs (default 1)")
    runs.add_argument(
        "--boot-timeout", type=count, default=150, metavar="SECONDS", help="for a guest to boot (default 150)"
    )
    runs.add_argument("-j", "--jobs", type=count, metavar="N", help="guests at a time (default: two a CPU)")
    runs.add_argument(
        "--hold", choices=("spin", "yield", "sleep"), default="spin",
        help="how a thread is held; spin, with preempt=full, changes nothing but time (default)",
    )  # fmt: skip
    shown = parser.add_argument_group("what is shown")
    shown.add_argument("--plan", action="store_true", help="print the plan and stop")
    shown.add_argument("--format", choices=("text", "json"), default="text", help="json: lastput-replay/1")
    shown.add_argument("--width", type=count, default=80, metavar="N", help="columns")
    shown.add_argument("-v", "--verbose", action="store_true", help="the whole Oops, every run")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_replay import run as run_replay

    return run_replay(args)
