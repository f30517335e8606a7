"""The export of products for a search engine."""
