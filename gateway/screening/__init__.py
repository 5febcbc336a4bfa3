"""Screening: what in a message is personal data or a secret, and how it is taken out."""
