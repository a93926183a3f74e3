"""Every deed of the script through the action of the same name."""

from collections.abc import Callable, Mapping

from gongzhi.cases import actions as cases
from gongzhi.cases.rules import NewReport, State
from gongzhi.demo.rules.history import TIMEZONE, Deed, Step

from .life import Life, Stand, case_id_of, has_photo

GRADES = {"satisfied": 3, "basically_satisfied": 2, "dissatisfied": 1}


def _report(life: Life, deed: Deed) -> Stand:
    report = life.report_of(deed)
    by, claim = life.reporter(deed)
    name, phone = life.cast.caller(report.key) if report.source == "hotline" else ("", "")
    new = NewReport(
        case_id=case_id_of(report),
        source=report.source,
        category_code=report.category_code,
        text=report.text_zh,
        longitude=report.lon,
        latitude=report.lat,
        frame="wgs84",
        contact_name=name,
        contact_phone=phone,
        claim_code=claim,
    )
    told = cases.report(new, by=by, at=deed.at)
    if has_photo(report):
        life.photo("before", deed, by)
    return Stand(told.case_id, told.number, told.state)


def _ask_verification(life: Life, deed: Deed) -> Stand:
    post = life.cast.nearest("collector", life.paths[deed.key], deed.key)
    by = life.desk("operator", deed)
    done = cases.ask_verification(
        life.number(deed), post_id=post.id if post else None, by=by, at=deed.at
    )
    return Stand.of(done)


def _verify(life: Life, deed: Deed) -> Stand:
    by = life.cast.in_post(life.stand(deed.key).verifier_post_id or 0)
    life.photo("verify", deed, by)
    is_true = deed.verdict == "confirmed"
    return Stand.of(
        cases.verify_case(life.number(deed), is_true=is_true, finding=deed.note, by=by, at=deed.at)
    )


def _file(life: Life, deed: Deed) -> Stand | None:
    if life.stand(deed.key).state != State.REPORTED:
        return None
    return Stand.of(cases.file_case(life.number(deed), by=life.desk("operator", deed), at=deed.at))


def _decline(life: Life, deed: Deed) -> Stand:
    by = life.desk("operator", deed)
    return Stand.of(
        cases.decline_case(
            life.number(deed), reason_code=deed.reason, reason=deed.note, by=by, at=deed.at
        )
    )


def _merge(life: Life, deed: Deed) -> Stand:
    """Join the case to the other; where that has ended meanwhile, say that it is solved."""
    number, by = life.number(deed), life.desk("operator", deed)
    if life.stand(deed.other).state in {State.CLOSED, State.DECLINED, State.MERGED}:
        solved = cases.decline_case(number, reason_code="already_solved", by=by, at=deed.at)
        return Stand.of(solved)
    into = life.stand(deed.other).number
    return Stand.of(cases.merge_case(number, into=into, by=by, at=deed.at))


def _dispatch(life: Life, deed: Deed) -> Stand | None:
    stand = life.stand(deed.key)
    if stand.state != State.FILED:
        return None
    wrong = life.wrong_party(deed) if deed.wrong_kind else None
    by = life.desk("dispatcher", deed)
    return Stand.of(cases.dispatch_case(stand.number, organisation_id=wrong, by=by, at=deed.at))


def _accept(life: Life, deed: Deed) -> Stand:
    by = life.crew(deed)
    happening = life.happenings[deed.key]
    is_seen = any(one.step is Step.VERIFY and one.at < deed.at for one in happening.deeds)
    if not (has_photo(happening.report) or is_seen):
        life.photo("before", deed, by)
    return Stand.of(cases.accept_case(life.number(deed), by=by, at=deed.at))


def _return(life: Life, deed: Deed) -> Stand:
    by = life.crew(deed)
    return Stand.of(
        cases.return_case(
            life.number(deed), reason_code=deed.reason, reason=deed.note, by=by, at=deed.at
        )
    )


def _ask_extension(life: Life, deed: Deed) -> Stand:
    by = life.crew(deed)
    return Stand.of(cases.ask_extension(life.number(deed), reason=deed.note, by=by, at=deed.at))


def _grant_extension(life: Life, deed: Deed) -> Stand:
    by = life.desk("dispatcher", deed)
    return Stand.of(cases.grant_extension(life.number(deed), by=by, at=deed.at))


def _suspend(life: Life, deed: Deed) -> Stand:
    until = deed.until or deed.at
    return Stand.of(
        cases.suspend_case(
            life.number(deed),
            reason_code=deed.reason,
            resume_on=until.astimezone(TIMEZONE).date(),
            reason=deed.note,
            by=life.desk("dispatcher", deed),
            at=deed.at,
        )
    )


def _resume(life: Life, deed: Deed) -> Stand | None:
    """Leave it to the clock, which resumes a held case on its day."""
    return None


def _reach_stage(life: Life, deed: Deed) -> Stand:
    by = life.crew(deed)
    return Stand.of(cases.reach_stage(life.number(deed), stage="make_safe", by=by, at=deed.at))


def _complete(life: Life, deed: Deed) -> Stand:
    by = life.crew(deed)
    life.photo("after", deed, by)
    return Stand.of(cases.complete_case(life.number(deed), note=deed.note, by=by, at=deed.at))


def _ask_check(life: Life, deed: Deed) -> Stand | None:
    if life.stand(deed.key).state != State.HANDLED:
        return None
    by = life.desk("dispatcher", deed)
    return Stand.of(cases.ask_check(life.number(deed), by=by, at=deed.at))


def _check(life: Life, deed: Deed) -> Stand:
    by = life.cast.in_post(life.stand(deed.key).checker_post_id or 0)
    life.photo("check", deed, by)
    look = cases.pass_check if deed.verdict == "pass" else cases.fail_check
    finding = deed.note or "已处置到位"
    return Stand.of(look(life.number(deed), finding=finding, by=by, at=deed.at))


def _close(life: Life, deed: Deed) -> Stand | None:
    if life.stand(deed.key).state != State.CHECKED:
        return None
    by = life.desk("duty_head", deed)
    return Stand.of(cases.close_case(life.number(deed), by=by, at=deed.at))


def _fix_on_spot(life: Life, deed: Deed) -> Stand:
    by, _ = life.reporter(deed)
    life.photo("after", deed, by)
    return Stand.of(cases.fix_on_spot(life.number(deed), note=deed.note, by=by, at=deed.at))


def _rate(life: Life, deed: Deed) -> Stand | None:
    rating, (by, claim) = deed.rating, life.reporter(deed)
    if rating is None:
        return None
    return Stand.of(
        cases.rate_case(
            life.number(deed),
            is_solved=rating.is_solved,
            satisfaction=GRADES[rating.grade],
            words=rating.words,
            by=by,
            at=deed.at,
            claim_code=claim,
        )
    )


def _reopen(life: Life, deed: Deed) -> Stand:
    by, claim = life.reporter(deed)
    return Stand.of(
        cases.reopen_case(life.number(deed), reason=deed.note, by=by, at=deed.at, claim_code=claim)
    )


def _urge(life: Life, deed: Deed) -> Stand:
    by, claim = life.reporter(deed)
    return Stand.of(
        cases.urge_case(life.number(deed), reason=deed.note, by=by, at=deed.at, claim_code=claim)
    )


TAKE: Mapping[Step, Callable[[Life, Deed], Stand | None]] = {
    Step.REPORT: _report,
    Step.ASK_VERIFICATION: _ask_verification,
    Step.VERIFY: _verify,
    Step.FILE: _file,
    Step.DECLINE: _decline,
    Step.MERGE: _merge,
    Step.DISPATCH: _dispatch,
    Step.ACCEPT: _accept,
    Step.RETURN: _return,
    Step.ASK_EXTENSION: _ask_extension,
    Step.GRANT_EXTENSION: _grant_extension,
    Step.SUSPEND: _suspend,
    Step.RESUME: _resume,
    Step.REACH_STAGE: _reach_stage,
    Step.COMPLETE: _complete,
    Step.ASK_CHECK: _ask_check,
    Step.CHECK: _check,
    Step.CLOSE: _close,
    Step.FIX_ON_SPOT: _fix_on_spot,
    Step.RATE: _rate,
    Step.REOPEN: _reopen,
    Step.URGE: _urge,
}
