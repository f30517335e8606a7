"""The shop's API: each endpoint naive, with a written preset, and with a derived one."""
