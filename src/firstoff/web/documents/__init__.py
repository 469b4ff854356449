"""Pages of documents and of drawings with balloons."""

from firstoff.web.documents import register

urlpatterns = [*register.urlpatterns]
