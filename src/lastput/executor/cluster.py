"""The workers of a dask scheduler (``pip install 'lastput[cluster]'``). Each has the tree at the same path.

``dask scheduler`` on one machine and ``dask worker HOST:PORT --nthreads 1`` on each are all that is needed;
the scheduler gives to others what a lost worker had."""

from __future__ import annotations

__all__ = ["ClusterExecutor"]

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lastput.errors import LastputError
from lastput.executor.protocol import Lost

_PATIENCE = 10  # seconds for the scheduler to answer


class ClusterExecutor:
    """Hands items to the scheduler at ``address`` (``HOST:PORT``). Raises LastputError ``no-cluster`` if it
    does not answer, or has no worker."""

    def __init__(self, address: str) -> None:
        try:
            self._dask: Any = importlib.import_module("distributed")
        except ImportError:
            raise LastputError(
                "no-cluster", "dask.distributed is not installed", "pip install 'lastput[cluster]'"
            ) from None
        try:
            self._client = self._dask.Client(f"tcp://{address}", timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise LastputError(
                "no-cluster",
                f"no scheduler answers at {address}: {error}",
                "start one: dask scheduler --port PORT; and a worker: dask worker HOST:PORT --nthreads 1",
            ) from None

    def run(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """As the protocol says. What a worker had that died goes to another one."""
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise LastputError(
                "no-cluster", "the scheduler has no worker", "start one: dask worker HOST:PORT --nthreads 1"
            ) from None
        futures = self._client.map(work, list(items), pure=False)
        positions = {future.key: position for position, future in enumerate(futures)}
        try:
            for future in self._dask.as_completed(futures, loop=self._client.loop):
                try:
                    outcome = future.result()
                except self._dask.KilledWorker as error:
                    outcome = Lost(f"its workers died: {error.last_worker}")
                yield positions[future.key], outcome
                future.release()
        finally:
            self._client.cancel([one for one in futures if not one.done()])
            self._client.close()
