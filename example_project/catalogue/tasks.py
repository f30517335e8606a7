"""What is computed at night."""

from __future__ import annotations

from django.db import transaction

from example_project.catalogue.models import Product, ProductRanking
from example_project.tasks import task
from perfkit import audit

#: Rows in memory at one time.
BATCH = 1_000


@task()
@audit()
def rank_products() -> int:
    """Compute anew how often each product was sold; return how many products there are."""
    count = 0
    for products in Product.objects.optimize_for("ranking").batches(BATCH):
        rankings = [ProductRanking(product_id=p.pk, sold=p.sold) for p in products]
        # Deleted and written anew, which every database can; a batch at a time, so that locks are short.
        with transaction.atomic():
            ProductRanking.objects.filter(product__in=[p.pk for p in products]).delete()
            ProductRanking.objects.bulk_create(rankings)
        count += len(products)
    return count
