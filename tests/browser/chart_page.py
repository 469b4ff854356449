"""The site, and one page more: every kind of chart as a page shows it."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from firstoff.formats import charts
from firstoff.site.urls import urlpatterns as site

PAGE = """{% extends "base.html" %}{% load firstoff %}{% block title %}Charts{% endblock %}
{% block scripts %}<script type="module" src="{% charts_script %}"></script>{% endblock %}
{% block head %}<h1>Charts</h1>{% endblock %}
{% block main %}{% for name, data in charts %}<section>{% chart name data %}</section>
{% endfor %}{% endblock %}"""


def every_chart(request: HttpRequest) -> HttpResponse:
    examples = [(kind.name, kind.example()) for kind in charts.KINDS]
    page = engines["django"].from_string(PAGE)
    return HttpResponse(page.render({"charts": examples}, request))


urlpatterns = [path("every-chart/", every_chart), *site]
