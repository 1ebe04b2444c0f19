"""Words that the kernel hangs on declarations and that say nothing about the flow of control."""

from __future__ import annotations

__all__ = ["blank_attributes", "cleanups"]

import re

#: Without their two leading underscores. include/linux/compiler*.h, init.h, cleanup.h of 6.12.
_WORDS = """
acquire acquires aligned always_inline always_unused assume_aligned attribute attribute__ attribute_const__
capability cleanup cold cond_acquires cond_lock const__ counted_by cpuidle deprecated designated_init
devexit devinit diag exit exitcall fallthrough_ flatten force free func_align guarded_by head hot init
initconst initdata initdata_memblock iomem irq_entry kernel kprobes latent_entropy lockfunc malloc may_alias
maybe_unused memexit meminit must_check must_hold naked net_exit net_init net_initdata no_caller_saved
no_kasan_or_inline no_kcsan no_profile no_randomize_layout no_sanitize no_sanitize_address
no_sanitize_memory no_sanitize_or_inline no_stack_protector nocapability nocast nocfi nodebug nodevice
noendbr noinitretpoline noinline noinline_for_stack nolibc_weak_const nonnull nonstring noreturn nosavedata
packed paginginit pcpu percpu pm_data pmem printf private pure randomize_layout rcu read_mostly ref refconst
refdata releases restrict ro_after_init safe scanf sched sched_clock section softirq_entry softirqentry_text
sparse_copy_ro strictstrict unused used user visible vmalloc_data weak xip_text
"""

_ATTRIBUTE = re.compile(
    rb"__(?:"
    + "|".join(sorted((re.escape(word) for word in str.split(_WORDS)), key=len, reverse=True)).encode()
    + rb")"
    rb"(?:\b__)?(?!\w)(?:\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?"
)
_TAKES_ARGUMENTS = re.compile(
    rb"__(?:acquires?|releases|must_hold|guarded_by|cond_\w+|printf|scanf|aligned|assume_aligned|attribute__|section"
    rb"|counted_by|malloc|free|cleanup|nonnull|diag|no_sanitize|private)\b"
)
_CLEANUP = re.compile(rb"(\w+)\s*\b__(?:free|cleanup)\s*\(\s*(\w+)\s*\)")
_BLANK = re.compile(rb"[^\n]")


def blank_attributes(code: bytes) -> bytes:
    """``code`` with attribute words, and their arguments, as blanks of the same length."""
    return _ATTRIBUTE.sub(_blank, code)


def _blank(match: re.Match[bytes]) -> bytes:
    text = match[0]
    parenthesis = text.find(b"(")
    if parenthesis >= 0 and not _TAKES_ARGUMENTS.match(text):
        # __user (*p)(...): the parenthesis belongs to what follows.
        return b" " * parenthesis + text[parenthesis:]
    return _BLANK.sub(b" ", text)


def cleanups(code: bytes) -> dict[str, str]:
    """Variables declared with ``__free(name)`` in ``code``, and the name."""
    if b"__free" not in code and b"__cleanup" not in code:
        return {}
    return {found[1].decode("latin-1"): found[2].decode("latin-1") for found in _CLEANUP.finditer(code)}
