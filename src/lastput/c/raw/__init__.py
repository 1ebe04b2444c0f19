"""Kernel C as it lies in the tree, without a preprocessor: items of a file, bodies, calls, initialisers."""
