"""Pages of documents and of drawings with balloons."""

from firstoff.web.documents import drawing, register

urlpatterns = [*register.urlpatterns, *drawing.urlpatterns]
