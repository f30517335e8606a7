"""Measures inference on real projects: ``python tests/real_projects/run.py [wagtail] [django-cms] ...``.

Each project is installed from the package index into an environment of its own, below ``--cache``; the
environment is made once. Prints a table; ``--details DIRECTORY`` keeps a line of JSON for each member. With
``--pages``, serves pages of the projects as they are and with presets that are derived, and compares.
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
    "wagtail": ("wagtail", "jinja2", "django-model-utils"),
    "django-cms": ("django-cms", "packaging", "django-model-utils"),
    "pretix": ("pretix", "django-model-utils"),
    "django-helpdesk": ("django-helpdesk", "django-model-utils"),
    "wiki": ("wiki", "sorl-thumbnail", "pillow", "django-model-utils"),
    "django-machina": ("django-machina", "setuptools", "django-model-utils"),
    "django-photologue": ("django-photologue", "setuptools", "django-model-utils"),
    "django-scheduler": ("django-scheduler", "setuptools", "django-model-utils"),
    "django-oscar": ("django-oscar[sorl-thumbnail]", "setuptools", "django-model-utils"),
}
#: The projects of whose pages some are served, by ``pages_<name>.py``.
PAGES = ("wagtail", "django-cms")


def main() -> None:
    """Measure the projects that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", choices=[*PROJECTS, []], default=[])
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "perfkit-real-projects"
    )
    parser.add_argument("--details", type=Path)
    parser.add_argument(
        "--pages", action="store_true", help="Compare pages, of " + " and ".join(PAGES)
    )
    options = parser.parse_args()
    if options.pages:
        for project in options.projects or PAGES:
            compare(project, environment(project, options.cache), options.details)
        return
    table: dict[str, dict[str, Any]] = {}
    for project in options.projects or PROJECTS:
        python = environment(project, options.cache)
        details = options.details and options.details / f"{project}.jsonl"
        table[project] = measure(project, python, details)
    for figure in next(iter(table.values())):
        cells = (str(figures[figure]) for figures in table.values())
        sys.stdout.write(f"| {figure} | {' | '.join(cells)} |\n")


def compare(project: str, python: Path, details: Path | None) -> None:
    """Run ``pages.py`` in the environment of a project; print its table."""
    lines: list[dict[str, Any]] = run("pages.py", project, python)
    heads = ("page", "queries", "derived", "values", "derived", "same answer", "can't be followed")
    sys.stdout.write(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n")
    for line in lines:
        cells = [line["page"], line.get("error", "")]
        if not cells[1]:
            small, large = (
                [line[f"{form} {size}"] for form in ("plain", "derived")] for size in (10, 100)
            )
            queries = [f"{few[0]} → {many[0]}" for few, many in zip(small, large, strict=True)]
            values = [f"{many[1]:,}" for many in large]
            same = "yes" if line["equal"] else "no"
            lost = line["unresolved"]
            told = lost[0] if lost == ["not derived"] else str(len(lost))
            cells = [line["page"], *queries, *values, same, told]
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
    if details is not None:
        (details / f"{project}-pages.json").write_text(json.dumps(lines, indent=1))


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
    figures: dict[str, Any] = run(
        "measure.py", project, python, *([f"--details={details}"] if details else [])
    )
    return figures


def run(script: str, project: str, python: Path, *arguments: str) -> Any:
    """Run a script in the environment of a project; return what it prints last, as JSON."""
    settings = f"tests.real_projects.settings_{project.replace('-', '_')}"
    done = subprocess.run(
        [python, Path(__file__).with_name(script), project, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": settings},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
