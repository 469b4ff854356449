from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FirstoffConfig(AppConfig):
    name = "firstoff.db"
    label = "firstoff"
    verbose_name = "Firstoff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from firstoff.db import edges
        from firstoff.db.triggers import install_after_migrate

        # Django rebuilds SQLite tables on ordinary alterations and the triggers go with the old
        # table: they are put back after every migration, and checked by `firstoff doctor`.
        post_migrate.connect(edges.install_after_migrate, sender=self)
        post_migrate.connect(install_after_migrate, sender=self)
