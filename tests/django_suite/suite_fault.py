"""A fault to put into the auditor on purpose, which the comparison has to find."""

from __future__ import annotations

import os
from typing import Any


def put_in() -> None:
    """Make the auditor send a statement of its own for each queryset, where the caller asks for it."""
    if not os.environ.get("PERFKIT_SUITE_FAULT"):
        return
    from django.db import connections
    from django.db.models.query import BaseIterable

    plain = BaseIterable.__init__

    def asking(self: Any, queryset: Any, *args: Any, **options: Any) -> None:
        plain(self, queryset, *args, **options)
        with connections[queryset.db].cursor() as cursor:
            cursor.execute("SELECT 1")

    BaseIterable.__init__ = asking  # type: ignore[method-assign]
