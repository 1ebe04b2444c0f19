"""The search engine: runs the IR of ``program`` through all interleavings. Knows nothing of kernels.

Nothing here imports LLVM or numpy before a search is big enough to need them.
"""
