"""Photographs for the demonstration: few pictures, used many times."""

from dataclasses import dataclass, field
from datetime import datetime

from gongzhi.accounts.rules import Actor
from gongzhi.demo.rules.pictures import VARIANTS, picture, scene_of
from gongzhi.demo.rules.running import pick
from gongzhi.evidence.actions import BroughtFile, bring_file, use_file


@dataclass(slots=True)
class Album:
    """Draws each picture once, when it is first wanted."""

    brought: dict[tuple[str, str, int], BroughtFile] = field(default_factory=dict)

    def show(
        self, category_code: str, purpose: str, *, subject: str, by: Actor, at: datetime
    ) -> None:
        """Bring a photograph of a matter of this category as proof of `subject`."""
        kind = (scene_of(category_code), purpose, pick("street", subject, VARIANTS))
        if kind not in self.brought:
            name = f"{kind[0]}-{purpose}-{kind[2]}.jpg"
            self.brought[kind] = bring_file(picture(*kind), name=name, purpose=purpose)
        use_file(self.brought[kind], subject=subject, by=by, at=at)
