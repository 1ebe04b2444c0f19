"""Kernel C as data: tokens, the preprocessor, the syntax tree, and files out of a kernel tree."""
