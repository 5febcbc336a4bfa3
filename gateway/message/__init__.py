"""A message as it arrives: its form, its ids, and how a body becomes one."""
