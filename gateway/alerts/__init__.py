"""Alerts: recorded in the ledger, and told in dated files under `error_reports/`."""
