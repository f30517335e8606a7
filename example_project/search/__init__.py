"""The search, and the export of products to its service."""
