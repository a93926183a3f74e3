"""What the house of cases refuses; the sentences stand in `words`."""

from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, NotPermitted


class CaseNotFound(NotFound):
    """There is no such case, or none that the actor may know of."""

    code = "case.not_found"


class StepNotYours(NotPermitted):
    """No role of the actor may take the step."""

    code = "case.step_not_yours"


class StepOutOfTurn(Conflict):
    """The step exists, but not from the state in which the case is."""

    code = "case.step_out_of_turn"


class OtherParty(NotPermitted):
    """The case lies with another organisation than the actor's."""

    code = "case.other_party"


class OutsideYourArea(NotPermitted):
    """The case lies outside the areas of the actor's post."""

    code = "case.outside_your_area"


class PlaceOutsideYourArea(NotPermitted):
    """The place of a new matter is not within the scope of the actor's post."""

    code = "case.place_outside_your_area"


class NotYourReport(NotPermitted):
    """Only the reporter may do this."""

    code = "case.not_your_report"


class CheckerIsHandler(NotPermitted):
    """Whoever handled a case, or works for its handler, may not check it."""

    code = "case.checker_is_handler"


class ReasonMissing(Invalid):
    """The step needs a reason in words."""

    code = "case.reason_missing"


class ReasonUnknown(Invalid):
    """The reason is not in the pack's list for the step."""

    code = "case.reason_unknown"


class FindingMissing(Invalid):
    """A verification or check needs what was found, in words."""

    code = "case.finding_missing"


class PhotoMissing(Invalid):
    """The step needs a photograph that is not there yet."""

    code = "case.photo_missing"


class PhotoOld(Invalid):
    """The work was done again, but its photograph is from the time before."""

    code = "case.photo_old"


class PlaceMissing(Invalid):
    """The case has neither a position nor an address."""

    code = "case.place_missing"


class CategoryMissing(Invalid):
    """The case has no category yet."""

    code = "case.category_missing"


class CategoryUnknown(Invalid):
    """The active pack has no such category, or it is only a group."""

    code = "case.category_unknown"


class StandardMissing(Conflict):
    """The pack has no standard row for the category, so no limit can be promised."""

    code = "case.standard_missing"


class StandardUnknown(Invalid):
    """The category has no such standard row."""

    code = "case.standard_unknown"


class NothingToReport(Invalid):
    """A report needs a category or some words."""

    code = "case.nothing_to_report"


class TextTooLong(Invalid):
    """The words are longer than a case can keep."""

    code = "case.text_too_long"


class TextUnreadable(Invalid):
    """The words hold control characters."""

    code = "case.text_unreadable"


class ClosedBeforeReported(Invalid):
    """A case of another system was closed before it was reported."""

    code = "case.closed_before_reported"


class DueBeforeReported(Invalid):
    """A case of another system was due before it was reported."""

    code = "case.due_before_reported"


class ChangedMeanwhile(Conflict):
    """Somebody changed the case after the actor had read it."""

    code = "case.changed_meanwhile"


class TooManyExtensions(Conflict):
    """The case was extended as often as the pack allows."""

    code = "case.too_many_extensions"


class ExtensionTooLate(Conflict):
    """An extension is asked and granted before the deadline, never after."""

    code = "case.extension_too_late"


class NoExtensionAsked(Conflict):
    """Nobody asked for an extension that could be granted or refused."""

    code = "case.no_extension_asked"


class ExtensionAskedAlready(Conflict):
    """An extension was asked and not yet answered."""

    code = "case.extension_asked_already"


class ResumeDateWrong(Invalid):
    """The resume date is not in the future, or too far away."""

    code = "case.resume_date_wrong"


class ReopenedTooLate(Conflict):
    """The reporter may reopen a closed case only within the pack's number of days."""

    code = "case.reopened_too_late"


class SamePartyAgain(Conflict):
    """A returned case may not be pushed back unchanged to the party that returned it."""

    code = "case.same_party_again"


class PartyUnknown(Invalid):
    """There is no such organisation."""

    code = "case.party_unknown"


class MergedIntoItself(Invalid):
    """A case cannot be merged into itself."""

    code = "case.merged_into_itself"


class MergedIntoEnded(Conflict):
    """The other case has ended already."""

    code = "case.merged_into_ended"


class NotSmall(Conflict):
    """Only small matters may be fixed on the spot."""

    code = "case.not_small"


class NobodyToAsk(Conflict):
    """No collector or steward is appointed for the place."""

    code = "case.nobody_to_ask"


class RatedAlready(Conflict):
    """A case is rated once."""

    code = "case.rated_already"


class GradeWrong(Invalid):
    """Satisfaction has three grades."""

    code = "case.grade_wrong"


class SupportedAlready(Conflict):
    """The actor follows the case already."""

    code = "case.supported_already"


class SupportNeedsAccount(NotPermitted):
    """Only somebody with an account can be told what becomes of a case."""

    code = "case.support_needs_account"


class FollowsNot(Conflict):
    """The actor does not follow the case, so there is nothing to leave off."""

    code = "case.follows_not"


class ErasingNotYours(NotPermitted):
    """Only a security administrator erases what people said."""

    code = "case.erasing_not_yours"


class StageUnknown(Invalid):
    """The case has no open promise of that stage."""

    code = "case.stage_unknown"


class TopLevelReached(Conflict):
    """There is no level above the present one."""

    code = "case.top_level_reached"


class SourceIdTaken(Conflict):
    """Another case already bears the foreign system's id."""

    code = "case.source_id_taken"


class NothingChosen(Invalid):
    """A bulk step needs at least one case."""

    code = "case.nothing_chosen"


class TooManyChosen(Invalid):
    """More cases are chosen than a bulk step takes."""

    code = "case.too_many_chosen"


class NotInBulk(Invalid):
    """The step needs a look at each case."""

    code = "case.not_in_bulk"


class FilterUnnamed(Invalid):
    """A saved filter needs a name that a person can find it by."""

    code = "case.filter_unnamed"


class FilterNotFound(NotFound):
    """There is no such saved filter, or it is somebody else's."""

    code = "case.filter_not_found"


class DeskNotYours(NotPermitted):
    """Only operators, dispatchers and duty heads work at the desk."""

    code = "case.desk_not_yours"
