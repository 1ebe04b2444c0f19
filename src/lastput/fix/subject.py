"""The prefix of a commit's subject: as the file's history has it, else as its path suggests."""

from __future__ import annotations

__all__ = ["prefix"]

import re
from collections import Counter
from pathlib import PurePosixPath

from lastput.fix.history import subjects

_PREFIX = re.compile(r"^((?:[\w/.,+-]+(?: [\w/.+-]+)?: )+)")

#: Folders and the prefix of what lies in them: ``{0}`` is the next folder below (or the file's name),
#: ``{-1}`` the name of the innermost folder, ``{file}`` that of the file. The first that fits counts.
_CONVENTIONS = (
    ("drivers/gpu/drm/amd/", "drm/amd: "),
    ("drivers/gpu/drm/bridge/", "drm/bridge: {file}: "),
    ("drivers/gpu/drm/panel/", "drm/panel: {file}: "),
    ("drivers/gpu/drm/", "drm/{0}: "),
    ("drivers/net/wireless/", "wifi: {-1}: "),
    ("drivers/net/ethernet/", "net: {-1}: "),
    ("drivers/net/", "net: {0}: "),
    ("drivers/infiniband/hw/", "RDMA/{0}: "),
    ("drivers/infiniband/", "RDMA/{0}: "),
    ("drivers/media/", "media: {file}: "),
    ("drivers/staging/media/", "media: {file}: "),
    ("drivers/staging/", "staging: {0}: "),
    ("drivers/clocksource/", "clocksource/drivers/{file}: "),
    ("drivers/irqchip/", "irqchip/{file}: "),
    ("drivers/pinctrl/", "pinctrl: {0}: "),
    ("drivers/platform/x86/", "platform/x86: {0}: "),
    ("drivers/soc/", "soc: {0}: "),
    ("drivers/usb/", "usb: {0}: "),
    ("drivers/scsi/", "scsi: {0}: "),
    ("drivers/video/fbdev/", "fbdev: {0}: "),
    ("drivers/input/", "Input: {file} - "),
    ("drivers/md/", "md/{0}: "),
    ("drivers/block/", "{0}: "),
    ("drivers/acpi/", "ACPI: {0}: "),
    ("drivers/cpufreq/", "cpufreq: {file}: "),
    ("drivers/phy/", "phy: {0}: "),
    ("drivers/", "{0}: {file}: "),
    ("sound/soc/", "ASoC: {0}: "),
    ("sound/", "ALSA: {file}: "),
    ("arch/powerpc/", "powerpc/{0}: "),
    ("arch/arm/", "ARM: {0}: "),
    ("arch/", "{0}: "),
    ("fs/", "{0}: "),
    ("net/", "{0}: "),
    ("kernel/", "{file}: "),
    ("security/", "{0}: "),
)


def prefix(root: str, path: str) -> str:
    """What stands before the colon, with it and a blank: ``drm/msm: ``."""
    found = Counter(match[1] for one in subjects(root, path) if (match := _PREFIX.match(one)))
    if found:
        return found.most_common(1)[0][0]
    for folder, form in _CONVENTIONS:
        if path.startswith(folder):
            return _filled(form, path.removeprefix(folder))
    return f"{PurePosixPath(path).stem}: "


def _filled(form: str, rest: str) -> str:
    inner = PurePosixPath(rest)
    file = inner.stem
    first = inner.parts[0] if len(inner.parts) > 1 else file
    last = inner.parts[-2] if len(inner.parts) > 1 else file
    made = form.replace("{0}", first).replace("{-1}", last).replace("{file}", file)
    words = made.split(": ")
    return ": ".join(dict.fromkeys(words))
