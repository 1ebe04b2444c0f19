"""What a function does to lifetimes: typed, and inferred bottom-up from bodies.

Here live the vocabulary (``key``, ``effect``), how an expression of a function becomes a key, how the
effects of functions become summaries, and what is known of the life of a driver's objects. Nothing here
judges: rules and proofs do. It stands on ``facts`` and ``c`` alone, and imports nothing of ``audit`` or
above."""
