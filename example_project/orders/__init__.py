"""What was bought: orders and their lines."""
