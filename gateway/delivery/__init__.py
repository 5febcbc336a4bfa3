"""Delivery: forwarding a message at once, or telling the broker of a task."""
