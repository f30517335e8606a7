"""Measures inference on real projects: ``python tests/real_projects/run.py [wagtail] [django-cms] ...``.

Each project is installed from the package index into an environment of its own, below ``--cache``; the
environment is made once. Prints a table; ``--details DIRECTORY`` keeps a line of JSON for each member.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: What is installed for each project; its settings are in ``settings_<name>.py``.
PROJECTS = {
    "wagtail": ("wagtail", "django-model-utils"),
    "django-cms": ("django-cms", "packaging", "django-model-utils"),
    "pretix": ("pretix", "django-model-utils"),
    "django-helpdesk": ("django-helpdesk", "django-model-utils"),
    "wiki": ("wiki", "sorl-thumbnail", "pillow", "django-model-utils"),
    "django-oscar": ("django-oscar[sorl-thumbnail]", "setuptools", "django-model-utils"),
}


def main() -> None:
    """Measure the projects that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", choices=[*PROJECTS, []], default=[])
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "perfkit-real-projects"
    )
    parser.add_argument("--details", type=Path)
    options = parser.parse_args()
    table: dict[str, dict[str, Any]] = {}
    for project in options.projects or PROJECTS:
        python = environment(project, options.cache)
        details = options.details and options.details / f"{project}.jsonl"
        table[project] = measure(project, python, details)
    for figure in next(iter(table.values())):
        cells = (str(figures[figure]) for figures in table.values())
        sys.stdout.write(f"| {figure} | {' | '.join(cells)} |\n")


def environment(project: str, cache: Path) -> Path:
    """Return the interpreter of the environment of a project; make it if there is none."""
    directory = cache / project
    python = directory / "bin" / "python"
    if not (directory / "installed").exists():
        venv.create(directory, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PROJECTS[project]], check=True)
        (directory / "installed").touch()
    return python


def measure(project: str, python: Path, details: Path | None) -> dict[str, Any]:
    """Run ``measure.py`` in the environment of a project; return its figures."""
    settings = f"tests.real_projects.settings_{project.replace('-', '_')}"
    arguments = [f"--details={details}"] if details else []
    done = subprocess.run(
        [python, Path(__file__).with_name("measure.py"), project, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": settings},
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()
