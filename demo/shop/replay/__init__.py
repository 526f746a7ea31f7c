"""Replay recorded orders on a virtual clock, through all that runs in earnest."""
