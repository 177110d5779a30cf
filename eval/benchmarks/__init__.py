"""Public benchmarks as they lie in a folder: one file an adapter, scores by the benchmark's own custom."""
