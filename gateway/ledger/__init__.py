"""The ledger: the truth about every accepted task and every alert."""
