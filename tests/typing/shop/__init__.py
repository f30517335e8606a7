"""A user's app, fully annotated, as strict checkers ask for."""
