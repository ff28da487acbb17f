"""File formats that benchmarks read."""
