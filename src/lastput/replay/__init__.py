"""Force an interleaving onto an unmodified distribution kernel in QEMU, and say what happened."""
