"""The pages."""

from django.urls import register_converter

from firstoff.web.addresses import Quoted

register_converter(Quoted, "quoted")  # before any page names its address
