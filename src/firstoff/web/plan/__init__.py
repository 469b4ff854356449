"""How it is built: the definition of a program, and the equipment of a site."""

from firstoff.web.plan import definition, equipment

urlpatterns = [*definition.urlpatterns, *equipment.urlpatterns]
