"""The export to the search service, which takes minutes, and which nobody waits for."""

from __future__ import annotations

from example_project.catalogue.models import Product
from example_project.search.client import EXPORT_TIMEOUT, SearchClient
from example_project.search.records import record
from example_project.tasks import task
from perfkit import audit

#: Products in memory, and in one request, at one time.
BATCH = 1_000


@task()
@audit()
def export_to_search() -> int:
    """Put all products into the index of the search service; return how many they are.

    Raises SearchUnavailable where the service doesn't answer: the worker notes the failure.
    """
    client = SearchClient(EXPORT_TIMEOUT)
    count = 0
    for products in Product.objects.optimize_for("search").batches(BATCH):
        client.index(map(record, products))
        count += len(products)
    return count
