"""What Presidio's REST API does, done by our engine: for clients that change nothing but their base URL."""
