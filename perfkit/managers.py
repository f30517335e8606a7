"""The Manager classes that apply a preset to every queryset they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django.db.models import Manager, Model, QuerySet

from perfkit.apply import require_columns
from perfkit.arguments import shown
from perfkit.exceptions import PresetError
from perfkit.presets import Preset
from perfkit.querysets import PresetQuerySetMixin
from perfkit.relations import column

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["PresetManager", "PresetManagerMixin"]

_M = TypeVar("_M", bound=Model)

if TYPE_CHECKING:
    _Manager = Manager
else:
    _Manager = Generic


class PresetManagerMixin(_Manager[_M]):
    """A manager that can apply a preset to every queryset it makes."""

    #: The preset to apply, by name or itself. It is kept on the class, since Django makes related
    #: managers of the default manager's class without arguments.
    default_preset: ClassVar[str | Preset | None] = None

    @classmethod
    def from_queryset(
        cls,
        queryset_class: type[QuerySet[_M]],
        class_name: str | None = None,
        *,
        preset: str | Preset | None = None,
    ) -> type[Self]:
        """Return a manager class with the methods of a QuerySet class, as Django's does.

        ``preset`` names the preset that the manager applies to every queryset, or is one.
        Raises ``TypeError`` for what is no QuerySet class, and no name and no preset.
        """
        if not (isinstance(queryset_class, type) and issubclass(queryset_class, QuerySet)):
            raise TypeError(
                f"from_queryset() takes a QuerySet class, such as ProductQuerySet, not {shown(queryset_class)}."
            )
        if preset is not None and not isinstance(preset, (str, Preset)):
            raise TypeError(
                f"from_queryset(preset=...) takes the name of a preset, or a Preset, not {shown(preset)}."
            )
        made = super().from_queryset(queryset_class, class_name)
        if preset is not None:
            made.default_preset = preset
        return made

    def get_queryset(self) -> QuerySet[_M]:
        """Return the queryset of the base class, with the default preset applied."""
        queryset = super().get_queryset()
        if self.default_preset is None:
            return queryset
        if isinstance(self.default_preset, Preset):
            applied: QuerySet[_M] = self.default_preset.apply(queryset)
        elif isinstance(queryset, PresetQuerySetMixin):
            applied = queryset.optimize_for(self.default_preset)
        else:
            raise PresetError(
                f"{type(self).__name__} has the default preset {self.default_preset!r}, but "
                f"{type(queryset).__name__} has no presets; make it a PresetQuerySet.",
                check_id="perfkit.E005",
            )
        return require_columns(applied, _links(self))


class PresetManager(PresetManagerMixin[_M], Manager[_M]):
    """Django's Manager; ``from_queryset(..., preset="list")`` makes one that applies a preset."""


def _links(manager: Any) -> tuple[str, ...]:
    """Return the columns by which a related manager stitches its rows to their owners.

    Its prefetch takes the queryset of the manager's class, which knows nothing of the relation. The
    attributes are private (``create_reverse_many_to_one_manager`` and its generic likeness).
    """
    if not hasattr(manager, "instance"):
        return ()
    field = getattr(manager, "field", None)
    if field is not None:
        return tuple(key.attname for key in field.local_related_fields)
    names = [
        getattr(manager, name, None) for name in ("object_id_field_name", "content_type_field_name")
    ]
    return tuple(attname for name in names if name for attname in column(manager.model, name) or ())
