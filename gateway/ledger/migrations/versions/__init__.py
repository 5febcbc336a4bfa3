"""The revisions, in order; each is a file of its own."""
