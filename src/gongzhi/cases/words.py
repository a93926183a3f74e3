"""What people read about cases: names of states and steps, needs, and refusals."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .rules import Need, State, Step

STATES: Mapping[State, object] = {
    State.REPORTED: _("Reported"),
    State.VERIFYING: _("Being verified"),
    State.FILED: _("Filed"),
    State.DISPATCHED: _("Dispatched"),
    State.HANDLING: _("Being handled"),
    State.HANDLED: _("Handled"),
    State.CHECKING: _("Being checked"),
    State.CHECKED: _("Checked"),
    State.CLOSED: _("Closed"),
    State.DECLINED: _("Declined"),
    State.MERGED: _("Merged"),
    State.CANCELLED: _("Cancelled"),
    State.SUSPENDED: _("On hold"),
}

# What a button says.
STEPS: Mapping[Step, object] = {
    Step.REPORT: _("Report"),
    Step.FIX_ON_SPOT: _("Fixed on the spot"),
    Step.ASK_VERIFICATION: _("Ask to verify"),
    Step.VERIFY: _("Report what was found"),
    Step.FILE: _("File"),
    Step.DECLINE: _("Decline"),
    Step.MERGE: _("Merge"),
    Step.DISPATCH: _("Dispatch"),
    Step.ACCEPT: _("Take on"),
    Step.RETURN: _("Return"),
    Step.ASK_EXTENSION: _("Ask for an extension"),
    Step.GRANT_EXTENSION: _("Grant the extension"),
    Step.REFUSE_EXTENSION: _("Refuse the extension"),
    Step.SUSPEND: _("Put on hold"),
    Step.RESUME: _("Resume"),
    Step.REACH_STAGE: _("Stage done"),
    Step.COMPLETE: _("Work done"),
    Step.ASK_CHECK: _("Ask to check"),
    Step.PASS_CHECK: _("Check passed"),
    Step.FAIL_CHECK: _("Check failed"),
    Step.CLOSE: _("Close"),
    Step.RATE: _("Rate"),
    Step.REOPEN: _("Reopen"),
    Step.RAISE_LEVEL: _("Raise the level"),
    Step.URGE: _("Urge"),
    Step.ANNOTATE: _("Add a note"),
    Step.SUPPORT: _("Mine too"),
    Step.RECATEGORISE: _("Change the category"),
    Step.RELOCATE: _("Move to the right place"),
    Step.CANCEL: _("Void"),
    Step.FORCE_CLOSE: _("Close by force"),
}

# What the timeline says, by kind of ledger entry.
DEEDS: Mapping[str, object] = {
    "case.reported": _("was reported"),
    "case.fixed_on_spot": _("was fixed on the spot"),
    "case.verification_asked": _("a look at the place was asked for"),
    "case.verified": _("the place was looked at"),
    "case.filed": _("was filed"),
    "case.declined": _("was declined"),
    "case.merged": _("was joined to another case"),
    "case.joined": _("another report was joined to this one"),
    "case.dispatched": _("was dispatched"),
    "case.accepted": _("was taken on"),
    "case.returned": _("was returned"),
    "case.extension_asked": _("an extension was asked for"),
    "case.extension_granted": _("the extension was granted"),
    "case.extension_refused": _("the extension was refused"),
    "case.suspended": _("was put on hold"),
    "case.resumed": _("was resumed"),
    "case.stage_reached": _("a stage was done"),
    "case.completed": _("the work was done"),
    "case.check_asked": _("a check was asked for"),
    "case.check_passed": _("the check was passed"),
    "case.check_failed": _("the check was failed"),
    "case.closed": _("was closed"),
    "case.rated": _("was rated"),
    "case.reopened": _("was reopened"),
    "case.level_raised": _("the level was raised"),
    "case.urged": _("was urged"),
    "case.annotated": _("a note was left"),
    "case.supported": _("somebody has the same problem"),
    "case.recategorised": _("the category was changed"),
    "case.relocated": _("was moved to the right place"),
    "case.cancelled": _("was voided"),
    "case.closed_by_force": _("was closed by force"),
    "case.adopted": _("was taken over from another system"),
    "case.words_erased": _("personal words were erased"),
    "case.photo_hidden": _("parts of a photograph were blacked out"),
    "case.photo_shown": _("parts of a photograph were shown again"),
    "case.followed": _("somebody follows it"),
    "case.unfollowed": _("somebody left off following"),
    "case.report_kept": _("its reporter keeps it in an account"),
    "saved_filter.kept": _("a list of the desk was saved under a name"),
    "saved_filter.dropped": _("a saved list of the desk was deleted"),
}

# Where a deed gave the case to a party.
DEEDS_WITH_PARTY: Mapping[str, object] = {
    "case.dispatched": _("was given to %(party)s"),
    "case.adopted": _("was taken over from another system, for %(party)s"),
}

# What happens now, for whoever stands before a case and does not know the office.
NEXT: Mapping[State, object] = {
    State.REPORTED: _(
        "The desk reads the report. It is filed, sent to somebody who looks at the place first,"
        " or declined with a reason that you can read here."
    ),
    State.VERIFYING: _(
        "A collector or steward nearby looks at the place and says what was found. Then the desk"
        " decides."
    ),
    State.FILED: _(
        "It counts now. The desk sends it to the party that answers for it by the responsibility"
        " map."
    ),
    State.DISPATCHED: _(
        "The answerable party takes it on, or returns it with a reason when it is not theirs."
        " Their time is running."
    ),
    State.HANDLING: _(
        "The work is being done. When it is done, they bring a photograph from the place. If it is"
        " late, the next level takes it up."
    ),
    State.HANDLED: _(
        "The party says the work is done. Somebody who did not do it is asked to look."
    ),
    State.CHECKING: _(
        "A collector or steward who did not do the work looks at the place and brings a"
        " photograph. If it is not right, the work goes back."
    ),
    State.CHECKED: _(
        "The check was passed. The head of the desk compares the photographs before and after,"
        " and closes the case."
    ),
    State.CLOSED: _(
        "It is closed on its photographs. Whoever reported it can say how content they are, and"
        " can take it up again when it is not solved."
    ),
    State.DECLINED: _(
        "It was not taken up; the reason stands in the story below. You may report it again with"
        " more about the place."
    ),
    State.MERGED: _("It goes on together with another report of the same matter."),
    State.CANCELLED: _("It was voided; the reason stands in the story below."),
    State.SUSPENDED: _(
        "The work waits for a reason that stands in the story below. It goes on by itself on the"
        " day named there."
    ),
}

# What a step does, said beside its button.
STEP_HELP: Mapping[Step, object] = {
    Step.SUPPORT: _(
        "You have the same problem: you are counted here, and told what becomes of it."
    ),
    Step.URGE: _("The party is reminded, and your words stand in the story."),
    Step.RATE: _("Your word is kept with the case and counts in the figures of the party."),
    Step.REOPEN: _("The case goes back to the desk, with the same number and a new promise."),
    Step.PASS_CHECK: _("Compare the photographs first. The desk then closes the case."),
    Step.FAIL_CHECK: _("The work goes back to the same party, with the limit anew."),
    Step.CLOSE: _("Compare the photographs first. The reporter is told, and can rate it."),
    Step.COMPLETE: _("Somebody who did not do the work is asked to look at it."),
    Step.ACCEPT: _("The matter is yours from now on; the time is running."),
    Step.RETURN: _("The desk decides anew whose it is. It is not sent to you again unchanged."),
}

NEEDS: Mapping[Need, object] = {
    Need.REASON: _("a reason"),
    Need.REASON_CODE: _("a reason from the list"),
    Need.PLACE: _("a place"),
    Need.CATEGORY: _("a category"),
    Need.STANDARD: _("a standard with a limit"),
    Need.PARTY: _("an answerable party"),
    Need.FINDING: _("what was found"),
    Need.PHOTO_BEFORE: _("a photograph before"),
    Need.PHOTO_VERIFY: _("a photograph of the place"),
    Need.PHOTO_AFTER: _("a photograph after"),
    Need.PHOTO_CHECK: _("a photograph of the check"),
    Need.BOTH_PHOTOS: _("the photographs before and after"),
    Need.RESUME_DATE: _("a day on which it resumes"),
    Need.BEFORE_DUE: _("to be in time"),
    Need.OTHER_CASE: _("the other case"),
    Need.SMALL_MATTER: _("a small matter"),
    Need.NOT_THE_HANDLER: _("somebody who did not handle it"),
    Need.OWN_REPORT: _("one's own report"),
    Need.OWN_PARTY: _("one's own party"),
}

GRADES: Mapping[int, object] = {3: _("Satisfied"), 2: _("Fairly satisfied"), 1: _("Not satisfied")}

SOURCES: Mapping[str, object] = {
    "web": _("Web page"),
    "hotline": _("Hotline"),
    "patrol": _("Patrol"),
    "api": _("Program"),
    "import": _("Import"),
}

PURPOSES: Mapping[str, object] = {
    "before": _("before"),
    "after": _("after"),
    "verify": _("of the place"),
    "check": _("of the check"),
}

# How a list is narrowed: by days since the report, and by what happened on the way.
AGES: Mapping[str, object] = {
    "0-1": _("less than 1 day"),
    "1-3": _("1 to 3 days"),
    "3-7": _("3 to 7 days"),
    "7-30": _("7 to 30 days"),
    "30-": _("30 days and more"),
}
COURSES: Mapping[str, object] = {
    "reopened": _("reopened"),
    "returned": _("returned twice or more"),
    "raised": _("raised to a higher level"),
    "urged": _("urged at least once"),
    "sent_back": _("returned at least once"),
    "extension_asked": _("an extension was asked for"),
}

# The names of codes that stand in the sentences below.
FACTS: Mapping[str, Mapping[str, object]] = {
    "state": {state.value: name for state, name in STATES.items()},
    "step": {step.value: name for step, name in STEPS.items()},
    "purpose": PURPOSES,
}

REFUSALS: Mapping[str, object] = {
    "case.not_found": _("There is no case %(number)s that you can open. Check the number."),
    "case.step_not_yours": _(
        "Your post may not take the step “%(step)s”. Ask somebody whose post may."
    ),
    "case.step_out_of_turn": _(
        "The case is “%(state)s” now, so “%(step)s” is not possible any more. Open the case"
        " to see what is possible now."
    ),
    "case.other_party": _(
        "Case %(number)s lies with another organisation, so only they can take this step."
    ),
    "case.outside_your_area": _(
        "Case %(number)s lies outside the areas of your post. The desk of that area can help."
    ),
    "case.place_outside_your_area": _(
        "This place lies outside the areas of your post. Report it instead: whoever is"
        " responsible there will take it up."
    ),
    "case.not_your_report": _(
        "Only whoever reported case %(number)s can do this. Sign in, or give the claim code"
        " you were shown when you reported it."
    ),
    "case.checker_is_handler": _(
        "You or your organisation handled case %(number)s, so somebody else must check it."
    ),
    "case.reason_missing": _("Please say why; this step needs a reason in words."),
    "case.reason_unknown": _(
        "“%(reason)s” is not a reason for this step. Choose one of: %(known)s."
    ),
    "case.finding_missing": _("Please say in a few words what you found at the place."),
    "case.photo_missing": _(
        "A photograph is missing (%(purpose)s). Add it first, then take the step again."
    ),
    "case.photo_old": _(
        "This work was asked for again, and the photograph (%(purpose)s) is from before that."
        " Take one of how it is now, then take the step again."
    ),
    "case.place_missing": _("Please say where it is: a point on the map, or an address in words."),
    "case.category_missing": _("Choose a category before the case is filed."),
    "case.category_unknown": _(
        "The catalogue “%(pack)s” has no category “%(category)s” for cases. Choose one from"
        " the list; a group cannot be chosen."
    ),
    "case.standard_missing": _(
        "The catalogue promises no time limit for the category “%(category)s”. Choose another"
        " category, or add a standard to the pack."
    ),
    "case.standard_unknown": _(
        "The category “%(category)s” has no standard row “%(row)s”. Choose one from the list."
    ),
    "case.nothing_to_report": _("Please choose what it is about, or describe it in words."),
    "case.text_too_long": _(
        "The text in “%(field)s” has %(length)s characters; at most %(most)s can be kept."
        " Shorten it, or attach the rest as a file."
    ),
    "case.text_unreadable": _(
        "The text in “%(field)s” holds an invisible control character (%(sign)s, character"
        " number %(position)s). Delete it and send again."
    ),
    "case.closed_before_reported": _(
        "It was closed (%(closed_at)s) before it was reported (%(reported_at)s). Correct one of"
        " the two times."
    ),
    "case.due_before_reported": _(
        "It was due (%(due_at)s) before it was reported (%(reported_at)s). Correct one of the"
        " two times."
    ),
    "case.changed_meanwhile": _(
        "Somebody changed case %(number)s after you opened it; it is now “%(state)s”. Look"
        " at it as it is now, and decide again."
    ),
    "case.too_many_extensions": _(
        "The case was extended %(extensions)s times already; %(most)s is the most."
    ),
    "case.extension_too_late": _(
        "The deadline (%(due_at)s) has passed. An extension must be asked for and granted"
        " before it."
    ),
    "case.no_extension_asked": _("Nobody is asking for an extension of case %(number)s."),
    "case.extension_asked_already": _(
        "An extension of case %(number)s was asked for already and waits for its answer."
    ),
    "case.resume_date_wrong": _(
        "%(resume_on)s will not do: choose a day after today and at most %(most)s days away."
    ),
    "case.reopened_too_late": _(
        "A case can be reopened within %(days)s days after it was closed. Please report it anew;"
        " the two will be linked."
    ),
    "case.same_party_again": _(
        "%(organisation)s has returned this case. Send it to another party, or say why it must"
        " go back there."
    ),
    "case.party_unknown": _("There is no organisation %(organisation)s. Choose one from the list."),
    "case.merged_into_itself": _("Case %(number)s cannot be merged into itself."),
    "case.merged_into_ended": _(
        "Case %(number)s has ended (%(state)s). Merge into a case that is still open."
    ),
    "case.not_small": _(
        "The standard does not let this kind of matter (%(category)s) be fixed on the spot."
        " Report it instead."
    ),
    "case.nobody_to_ask": _(
        "Nobody is appointed to look at the place of case %(number)s. Appoint a collector or"
        " steward for the area, or name a post."
    ),
    "case.rated_already": _("Case %(number)s was rated already."),
    "case.grade_wrong": _("%(grade)s is not a grade. Choose 3, 2 or 1."),
    "case.erasing_not_yours": _(
        "The words of case %(number)s can be erased by a security administrator only. Ask one"
        " to do it."
    ),
    "case.support_needs_account": _(
        "To follow case %(number)s, please sign in first; then you are told what becomes of it."
    ),
    "case.supported_already": _("You follow case %(number)s already."),
    "case.follows_not": _(
        "You do not follow case %(number)s. Whoever reported a case is always told of it."
    ),
    "case.stage_unknown": _(
        "Nothing is promised for the stage “%(stage)s”. Open stages: %(open)s."
    ),
    "case.top_level_reached": _("The case is at the highest level (%(level)s) already."),
    "case.nothing_chosen": _("Choose at least one case, then preview the step again."),
    "case.too_many_chosen": _(
        "%(chosen)s cases are chosen; at most %(most)s can be taken in one go. Narrow the list,"
        " or take the rest afterwards."
    ),
    "case.not_in_bulk": _(
        "The step “%(step)s” needs a look at each case. Open the cases one by one."
    ),
    "case.filter_unnamed": _("Give the list a name of at most %(most)s characters."),
    "case.filter_not_found": _(
        "There is no such saved list of yours. It may have been deleted meanwhile."
    ),
    "case.desk_not_yours": _(
        "The desk is for operators, dispatchers and duty heads. What you owe is in your inbox;"
        " every case you may see is in the list of cases."
    ),
    "case.source_id_taken": _(
        "The number %(source_id)s of the source “%(source)s” belongs to another case already."
    ),
}
