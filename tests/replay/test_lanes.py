"""Several jobs at a time, and what becomes of the others when one fails."""

from __future__ import annotations

import io
import tarfile
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from lastput.errors import LastputError
from lastput.replay import deb, lanes


@pytest.mark.parametrize("at_once", [1, 2, 8])
def test_results_come_in_the_order_of_the_jobs(at_once: int) -> None:
    def job(number: int) -> int:
        time.sleep(0.01 * (number % 3))
        return number

    assert lanes.run([partial(job, one) for one in range(9)], at_once) == list(range(9))


def test_no_more_than_wanted_at_a_time() -> None:
    meet = threading.Barrier(2, timeout=10)

    def job() -> int:
        return meet.wait()  # needs exactly one other

    assert sorted(lanes.run([job] * 4, 2)) == [0, 0, 1, 1]


def test_the_first_failure_drops_what_has_not_begun() -> None:
    begun = []

    def job(number: int) -> None:
        begun.append(number)
        if number == 1:
            raise LastputError("qemu-gone", "it is gone", "again")
        time.sleep(0.2)

    with pytest.raises(LastputError, match="it is gone"):
        lanes.run([partial(job, one) for one in range(20)], 2)
    assert len(begun) < 20


def test_a_guest_that_runs_is_ended_when_another_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr("lastput.replay.qemu.end_all", ended.set)

    def waits() -> None:
        assert ended.wait(10)

    def fails() -> None:
        raise LastputError("bad-snapshot", "it is spoiled", "delete it")

    with pytest.raises(LastputError, match="spoiled"):
        lanes.run([waits, fails], 2)
    assert ended.is_set()


def test_a_package_that_is_unpacked_is_left_when_the_user_has_seen_enough(tmp_path: Path) -> None:
    """Ctrl-C comes to the first thread alone; the others ask, and are over at once."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        archive.addfile(tarfile.TarInfo("boot/vmlinuz"))
    head = b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (b"data.tar.xz", 0, 0, 0, 0o100644, len(packed.getvalue()))
    package = tmp_path / "x.deb"
    package.write_bytes(b"!<arch>\n" + head + packed.getvalue())
    told = []

    def unpacks() -> None:
        while True:
            try:
                deb.unpack(package, tmp_path, lambda _: True)
            except KeyboardInterrupt:
                told.append("left")
                raise

    def is_interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lanes.run([unpacks, is_interrupted], 2)
    assert told == ["left"]
    deb.unpack(package, tmp_path, lambda _: True)  # the next one goes to its end
