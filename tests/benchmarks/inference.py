"""What inference adds to the start of a project: 500 models whose presets name a property each.

Each figure is of a process of its own, since the first member costs more than the others. The time is
the processor's, from before the checks to after them, less that of the same presets spelt in columns.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks._timing import bound

MODELS, MODELS_PER_FILE, RUNS = 500, 25, 5
ROOT = Path(__file__).parents[2]
#: The same data in columns and by the name of a property.
NAMES = {"columns": '"title", "price", "tax", "above__title"', "members": '"label"'}

HEAD = '''"""Models of one part of the business."""

from django.db import models

from perfkit import Preset, PresetQuerySet
{imports}
'''
MODEL = '''

class Thing{n}QuerySet(PresetQuerySet):
    optimize_for_list = Preset(only=[{names}])


class Thing{n}(models.Model):
    """A thing of kind {n}."""

    title = models.CharField(max_length=50)
    note = models.TextField(blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    tax = models.DecimalField(max_digits=8, decimal_places=2)
    above = models.ForeignKey({above}, models.CASCADE, null=True, related_name="below{n}")

    objects = Thing{n}QuerySet.as_manager()

    class Meta:
        app_label = "business"

    def __str__(self):
        return self.title

    @property
    def label(self):
        if self.above is not None and self.price > 100:
            return f"{{self.title}} of {{self.above}}"
        return f"{{self.title}}: {{self.total()}}"

    def total(self):
        return self.price + self.tax

    def siblings(self):
        return [thing for thing in self.above.below{n}.all() if thing.pk != self.pk]

    def save(self, *args, **kwargs):
        self.note = self.note.strip()
        super().save(*args, **kwargs)
'''


def write_application(directory: Path, names: str) -> None:
    """Write the package ``business``: many models in several files, as projects have them."""
    package = directory / "business"
    package.mkdir()
    (package / "__init__.py").touch()
    modules = list(_modules(names))
    for number, text in enumerate(modules):
        (package / f"part{number}.py").write_text(text)
    imports = [f"from business.part{number} import *" for number in range(len(modules))]
    (package / "models.py").write_text("\n".join(imports))


def _modules(names: str) -> Iterator[str]:
    for start in range(0, MODELS, MODELS_PER_FILE):
        imports = (
            ""
            if not start
            else f"from business.part{start // MODELS_PER_FILE - 1} import Thing{start - 1}"
        )
        text = HEAD.format(imports=imports)
        for n in range(start, start + MODELS_PER_FILE):
            text += MODEL.format(n=n, names=names, above=f"Thing{n - 1}" if n else '"self"')
        yield text


def start(directory: str) -> None:
    """Start the project in a directory; print what the checks of its presets took, and what they imported."""
    import django
    from django.conf import settings

    sys.path.insert(0, directory)
    settings.configure(INSTALLED_APPS=["perfkit", "business"])
    django.setup()
    from perfkit.checks import check_declarations, check_presets

    began = time.process_time()
    messages = [*check_declarations(app_configs=None), *check_presets(app_configs=None)]
    spent = time.process_time() - began
    if messages:
        raise AssertionError(messages[:3])
    loaded = "perfkit.inference.interpreter" in sys.modules
    print(json.dumps({"seconds": spent, "inference": loaded}))


def measure(names: str) -> tuple[float, bool]:
    """Return the median seconds that the checks take in a new process, and whether they load inference."""
    with tempfile.TemporaryDirectory() as directory:
        write_application(Path(directory), names)
        command = [sys.executable, "-m", "tests.benchmarks.inference", directory]
        # One more before those that count: it writes the compiled files, whatever the environment says.
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{directory}/compiled"}
        runs = [
            subprocess.run(
                command, cwd=ROOT, check=True, capture_output=True, env={**os.environ, **compiled}
            )
            for _ in range(RUNS + 1)
        ]
    found = [json.loads(run.stdout) for run in runs[1:]]
    return statistics.median(one["seconds"] for one in found), found[0]["inference"]


def main() -> bool:
    times = {}
    print(f"\nStarting a project of {MODELS} models (median of {RUNS} processes)\n")
    print("| compared | figure | bound | kept |\n| --- | --- | --- | --- |")
    kept = []
    for kind, names in NAMES.items():
        times[kind], loaded = measure(names)
        if kind == "columns":
            kept.append(bound("inference loaded where presets name columns only", loaded, 0))
    added = times["members"] - times["columns"]
    kept.append(bound(f"seconds that {MODELS} members add to the checks", added, 0.5))
    return all(kept)


if __name__ == "__main__":
    start(sys.argv[1])
