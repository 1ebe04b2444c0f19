"""QEMU's monitor, for what the gdb stub cannot do: save the guest's state, ask for it, quit."""

from __future__ import annotations

__all__ = ["Monitor"]

import asyncio
import shlex
from pathlib import Path
from types import TracebackType
from typing import Any

from qemu.qmp import QMPClient, QMPError

from lastput.errors import LastputError

_SECONDS = 60.0


class Monitor:
    """A connection to a QMP socket. Raises LastputError ``qemu-gone`` or ``qemu-refuses``."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = QMPClient("lastput")
        self._await(self._client.connect(str(path)))

    def __enter__(self) -> Monitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._loop.run_until_complete(asyncio.wait_for(self._client.disconnect(), 5))
        except (QMPError, OSError, TimeoutError, EOFError):
            pass  # QEMU may be gone already
        finally:
            self._loop.close()

    def ask(self, command: str, arguments: dict[str, object] | None = None) -> Any:
        """Run a QMP command; gives its ``return`` value."""
        return self._await(self._client.execute(command, arguments))

    def save(self, state: Path) -> None:
        """Write the state of the stopped guest to a file, all but memory that is shared with a file."""
        limits: dict[str, object] = {"max-bandwidth": 1 << 40}
        self.ask("migrate-set-parameters", limits)
        self._leave_memory()
        self.ask("migrate", {"uri": f"exec:cat > {shlex.quote(str(state))}"})
        self._await(self._finished("saved"))

    def load(self, state: Path) -> None:
        """Read what ``save`` wrote into a QEMU that was started with ``-incoming defer``."""
        self._leave_memory()
        self.ask("migrate-incoming", {"uri": f"exec:cat {shlex.quote(str(state))}"})
        self._await(self._finished("loaded"))

    def _leave_memory(self) -> None:
        shared = [{"capability": "x-ignore-shared", "state": True}]
        self.ask("migrate-set-capabilities", {"capabilities": shared})

    async def _finished(self, what: str) -> None:
        while True:
            answer: Any = await self._client.execute("query-migrate", {})
            status = answer.get("status", "")
            if status == "completed":
                return
            if status in ("failed", "cancelled"):
                raise LastputError(
                    "bad-snapshot",
                    f"the guest's state cannot be {what}",
                    "delete the snapshots folder of the cache; is the disk full?",
                )
            await asyncio.sleep(0.01)

    def _await(self, work: Any) -> Any:
        try:
            return self._loop.run_until_complete(asyncio.wait_for(work, _SECONDS))
        except TimeoutError:
            raise LastputError(
                "qemu-hangs", "QEMU's monitor does not answer", "run the replay again"
            ) from None
        except (QMPError, OSError, EOFError) as error:
            if "non-migratable" in str(error):
                raise LastputError(
                    "bad-plan",
                    f"QEMU cannot save a guest that has this device: {error}",
                    "take another of its devices: a story begins with a guest that was saved",
                ) from None
            raise LastputError("qemu-gone", f"QEMU's monitor: {error}", "run the replay again") from None
