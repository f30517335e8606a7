"""A shop that shows what perfkit does: every page in a naive, an optimised and a derived form."""
