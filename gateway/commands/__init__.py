"""Subcommands of `portcullis` that do more than call one thing."""
