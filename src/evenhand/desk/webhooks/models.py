"""Webhooks, and the notices that are still to be sent to them."""

import secrets
from typing import ClassVar, Self

from django.core.validators import URLValidator
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

from evenhand.desk.record.scope import ScopedManager
from evenhand.desk.webhooks.address import check_url

SECRET_BYTES = 32


def new_secret() -> str:
    return secrets.token_hex(SECRET_BYTES)


class Hook(models.Model):
    """An address that an administrator entered. `types`: the event types it gets notices of; empty is all."""

    agency = models.CharField(max_length=9, db_index=True)
    url = models.CharField(max_length=500, validators=[URLValidator(schemes=["https"]), check_url])
    secret = models.CharField(max_length=64, default=new_secret)
    types = models.JSONField(default=list)
    active = models.BooleanField(default=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("secret"), 2 * SECRET_BYTES), name="secret_is_long"
            ),
        )


class Delivery(models.Model):
    """One notice in the outbox, written in the transaction of its act. `body` is empty once it is over."""

    agency = models.CharField(max_length=9)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE)
    event = models.UUIDField()
    body = models.TextField()
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    done_at = models.DateTimeField(null=True)
    last_answer = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()
