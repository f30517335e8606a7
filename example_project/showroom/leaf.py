"""Where a product hangs in the tree of categories."""

from __future__ import annotations

from typing import NamedTuple

from example_project.showroom import vocabulary as words


def categories_of(department: int) -> dict[str, str]:
    """Return the categories of a department, each with what one of its products is called."""
    return list(words.DEPARTMENTS.values())[department][1]


class Leaf(NamedTuple):
    """A category of the third level, by its place in the tree."""

    department: int
    category: int
    branch: int

    @classmethod
    def of(cls, product: int) -> Leaf:
        """Return the leaf of the product of this number; neighbours are far from each other."""
        branches, categories = len(words.BRANCHES), len(categories_of(0))
        number = product * 37 % (len(words.DEPARTMENTS) * categories * branches)
        rest, branch = divmod(number, branches)
        return cls(*divmod(rest, categories), branch)

    @property
    def keys(self) -> tuple[int, int, int]:
        """The primary keys of department, category and branch; the tree is numbered depth first."""
        below = 1 + len(words.BRANCHES)
        department = self.department * (len(categories_of(0)) * below + 1) + 1
        category = department + 1 + self.category * below
        return department, category, category + 1 + self.branch

    @property
    def is_digital(self) -> bool:
        """Whether its products are downloaded."""
        return list(words.DEPARTMENTS)[self.department] == words.DIGITAL

    @property
    def motif(self) -> str:
        """What is in the pictures of its products."""
        return list(words.DEPARTMENTS.values())[self.department][0]

    @property
    def noun(self) -> str:
        """What one of its products is called."""
        return list(categories_of(self.department).values())[self.category]
