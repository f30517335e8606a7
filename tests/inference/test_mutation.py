"""Every rule of the interpreter is needed: break any one, and a construct notices."""

from __future__ import annotations

import pytest

from tests.inference.mutation import Campaign
from tests.inference.rows import make_rows

pytestmark = pytest.mark.django_db


def test_no_rule_can_be_broken_unnoticed() -> None:
    """A rule that survives is either without a construct, or not needed."""
    campaign = Campaign(make_rows().pk)
    assert campaign.broken_already() == []
    survivors = [name for name, rule in campaign.rules.items() if campaign.survives(rule)]
    assert survivors == [], f"{len(survivors)} of {len(campaign.rules)} rules: " + ", ".join(
        survivors
    )
