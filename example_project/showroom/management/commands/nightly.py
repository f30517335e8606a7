"""Hand the long tasks of the night to the worker."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from example_project.catalogue.tasks import rank_products
from example_project.search.tasks import export_to_search


class Command(BaseCommand):
    """``manage.py nightly``: what cron calls."""

    help = "Hand the long tasks of the night to the worker (manage.py db_worker)."

    def handle(self, **options: Any) -> None:
        """Enqueue them."""
        for job in (rank_products, export_to_search):
            job.enqueue()
            self.stdout.write(f"Enqueued {job.module_path}.")
