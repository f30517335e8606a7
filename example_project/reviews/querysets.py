"""What each page reads of reviews, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit import Preset
from perfkit.integrations.model_utils import PresetSoftDeletableQuerySet

if TYPE_CHECKING:
    # Ruff does not see the names in quotes below.
    from example_project.reviews.models import Review  # noqa: F401


class ReviewQuerySet(PresetSoftDeletableQuerySet["Review"]):
    """Reviews, and what is read of them."""

    optimize_for_text = Preset(only=["title", "stars", "rating", "body", "created"])
    optimize_for_list = optimize_for_text | Preset(only=["byline"])
    optimize_for_author = optimize_for_text | Preset(include={"product": "card"})
