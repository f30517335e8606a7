"""A small library of books, with a relation of every kind."""

import functools
import heapq

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.functional import cached_property


def spoken(function):
    """Decorate a method with a wrapper that the user wrote."""

    @functools.wraps(function)
    def wrapper(self):
        return function(self).upper()

    return wrapper


class lazy:  # noqa: N801 - it stands for a descriptor of the user's own
    """A descriptor that a project wrote itself."""

    def __init__(self, func):
        self.func = func

    def __get__(self, instance, owner=None):
        return self.func(instance)


class Publisher(models.Model):
    """A house."""

    name = models.CharField(max_length=50)
    city = models.CharField(max_length=50, default="Turin")

    def __str__(self):
        return self.name

    @property
    def label(self):
        return f"{self.name} ({self.city})"


class Named(models.Model):
    """What has a name."""

    name = models.CharField(max_length=50)
    email = models.CharField(max_length=50, default="x@example.com")

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def contact(self):
        return f"{self.name} <{self.email}>"


class Person(Named):
    """An author or an editor."""

    publisher = models.ForeignKey(Publisher, models.CASCADE, null=True, related_name="people")

    def house(self):
        return self.publisher.label


class Tag(models.Model):
    """A word about books."""

    word = models.CharField(max_length=50)

    def __str__(self):
        return self.word


class Note(models.Model):
    """A note on anything."""

    text = models.CharField(max_length=50)
    content_type = models.ForeignKey(ContentType, models.CASCADE, null=True)
    object_id = models.PositiveBigIntegerField(null=True)
    target = GenericForeignKey()

    def __str__(self):
        return self.text


class Book(models.Model):
    """A book."""

    title = models.CharField(max_length=50)
    blurb = models.TextField(default="blurb")
    price = models.IntegerField(default=10)
    author = models.ForeignKey(Person, models.CASCADE, related_name="books")
    editor = models.ForeignKey(Person, models.CASCADE, null=True, related_name="edited")
    tags = models.ManyToManyField(Tag, related_name="books")
    notes = GenericRelation(Note)

    def __str__(self):
        return self.title

    @property
    def label(self):
        return f"{self.title} by {self.author.name}"

    @property
    def house_label(self):
        return f"{self.title}: {self.author.house()}"

    @cached_property
    def teaser(self):
        return self.blurb[:10]

    @spoken
    def shout(self):
        return self.blurb

    @lazy
    def whisper(self):
        return self.blurb.lower()

    @property
    def filtered(self):
        return list(self.chapters.filter(heading="One"))

    @property
    def same(self):
        return Book.objects.filter(title="Book 0").count()

    refresh = models.Model.refresh_from_db

    def longest_chapters(self):
        return heapq.nlargest(2, self.chapters.all(), key=lambda chapter: chapter.summary)

    def chapter_blurbs(self):
        return [f"{chapter.book.blurb}" for chapter in self.chapters.all()]


class Chapter(models.Model):
    """A chapter of a book."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="chapters")
    heading = models.CharField(max_length=50)
    summary = models.TextField(default="summary")
    reviewer = models.ForeignKey(Person, models.CASCADE, null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.heading


class Cover(models.Model):
    """The cover of a book."""

    book = models.OneToOneField(Book, models.CASCADE, related_name="cover")
    colour = models.CharField(max_length=50, default="red")

    def __str__(self):
        return self.colour


class Novel(Book):
    """A book of another table."""

    plot = models.TextField(default="plot")
