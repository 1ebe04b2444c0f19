"""A small part of Python as LLVM IR: what the compiled engine is written in.

The functions of the search compute with numbers of 64 bits in arrays. For that little of the language a
translation takes 0.2 seconds, and LLVM 3; a general compiler for Python (numba) took 30 in all.

The subset, and where it differs from Python:

- A value is an ``int`` of 64 bits (it wraps around), a ``np.uint64``, a ``bool``, an array of numbers in
  one dimension, or a tuple of these that is returned and taken apart at once. ``and``, ``or`` and ``not``
  give a ``bool``. Both operands of an operation are of one sort; ``int(x)`` and ``np.uint64(x)`` convert.
- An array is an address and a length. An index is not checked, and does not count from the end. A slice
  is the same memory. What is stored is cut to the width of an element.
- Statements: assignment, ``if``, ``while``, ``for`` over ``range`` with a constant step, ``break``,
  ``continue``, ``return``. Division by 0 is undefined.
- A variable has the sort of its first assignment. A function is translated for the sorts of arguments that
  it is called with. Names of a module are constants: numbers, tuples of them, functions.

Whatever else is met raises InternalError with its place.
"""
