"""The policy: what happens to a message with these findings."""
