# ruff: noqa
"""Parts of Django that a member meets: files, JSON, dates, urls, templates, caches, settings."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.serializers import serialize
from django.apps import apps
from django.db import transaction
from django.forms.models import model_to_dict
from django.template import Context, Template
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.functional import SimpleLazyObject, lazystr

from tests.inference.app.models import Brand, Product
from tests.inference.constructs import either, followed, given_up


@followed
def file_url(self):
    return self.image.url


@followed
def file_name(self):
    return self.image.name if self.image else None


@followed
def file_text(self):
    return str(self.image)


@followed
def file_instance(self):
    return self.image.instance.title


@given_up
def file_saved(self):
    self.image.save("x", None)


@followed
def json_item(self):
    return self.data["weight"], self.data.get("height")


@followed
def json_loop(self):
    return [key for key, value in self.data.items()]


@given_up
def json_gets_row(self):
    self.data["row"] = self
    return self.data["row"].title


@followed
def date_method(self):
    return self.created.strftime("%Y"), timezone.now() > self.created


@followed
def setting(self):
    return settings.USE_TZ and self.title


@followed
def setting_with_default(self):
    return getattr(settings, "NOTHING", self.title)


@followed
def user_model(self):
    return get_user_model().objects.filter(username=self.title).exists()


@followed
def model_by_name(self):
    return apps.get_model("inferred", "Line").objects.filter(product=self).count()


@followed
def transaction_block(self):
    with transaction.atomic():
        return self.title


@followed
def forced_text(self):
    return force_str(self.title)


@followed
def forced_text_of_row(self):
    return force_str(self.brand)


@followed
def lazy_text(self):
    return str(lazystr(self.title))


@given_up
def lazy_object(self):
    return SimpleLazyObject(lambda: self.brand).slogan


@given_up
def rendered(self):
    return Template("{{ product.title }}").render(Context({"product": self}))


@given_up
def as_dict(self):
    return model_to_dict(self)


@given_up
def serialized(self):
    return serialize("json", [self])


@followed
def cached_value(self):
    return cache.get("x") or self.title


@given_up
def cached_row(self):
    cache.set("x", self)
    return self.price


@followed
def content_type(self):
    return ContentType.objects.get_for_model(self).pk


@followed
def content_type_of_class(self):
    return ContentType.objects.get_for_model(type(self)).model


@followed
def next_by_date(self):
    try:
        return self.get_next_by_created().title
    except Exception:
        return None


@followed
def clean_does_nothing(self):
    return self.clean()


@given_up
def full_clean(self):
    return self.full_clean()


@followed
def default_str_of_related(self):
    return [str(note) for note in self.notes.all()]


@followed
def pk_of_related(self):
    return [line.pk for line in self.lines.all()]


@followed
def natural_comparison(self):
    return self == Product.objects.get(pk=self.pk)


@followed
def hash_of_row(self):
    return hash(self) and 1


@followed
def manager_of_class_with_row(self):
    return Brand.objects.exclude(pk=self.brand_id).filter(products=self).exists()


@followed
def get_or_none(self):
    try:
        return Brand.objects.get(name=self.title).slogan
    except Brand.DoesNotExist:
        return None


@followed
def assigned_relation(self):
    self.brand = None
    return self.title


@followed
def assigned_column(self):
    self.title = "x"
    return self.title


@followed
def assigned_relation_row(self):
    self.parent = self.parent.parent
    return self.parent.title if self.parent else 0


@followed
def cached_by_default(self):
    return cache.get_or_set("key", lambda: [line.remark for line in self.lines.all()], 1)


@followed
def cached_text_by_default(self):
    return cache.get_or_set("text", self.title) + cache.get_or_set("none", None, timeout=1)


@given_up
def cached_row_by_default(self):
    return cache.get_or_set("row", lambda: self.brand, 0)


@given_up
def cached_by_default_under_the_row(self):
    return cache.get_or_set(self, "x")
