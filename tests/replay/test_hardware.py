"""How modules come to life without hardware: what ``hardware.toml`` says, checked, and tried in one guest."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.errors import LastputError
from lastput.replay.actions import check
from lastput.replay.campaign import Asked, Environment, replay
from lastput.replay.hardware import Hardware, hardware, trial
from lastput.replay.kernel import open_kernel
from lastput.replay.plan import Plan, Step, Thread, read, written

#: One for each way to make a device; the others are tried by benchmarks/replay_hardware.py.
_TRIED = (
    "can_j1939", "slip", "ppp_async", "vhci_hcd", "dummy_hcd", "hci_vhci", "uinput", "uhid", "loop", "nbd",
    "snd_dummy", "at24", "gpio_sim", "tpm_vtpm_proxy", "e1000",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(hardware()))
def test_a_trial_is_a_plan(name: str) -> None:
    plan = trial(name, hardware()[name])
    check((*plan.threads["user"].setup, *plan.threads["user"].do), plan.threads, "hardware.toml")
    again = read(written(plan), f"{name}.toml")
    assert (again.threads, again.modules, again.devices) == (plan.threads, plan.modules, plan.devices)


def test_what_is_pulled_out_comes_last_and_in_the_other_order() -> None:
    way = Hardware(devices=("qemu-xhci,id=usb", "usb-tablet,id=tablet", "sd-card,drive=null-disk"))
    assert trial("hid", way).threads["user"].do == ("device_del tablet", "device_del usb")


@pytest.mark.needs_qemu
@pytest.mark.xdist_group("qemu")
def test_they_come_to_life(packages_7_3: tuple[Path, ...]) -> None:
    """All in one guest, one after the other; the USB device of dummy_hcd and QEMU's card are used and go."""
    ways = [trial(name, hardware()[name]) for name in _TRIED]
    plan = Plan(
        name="all",
        modules=tuple(dict.fromkeys(module for way in ways for module in way.modules)),
        devices=tuple(device for way in ways for device in way.devices),
        threads={"user": Thread(do=tuple(_once(ways)))},
        steps=(Step("end", "user"),),
        expect="CLEAN",
    )
    kernel = open_kernel(*packages_7_3)
    report = replay(plan, Asked(runs=1, control_runs=0), Environment(kernel, None, lambda _: None))
    run = report.story.runs[0]
    assert (run.verdict, run.reason) == ("CLEAN", "every thread came to its end")
    assert [act.action for told in run.story for act in told.acts] == list(plan.threads["user"].do)


def _once(ways: list[Plan]) -> list[str]:
    return [
        action for way in ways for thread in way.threads.values() for action in (*thread.setup, *thread.do)
    ]


@pytest.mark.needs_qemu
@pytest.mark.xdist_group("qemu")
def test_a_device_that_cannot_be_saved(package_6_1: Path) -> None:
    way = Hardware(devices=("qemu-xhci,id=usb", "usb-net,id=nic"))
    with pytest.raises(LastputError, match="QEMU cannot save a guest that has this device") as error:
        replay(
            trial("usbcore", way),
            Asked(runs=1, control_runs=0),
            Environment(open_kernel(package_6_1), None, lambda _: None),
        )
    assert error.value.slug == "bad-plan" and "usb-net" in error.value.what
