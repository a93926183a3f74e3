"""Pages for those who work outside: near me, tasks, fix on the spot, one step by one thumb."""

from django.urls import path

from . import fixing, lists, stepping

urlpatterns = [
    path("field", lists.near, name="field"),
    path("field/tasks", lists.tasks, name="field-tasks"),
    path("field/fix", fixing.fix, name="field-fix"),
    path("field/<printed:number>", stepping.step, name="field-step"),
]
