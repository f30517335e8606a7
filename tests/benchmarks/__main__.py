"""Run the benchmarks named on the command line, or all: ``python -m tests.benchmarks presets``.

Each module here with a ``main()`` is a benchmark. It prints a table, and returns whether every bound
that it states was kept.
"""

import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

import django


def main(names: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    found = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    modules = [
        import_module(f"tests.benchmarks.{name}")
        for name in names or found
        if not name.startswith("_")
    ]
    kept = [module.main() for module in modules if hasattr(module, "main")]
    return 0 if all(kept) else 1


sys.exit(main(sys.argv[1:]))
