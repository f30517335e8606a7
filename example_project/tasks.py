"""The tasks framework: Django's own from 6.0 on, its backport django-tasks before."""

from __future__ import annotations

try:
    from django.tasks import task
except ImportError:
    from django_tasks import task  # type: ignore[no-redef]

__all__ = ["task"]
