"""Who acts: the right person for a deed, the same in every run."""

from collections.abc import Callable
from datetime import datetime

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import PostView
from gongzhi.accounts.rules import ANONYMOUS, Actor, Role
from gongzhi.demo.rules.city import City
from gongzhi.demo.rules.history import Report
from gongzhi.demo.rules.running import chance, pick
from gongzhi.kernel.refusals import NotFound

STEP = 5
"""Letters of an area's path for each area above it and for itself."""

_ACCOUNTS = 0.6
"""Share of reports by app whose reporter has an account."""


class NobodyThere(NotFound):
    """No post can take the step."""

    code = "demo.nobody_there"


class Cast:
    """The people of the city by what they may do and where."""

    def __init__(self, city: City, *, at: datetime) -> None:
        self._at = at
        self._actors: dict[int | str, Actor] = {}
        self._residents = [one for one in city.people if not one.post_code]
        self._by_scope: dict[tuple[str, str], list[PostView]] = {}
        self._handlers: dict[int, list[PostView]] = {}
        for post in accounts.all_posts():
            self._by_scope.setdefault((post.kind, post.scope_path), []).append(post)
            if Role.HANDLER in post.roles:
                self._handlers.setdefault(post.organisation_id, []).append(post)

    def in_post(self, post_id: int) -> Actor:
        """Return the holder of a post, acting in it."""
        return self._remembered(post_id, lambda: self._holder(post_id))

    def _holder(self, post_id: int) -> Actor:
        held = accounts.holder_ids([post_id], at=self._at).get(post_id, ())
        if not held:
            raise NobodyThere(post=post_id)
        return accounts.actor_for(held[0], at=self._at, post_id=post_id)

    def _remembered(self, key: int | str, find: Callable[[], Actor]) -> Actor:
        if key not in self._actors:
            self._actors[key] = find()
        return self._actors[key]

    def at_desk(self, kind: str, path: str, key: str) -> Actor:
        """Return one of those of a kind of post who cover a place, of city or district."""
        fit = [post for scope in _scopes(path) for post in self._by_scope.get((kind, scope), ())]
        if not fit:
            raise NobodyThere(kind=kind, path=path)
        return self.in_post(fit[pick(kind, key, len(fit))].id)

    def nearest(self, kind: str, path: str, key: str) -> PostView | None:
        """Return one of those of a kind of post whose scope ends nearest to a place."""
        for scope in reversed(_scopes(path)):
            fit = self._by_scope.get((kind, scope))
            if fit:
                return fit[pick(kind, key, len(fit))]
        return None

    def handler(self, organisation_id: int | None, path: str, key: str) -> Actor:
        """Return a handler of an organisation, of those nearest to a place."""
        posts = self._handlers.get(organisation_id or 0, [])
        if not posts:
            raise NobodyThere(organisation=organisation_id)
        reach = max(_nearness(post, path) for post in posts)
        fit = [post for post in posts if _nearness(post, path) == reach]
        return self.in_post(fit[pick("handler", key, len(fit))].id)

    def reporter(self, report: Report, path: str) -> Actor:
        """Return who brings a report in; without an account for calls and some of the rest."""
        if report.reporter_kind == "operator":
            return self.at_desk("operator", path, report.key)
        if report.reporter_kind == "resident":
            return self._resident(report)
        kinds: tuple[str, ...] = ("collector",)
        if report.reporter_kind == "steward":
            kinds = ("courtyard_steward", "lane_steward", "sector_steward")
        found = (self.nearest(kind, path, report.key) for kind in _turned(kinds, report.key))
        post = next((one for one in found if one is not None), None)
        return self.in_post(post.id) if post is not None else ANONYMOUS

    def _resident(self, report: Report) -> Actor:
        if report.source == "hotline" or pick("account", report.key, 1000) >= _ACCOUNTS * 1000:
            return ANONYMOUS
        one = self._residents[pick("resident", report.key, len(self._residents))]
        return self._remembered(one.login, lambda: accounts.actor_for_login(one.login, at=self._at))

    def caller(self, key: str) -> tuple[str, str]:
        """Return name and telephone of somebody who calls; the number reaches nobody."""
        one = self._residents[pick("caller", key, len(self._residents))]
        return one.name, f"000{int.from_bytes(chance('phone', key), 'big') % 10**8:08d}"


def _scopes(path: str) -> list[str]:
    """Return the whole city and every area on the way down to a place."""
    return [path[:end] for end in range(0, len(path) + 1, STEP)]


def _nearness(post: PostView, path: str) -> int:
    return len(post.scope_path) if path.startswith(post.scope_path) else -1


def _turned(kinds: tuple[str, ...], key: str) -> tuple[str, ...]:
    first = pick("turn", key, len(kinds))
    return kinds[first:] + kinds[:first]
