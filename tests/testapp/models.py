"""Models of the test project: every kind of relation that Django has."""
