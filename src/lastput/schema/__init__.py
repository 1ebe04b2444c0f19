"""The data that lastput hands to its users: versioned, renderer-free structs."""
