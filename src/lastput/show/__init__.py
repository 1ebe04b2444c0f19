"""From a schedule to a trace, and from a trace to text. Renderers know nothing but the trace."""
