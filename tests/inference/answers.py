"""What inference says of every construct, in words; ``python -m tests.inference.answers`` writes it down anew.

Running a construct shows whether a read is missing. What is told besides (a path too many, another line, other
words for what can't be followed) shows in a comparison with ``answers.txt``. Look at the differences before you
commit them.
"""

from __future__ import annotations

import linecache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfkit.inference import field_reads

if TYPE_CHECKING:
    from tests.inference.constructs import Construct

WRITTEN = Path(__file__).with_name("answers.txt")
#: The files of constructs; those that only a newer Python can read have no file.
OWN = (str(Path(__file__).parent), "<newer ")
#: The answer where it is the code of a library that isn't followed: that is another in each version.
OF_A_LIBRARY = ["lost in the code of a library"]


def answer_of(construct: Construct) -> list[str]:
    """Return what is said of a construct, one thing a line, in an order that doesn't change."""
    from tests.inference.app.models import Product

    with construct.installed():
        found = field_reads(Product, "member")
    if not all(one.file.startswith(OWN) for one in found.unresolved):
        return OF_A_LIBRARY
    lines = {f"{one.kind} {one.path} @ {_line(one.place)}" for one in found.lines}
    lines |= {f"query {one.construct} @ {_line(one)}" for one in found.own_queries}
    lines |= {f"lost {one.construct} @ {_line(one)}" for one in found.unresolved}
    lines |= {f"whole {path}" for path in found.whole}
    lines |= {f"behind {path} {label}" for path, label in found.behind}
    return sorted(lines)


def _line(place: Any) -> str:
    """Return the function and the text of a line; its number is another after every change of the file."""
    text = linecache.getline(place.file, place.line).strip()
    return f"{place.function}: {text}" if place.file.startswith(OWN) else place.function


def read_written() -> dict[str, list[str]]:
    """Return the answers that are written down, by the name of the construct."""
    blocks = WRITTEN.read_text().split("\n\n")
    return {name: lines for name, *lines in map(str.splitlines, blocks)}


def main() -> None:
    """Write down the answers of this version; those of constructs that it doesn't have stay."""
    import django

    django.setup()
    from perfkit.inference import engine
    from tests.inference.constructs.every import CONSTRUCTS

    engine.MAX_SECONDS = float("inf")
    answers = read_written() if WRITTEN.exists() else {}
    answers |= {one.name: answer_of(one) for one in CONSTRUCTS}
    blocks = ["\n".join([name, *lines]) for name, lines in sorted(answers.items())]
    WRITTEN.write_text("\n\n".join(blocks) + "\n")


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main()
