"""Which tool finds which lazy load: a table, for the tools that are installed."""

import importlib.util
import json
import os
import subprocess
import sys

import django

from tests.benchmarks._detection import APPS

MODULES = {
    "django-zeal": "zeal",
    "django-nplus1": "django_nplus1",
    "nplusone": "nplusone",
    "django-seal": "seal",
}


def ask(tool):
    """Return what a tool found, with its version, or why it doesn't run."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks._detection", tool]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    if done.returncode:
        return done.stderr.strip().rpartition("\n")[2]
    return json.loads(done.stdout)


def table(answers):
    """Return the table of what tools found."""
    heads = [f"{tool} {answer['version']}" for tool, answer in answers.items()]
    lines = [f"| read | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for read in next(iter(answers.values()))["found"]:
        cells = ["found" if answer["found"][read] else "" for answer in answers.values()]
        lines.append(f"| {read} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    """Print the table; return whether perfkit raised no false alarm."""
    tools = [tool for tool in APPS if importlib.util.find_spec(MODULES.get(tool, "django"))]
    answers = {tool: ask(tool) for tool in tools}
    print(f"Django {django.get_version()}, Python {sys.version.split()[0]}\n")
    print(table({tool: answer for tool, answer in answers.items() if isinstance(answer, dict)}))
    for tool, answer in answers.items():
        if isinstance(answer, str):
            print(f"\n{tool} doesn't run here: {answer}")
    return not list(answers["perfkit"]["found"].values())[-1]
