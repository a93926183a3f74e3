"""Who lives and works in the city: organisations, posts, people, duties, as values."""

# ruff: noqa: E501, PLR2004 - the numbers are the invention; each stands once, where it acts.

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from .names import Name, deal_people, deal_words
from .sizes import Size, apportion

CITY_CENTRE = "city-command"
"""The supervision and command centre; it answers for what nobody else answers for."""

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "city_centre": ("指挥中心", "City supervision and command centre; the fallback party"),
        "district_centre": ("区指挥中心", "District command centre"),
        "city_management": ("城市管理局", "Bureau of city management"),
        "sanitation": ("环境卫生中心", "Sanitation: the district's centre, or a street's crew"),
        "landscape": ("园林绿化局", "Trees and green spaces"),
        "roads": ("市政道路处", "Municipal roads"),
        "drainage": ("排水处", "Drains and storm water"),
        "lighting": ("路灯管理处", "Street lighting"),
        "traffic_police": ("交警大队", "Traffic police"),
        "enforcement": ("综合执法大队", "City-management enforcement"),
        "housing": ("住房管理局", "Housing"),
        "construction": ("建设管理站", "Building sites"),
        "street_office": (
            "街道办事处",
            "Street office; holds what nobody else holds in its street",
        ),
        "community": ("社区居民委员会", "Residents' committee of a community"),
        "station": ("治理服务站", "Governance service station in a community"),
        "contractor": ("作业公司", "Contractor with crews, by contract lot"),
        "property": ("物业公司", "Property company of courtyards"),
        "water_utility": ("供水集团", "Water utility"),
        "power_utility": ("供电公司", "Power utility"),
        "gas_utility": ("燃气公司", "Gas utility"),
        "telecom_utility": ("通信公司", "Telecom utility"),
        "heat_utility": ("热力公司", "Heating utility"),
    }
)
"""Every kind of organisation: its common name, and what it is."""

BUREAUS = (
    "city_management", "sanitation", "landscape", "roads", "drainage",
    "lighting", "traffic_police", "enforcement", "housing", "construction",
)  # fmt: skip
UTILITIES = ("water_utility", "power_utility", "gas_utility", "telecom_utility", "heat_utility")
ENGLISH = MappingProxyType(
    {
        "city_management": "City Management Bureau",
        "sanitation": "Sanitation Centre",
        "landscape": "Parks Bureau",
        "roads": "Roads Office",
        "drainage": "Drainage Office",
        "lighting": "Lighting Office",
        "traffic_police": "Traffic Police",
        "enforcement": "Enforcement Brigade",
        "housing": "Housing Bureau",
        "construction": "Construction Office",
        "water_utility": "Water Group",
        "power_utility": "Power Company",
        "gas_utility": "Gas Company",
        "telecom_utility": "Telecom Company",
        "heat_utility": "Heating Company",
    }
)


@dataclass(frozen=True, slots=True)
class PostKind:
    """A kind of post; the pack may define the same codes, and then the pack wins."""

    code: str
    name: str
    name_en: str
    roles: tuple[str, ...]
    level: str
    rank: int


POST_KINDS = (
    PostKind("operator", "受理员", "Operator", ("operator",), "city", 50),
    PostKind("dispatcher", "派遣员", "Dispatcher", ("dispatcher",), "city", 51),
    PostKind("duty_head", "值班长", "Duty head", ("duty_head",), "city", 52),
    PostKind("supervisor", "督查员", "Supervisor", ("supervisor",), "city", 53),
    PostKind("leader", "分管领导", "Leader", ("leader",), "city", 60),
    PostKind("handler", "处置员", "Handler", ("handler",), "district", 40),
    PostKind("collector", "采集员", "Collector", ("collector",), "street", 30),
    PostKind("courtyard_steward", "楼院长", "Courtyard steward", ("steward",), "community", 10),
    PostKind("lane_steward", "街巷长", "Lane steward", ("steward",), "community", 11),
    PostKind("sector_steward", "区片长", "Sector steward", ("steward",), "community", 12),
    PostKind("station_head", "站长", "Station head", ("steward",), "community", 13),
    PostKind("map_keeper", "地图管理员", "Map keeper", ("map_keeper",), "city", 54),
    PostKind("system_admin", "系统管理员", "System administrator", ("system_admin",), "city", 70),
    PostKind("security_admin", "安全管理员", "Security administrator", ("security_admin",), "city", 71),
    PostKind("audit_admin", "审计管理员", "Audit administrator", ("audit_admin",), "city", 72),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation to be founded; parents come before children.

    Attributes:
        scope: code of the administrative area it works in; blank for the whole city.
        scope_layer: the layer of that area; blank for the whole city.
    """

    code: str
    name: str
    name_en: str
    kind: str
    parent_code: str
    scope_layer: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be created; its scope is an area of the administrative tree, or blank."""

    code: str
    kind: str
    organisation_code: str
    name: str
    name_en: str
    scope_layer: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person who does not exist, with the post that is theirs; residents have none."""

    login: str
    name: str
    name_en: str
    post_code: str


@dataclass(frozen=True, slots=True)
class NewDuty:
    """One explicit duty: this post or organisation answers for this class in this area.

    Attributes:
        category_code: blank for every class; otherwise a class and all below it.
        post_code, organisation_code: exactly one is set.
    """

    layer: str
    area_code: str
    category_code: str
    rank: int
    post_code: str = ""
    organisation_code: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One documented sign-in for a main role."""

    login: str
    role: str
    name: str
    name_en: str


SIGN_INS = (
    SignIn("operator", "operator", "受理员", "takes reports in and files them"),
    SignIn("dispatcher", "dispatcher", "派遣员", "sends cases to who answers for them"),
    SignIn("dutyhead", "duty_head", "值班长", "closes cases"),
    SignIn("supervisor", "supervisor", "督查员", "watches and urges"),
    SignIn("leader", "leader", "分管领导", "sees how the city keeps its word"),
    SignIn("collector", "collector", "采集员", "verifies and checks in the first street"),
    SignIn("handler", "handler", "处置员", "does the work of the first district's law enforcement"),
    SignIn("steward", "steward", "楼院长", "keeps one courtyard"),
    SignIn("lanesteward", "steward", "街巷长", "keeps lanes"),
    SignIn("sectorsteward", "steward", "区片长", "keeps one sector"),
    SignIn("stationhead", "steward", "站长", "leads one station"),
    SignIn("mapkeeper", "map_keeper", "地图管理员", "draws areas and duties"),
    SignIn("sysadmin", "system_admin", "系统管理员", "settings and organisations"),
    SignIn("secadmin", "security_admin", "安全管理员", "sign-ins and rights"),
    SignIn("auditadmin", "audit_admin", "审计管理员", "reads the ledger"),
    SignIn("resident", "resident", "居民", "reports and rates"),
)
"""The first holder of each main role, the same in every city of every size."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What people need to know of the map: codes and names by layer, and who lies in whom.

    Attributes:
        names: area code → name, by layer.
        parents: area code → code of its community (stations, sectors, courtyards), of its
            street (communities, roads) or of its district (streets, lots), by layer.
        station_of: code of the station a sector or courtyard lies in.
    """

    names: Mapping[str, Mapping[str, Name]]
    parents: Mapping[str, Mapping[str, str]]
    station_of: Mapping[str, str]


@dataclass(slots=True)
class Registrar:
    """Founds organisations, makes posts and deals out people; use `populate`."""

    size: Size
    ground: Ground
    rng: np.random.Generator
    organisations: list[NewOrganisation] = field(default_factory=list)
    posts: list[NewPost] = field(default_factory=list)
    duties: list[NewDuty] = field(default_factory=list)

    def found(self, code: str, name: Name, kind: str, parent: str, *scope: str) -> None:
        """Note a new organisation; `scope` is layer and area code, or nothing."""
        self.organisations.append(NewOrganisation(code, name.zh, name.en, kind, parent, *scope))

    def post(self, code: str, kind: str, organisation: str, place: Name, *scope: str) -> None:
        """Note a new post called after its place and kind."""
        title = next(row for row in POST_KINDS if row.code == kind)
        name, name_en = f"{place.zh}{title.name}", f"{place.en} {title.name_en.lower()}"
        self.posts.append(NewPost(code, kind, organisation, name, name_en, *scope))

    def city_bodies(self) -> None:
        """Found the command centre with its people, and the utilities."""
        centre = Name("市城市运行管理中心", "City Operations Centre")
        self.found(CITY_CENTRE, centre, "city_centre", "")
        staff = {
            "operator": 4, "dispatcher": 4, "duty_head": 2, "supervisor": 2, "leader": 1,
            "map_keeper": 1, "system_admin": 1, "security_admin": 1, "audit_admin": 1, "handler": 1,
        }  # fmt: skip
        for kind, count in staff.items():
            for number in range(1, count + 1):
                self.post(f"city-{kind}-{number}", kind, CITY_CENTRE, Name("市", "City"))
        for kind in UTILITIES:
            code = f"city-{kind}"
            name = Name(f"汀澜{KINDS[kind][0]}", f"Tinglan {ENGLISH[kind]}")
            self.found(code, name, kind, CITY_CENTRE)
            self._handlers(code, name, 1 + self.size.districts)

    def district_bodies(self) -> None:
        """Found each district's centre and bureaus, with their people."""
        for code, name in self.ground.names["district"].items():
            centre = f"d{code}-centre"
            scope = ("district", code)
            self.found(
                centre,
                Name(f"{name.zh}指挥中心", f"{name.en} Command Centre"),
                "district_centre",
                CITY_CENTRE,
                *scope,
            )
            for kind in ("operator", "dispatcher", "duty_head", "supervisor", "leader", "handler"):
                self.post(f"d{code}-{kind}-1", kind, centre, name, *scope)
            for kind in BUREAUS:
                body = f"d{code}-{kind}"
                title = Name(f"{name.zh}{KINDS[kind][0]}", f"{name.en} {ENGLISH[kind]}")
                self.found(body, title, kind, centre, *scope)
                self._handlers(body, title, 3, *scope)

    def contractors(self) -> None:
        """Found a contractor for each contract lot and give it the lot's cleaning."""
        lots = self.ground.names["lot"]
        for (code, name), word in zip(lots.items(), deal_words(len(lots), self.rng), strict=True):
            district = self.ground.parents["lot"][code]
            body = f"l{code}-contractor"
            title = Name(f"{word.zh}环境作业公司", f"{word.en} Environmental Services")
            self.found(body, title, "contractor", f"d{district}-sanitation", "district", district)
            self._handlers(
                body, Name(f"{name.zh}作业队", f"{name.en} crew"), 3, "district", district
            )
            for category in ("E0110", "E0112", "E0114", "C0305"):
                self.duties.append(NewDuty("lot", code, category, 1, organisation_code=body))

    def street_bodies(self) -> None:
        """Found street offices with crews and collectors, communities and stations."""
        trade = deal_words(len(self.ground.names["street"]), self.rng)
        for (code, name), word in zip(self.ground.names["street"].items(), trade, strict=True):
            district = self.ground.parents["street"][code]
            office, scope = f"s{code}", ("street", code)
            self.found(
                office,
                Name(f"{name.zh}办事处", f"{name.en} Office"),
                "street_office",
                f"d{district}-centre",
                *scope,
            )
            self._handlers(office, name, 2, *scope)
            crew = Name(f"{name.zh}环卫所", f"{name.en} Sanitation Crew")
            self.found(f"{office}-sanitation", crew, "sanitation", office, *scope)
            self._handlers(f"{office}-sanitation", crew, 2, *scope)
            homes = Name(f"{word.zh}物业公司", f"{word.en} Property")
            self.found(f"{office}-property", homes, "property", office, *scope)
            self._handlers(f"{office}-property", homes, 2, *scope)
            # The collector who signs in has the first street alone, so that its work is theirs.
            is_first = code == next(iter(self.ground.names["street"]))
            for number in range(1, 2 if is_first else 4):
                self.post(f"{office}-collector-{number}", "collector", office, name, *scope)
        self._communities()

    def _communities(self) -> None:
        for code, name in self.ground.names["community"].items():
            street = self.ground.parents["community"][code]
            title = Name(f"{name.zh}居委会", f"{name.en} Committee")
            self.found(f"c{code}", title, "community", f"s{street}", "community", code)
            self._handlers(f"c{code}", title, 1, "community", code)
        for code, name in self.ground.names["station"].items():
            home = self.ground.parents["station"][code]
            self.found(f"t{code}", name, "station", f"c{home}", "community", home)

    def _handlers(self, body: str, place: Name, count: int, *scope: str) -> None:
        for number in range(1, count + 1):
            self.post(f"{body}-handler-{number}", "handler", body, place, *scope)

    def stewards(self) -> None:
        """Make the posts of the four layers and give each its area."""
        self._station_heads()
        for layer, kind in (("sector", "sector_steward"), ("courtyard", "courtyard_steward")):
            for code, name in self.ground.names[layer].items():
                home = self.ground.parents[layer][code]
                station = self.ground.station_of[code]
                self._steward(f"{layer}-{code}", kind, f"t{station}", name, home, [(layer, code)])
        self._lane_stewards()

    def _steward(  # noqa: PLR0917 - a post and its areas, as they stand in the register
        self, code: str, kind: str, body: str, name: Name, home: str, areas: Sequence[tuple[str, str]]
    ) -> None:  # fmt: skip
        layer = "community" if len(home) == 12 else "street"
        self.post(code, kind, body, name, layer, home)
        self.duties += [NewDuty(layer, area, "", 1, post_code=code) for layer, area in areas]

    def _station_heads(self) -> None:
        """Give every station a head; some share the head of the station before in their street."""
        names, homes = self.ground.names["station"], self.ground.parents["station"]
        codes = list(names)
        follows = [
            i for i in range(1, len(codes)) if homes[codes[i]][:9] == homes[codes[i - 1]][:9]
        ]
        shared = set(
            self.rng.permutation(follows)[: self.size.stations - self.size.station_heads].tolist()
        )
        head = ""
        for place, code in enumerate(codes):
            if place not in shared:
                head = f"station-{code}"
                self.post(head, "station_head", f"t{code}", names[code], "community", homes[code])
            self.duties.append(NewDuty("station", code, "", 1, post_code=head))

    def _lane_stewards(self) -> None:
        """Share the roads of each street among its stewards; each keeps at least one."""
        roads: dict[str, list[str]] = {}
        for code, street in self.ground.parents["road"].items():
            roads.setdefault(street, []).append(code)
        streets = sorted(roads)
        counts = _capped(self.size.lane_stewards, [len(roads[street]) for street in streets])
        for street, count in zip(streets, counts, strict=True):
            for number, kept in enumerate(np.array_split(np.array(roads[street]), count), start=1):
                areas = [("road", str(code)) for code in kept]
                name = self.ground.names["road"][areas[0][1]]
                self._steward(
                    f"lane-{street}-{number:03d}", "lane_steward", f"s{street}", name, street, areas
                )

    def people(self) -> Iterator[NewPerson]:
        """Yield a person for each post; the first of each main role bears its plain login."""
        logins = self._logins()
        names = deal_people(len(self.posts) + self.size.residents, self.rng)
        for post, name in zip(self.posts, names, strict=False):
            yield NewPerson(logins.get(post.code, post.code), name.zh, name.en, post.code)
        for number, name in enumerate(names[len(self.posts) :], start=1):
            login = "resident" if number == 1 else f"resident-{number}"
            yield NewPerson(login, name.zh, name.en, "")

    def _logins(self) -> dict[str, str]:
        first: dict[str, str] = {}
        for post in self.posts:
            first.setdefault(post.kind, post.code)
        district = next(iter(self.ground.names["district"]))
        first["handler"] = f"d{district}-enforcement-handler-1"
        plain = {
            "courtyard_steward": "steward", "lane_steward": "lanesteward", "sector_steward": "sectorsteward",
            "station_head": "stationhead", "duty_head": "dutyhead", "map_keeper": "mapkeeper",
            "system_admin": "sysadmin", "security_admin": "secadmin", "audit_admin": "auditadmin",
        }  # fmt: skip
        return {code: plain.get(kind, kind) for kind, code in first.items()}


def _capped(total: int, room: Sequence[int]) -> list[int]:
    """Return counts of sum `total`, in proportion to `room` and nowhere above it.

    Raises:
        ValueError: there is not room enough.
    """
    if sum(room) < total:
        raise ValueError(f"room for {sum(room)}, wanted {total}")
    counts = [
        min(count, cap)
        for count, cap in zip(apportion(total, [float(r) for r in room]), room, strict=True)
    ]
    while sum(counts) < total:
        spare = [cap - count for count, cap in zip(counts, room, strict=True)]
        counts[int(np.argmax(spare))] += 1
    return counts


def body_code(kind: str, *, district: str, street: str, lot: str) -> str:
    """Return the code of the organisation of `kind` that works at a place.

    Args:
        kind: one of `KINDS` that has one body per city, district, lot or street.
        district: code of the district of the place.
        street: code of its street.
        lot: code of its contract lot.
    """
    if kind in UTILITIES:
        return f"city-{kind}"
    if kind == "street_office":
        return f"s{street}"
    if kind == "property":
        return f"s{street}-property"
    if kind == "contractor":
        return f"l{lot}-contractor"
    return f"d{district}-{kind}"


def populate(size: Size, ground: Ground, rng: np.random.Generator) -> Registrar:
    """Return everybody and everything that works on `ground`."""
    registrar = Registrar(size, ground, rng)
    registrar.city_bodies()
    registrar.district_bodies()
    registrar.contractors()
    registrar.street_bodies()
    registrar.stewards()
    return registrar
