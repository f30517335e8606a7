"""Who buys: customers and their addresses."""
