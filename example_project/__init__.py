"""A shop that shows what perfkit does: every page in a naive and in an optimised form."""
