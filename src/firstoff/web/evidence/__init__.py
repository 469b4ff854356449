"""The run page: the answer first, then why, how sure, what to fix, who decides; and its papers."""

from firstoff.web.evidence.addresses import urlpatterns

__all__ = ["urlpatterns"]
