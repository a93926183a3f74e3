"""The desk: queues, one case with all that is needed to decide, many at once, two as one."""

from django.urls import path

from gongzhi.webkit import converters  # noqa: F401 - registers the path converter `printed`

from . import board, bulk, calling, case, filters, merging

urlpatterns = [
    path("desk", board.desk, name="desk"),
    path("desk/call", calling.call, name="desk-call"),
    path("desk/call/alike", calling.alike, name="desk-call-alike"),
    path("desk/changes", board.changes, name="desk-changes"),
    path("desk/bulk", bulk.preview, name="desk-bulk"),
    path("desk/bulk/take", bulk.take, name="desk-bulk-take"),
    path("desk/merge", merging.merge, name="desk-merge"),
    path("desk/filters", filters.keep, name="desk-filters"),
    path("desk/filters/<int:filter_id>/drop", filters.drop, name="desk-filter-drop"),
    path("desk/cases/<printed:number>", case.case, name="desk-case"),
    path("desk/cases/<printed:number>/similar", case.similar, name="desk-similar"),
    path("desk/cases/<printed:number>/<slug:step>", case.take_step, name="desk-step"),
]
