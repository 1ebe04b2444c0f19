"""Force a counterexample onto a real kernel in QEMU, with its controls.

  lastput replay --fetch kvm/f1-release-puts-module
  lastput replay module/selfput-in-work --kernel linux-image-6.1.0-56-amd64
  lastput replay my-plan.toml --kernel my.deb --fixed fixed.deb --runs 10
  lastput replay --fetch --kernel 7.3 found/nf_nat-cleanup-work --report
  lastput replay drivers/block/zram/zram_drv.c:1607 --tree linux --kernel 7.3

A STORY is a litmus test whose counterexample is forced as far as its folder's
replay.toml says what its names are in a guest; a plan written by hand (TOML);
or a finding of the audit, FILE:LINE or its fingerprint. Of a finding the plan
is derived as far as it goes; what is open is asked in a TOML file. Nothing is
installed, nothing needs root, the kernel is not modified. Exit codes: 0 clean
or refused as it must be, 1 the kernel was harmed as it must be, 2 no answer.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import add_model_options, count

HELP = "force a counterexample onto a real kernel in QEMU"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "story", metavar="STORY", help="litmus test, plan (TOML), FILE:LINE or fingerprint of a finding"
    )
    parser.add_argument(
        "--findings", metavar="FILE", help="what `lastput audit --format json` printed, instead of --tree"
    )
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
    shown.add_argument(
        "--report", action="store_true", help="a bug report that could be sent; nothing is sent"
    )
    shown.add_argument("--plan", action="store_true", help="print the plan and stop")
    shown.add_argument("--format", choices=("text", "json"), default="text", help="json: lastput-replay/1")
    shown.add_argument("--width", type=count, default=80, metavar="N", help="columns")
    shown.add_argument("-v", "--verbose", action="store_true", help="the whole Oops, every run")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_replay import run as run_replay

    return run_replay(args)
