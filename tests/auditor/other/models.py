"""A model whose name another app uses too."""

from django.db import models


class Person(models.Model):
    """A person of another app."""

    name = models.CharField(max_length=50)
    boss = models.ForeignKey("self", models.CASCADE, null=True)

    def __str__(self):
        return self.name
