"""All addresses: the API under /api/v1/, the pages at the root."""

from django.urls import include, path

from firstoff.api import api
from firstoff.web import urls as web_urls

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include(web_urls)),
]

handler400 = "firstoff.site.errors.bad_request"
handler404 = "firstoff.site.errors.page_not_found"
handler500 = "firstoff.site.errors.server_error"
