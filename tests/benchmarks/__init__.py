"""Benchmarks, run by ``make bench``: ratios within one process and run, never absolute times."""
