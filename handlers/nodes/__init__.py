"""The node types: one module each, with its form."""
