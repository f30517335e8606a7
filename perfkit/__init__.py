"""Django views that load exactly the data they read."""

__version__ = "0.1.0"
