"""What the load of a campaign writes besides the tables of Punctual."""

from typing import ClassVar

from django.db import models


class Ledger(models.Model):
    """One effect of a database node; nothing keeps a second one out."""

    execution = models.BigIntegerField()
    node = models.CharField(max_length=64)

    objects: ClassVar[models.Manager["Ledger"]] = models.Manager()

    def __str__(self):
        return f"{self.execution} {self.node}"


class Appointment(models.Model):
    """A record with a date that starts a workflow."""

    at = models.DateTimeField(db_index=True)

    objects: ClassVar[models.Manager["Appointment"]] = models.Manager()

    def __str__(self):
        return f"Appointment at {self.at}"
