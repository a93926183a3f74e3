"""What goes wrong in a city: how often, when, where, who mends it, how people put it.

Frequencies, seasons and chances of relapse are our own estimates, made to look like a
city's; codes follow GB/T 30428.2-2013 (standards.md 1.5), `C` for components and `E`
for events.  Nominal hours only shape the history; real limits are the pack's.
"""


# ruff: noqa: E501 - a table is read by its rows.

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_LEVEL = (1.0,) * 12
SEASONS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "": _LEVEL,
        "summer": (0.3, 0.3, 0.5, 0.8, 1.3, 1.9, 2.2, 2.2, 1.5, 0.9, 0.5, 0.3),
        "winter": (2.4, 2.0, 1.1, 0.5, 0.3, 0.2, 0.2, 0.2, 0.3, 0.7, 1.6, 2.3),
        "autumn": (0.7, 0.6, 0.8, 0.8, 0.8, 0.8, 0.8, 0.9, 1.2, 1.8, 2.0, 1.1),
        "growing": (0.3, 0.4, 1.0, 1.5, 1.6, 1.5, 1.4, 1.3, 1.1, 0.8, 0.5, 0.3),
    }
)
"""Factor by month, January first."""

HOURS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "day": (1, 0.6, 0.4, 0.4, 0.5, 1, 3, 7, 12, 13, 12, 9, 6, 8, 11, 11, 10, 8, 6, 5, 4, 3, 2, 1.4),
        "evening": (3, 1.5, 1, 0.5, 0.4, 0.5, 1, 2, 3, 3, 3, 4, 4, 3, 3, 4, 6, 10, 13, 14, 13, 11, 8, 5),
        "rush": (1, 0.5, 0.4, 0.4, 0.5, 2, 6, 13, 12, 7, 5, 5, 5, 4, 5, 6, 9, 13, 11, 7, 4, 3, 2, 1),
        "meal": (1, 0.5, 0.3, 0.3, 0.5, 2, 6, 9, 6, 4, 5, 10, 9, 5, 3, 4, 7, 11, 12, 10, 7, 5, 3, 2),
        "even": (2, 2, 2, 2, 2, 2, 3, 5, 6, 6, 6, 6, 5, 5, 6, 6, 6, 6, 6, 5, 5, 4, 3, 3),
    }
)  # fmt: skip
"""Relative frequency of reports by local hour, midnight first."""

RELAPSE_DAYS = 9
"""A relapse shows within so many days of the cleaning."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of trouble.

    Attributes:
        category: `C` or `E` and four digits.
        weight: how often, relative to the others.
        hours: nominal time to mend it, hours; working hours unless `is_urgent`.
        place: `facility`, `road`, `shop`, `lane` or `centre`: where it is found.
        kind: the kind of organisation that usually answers for it.
        confused: the kind to which it is sometimes sent by mistake; blank if never.
        relapse: chance that it comes back to the same place within days, 0 to 1.
        is_small: may be fixed on the spot by a steward or collector.
        is_urgent: worked on by night and on holidays.
        rain: by how much a rainy day multiplies it.
        texts: sentences with a slot for the place.
    """

    category: str
    weight: float
    hours: float
    place: str
    kind: str
    texts: tuple[str, ...]
    confused: str = ""
    relapse: float = 0.0
    is_small: bool = False
    is_urgent: bool = False
    season: str = ""
    day: str = "day"
    rain: float = 1.0


def _of(  # noqa: PLR0917 - one row of the table below
    category: str, weight: float, hours: float, place: str, kind: str, texts: str, **more: object
) -> Matter:
    return Matter(category, weight, hours, place, kind, tuple(texts.split("|")), **more)  # type: ignore[arg-type]


MATTERS = (
    _of("E0112", 9.0, 2, "road", "contractor", "{at}路面有落叶和纸屑，没人清扫|{at}人行道很脏，污渍明显|{at}路面有泥浆，车一过就溅|{at}道路不洁，垃圾随风乱飘", is_small=True, season="autumn"),
    _of("E0110", 8.5, 4, "road", "contractor", "{at}有一堆暴露垃圾，气味很大|{at}垃圾桶满了，垃圾堆在外面|{at}路边扔了好几袋生活垃圾|{at}有人把垃圾丢在路口，苍蝇很多", is_small=True, relapse=0.12),
    _of("E0111", 3.5, 8, "lane", "sanitation", "{at}堆着装修垃圾，好几天没运走|{at}有积存渣土，占了半边路|{at}墙角积存垃圾，一直没人收", confused="construction"),
    _of("E0201", 9.0, 4, "road", "enforcement", "{at}灯杆上贴满小广告|{at}墙上又喷了开锁电话|{at}电线箱被贴小广告，刚清完又有了|{at}公交站牌上有非法小广告|{at}楼道口地面印了小广告", relapse=0.38, is_small=True, confused="sanitation"),
    _of("E0405", 7.5, 2, "shop", "enforcement", "{at}店家把货架摆到人行道上|{at}饭店在门外摆桌子，走不过去|{at}店外经营，行人只能走车道|{at}水果摊摆出门线一米多", relapse=0.3, day="meal", is_urgent=True),
    _of("E0406", 4.5, 2, "road", "enforcement", "{at}有人占道摆摊|{at}流动餐车占了非机动车道|{at}占道经营，影响通行", relapse=0.25, day="rush"),
    _of("E0401", 5.5, 2, "centre", "enforcement", "{at}有游商叫卖，喇叭很响|{at}傍晚有小贩聚集|{at}无照游商占着路口卖烤肠|{at}几个小贩又回来了", relapse=0.3, day="evening"),
    _of("E0409", 5.5, 2, "centre", "traffic_police", "{at}机动车停在盲道上|{at}轿车乱停，堵住出口|{at}货车停在人行道上卸货|{at}有车停在消防通道", relapse=0.2, day="rush", confused="enforcement"),
    _of("E0410", 5.5, 2, "centre", "enforcement", "{at}共享单车堆成一片|{at}电动车乱停，挡住店门|{at}非机动车停到机动车道上|{at}单车倒了一地", relapse=0.22, is_small=True, day="rush"),
    _of("E0136", 4.5, 8, "lane", "street_office", "{at}有人堆放建材|{at}楼下堆满纸箱杂物|{at}巷子里堆物，救护车进不来|{at}门前乱堆杂物", relapse=0.12, is_small=True, confused="enforcement"),
    _of("E0107", 2.5, 4, "lane", "street_office", "{at}有人在树间拉绳晾被子|{at}沿街晾挂衣物，不好看|{at}护栏上晒着拖把和衣服", relapse=0.2, is_small=True, season="growing"),
    _of("E0119", 0.9, 8, "road", "landscape", "{at}树上挂着塑料袋|{at}行道树上缠着彩条和铁丝", is_small=True),
    _of("E0117", 2.6, 4, "road", "landscape", "{at}绿化带里有很多垃圾|{at}绿地里丢着饭盒和瓶子|{at}花坛成了垃圾堆", is_small=True, confused="sanitation"),
    _of("E0118", 0.8, 4, "road", "landscape", "{at}修剪下的树枝没有运走|{at}绿化弃料堆在人行道", season="growing"),
    _of("E0121", 0.7, 40, "road", "landscape", "{at}行道树长虫，掉了一地|{at}树叶发黄有虫网", season="summer"),
    _of("E0113", 3.6, 40, "road", "roads", "{at}路面有个大坑|{at}人行道砖松动，踩上去溅水|{at}路面开裂下沉|{at}地砖缺了好几块，老人容易绊倒", rain=1.5, confused="water_utility"),
    _of("E0114", 1.6, 2, "road", "contractor", "{at}渣土车撒了一路|{at}路上撒了沙石，很滑|{at}有油污遗撒"),
    _of("E0108", 1.4, 40, "lane", "telecom_utility", "{at}空中线缆杂乱下垂|{at}有人私拉电线给电动车充电|{at}飞线从窗户拉到楼下", confused="power_utility"),
    _of("E0101", 1.2, 10, "lane", "enforcement", "{at}楼顶正在搭彩钢棚|{at}一楼私自扩建院墙|{at}有人违建小屋，请尽快查看", confused="housing"),
    _of("E0127", 1.5, 40, "shop", "enforcement", "{at}饭店油烟直排，楼上开不了窗|{at}油烟味呛人|{at}烧烤店没有净化设备", relapse=0.1, day="meal"),
    _of("E0128", 1.6, 4, "shop", "enforcement", "{at}商铺音响太大|{at}促销喇叭从早放到晚|{at}广场舞音响影响孩子写作业", relapse=0.2, day="evening", is_urgent=True),
    _of("E0129", 1.5, 2, "shop", "enforcement", "{at}露天烧烤，烟雾很大|{at}烧烤摊占道，半夜还在吵", relapse=0.25, season="summer", day="evening", is_urgent=True),
    _of("E0130", 1.3, 4, "shop", "drainage", "{at}饭店往雨水口倒泔水|{at}有污水流到路面|{at}洗车污水横流", confused="enforcement"),
    _of("E0131", 0.8, 4, "shop", "sanitation", "{at}餐厨垃圾桶漏油，地面很滑|{at}泔水洒了一地", season="summer"),
    _of("E0135", 2.2, 8, "lane", "sanitation", "{at}有人丢了旧沙发|{at}路边放着废床垫和柜子|{at}旧家具堆在单元门口", confused="property"),
    _of("E0203", 1.0, 40, "shop", "enforcement", "{at}违规户外广告遮挡窗户|{at}楼体广告布破损飘动"),
    _of("E0206", 1.1, 40, "shop", "enforcement", "{at}店招松动，快掉下来了|{at}违规设置灯箱招牌"),
    _of("E0301", 1.8, 2, "lane", "construction", "{at}工地半夜施工，没法睡觉|{at}夜间打桩声音很大|{at}中午还在切割，太吵", day="evening", confused="enforcement", is_urgent=True),
    _of("E0302", 1.1, 8, "road", "roads", "{at}施工围挡占了整条人行道|{at}挖开路面后没有指示牌", confused="construction"),
    _of("E0304", 1.1, 4, "road", "construction", "{at}工地没有洒水，尘土飞扬|{at}土方裸露，风一刮全是灰"),
    _of("E0311", 0.7, 4, "road", "enforcement", "{at}渣土车没盖严|{at}运渣车敞着跑，沿路掉土"),
    _of("E0501", 0.6, 8, "road", "water_utility", "{at}自来水管爆裂，水喷得很高|{at}地下冒清水，路都淹了", is_urgent=True, day="even", season="winter", confused="drainage"),
    _of("E0502", 0.12, 4, "road", "gas_utility", "{at}闻到很重的燃气味|{at}施工挖破燃气管道", is_urgent=True, day="even"),
    _of("E0503", 1.4, 8, "lane", "drainage", "{at}下水道堵了，污水往外冒|{at}污水井满溢，臭味很重", is_urgent=True, day="even", rain=3.0, confused="property"),
    _of("E0505", 0.15, 4, "road", "roads", "{at}路面塌了一个洞，请马上来|{at}车道突然下陷", is_urgent=True, day="even", rain=4.0),
    _of("E0506", 0.5, 4, "road", "drainage", "{at}积水没过小腿|{at}一下雨就积水，车过不去|{at}路口积水很深", is_urgent=True, day="even", season="summer", rain=14.0),
    _of("E0507", 0.35, 4, "road", "sanitation", "{at}结冰很滑，已经有人摔倒|{at}积雪没有清", is_urgent=True, season="winter"),
    _of("E0508", 0.6, 4, "lane", "telecom_utility", "{at}有线缆掉下来垂在路上|{at}电线断落，没人敢走", is_urgent=True, day="even", rain=2.0, confused="power_utility"),
    _of("C0101", 0.8, 2, "facility", "water_utility", "{at}上水井盖破损|{at}上水井盖松动，车压过哐当响", is_urgent=True, day="even", confused="drainage"),
    _of("C0102", 1.2, 2, "facility", "drainage", "{at}污水井盖丢失，很危险|{at}污水井盖翘起来了|{at}污水井盖异响", is_urgent=True, day="even", confused="water_utility"),
    _of("C0103", 1.1, 2, "facility", "drainage", "{at}雨水井盖移位|{at}雨水井盖破了一角|{at}雨水井盖下沉", is_urgent=True, day="even", confused="roads"),
    _of("C0104", 1.7, 2, "facility", "drainage", "{at}雨水箅子被树叶堵住|{at}雨水箅子断了一根|{at}雨水箅子缺失", rain=3.0, confused="sanitation", is_urgent=True),
    _of("C0105", 0.4, 2, "facility", "power_utility", "{at}电力井盖破损|{at}电力井盖周围下陷", is_urgent=True, confused="telecom_utility"),
    _of("C0106", 0.4, 2, "facility", "lighting", "{at}路灯井盖打开没盖|{at}路灯井盖破损，露出电线", is_urgent=True, confused="power_utility"),
    _of("C0107", 0.7, 2, "facility", "telecom_utility", "{at}通信井盖破损|{at}通信井盖松动响声大", is_urgent=True, confused="drainage"),
    _of("C0110", 0.3, 2, "facility", "heat_utility", "{at}热力井盖冒热气|{at}热力井盖破损", is_urgent=True, season="winter", confused="water_utility"),
    _of("C0111", 0.3, 2, "facility", "gas_utility", "{at}燃气井盖松动|{at}燃气井盖下沉", is_urgent=True),
    _of("C0124", 0.3, 16, "facility", "water_utility", "{at}消防栓漏水|{at}消防栓被撞歪"),
    _of("C0137", 3.8, 24, "facility", "lighting", "{at}路灯不亮，晚上一片漆黑|{at}路灯白天也亮着|{at}路灯一闪一闪|{at}灯罩破了", day="evening", season="winter", confused="power_utility"),
    _of("C0204", 0.4, 24, "facility", "contractor", "{at}公交站亭玻璃碎了|{at}公交站牌倾斜", confused="traffic_police"),
    _of("C0212", 0.5, 24, "facility", "contractor", "{at}路名牌歪了|{at}路名牌看不清字"),
    _of("C0213", 0.7, 16, "facility", "traffic_police", "{at}交通标志牌被树挡住|{at}标志牌倾斜"),
    _of("C0214", 0.8, 8, "facility", "traffic_police", "{at}红绿灯不亮|{at}信号灯时间太短，老人过不去", is_urgent=True, day="rush", confused="lighting"),
    _of("C0217", 1.2, 16, "facility", "roads", "{at}护栏被撞坏|{at}护栏倒在路上|{at}护栏缺了一段", confused="traffic_police"),
    _of("C0301", 0.8, 2, "facility", "sanitation", "{at}公厕没有水|{at}公厕气味很大|{at}公厕门锁坏了"),
    _of("C0305", 2.6, 2, "facility", "contractor", "{at}垃圾箱破损|{at}垃圾箱满溢|{at}垃圾箱门掉了", confused="street_office"),
    _of("C0308", 0.3, 24, "facility", "street_office", "{at}宣传栏玻璃破碎|{at}宣传栏内容破旧"),
    _of("C0402", 2.0, 40, "facility", "landscape", "{at}行道树枯死|{at}树枝断了挂在半空|{at}树枝挡住红绿灯", season="growing", rain=1.6, confused="power_utility"),
    _of("C0407", 0.4, 24, "facility", "landscape", "{at}座椅木条断了|{at}长椅螺丝松动"),
    _of("C0408", 0.5, 24, "facility", "landscape", "{at}绿地护栏缺了几根|{at}绿地护栏锈断"),
)  # fmt: skip

DANGERS = frozenset(
    {
        "E0501", "E0502", "E0503", "E0505", "E0506", "E0508",
        "C0124", "C0204", "C0214", "C0217",
    }
)  # fmt: skip
"""Matters that are first made safe, then mended."""

GRADED = frozenset(
    {
        "E0107", "E0110", "E0111", "E0112", "E0114", "E0117", "E0136", "E0201", "E0401",
        "E0405", "E0406", "E0409", "E0410", "E0507", "C0137", "C0301", "C0305",
    }
)  # fmt: skip
"""Matters for which the core of the city is held to shorter times than its outskirts."""

ENDINGS = (
    "",
    "",
    "",
    "，请尽快处理",
    "，麻烦来看看",
    "，希望早点解决",
    "，已经好几天了",
    "，谢谢",
    "，有照片",
)

PRAISE = ("处理得很快", "干净多了，谢谢", "师傅态度好", "当天就修好了", "满意", "辛苦了")
SHRUGS = ("修是修了，等得有点久", "还可以", "基本解决", "希望别再反复")
BLAME = ("没两天又这样了", "只清了一半", "说修好了，其实没有", "等太久了", "没人联系我")
"""Words that come with a rating: satisfied, basically satisfied, dissatisfied."""
