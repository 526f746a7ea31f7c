"""The unified handler array: what a work does, one module for each type of handler."""
