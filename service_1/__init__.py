"""service_1: the intake API."""
