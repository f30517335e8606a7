"""Django's own tests, run with the auditor on."""
