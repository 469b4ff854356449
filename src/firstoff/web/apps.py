from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "firstoff.web"
    label = "firstoff_web"
