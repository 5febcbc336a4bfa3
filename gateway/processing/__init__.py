"""Processing: what is done with a task, by whom, and how often it is tried."""
