"""Agencies and their facilities, as an administrator enters them."""

from typing import ClassVar, Self
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models

from evenhand.desk.record.scope import ScopedManager
from evenhand.record.events import SubjectKind


def check_zone(name: str) -> None:
    """Raise `ValidationError` for what is no IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(f"{name} is no time zone: give one such as America/New_York.")


class Agency(models.Model):
    """A state or local law-enforcement agency. `agency` is its ORI."""

    agency = models.CharField("ORI", max_length=9, primary_key=True)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=2)
    zone = models.CharField("time zone", max_length=64, validators=[check_zone])

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class Facility(models.Model):
    """A jail. Its `code` stands in events and agreements."""

    subject_kind = SubjectKind.FACILITY

    code = models.CharField(max_length=64, primary_key=True)
    agency = models.CharField("ORI", max_length=9, db_index=True)
    name = models.CharField(max_length=200)
    zone = models.CharField("time zone", max_length=64, validators=[check_zone])

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "facilities"

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return self.code
