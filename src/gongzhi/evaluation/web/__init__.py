"""Pages of figures: the public board, the watch, lists of promises, sheets to print."""

from django.urls import path

from gongzhi.webkit import converters  # noqa: F401 - registers the path converter `printed`

from . import boards, feeds, promises, sheets, watching

urlpatterns = [
    path("board", boards.choose, name="boards"),
    path("board/<printed:area>", boards.board, name="board"),
    path("board/<printed:area>/feed", feeds.feed, name="board-feed"),
    path("promises", promises.promises, name="promises"),
    path("cases/sheets.pdf", sheets.sheets_pdf, name="sheets-pdf"),
    path("cases/<printed:number>/sheet", sheets.sheet, name="sheet"),
    path("cases/<printed:number>/sheet.pdf", sheets.sheet_pdf, name="sheet-pdf"),
    path("watch", watching.watch, name="watch"),
    path("watch/urge/<printed:number>", watching.urge, name="urge"),
]
