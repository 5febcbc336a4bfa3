"""Screening files, pipes and folders from the command line."""
