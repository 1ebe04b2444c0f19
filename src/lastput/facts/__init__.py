"""The fact base of a kernel tree: what is called, stored, registered and exported, and by which module."""
