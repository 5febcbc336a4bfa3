"""Coverage-guided fuzzing of the screening: `make fuzz`."""
