"""Packets survive framing, whatever they carry and however they come in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastput.errors import LastputError
from lastput.replay.rsp import Packets, frame, unpack


@given(st.lists(st.binary(max_size=200), max_size=5), st.integers(1, 7))
def test_what_is_framed_comes_out_again(payloads: list[bytes], piece: int) -> None:
    stream = b"+".join(frame(data) for data in payloads)
    packets, found = Packets(), []
    for start in range(0, len(stream), piece):
        packets.feed(stream[start : start + piece])
        while (data := packets.next()) is not None:
            found.append(data)
    assert found == payloads


def test_the_manuals_example_of_a_run() -> None:
    assert unpack(b"0* ") == b"0000"


@given(st.binary(max_size=300))
def test_noise_is_a_packet_or_nothing_or_an_error(noise: bytes) -> None:
    packets = Packets()
    packets.feed(noise)
    try:
        while packets.next() is not None:
            pass
    except LastputError as error:
        assert error.slug == "gdb-protocol"


def test_a_wrong_checksum_is_told() -> None:
    packets = Packets()
    packets.feed(b"$OK#00")
    with pytest.raises(LastputError, match="checksum"):
        packets.next()
