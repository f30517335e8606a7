"""Inference on code that its authors never saw: large public projects, each in an environment of its own."""
