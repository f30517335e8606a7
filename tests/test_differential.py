"""Querysets with presets and the same without, through the same chains of methods, made at random."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.differential import machine
from tests.graphs import Graph
from tests.test_random import TESTAPP, graph, lasting_world

pytestmark = pytest.mark.django_db
__all__ = ["graph", "lasting_world"]

#: In the suite a few chains; a campaign takes the number of its profile.
EXAMPLES = 5000 if os.environ.get("HYPOTHESIS_PROFILE") == "campaign" else 10
PHASES = [Phase.generate, *([] if "PERFKIT_EXAMPLES" in os.environ else [Phase.shrink])]
CHAINS: dict[str, Any] = {
    "max_examples": int(os.environ.get("PERFKIT_EXAMPLES", EXAMPLES)),
    "stateful_step_count": 10,
    "phases": PHASES,
}


def test_chains_on_random_models(graph: Graph) -> None:
    """On models of every kind of relation: same rows and values, no query for what is declared, findings for the rest."""
    models = [*graph.models, *graph.proxies]
    run_state_machine_as_test(machine(models), settings=settings(**CHAINS))


def test_chains_on_the_test_project(lasting_world: None) -> None:
    """The same on models with odd keys, managers and generic relations."""
    run_state_machine_as_test(machine(TESTAPP), settings=settings(**CHAINS))
