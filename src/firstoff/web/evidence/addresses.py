"""Addresses of the run page and what is done there.

A batch ID may hold anything visible, slashes too: the run itself comes last.
"""

from django.urls import path

from firstoff.web.evidence import deciding, papers, record, run

_RUN = "runs/<str:site>/<path:batch_id>/"

urlpatterns = [
    path(f"{_RUN}decide/", deciding.decide, name="run-decide"),
    path(f"{_RUN}cause/", deciding.cause, name="run-cause"),
    path(f"{_RUN}actions/", deciding.propose, name="run-action"),
    path(f"{_RUN}actions/<int:number>/", deciding.in_force, name="run-action-in-force"),
    path(f"{_RUN}report.pdf", papers.report, name="run-report"),
    path(f"{_RUN}report.json", papers.report_evidence, name="run-report-evidence"),
    path(f"{_RUN}certificate.pdf", papers.certificate, name="run-certificate"),
    path(f"{_RUN}certificate.json", papers.certificate_evidence, name="run-certificate-evidence"),
    path(f"{_RUN}record.pdf", record.as_pdf, name="run-record-paper"),
    path(f"{_RUN}record.json", record.evidence_file, name="run-record-evidence"),
    path(f"{_RUN}record/", record.show, name="run-record"),
    path(f"{_RUN}record/deviations/", record.accept, name="run-record-deviation"),
    path(f"{_RUN}record/close/", record.close, name="run-record-close"),
    path("p/<str:site>/<str:code>/documents/", papers.documents, name="report"),
    path("p/<str:site>/<str:code>/actions/", deciding.actions, name="actions"),
    path(_RUN, run.show, name="run"),
]
