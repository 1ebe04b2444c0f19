"""The flow of control through one function, and questions about its paths."""
