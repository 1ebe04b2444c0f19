"""One seam, two executors: the same answers, and a worker that is killed loses nothing."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lastput.errors import LastputError
from lastput.executor import Lost, executor


def _square(number: int) -> int:
    return number * number


def _dies_once(marks: str, number: int) -> int:
    """The third item kills the first process that has it."""
    mark = Path(marks) / "killed"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)
    return number * number


def _deadly(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _fails(number: int) -> int:
    raise ValueError(f"{number} is wrong")


_SQUARES = [(number, number * number) for number in range(8)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_item_is_done(jobs: int) -> None:
    assert sorted(executor("local", jobs).run(_square, range(8))) == _SQUARES


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    done = executor("local", 2).run(partial(_dies_once, str(tmp_path)), range(8))
    assert sorted(done) == _SQUARES


def test_an_item_that_kills_its_process_is_lost_alone() -> None:
    done = dict(executor("local", 2).run(_deadly, range(5)))
    assert isinstance(done.pop(2), Lost)
    assert done == {0: 0, 1: 1, 3: 3, 4: 4}


def test_an_exception_comes_through() -> None:
    with pytest.raises(ValueError, match="is wrong"):
        list(executor("local", 2).run(_fails, range(2)))


def test_an_executor_that_there_is_not() -> None:
    with pytest.raises(LastputError) as caught:
        executor("elsewhere", 1)
    assert caught.value.slug == "no-executor"


def test_a_scheduler_that_is_dead() -> None:
    with pytest.raises(LastputError) as caught:
        executor(f"dask://127.0.0.1:{_free_port()}", 1)
    assert caught.value.slug == "no-cluster"


def test_two_workers_of_which_one_is_killed(cluster: str, tmp_path: Path) -> None:
    done = executor(f"dask://{cluster}", 1).run(partial(_dies_once, str(tmp_path)), range(8))
    assert sorted(done) == _SQUARES
    assert (tmp_path / "killed").exists()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """A scheduler and two workers, real processes of this machine. Nothing restarts a worker that died."""
    address = f"127.0.0.1:{_free_port()}"
    root = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((root, f"{root}/src"))}
    words = [
        ["scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard"],
        *(["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"] for _ in range(2)),
    ]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + one[0], *one[1:]],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for one in words
    ]
    try:
        _wait_for_workers(address, 2)
        yield address
    finally:
        for one in running:
            one.kill()
        for one in running:
            one.wait()


def _wait_for_workers(address: str, count: int) -> None:
    dask: Any = importlib.import_module("distributed")
    deadline = time.monotonic() + 60
    while True:
        try:
            with dask.Client(f"tcp://{address}", timeout=5, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=30)
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
