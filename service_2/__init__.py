"""service_2: the processing API."""
