"""Records as plain values."""

from django.db import models
from django.test.utils import isolate_apps

from workflows.codec import encode
from workflows.collections import record


@isolate_apps("workflows")
def test_files_and_bytes_can_be_stored():
    class Paper(models.Model):  # noqa: DJ008 - for one test
        scan = models.FileField()
        digest = models.BinaryField()

        class Meta:
            app_label = "workflows"

    values = record(Paper(scan="a/b.pdf", digest=b"\x01"))

    assert encode(values) == '{"id": null, "scan": "a/b.pdf", "digest": "AQ=="}'
