"""What the programs tell of themselves: log lines and metrics."""
