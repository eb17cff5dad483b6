"""The tests; `tests.evaluation` measures quality and `tests.benchmarks` speed."""
