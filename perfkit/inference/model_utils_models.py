"""What the field tracker of django-model-utils does with a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_utils.tracker import DescriptorWrapper, FieldTracker

from perfkit.inference.modelling import models
from perfkit.inference.values import BOTTOM, NONE, Row, Value, constants

if TYPE_CHECKING:
    from perfkit.inference.arguments import Arguments
    from perfkit.inference.interpreter import Interpreter


@models(DescriptorWrapper.__get__)
def tracked_column(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    """A tracked column reads what the descriptor does that the tracker wrapped."""
    found = BOTTOM
    for wrapper in constants(arguments.get(0)) or ():
        for atom in arguments.get(1):
            if isinstance(atom, Row):
                found |= engine.get_raw(atom, wrapper.field_name, wrapper.descriptor)
    return found


@models(DescriptorWrapper.__set__)
def set_tracked_column(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    """Setting a tracked column of a row that is whole first loads its old value."""
    for wrapper in constants(arguments.get(0)) or ():
        for atom in arguments.get(1):
            if isinstance(atom, Row):
                if engine.loading is None:
                    engine.get_raw(atom, wrapper.field_name, wrapper.descriptor)
                engine.store(atom, wrapper.field_name, arguments.get(2))
    return NONE


@models(FieldTracker.initialize_tracker)
def initialize(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    """The tracker keeps what is not deferred when a row is made: it loads nothing."""
    return NONE
