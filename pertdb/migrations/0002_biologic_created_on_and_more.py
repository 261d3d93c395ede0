"""Recorded in databases of LaminDB 2.12; `0001_initial` has what it adds already."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pertdb", "0001_initial")]
    operations = []
