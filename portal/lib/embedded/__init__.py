"""What the portal brings along when no services are configured: PostgreSQL and Valkey, private to it."""
