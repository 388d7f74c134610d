"""The tables of review under any order of calls by anybody: nothing is published that was not approved.

Every rule is an act that somebody of the cast tries on one activity; most are refused. After each the invariants
of the house are looked at. `--long` tries longer lives and more of them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kepuyue.activities import content as contents
from kepuyue.activities import workflow
from kepuyue.activities.actions import (
    drafting,
    licensing,
    publication,
    rescheduling,
    review,
    sampling,
    signing,
    submission,
    takedown,
    trusting,
)
from kepuyue.activities.models import (
    Activity,
    ChangeNotice,
    Review,
    Sampling,
    State,
    Submission,
    Takedown,
    Trust,
)
from kepuyue.activities.queries import ACCEPTED
from kepuyue.activities.safety import ITEMS
from kepuyue.core import audit
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import today
from kepuyue.editions.models import Mark
from kepuyue.messaging.models import Message
from tests import cast as casting
from tests.factories import VenueFactory, complete_content

PEOPLE = ("owner", "editor", "colleague", "district_reviewer", "other_reviewer", "office", "outsider")
PERSON = st.sampled_from(PEOPLE)
# Those with something to do come more often
LIKELY = st.sampled_from(("owner", "editor", "district_reviewer", "office", *PEOPLE))
# What may change the text that the public reads
EXEMPT = {"licence_exempt": "daily_business", "licence_exempt_note": "科学馆的常设展览"}
PUBLISHING = {"activity.publish", "activity.revise"}
RESCHEDULING = {"session.cancelled", "session.postponed", "session.retimed", "session.moved"}


class Life(RuleBasedStateMachine):
    """One activity, and everybody who could lay a hand on it."""

    reached: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.cast = casting.assemble()
        self.edition = self.cast.edition
        self.edition.policy |= {"fast_lane": {"sample_share": 0.5, "at_least_one_in": 2}}
        self.edition.save()
        Mark.objects.create(edition=self.edition, code="national_day", name="全国科普日")
        VenueFactory(name="福田会堂", district=self.cast.own_unit.district)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(
        crowd=st.sampled_from([60, 60, 1000]),
        far=st.sampled_from(["draft", "handed in", "at the office", "public", "trusted"]),
        licensed=st.booleans(),
    )
    def begin(self, crowd: int, far: str, licensed: bool) -> None:
        """A life begins at some point of the way, which it has come by the real actions."""
        text = complete_content(expected_crowd=crowd, safety_items=dict.fromkeys(ITEMS, "有"), licence="")
        activity = drafting.create(
            edition=self.edition, organization=self.cast.own_unit, by=self.cast.editor, content=text
        )
        self.key = activity.pk
        if far == "trusted":
            self.trust("office")
        if far != "draft":
            self.submit_by_the_unit("editor")
        if far in ("at the office", "public"):
            self.approve_by_those_whose_turn_it_is()
        if far == "public":
            if licensed:
                self.license("editor")
            self.approve_by_those_whose_turn_it_is()

    # What is looked at

    @property
    def activity(self) -> Activity:
        return Activity.objects.select_related("organization", "edition").get(pk=self.key)

    def who(self, name: str) -> Any:
        person = getattr(self.cast, name)
        # Roles are read once per person object
        return type(person).objects.get(pk=person.pk)

    def look(self) -> tuple[Any, ...]:
        activity = self.activity
        rounds = tuple(activity.submissions.order_by("pk").values_list("pk", "state", "step"))
        samplings = tuple(Sampling.objects.order_by("pk").values_list("pk", "state"))
        # Each for itself, so that what counts as reviewed cannot move the yardstick
        text = contents.of(activity)
        judged = [
            text[name]
            for name in ("title", "terms", "marks", "licence", "licence_exempt", "licence_exempt_note")
        ]
        read = f"{judged} {contents.digest(text)}"
        public = read if activity.published_at else ""
        return activity.state, rounds, samplings, public

    def attempt(self, act: Callable[..., Any], *args: Any, **options: Any) -> None:
        """Somebody tries; a refusal changes nothing, and whatever is changed stands in the trail."""
        last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        before = self.look()
        try:
            with transaction.atomic():
                act(*args, **options)
        except (ValidationError, PermissionDenied):
            assert self.look() == before
            return
        after = self.look()
        self.reached.add(after[0])
        self.reached |= {
            f"{kind}-{state}" for kind, state in self.activity.submissions.values_list("lane", "state")
        }
        new = AuditEvent.objects.filter(pk__gt=last, subject_type="activity", subject_id=str(self.key))
        actions = set(new.values_list("action", flat=True))
        if after != before:
            assert actions, f"no trail of {before} to {after}"
        if before[3] and after[3] != before[3]:
            assert actions & (PUBLISHING | RESCHEDULING), f"the public text changed by {actions}"
        if not before[3] and after[3]:
            assert "activity.publish" in actions

    def pending(self) -> Submission | None:
        return self.activity.submissions.order_by("-pk").first()

    # Acts

    @rule(who=LIKELY, title=st.sampled_from(["甲", "乙", "丙"]))
    def change(self, who: str, title: str) -> None:
        self.attempt(drafting.change, self.activity, {"title": title}, by=self.who(who))

    @rule(
        who=LIKELY,
        change=st.sampled_from(
            [
                {"terms": ["tier:main_venue"]}, {"terms": ["tier:district"]}, {"marks": ["national_day"]},
                {"licence": ""}, EXEMPT, {"licence_exempt": "government", "licence_exempt_note": ""},
                {"expected_crowd": 1000}, {"expected_crowd": 60}, {"expected_crowd": 2000}, {"licence_exempt": "随便写的"},
            ]
        ),
    )  # fmt: skip
    def classify_or_license_otherwise(self, who: str, change: dict[str, Any]) -> None:
        self.attempt(drafting.change, self.activity, change, by=self.who(who))

    @rule(who=LIKELY, phone=st.sampled_from(["12345", "96110"]))
    def correct(self, who: str, phone: str) -> None:
        self.attempt(drafting.change, self.activity, {"public_phone": phone}, by=self.who(who))

    @rule(who=LIKELY, signs=st.booleans())
    def submit(self, who: str, signs: bool) -> None:
        self.attempt(submission.submit, self.activity, by=self.who(who), signs=signs)

    @rule(who=st.sampled_from(["owner", "editor"]))
    def submit_by_the_unit(self, who: str) -> None:
        self.attempt(submission.submit, self.activity, by=self.who(who))

    @rule(title=st.sampled_from(["丁", "戊", "己"]))
    def change_and_submit_by_the_unit(self, title: str) -> None:
        self.attempt(drafting.change, self.activity, {"title": title}, by=self.who("editor"))
        self.attempt(submission.submit, self.activity, by=self.who("editor"))

    @rule(who=LIKELY)
    def sign(self, who: str) -> None:
        self.attempt(signing.sign, self.activity, by=self.who(who))

    @rule(who=LIKELY)
    def withdraw(self, who: str) -> None:
        self.attempt(submission.withdraw, self.activity, by=self.who(who))

    @rule(who=LIKELY)
    def discard(self, who: str) -> None:
        self.attempt(submission.discard, self.activity, by=self.who(who))

    @rule(who=LIKELY, step=st.sampled_from([None, 0, 1]), accepts=st.booleans())
    def approve(self, who: str, step: int | None, accepts: bool) -> None:
        if found := self.pending():
            self.attempt(
                review.approve, found, by=self.who(who), step=step, accepts=ACCEPTED if accepts else ()
            )

    @rule(accepts=st.booleans())
    def approve_by_those_whose_turn_it_is(self, accepts: bool = False) -> None:
        """So that lives go on to the public as a rule."""
        found = self.pending()
        if found and found.turn_id:
            who = "office" if found.turn_id == self.cast.office_unit.pk else "district_reviewer"
            self.attempt(review.approve, found, by=self.who(who), accepts=ACCEPTED if accepts else ())

    @rule(who=LIKELY, step=st.sampled_from([None, 0, 1]))
    def give_back(self, who: str, step: int | None) -> None:
        if found := self.pending():
            self.attempt(review.return_for_changes, found, by=self.who(who), note="改", step=step)

    @rule()
    def give_back_by_those_whose_turn_it_is(self) -> None:
        found = self.pending()
        if found and found.turn_id:
            who = "office" if found.turn_id == self.cast.office_unit.pk else "district_reviewer"
            self.attempt(review.return_for_changes, found, by=self.who(who), note="改")

    @rule(who=PERSON)
    def reject(self, who: str) -> None:
        if found := self.pending():
            self.attempt(review.reject, found, by=self.who(who), note="不行")

    @rule(who=LIKELY)
    def license(self, who: str) -> None:
        self.attempt(licensing.file, self.activity, by=self.who(who), number="深公治1号")

    @rule(who=PERSON)
    def cancel(self, who: str) -> None:
        self.attempt(publication.cancel, self.activity, by=self.who(who), reason="台风")

    @rule(who=PERSON)
    def archive(self, who: str) -> None:
        self.attempt(publication.archive, self.activity, by=self.who(who))

    @rule(who=LIKELY, days=st.sampled_from([None, 2, 20]))
    def postpone(self, who: str, days: int | None) -> None:
        session = self.activity.sessions.first()
        if session:
            new = session.starts_at + timedelta(days=days) if days else None
            self.attempt(rescheduling.postpone, session, by=self.who(who), reason="雨", starts_at=new)

    @rule(who=LIKELY, place=st.sampled_from(["福田会堂", "没有登记的地方"]))
    def move(self, who: str, place: str) -> None:
        session = self.activity.sessions.first()
        if session:
            self.attempt(rescheduling.move, session, by=self.who(who), reason="停电", venue_name=place)

    @rule(who=LIKELY)
    def take_down(self, who: str) -> None:
        self.attempt(
            takedown.take_down,
            self.activity,
            by=self.who(who),
            ground="false",
            source="来信",
            evidence="无出处",
        )

    @rule(who=LIKELY)
    def restore(self, who: str) -> None:
        if found := Takedown.objects.filter(activity=self.key).first():
            self.attempt(takedown.restore, found, by=self.who(who), reason="已核实")

    @rule(who=LIKELY)
    def trust(self, who: str) -> None:
        self.attempt(
            trusting.give, self.cast.own_unit, edition=self.edition, by=self.who(who), reason="无差错", until=today()
        )  # fmt: skip

    @rule(who=LIKELY)
    def distrust(self, who: str) -> None:
        if found := Trust.objects.filter(revoked_at__isnull=True).first():
            self.attempt(trusting.revoke, found, by=self.who(who), reason="有差错")

    @rule(who=LIKELY, finding=st.sampled_from(["fine", "correct", "take_down"]))
    def read_afterwards(self, who: str, finding: str) -> None:
        found = Sampling.objects.order_by("-pk").first()
        if found is None:
            return
        if finding == "fine":
            self.attempt(sampling.find_fine, found, by=self.who(who))
        elif finding == "correct":
            self.attempt(sampling.ask_to_correct, found, by=self.who(who), note="更正数据", revokes=True)
        else:
            self.attempt(
                sampling.take_down, found, by=self.who(who), ground="false", source="抽查", evidence="无出处"
            )

    # What always holds

    @invariant()
    def every_state_has_an_owner(self) -> None:
        if not hasattr(self, "key"):
            return
        assert self.activity.state in workflow.ACTIVITY.owners
        for (state,) in self.activity.submissions.values_list("state"):
            assert state in workflow.SUBMISSION.owners
        for (state,) in Sampling.objects.values_list("state"):
            assert state in workflow.SAMPLING.owners

    @invariant()
    def what_is_approved_was_approved_by_every_unit_of_its_chain(self) -> None:
        if not hasattr(self, "key"):
            return
        for found in self.activity.submissions.filter(state=Submission.State.APPROVED):
            approvals = found.reviews.filter(decision=Review.Decision.APPROVED)
            by = list(approvals.order_by("pk").values_list("organization_id", flat=True))
            if found.lane == Submission.Lane.FAST:
                assert audit.trail(self.activity).filter(action="activity.fast_lane").exists()
                assert not self.edition.rules.crowd.needs_licence(found.content["expected_crowd"])
                assert hasattr(found, "sampling") == found.draw["sampled"]
            else:
                assert by == found.chain != []
            assert self.activity.sign_offs.filter(digest=contents.digest(found.content)).exists()
            if found.content["expected_crowd"] >= 1000 and not found.content["licence"]:
                assert EXEMPT.items() <= found.content.items()
                for approval in found.reviews.filter(decision=Review.Decision.APPROVED):
                    assert EXEMPT["licence_exempt_note"] in approval.note

    @invariant()
    def a_licence_is_not_stretched_to_a_larger_size(self) -> None:
        if not hasattr(self, "key"):
            return
        approved = self.activity.submissions.filter(state=Submission.State.APPROVED).order_by("pk")
        sizes: dict[str, int] = {}
        for text in approved.values_list("content", flat=True):
            if text["licence"] and text["expected_crowd"] >= 1000:
                assert text["expected_crowd"] <= sizes.setdefault(text["licence"], text["expected_crowd"])

    @invariant()
    def what_is_public_was_approved_once(self) -> None:
        if not hasattr(self, "key"):
            return
        activity = self.activity
        news = activity.submissions.filter(kind=Submission.Kind.NEW, state=Submission.State.APPROVED)
        assert (activity.published_at is not None) == news.exists()
        in_public = Activity.objects.published().filter(pk=self.key).exists()
        assert in_public == (activity.published_at is not None and activity.state != State.TAKEN_DOWN)
        open_log = Takedown.objects.filter(activity=activity, restored_at__isnull=True).exists()
        assert open_log == (activity.state == State.TAKEN_DOWN)

    @invariant()
    def at_most_one_round_is_under_way_and_waits_for_somebody_who_was_told(self) -> None:
        if not hasattr(self, "key"):
            return
        under_way = self.activity.submissions.filter(state__in=("open", "pending"))
        assert under_way.count() <= 1
        for found in under_way.filter(state="pending"):
            assert Message.objects.filter(
                key__startswith=f"submission:{found.pk}:turn-{found.step}:"
            ).exists()
            assert found.kind == Submission.Kind.REVISION or self.activity.state == State.SUBMITTED

    @invariant()
    def nobody_is_told_of_a_change_twice(self) -> None:
        if not hasattr(self, "key"):
            return
        for notice in ChangeNotice.objects.all():
            told = list(
                Message.objects.filter(key__startswith=f"notice:{notice.pk}:").values_list(
                    "person", flat=True
                )
            )
            assert len(told) == len(set(told))
            assert notice.by_id not in told


@pytest.mark.usefixtures("in_the_past_of_the_month")
@pytest.mark.django_db
def test_nothing_is_published_without_its_approvals_whatever_the_order(is_long: bool) -> None:
    Life.reached.clear()
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=200 if is_long else 20,
            stateful_step_count=60 if is_long else 30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not is_long,
            # In the gate it is enough to know; `--long` looks for the shortest life that shows it
            phases=(Phase.generate, Phase.shrink) if is_long else (Phase.generate,),
        ),
    )

    # Lives that come nowhere would prove nothing
    assert {"submitted", "published", "full-approved"} <= Life.reached


@pytest.fixture
def in_the_past_of_the_month(clock: Any) -> Any:
    """Registration is open, and no lead time is over."""
    return clock.set(datetime(2024, 8, 10, 10))
