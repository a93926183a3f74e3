"""Pages of the loop: reporting, lists, one case and its steps, photographs."""

from django.urls import path

from gongzhi.webkit import converters  # noqa: F401 - registers the path converter `printed`

from . import (
    around,
    at_code,
    blackouts,
    desk,
    field,
    lists,
    mine,
    page,
    photos,
    reporting,
    tiles,
    whose,
)

urlpatterns = [
    path("report", reporting.report, name="report"),
    path("report/done", reporting.done, name="report-done"),
    path("report/alike", reporting.alike, name="report-alike"),
    path("report/suggest", reporting.suggest, name="report-suggest"),
    path("claim", reporting.claim, name="claim"),
    path("mine", mine.mine, name="mine"),
    path("mine/forget", mine.forget, name="forget-claim"),
    path("cases/", lists.cases, name="cases"),
    path("cases/<printed:number>", page.case, name="case"),
    path("cases/<printed:number>/card", around.card, name="case-card"),
    path("cases/<printed:number>/photos", page.add_photos, name="case-photos"),
    path("cases/<printed:number>/keep", page.keep, name="keep-report"),
    path("cases/<printed:number>/follow", page.follow, name="follow"),
    path("cases/<printed:number>/unfollow", page.unfollow, name="unfollow"),
    path("cases/<printed:number>/<slug:step>", page.take_step, name="step"),
    path("whose", whose.whose, name="whose"),
    *field.urlpatterns,
    *desk.urlpatterns,
    path("at/<slug:code>", at_code.at_code, name="at-code"),
    path("map/cases/<int:z>/<int:x>/<int:y>.pbf", tiles.case_tile, name="case-tile"),
    path("files/<uuid:use_id>", photos.file, name="file"),
    path("files/<uuid:use_id>/blackout", blackouts.blackout, name="blackout"),
    path("files/<uuid:use_id>/show-again", blackouts.show, name="show-again"),
]
