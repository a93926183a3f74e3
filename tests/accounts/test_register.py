"""Keeping the register: organisations, posts, people, appointments, teams, erasure."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import check_password
from pytest_django import DjangoAssertNumQueries

from gongzhi.accounts import actions, queries, rules
from gongzhi.accounts.actions import NewAppointment, NewOrganisation, NewPerson, NewPost, Outcome
from gongzhi.accounts.models import Appointment, Membership, Organisation, Person
from gongzhi.accounts.rules import SYSTEM, Actor, Role
from gongzhi.ledger.models import Entry

from .conftest import NOON, PASSWORD, TODAY, Office

pytestmark = pytest.mark.django_db
SYS_ADMIN = Actor(person_id=None, roles=frozenset({Role.SYSTEM_ADMIN}))
SEC_ADMIN = Actor(person_id=None, roles=frozenset({Role.SECURITY_ADMIN}))


def kinds_since(count: int) -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True)[count:])


def test_founding_the_same_organisation_twice_enters_it_once() -> None:
    for _time in range(2):
        actions.found_organisation(
            "a", name="甲", name_en="A", kind="dept", scope_path="00001", by=SYSTEM, at=NOON
        )

    assert kinds_since(0) == ["organisation.founded"]
    assert Entry.objects.get().subject == f"organisation:{Organisation.objects.get().pk}"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"name": "乙"}, "organisation.renamed"),
        ({"parent_code": "top"}, "organisation.moved"),
        ({"scope_path": "00001"}, "organisation.changed"),
        ({"credit_code": "91350100M000100Y43", "name": "乙"}, "organisation.changed"),
    ],
)
def test_a_changed_organisation_is_entered_as_what_changed(
    change: dict[str, str], kind: str
) -> None:
    actions.found_organisation("top", name="Top", kind="dept", by=SYSTEM, at=NOON)
    actions.found_organisation("a", name="甲", kind="dept", by=SYSTEM, at=NOON)
    described: dict[str, str] = {"name": "甲", "kind": "dept", **change}

    actions.found_organisation("a", **described, by=SYSTEM, at=NOON)  # type: ignore[arg-type]

    assert kinds_since(2) == [kind]


def test_an_organisation_cannot_come_to_stand_above_itself() -> None:
    actions.found_organisation("a", name="A", kind="dept", by=SYSTEM, at=NOON)
    actions.found_organisation("b", name="B", kind="dept", parent_code="a", by=SYSTEM, at=NOON)

    with pytest.raises(rules.ChartCircular) as refusal:
        actions.found_organisation("a", name="A", kind="dept", parent_code="b", by=SYSTEM, at=NOON)

    assert refusal.value.facts == {"circle": "a → b → a"}
    assert Organisation.objects.get(code="a").parent_id is None


def test_many_organisations_are_founded_in_any_order_of_theirs() -> None:
    news = [
        NewOrganisation("c", "C", "dept", parent_code="b"),
        NewOrganisation("b", "B", "dept", parent_code="a"),
        NewOrganisation("a", "A", "dept"),
    ]

    done = actions.found_organisations(news, by=SYSTEM, at=NOON)

    assert [(one.row.code, one.outcome) for one in done] == [
        ("a", Outcome.ADDED),
        ("b", Outcome.ADDED),
        ("c", Outcome.ADDED),
    ]
    by_code = queries.organisations_by_code()
    assert by_code["c"].parent_id == by_code["b"].id
    assert by_code["b"].parent_id == by_code["a"].id


def test_a_known_organisation_can_move_below_one_founded_with_it() -> None:
    actions.found_organisation("old", name="Old", kind="dept", by=SYSTEM, at=NOON)

    actions.found_organisations(
        [
            NewOrganisation("old", "Old", "dept", parent_code="new"),
            NewOrganisation("new", "New", "dept"),
        ],
        by=SYSTEM,
        at=NOON,
    )

    old = Organisation.objects.select_related("parent").get(code="old")
    assert old.parent is not None
    assert old.parent.code == "new"
    moved = Entry.objects.get(kind="organisation.moved")
    assert moved.facts["parent"] == ["", "new"]


def test_a_list_with_an_unknown_organisation_above_founds_nothing() -> None:
    with pytest.raises(rules.OrganisationUnknown):
        actions.found_organisations(
            [NewOrganisation("a", "A", "dept"), NewOrganisation("b", "B", "dept", parent_code="x")],
            by=SYSTEM,
            at=NOON,
        )

    assert not Organisation.objects.exists()
    assert not Entry.objects.exists()


def test_a_kind_of_post_is_redefined_and_entered_once_for_each_change() -> None:
    for name in ("Head", "Head", "Chief"):
        actions.define_post_kind("head", name=name, roles=["duty_head"], by=SYSTEM, at=NOON)

    assert kinds_since(0) == ["post_kind.defined", "post_kind.changed"]


@pytest.mark.parametrize("role", ["system", "emperor", ""])
def test_a_kind_of_post_carries_known_roles_and_never_the_systems(role: str) -> None:
    with pytest.raises(rules.RoleUnknown):
        actions.define_post_kind("x", name="X", roles=[role], by=SYSTEM, at=NOON)


def test_no_kind_of_post_carries_two_administrators_roles() -> None:
    with pytest.raises(rules.DutiesNotSeparate):
        actions.define_post_kind(
            "x", name="X", roles=["system_admin", "audit_admin"], by=SYSTEM, at=NOON
        )


def test_three_administrators_are_three_people(office: Office) -> None:
    actions.appoint("wang", post_code="sys", starts_on=TODAY, by=SYSTEM, at=NOON)

    for post in ("sec", "aud"):
        with pytest.raises(rules.DutiesNotSeparate):
            actions.appoint("wang", post_code=post, starts_on=TODAY, by=SYSTEM, at=NOON)
    actions.appoint("li", post_code="sec", starts_on=TODAY, by=SYSTEM, at=NOON)


def test_one_may_become_another_administrator_after_having_been_one(office: Office) -> None:
    last = TODAY + timedelta(days=9)
    actions.appoint("wang", post_code="sys", starts_on=TODAY, ends_on=last, by=SYSTEM, at=NOON)

    with pytest.raises(rules.DutiesNotSeparate):
        actions.appoint("wang", post_code="aud", starts_on=last, by=SYSTEM, at=NOON)
    actions.appoint("wang", post_code="aud", starts_on=last + timedelta(days=1), by=SYSTEM, at=NOON)


def test_two_administrators_in_one_list_are_noticed(office: Office) -> None:
    with pytest.raises(rules.DutiesNotSeparate):
        actions.appoint_many(
            [NewAppointment("li", "sys", TODAY), NewAppointment("li", "aud", TODAY)],
            by=SYSTEM,
            at=NOON,
        )

    assert not Appointment.objects.filter(person_id=office.li).exists()


def test_lengthening_a_term_into_another_administrators_is_noticed(office: Office) -> None:
    actions.appoint("li", post_code="sys", starts_on=TODAY, ends_on=TODAY, by=SYSTEM, at=NOON)
    tomorrow = TODAY + timedelta(days=1)
    actions.appoint("li", post_code="aud", starts_on=tomorrow, by=SYSTEM, at=NOON)

    with pytest.raises(rules.DutiesNotSeparate):
        actions.appoint("li", post_code="sys", starts_on=TODAY, by=SYSTEM, at=NOON)


def test_redefining_a_kind_or_moving_a_post_cannot_join_administrators(office: Office) -> None:
    actions.appoint("wang", post_code="sys", starts_on=TODAY, by=SYSTEM, at=NOON)

    with pytest.raises(rules.DutiesNotSeparate):
        actions.define_post_kind("dispatcher", name="d", roles=["audit_admin"], by=SYSTEM, at=NOON)
    with pytest.raises(rules.DutiesNotSeparate):
        actions.create_post(
            "east-desk",
            kind_code="auditor",
            organisation_code="east",
            name="x",
            by=SYSTEM,
            at=NOON,
        )
    assert queries.posts_by_code()["east-desk"].kind == "dispatcher"


def test_appointing_twice_alike_enters_one_appointment(office: Office) -> None:
    count = Entry.objects.count()

    for _time in range(2):
        actions.appoint("li", post_code="lane-7", starts_on=TODAY, by=SYSTEM, at=NOON)
    actions.appoint("li", post_code="lane-7", starts_on=TODAY, ends_on=TODAY, by=SYSTEM, at=NOON)

    assert kinds_since(count) == ["appointment.made", "appointment.changed"]


def test_one_post_is_not_held_twice_on_one_day(office: Office) -> None:
    with pytest.raises(rules.TermOverlaps) as refusal:
        actions.appoint("wang", post_code="lane-7", starts_on=TODAY, by=SYSTEM, at=NOON)

    assert refusal.value.facts["since"] == "2026-01-01"


def test_an_ended_appointment_gives_no_power_the_day_after(office: Office) -> None:
    actions.end_appointment("wang", post_code="east-desk", ends_on=TODAY, by=SYSTEM, at=NOON)
    actions.end_appointment("wang", post_code="east-desk", ends_on=TODAY, by=SYSTEM, at=NOON)

    assert queries.actor_for(office.wang, at=NOON).has(Role.DISPATCHER)
    assert not queries.actor_for(office.wang, at=NOON + timedelta(days=1)).has(Role.DISPATCHER)
    assert Entry.objects.filter(kind="appointment.ended").count() == 1


def test_ending_what_is_not_held_is_refused(office: Office) -> None:
    with pytest.raises(rules.AppointmentUnknown):
        actions.end_appointment("li", post_code="sys", ends_on=TODAY, by=SYSTEM, at=NOON)


@pytest.mark.parametrize(
    ("login", "post", "refusal"),
    [("nobody", "lane-7", rules.PersonUnknown), ("li", "nowhere", rules.PostUnknown)],
)
def test_nobody_and_nowhere_cannot_be_joined(
    office: Office, login: str, post: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        actions.appoint(login, post_code=post, starts_on=TODAY, by=SYSTEM, at=NOON)


def test_a_person_acts_in_the_first_post_by_rank_with_its_powers_alone(office: Office) -> None:
    actor = queries.actor_for_login("wang", at=NOON)

    assert actor.roles == {Role.DISPATCHER, Role.RESIDENT}
    assert actor.scopes == ("0000100002",)  # the post has none: its organisation's


def test_a_person_acts_in_another_post_they_hold(office: Office) -> None:
    lane = queries.posts_by_code()["lane-7"]

    actor = queries.actor_for(office.wang, at=NOON, post_id=lane.id)

    assert actor.has(Role.STEWARD)
    assert not actor.has(Role.DISPATCHER)
    assert actor.scopes == ("000010000200009",)
    assert actor.organisation_id == lane.organisation_id


def test_nobody_acts_in_a_post_of_others(office: Office) -> None:
    sys = queries.posts_by_code()["sys"].id

    for person in (office.wang, office.li):
        with pytest.raises(rules.PostNotHeld):
            queries.actor_for(person, at=NOON, post_id=sys)


def test_a_person_without_a_post_is_a_resident_without_scope(office: Office) -> None:
    actor = queries.actor_for(office.li, at=NOON)

    assert actor == Actor(office.li, roles=frozenset({Role.RESIDENT}), language="en")


def test_an_unknown_person_has_no_actor(office: Office) -> None:
    with pytest.raises(rules.PersonUnknown):
        queries.actor_for(999_999, at=NOON)
    with pytest.raises(rules.PersonUnknown):
        queries.actor_for_login("nobody", at=NOON)


def test_finding_the_actor_costs_one_statement(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        queries.actor_for(office.wang, at=NOON)


def test_the_register_costs_one_statement_when_warm_and_none_is_stale(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    queries.all_posts()

    with django_assert_num_queries(1):
        assert {view.code for view in queries.all_organisations()} == {"city", "east"}
    actions.found_organisation("west", name="西", kind="street_office", by=SYSTEM, at=NOON)
    assert "west" in queries.organisations_by_code()
    ids = [view.id for view in queries.all_posts()]
    assert set(queries.posts([*ids, 999_999])) == set(ids)


def test_the_ledger_holds_no_name_and_no_phone(office: Office) -> None:
    actions.enrol_person("wang", name="王芳芳", phone="13900000000", by=SYSTEM, at=NOON)

    told = str(list(Entry.objects.values_list("facts", "subject")))
    for secret in ("王芳", "138", "139", "party member", "L1", PASSWORD):
        assert secret not in told


def test_erasing_leaves_a_bare_number_and_no_power(office: Office) -> None:
    actions.form_team("crew", name="Crew", by=SYSTEM, at=NOON)
    actions.join_team("crew", login="wang", starts_on=date(2026, 1, 1), by=SYSTEM, at=NOON)
    actions.appoint(
        "wang",
        post_code="sys",
        starts_on=TODAY + timedelta(days=5),
        capacity="c",
        by=SYSTEM,
        at=NOON,
    )

    actions.erase_person("wang", by=SYSTEM, at=NOON)

    person = Person.objects.get(pk=office.wang)
    assert (person.login, person.name, person.phone, person.email) == (
        f"erased-{office.wang}",
        "",
        "",
        "",
    )
    assert not person.has_usable_password()
    assert person.erased_at == NOON
    assert not Appointment.objects.filter(person=person, ends_on=None).exists()
    assert not Appointment.objects.exclude(capacity="", letter_number="").exists()
    assert Membership.objects.get().ends_on == TODAY
    assert Entry.objects.filter(kind="person.erased", subject=f"person:{office.wang}").count() == 1
    with pytest.raises(rules.PersonUnknown):
        queries.actor_for(office.wang, at=NOON)
    with pytest.raises(rules.PersonUnknown):
        actions.erase_person("wang", by=SYSTEM, at=NOON)


def test_a_login_like_an_erased_one_is_refused(office: Office) -> None:
    with pytest.raises(rules.CodeMalformed):
        actions.enrol_person("erased-7", name="", by=SYSTEM, at=NOON)


@pytest.mark.parametrize("password", ["short", "password1234567890"[:10], "1234567890"])
def test_a_weak_password_is_refused_with_its_reasons(password: str) -> None:
    with pytest.raises(rules.PasswordWeak) as refusal:
        actions.enrol_person("x", name="", password=password, by=SYSTEM, at=NOON)

    assert refusal.value.facts["reasons"]
    assert not Person.objects.exists()


def test_enrolling_again_keeps_the_password(office: Office) -> None:
    actions.enrol_person(
        "wang", name="New", phone="1", password="quite another one", by=SYSTEM, at=NOON
    )

    person = Person.objects.get(pk=office.wang)
    assert person.name == "New"
    assert check_password(PASSWORD, person.password)


def test_many_people_share_one_hash_and_few_statements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    shared = actions.shared_password_hash(PASSWORD)
    news = [NewPerson(f"p{n}", f"P{n}", password_hash=shared) for n in range(1500)]

    with django_assert_max_num_queries(40):
        done = actions.enrol_people(news, by=SYSTEM, at=NOON)

    assert {one.outcome for one in done} == {Outcome.ADDED}
    assert Entry.objects.filter(kind="person.enrolled").count() == 1500
    assert done[7].row.check_password(PASSWORD)


def test_a_list_in_which_a_code_stands_twice_is_refused(office: Office) -> None:
    with pytest.raises(rules.CodeTwice):
        actions.enrol_people([NewPerson("a", "A"), NewPerson("a", "B")], by=SYSTEM, at=NOON)
    with pytest.raises(rules.CodeTwice):
        actions.create_posts([NewPost("a", "auditor", "city", "A")] * 2, by=SYSTEM, at=NOON)
    with pytest.raises(rules.CodeTwice):
        actions.found_organisations([NewOrganisation("a", "A", "k")] * 2, by=SYSTEM, at=NOON)


def test_powers_are_given_by_the_security_administrator_only(office: Office) -> None:
    with pytest.raises(rules.NotYours):
        actions.appoint("li", post_code="lane-7", starts_on=TODAY, by=SYS_ADMIN, at=NOON)
    with pytest.raises(rules.NotYours):
        actions.enrol_person("x", name="X", by=SEC_ADMIN, at=NOON)
    with pytest.raises(rules.NotYours):
        actions.found_organisation("x", name="X", kind="k", by=SEC_ADMIN, at=NOON)
    with pytest.raises(rules.NotYours):
        actions.erase_person("li", by=SYS_ADMIN, at=NOON)

    actions.appoint("li", post_code="lane-7", starts_on=TODAY, by=SEC_ADMIN, at=NOON)
    assert Entry.objects.last().role == "security_admin"  # type: ignore[union-attr]


def test_people_choose_their_own_password_and_no_others(office: Office) -> None:
    wang = queries.actor_for(office.wang, at=NOON)

    actions.choose_password("wang", password="a much better one", by=wang, at=NOON)

    assert Person.objects.get(pk=office.wang).check_password("a much better one")
    with pytest.raises(rules.NotYours):
        actions.choose_password("li", password="a much better one", by=wang, at=NOON)


def test_a_team_is_formed_joined_and_left_once(office: Office) -> None:
    count = Entry.objects.count()
    for _time in range(2):
        actions.form_team("crew", name="Crew", organisation_code="east", by=SYSTEM, at=NOON)
        actions.join_team("crew", login="li", starts_on=TODAY, is_leader=True, by=SYSTEM, at=NOON)
    for _time in range(2):
        actions.leave_team("crew", login="li", ends_on=TODAY, by=SYSTEM, at=NOON)

    assert kinds_since(count) == ["team.formed", "team.joined", "team.left"]
    with pytest.raises(rules.TeamUnknown):
        actions.join_team("x", login="li", starts_on=TODAY, by=SYSTEM, at=NOON)


def test_residents_see_themselves_and_office_holders_see_everyone(office: Office) -> None:
    everyone = [office.wang, office.li]
    lane = queries.posts_by_code()["lane-7"].id

    wang = queries.actor_for(office.wang, at=NOON)
    li = queries.actor_for(office.li, at=NOON)

    assert set(queries.people(everyone, viewer=wang)) == set(everyone)
    assert set(queries.people(everyone, viewer=li)) == {office.li}
    assert queries.people(everyone, viewer=rules.ANONYMOUS) == {}
    assert [one.login for one in queries.holders([lane], viewer=wang, at=NOON)[lane]] == ["wang"]
    assert queries.holders([lane], viewer=li, at=NOON) == {}
    assert queries.holder_ids([lane], at=NOON) == {lane: (office.wang,)}
