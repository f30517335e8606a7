"""The admin loads what it shows: :class:`PresetAdminMixin` for a ``ModelAdmin``."""

from perfkit.integrations.admin import analysing  # noqa: F401 - it registers its analyser of views
from perfkit.integrations.admin.options import PresetAdminMixin

__all__ = ["PresetAdminMixin"]
