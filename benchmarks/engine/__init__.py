"""The engine's workloads, each on real clusters: `python -m benchmarks.engine`."""
