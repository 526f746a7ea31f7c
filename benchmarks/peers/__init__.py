"""Other engines at the same work, in rounds with ours: `make bench-peers`.

The `run_*.py` here are scripts for the environment of the peers. They import `race`
from their own folder and nothing of this project.
"""
