"""The documentation's build: Sphinx with MyST; ``make docs`` runs it."""

import os
import sys
from pathlib import Path

import django

# Autodoc imports modules that need a configured Django.
sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

import perfkit  # noqa: E402

project = "perfkit"
author = "The perfkit contributors"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx's name for it
version = release = perfkit.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

# What the tutorial's own server answers.
linkcheck_ignore = [r"http://127\.0\.0\.1"]

autodoc_member_order = "bysource"
# Types are for editors, which read them from the source.
autodoc_typehints = "none"

html_theme = "furo"
html_title = f"perfkit {release}"
