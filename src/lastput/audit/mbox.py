"""The diffs in mails: one, or a series in an mbox as ``b4 am`` writes it, in the order of their numbers."""

from __future__ import annotations

__all__ = ["patch_text"]

import email
import email.policy
import re
from email.message import EmailMessage

_FROM = re.compile(rb"^From \S+ .*\d{2}:\d{2}.*\n", re.MULTILINE)
_HEADER = re.compile(rb"\A(?:>?From |[A-Za-z][A-Za-z0-9-]*:[ \t])")
_NUMBER = re.compile(r"\[[^\]]*?\b(\d+)/\d+\s*\]")


def patch_text(data: bytes) -> str:
    """The text with the diffs: a plain diff as it is; of mails the bodies, decoded, sorted by [PATCH n/m]."""
    if not _HEADER.match(data) or data.startswith((b"diff ", b"---", b"commit ")):
        return data.decode("utf-8", "replace")
    starts = [match.start() for match in _FROM.finditer(data)] or [0]
    ends = [*starts[1:], len(data)]
    mails = [_FROM.sub(b"", data[start:end], count=1) for start, end in zip(starts, ends, strict=True)]
    found = []
    for order, mail in enumerate(mails):
        message = email.message_from_bytes(mail, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        number = _NUMBER.search(str(message.get("subject", "")))
        text = "".join(_texts(message))
        found.append((int(number[1]) if number else 0, order, text))
    return "\n".join(text if text.endswith("\n") else f"{text}\n" for _, _, text in sorted(found))


def _texts(message: EmailMessage) -> list[str]:
    found = []
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found.append(content.decode("utf-8", "replace").replace("\r\n", "\n"))
    return found
