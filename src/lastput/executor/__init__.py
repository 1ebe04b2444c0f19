"""Where work runs: one seam for all commands that do many things of one kind.

An executor takes a function and its arguments, and gives what came of each, in any order. A worker that dies
loses nothing: what it had is done again elsewhere. ``local`` are processes of this machine, ``cluster`` the
workers of a dask scheduler. What is handed over must pickle, and must not depend on which worker runs it.
"""

from __future__ import annotations

__all__ = ["Executor", "Lost", "executor"]

from lastput.errors import LastputError
from lastput.executor.protocol import Executor, Lost


def executor(where: str, jobs: int) -> Executor:
    """The executor that ``where`` names: ``local``, or ``dask://HOST:PORT``. ``jobs`` is the number of local
    processes. Raises LastputError ``no-executor``, or ``no-cluster`` if the scheduler does not answer."""
    if where == "local":
        from lastput.executor.local import LocalExecutor

        return LocalExecutor(jobs)
    if where.startswith("dask://"):
        from lastput.executor.cluster import ClusterExecutor

        return ClusterExecutor(where.removeprefix("dask://"))
    raise LastputError("no-executor", f"nothing runs on {where!r}", "say local, or dask://HOST:PORT")
