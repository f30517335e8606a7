"""Peak memory of a long task: the shop's export in batches against a plain loop, as the table grows.

``python -m tests.benchmarks memory`` fills shops of 10,000 to 200,000 products in temporary files of
SQLite, and runs each export in a process of its own. ``SIZES=1000,2000`` chooses other sizes.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = [int(size) for size in os.environ.get("SIZES", "10000,50000,200000").split(",")]

FILL = """
from django.core.management import call_command
from example_project.showroom.data import fill
call_command("migrate", verbosity=0)
fill({size}, lambda written: None)
"""

#: Each makes the records of all products and throws them away, and prints the peak memory that this took.
EXPORT = """
import resource
from example_project.catalogue.models import Product
from example_project.search.records import record
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak()
count = 0
{loop}
assert count == {size}
print(peak() - before)
"""

LOOPS = {
    "a plain loop": """
related = Product.objects.select_related("currency", "brand", "main_category__parent__parent")
for product in related:
    record(product)
    count += 1
""",
    "batches() with the preset": """
for products in Product.objects.optimize_for("search").batches(1_000):
    for product in products:
        record(product)
        count += 1
""",
}


def run(database: Path, code: str) -> str:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "DATABASE_URL": f"sqlite:///{database}",
    }
    code = f"import django; django.setup()\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def main() -> bool:
    print("\nPeak memory of an export, MB above that of the started process\n")
    print("| products | " + " | ".join(LOOPS) + " |\n| ---: |" + " ---: |" * len(LOOPS))
    peaks = {name: [] for name in LOOPS}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            database = Path(folder) / f"{size}.sqlite3"
            run(database, FILL.format(size=size))
            for name, loop in LOOPS.items():
                peaks[name].append(float(run(database, EXPORT.format(loop=loop, size=size))))
            database.unlink()
            cells = [f"{peaks[name][-1]:.0f}" for name in LOOPS]
            print(f"| {size:,} | {' | '.join(cells)} |", flush=True)
    flat = peaks["batches() with the preset"]
    kept = flat[-1] <= flat[0] * 1.25 + 5
    print(f"\nBatches stay flat (at most a quarter and 5 MB more): {'kept' if kept else 'MISSED'}")
    return kept
