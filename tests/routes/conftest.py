"""The rows of the auditor's app, whose pages are measured here too."""

from tests.auditor.conftest import books  # noqa: F401 - a fixture
