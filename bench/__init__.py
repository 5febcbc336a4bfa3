"""The benchmarks: each measures the product and a bare peer in the same run, and tells their ratio."""
