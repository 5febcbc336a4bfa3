"""Keys, tokens and passwords: one file for each field of providers, and one for each way in which secrets are told."""
