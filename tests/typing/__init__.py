"""What a user's editor sees, proved by type checkers."""
