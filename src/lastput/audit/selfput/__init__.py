"""Puts of a module by its own text: where they are, how they are entered, and what makes them safe."""
