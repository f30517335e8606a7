"""Presets from Django templates: what a template reads of the rows in its context.

The compiled template is followed; it is never rendered, and no code of the project is run.
"""

from __future__ import annotations

from perfkit.integrations.templates.deriving import derive_from_template, preset_from_template

__all__ = ["derive_from_template", "preset_from_template"]
