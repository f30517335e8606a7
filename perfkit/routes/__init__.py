"""The ranking of routes: the lines that requests leave in the log, and what they add up to."""
