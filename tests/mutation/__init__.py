"""Breaks the code of perfkit on purpose, a line at a time, and asks whether a test notices."""
