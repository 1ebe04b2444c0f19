"""Which files make which module, read from Makefiles and Kconfig as they lie in the tree. Nothing is run."""
