"""A new database in one step: every table as the models say, every migration noted as done.

Replayed one after the other, the migrations make Django draw up the whole model anew for each of
their operations: ten times as long. A test holds that both ways give the same tables. A migration
that brings rows into a new database has to bring them here as well.
"""

from collections.abc import Iterable

from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

APP = "firstoff"


def bring_up(alias: str = "default") -> None:
    """An empty database, or one of an older version, becomes one of this version."""
    connection = connections[alias]
    models = list(apps.get_app_config(APP).get_models())
    taken = {model._meta.db_table for model in models}
    if not taken & set(connection.introspection.table_names()):
        for app in sorted({a for a, _ in MigrationLoader(connection).disk_migrations} - {APP}):
            call_command("migrate", app, database=alias, verbosity=0, interactive=False)
        _create(connection, models)
    call_command("migrate", database=alias, verbosity=0, interactive=False)


def _create(connection: BaseDatabaseWrapper, models: Iterable[type[Model]]) -> None:
    """Our tables, in one transaction."""
    recorder = MigrationRecorder(connection)
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
        for app, name in sorted(MigrationLoader(connection).disk_migrations):
            if app == APP:
                recorder.record_applied(app, name)
