"""COMPILE: from a model and a preset to the plan of what is loaded. No SQL is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from perfkit.arguments import shown
from perfkit.draft import freeze
from perfkit.drafting import draft_preset
from perfkit.places import Place

if TYPE_CHECKING:
    from django.db.models import Model

    from perfkit.members import Doubt
    from perfkit.plan import LoadPlan
    from perfkit.presets import Preset

__all__ = ["Compiled", "compile_plan"]


class Compiled(NamedTuple):
    """A compiled preset."""

    plan: LoadPlan
    #: Whether the plan may be kept: not if a ``@preset`` method had a part in it, which may answer
    #: otherwise the next time.
    lasting: bool
    #: What could not be proved of the members that the preset names.
    doubts: tuple[Doubt, ...]


def compile_plan(model: type[Model], preset: Preset, label: str = "") -> Compiled:
    """Return the plan of a preset on the rows of a model.

    ``label`` names the preset in messages (``"ProductQuerySet.optimize_for_list"``). Raises
    :class:`~perfkit.PresetError` when the preset doesn't fit the model.
    """
    place = Place(label or shown(preset), model)
    plan = freeze(draft_preset(model, preset, place))
    return Compiled(plan, not place.called, tuple(dict.fromkeys(place.doubts)))
