"""Pages of the loop: reporting, lists, one case and its steps, photographs."""

from django.urls import path

from gongzhi.webkit import converters  # noqa: F401 - registers the path converter `printed`

from . import around, field, lists, page, photos, reporting, tiles, whose

urlpatterns = [
    path("report", reporting.report, name="report"),
    path("report/done", reporting.done, name="report-done"),
    path("claim", reporting.claim, name="claim"),
    path("mine", lists.mine, name="mine"),
    path("cases/", lists.cases, name="cases"),
    path("cases/<printed:number>", page.case, name="case"),
    path("cases/<printed:number>/card", around.card, name="case-card"),
    path("cases/<printed:number>/photos", page.add_photos, name="case-photos"),
    path("cases/<printed:number>/<slug:step>", page.take_step, name="step"),
    path("whose", whose.whose, name="whose"),
    path("map/cases/<int:z>/<int:x>/<int:y>.pbf", tiles.case_tile, name="case-tile"),
    *field.urlpatterns,
    path("files/<uuid:use_id>", photos.file, name="file"),
]
