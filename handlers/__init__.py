"""What workflows do: one module for each type of node."""
