"""Photographs for the demonstration: each its own, but for a handful that were faked."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from gongzhi.accounts.rules import Actor
from gongzhi.demo.rules.pictures import Fake, Taken, picture, scene_of
from gongzhi.evidence.actions import BroughtFile, bring_file, use_file, without_flushing
from gongzhi.evidence.rules import Purpose


@dataclass(frozen=True, slots=True)
class Shot:
    """A photograph about to be taken.

    Attributes:
        subject: what it is proof of.
        turn: how many of the purpose there are already.
        fake: how the crew cheats; None where it does not.
    """

    category_code: str
    purpose: str
    subject: str
    taken: Taken
    turn: int = 0
    fake: Fake | None = None


@dataclass(slots=True)
class Album:
    """Draws each picture when it is wanted, and remembers what a cheat may use again.

    Attributes:
        of_subject: the last file of each subject and purpose.
        last: the last honest photograph after some work.
    """

    of_subject: dict[tuple[str, str], BroughtFile] = field(default_factory=dict)
    last: BroughtFile | None = None

    def show(self, shot: Shot, *, by: Actor, at: datetime) -> None:
        """Bring a photograph as proof of its subject."""
        brought = self._faked(shot) or self._taken(shot)
        self.of_subject[shot.subject, shot.purpose] = brought
        if shot.purpose == "after" and shot.fake is None:
            self.last = brought
        use_file(brought, subject=shot.subject, by=by, at=at)

    def _faked(self, shot: Shot) -> BroughtFile | None:
        """Return the file with which a crew cheats; None where it takes a photograph."""
        if shot.fake is Fake.SAME_AS_BEFORE:
            before = self.of_subject.get((shot.subject, "before"))
            return replace(before, purpose=Purpose(shot.purpose)) if before else None
        return self.last if shot.fake is Fake.OF_ANOTHER_CASE else None

    def _taken(self, shot: Shot) -> BroughtFile:
        scene = scene_of(shot.category_code)
        content = picture(scene, shot.purpose, shot.subject, turn=shot.turn, taken=shot.taken)
        with without_flushing():
            return bring_file(content, name=f"{scene}-{shot.purpose}.jpg", purpose=shot.purpose)
