"""Who is told, and what is still to be told."""

import secrets
from typing import ClassVar, Self

from django.core.validators import URLValidator
from django.db import models

from evenhand.desk.record.scope import ScopedManager


def new_secret() -> str:
    return secrets.token_hex(32)


class Hook(models.Model):
    """An address that an administrator entered. `types`: the event types it is told of; empty is all."""

    agency = models.CharField(max_length=9, db_index=True)
    url = models.CharField(max_length=500, validators=[URLValidator(schemes=["https", "http"])])
    secret = models.CharField(max_length=64, default=new_secret)
    types = models.JSONField(default=list)
    active = models.BooleanField(default=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()


class Delivery(models.Model):
    """One notice in the outbox, written in the transaction of the act that it tells of."""

    agency = models.CharField(max_length=9)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE)
    event = models.UUIDField()
    body = models.TextField()
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    done_at = models.DateTimeField(null=True)
    last_answer = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()
