"""From litmus C to the engine's IR."""
