"""The admin loads what it shows: :class:`PresetAdminMixin` for a ``ModelAdmin``."""

from perfkit.integrations.admin.analysing import analyse_admin
from perfkit.integrations.admin.options import PresetAdminMixin

__all__ = ["PresetAdminMixin", "analyse_admin"]
