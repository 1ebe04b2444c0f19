"""The words of a plan's actions: those that the guest knows, and what is said of those that it does not."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastput.errors import LastputError
from lastput.replay.actions import ACTIONS, HOST, check

_GUEST = resources.files("lastput.replay").joinpath("guest")


def _wrong(*actions: str) -> str:
    with pytest.raises(LastputError) as error:
        check(actions, ("one", "two"), "plan.toml")
    assert error.value.slug == "bad-plan"
    return error.value.what


def test_the_guest_knows_each_action_and_no_other() -> None:
    source = _GUEST.joinpath("actions.c").read_text()
    known = set(re.findall(r'IS\("(\w+)"\)', source)) | {"sh"}
    assert known == set(ACTIONS) - {*HOST, "signal"}


def test_the_guest_knows_each_kind_of_bytes() -> None:
    source = _GUEST.joinpath("bytes.c").read_text()
    words = (
        "hex:0a",
        "txt:a",
        "str:a",
        "zero:3",
        "pid:",
        "if:lo",
        "genl:nlctrl",
        "fd:f",
        "attr:1( )",
        "ptr( )",
    )
    for word in words:
        assert f'"{re.split("[:]", word)[0].removesuffix(" )")}"' in source
        check((f"echo /x {word}",), (), "plan.toml")


@pytest.mark.parametrize(
    "actions",
    [
        ("open dev /dev/kvm", "ioctl_fd dev vm 0xae01 0", "close dev", "close vm"),
        ("socket s 2 1 0", "bind s u16:2 b16:445 b32:0x7f000001 zero:8", "listen s", "accept s c", "close c"),
        ("genl NAME 2 1 attr:2( u8:1 attr:0x3( str:a ) )", "netlink 0 16 0x600 zero:16"),
        ("link add veth0 veth", "link up veth0", "link del veth0"),
        ("open f /x", "repeat 3 read f 4096 ; put f txt:a\\sb ptr( u64:1 )", "try close f"),
        ("device_del nic0", "signal two 15", "mount none /x tmpfs", "insmod /m/a.ko a=1 b=2"),
    ],
)
def test_what_is_an_action(actions: tuple[str, ...]) -> None:
    check(actions, ("one", "two"), "plan.toml")


@pytest.mark.parametrize(
    ("actions", "why"),
    [
        (("clos ctl",), "no action is called clos"),
        (("open ctl /x", "close ctl2"), "opens ctl2"),
        (("open ctl /x", "close ctl", "close ctl"), "opens ctl"),
        (("close",), "close wants NAME"),
        (("rmmod a b",), "rmmod wants MODULE"),
        (("sleep soon",), "soon is no number"),
        (("repeat often sleep 1",), "often is no number"),
        (("repeat 2 sleep 1 ; slep 1",), "no action is called slep"),
        (("echo /x hex:abc",), "hex:abc stands for no bytes"),
        (("echo /x attr:1( u8:1",), "do not pair up"),
        (("echo /x u8:1 )",), "do not pair up"),
        (("signal three 9",), "no thread three"),
        (("echo /x txt:" + "a" * 5000,), "more than 4000 bytes"),
    ],
)
def test_what_is_none(actions: tuple[str, ...], why: str) -> None:
    assert why in _wrong(*actions)


@given(st.sampled_from(sorted(ACTIONS)), st.text(max_size=40))
def test_any_text_is_an_action_or_a_clear_error(word: str, rest: str) -> None:
    try:
        check((f"{word} {rest}", rest), (), "plan.toml")
    except LastputError as error:
        assert error.slug == "bad-plan"
