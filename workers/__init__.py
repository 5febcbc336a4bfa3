"""The workers: Celery spreads the tasks, the ledger knows them."""
