"""Invented names, in Chinese with their reading in Latin letters.

Districts have fixed invented names.  Everything else is put together from two lists
of syllables, each with its reading; a list of words is dealt out like cards, so
no name comes twice.  The surnames are compounds that no family bears.
"""

# ruff: noqa: E501 - CJK letters count twice; a list of syllables is not prose.

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CITY = ("汀澜市", "Tinglan City")

DISTRICTS = (
    ("汐岚区", "Xilan District"),
    ("望澄区", "Wangcheng District"),
    ("鹭汀区", "Luting District"),
    ("枕溪区", "Zhenxi District"),
    ("云屿区", "Yunyu District"),
    ("照野区", "Zhaoye District"),
    ("听澜区", "Tinglang District"),
    ("拾光区", "Shiguang District"),
    ("采蘩区", "Caifan District"),
    ("星槎区", "Xingcha District"),
)

_FIRST = (
    "青qing 碧bi 云yun 星xing 月yue 晨chen 晚wan 澄cheng 清qing 明ming 岚lan 雨yu 霁ji 松song 竹zhu 兰lan 梅mei "
    "桐tong 枫feng 柳liu 荷he 芷zhi 苇wei 蓼liao 鸥ou 鹭lu 雁yan 鹤he 燕yan 潮chao 汐xi 浪lang 帆fan 渔yu 港gang 沙sha "
    "贝bei 珠zhu 灯deng 塔ta 桥qiao 渡du 石shi 玉yu 银yin 锦jin 织zhi 墨mo 书shu 琴qin 棋qi 画hua 诗shi 茶cha 禾he 麦mai "
    "稻dao 桑sang 麻ma 葵kui 橘ju 杏xing 梨li 棠tang"
)
_SECOND = (
    "湾wan 屿yu 汀ting 洲zhou 浦pu 岸an 溪xi 涧jian 泉quan 潭tan 塘tang 渚zhu 峰feng 岭ling 冈gang 坡po 谷gu 崖ya "
    "林lin 园yuan 圃pu 苑yuan 台tai 阁ge 亭ting 榭xie 舍she 里li 坊fang 庭ting 门men 堤di 堰yan 埠bu 影ying 声sheng 香xiang "
    "色se 霞xia 虹hong 辉hui 曦xi 风feng 雪xue 霜shuang 露lu 烟yan 波bo 泽ze 原yuan 野ye 田tian 畈fan 陌mo 歌ge 韵yun "
    "和he 宁ning 安an 乐le 康kang 嘉jia 瑞rui 祥xiang"
)
_SURNAMES = (
    "云溪yunxi 青禾qinghe 松间songjian 听雨tingyu 晚舟wanzhou 拾叶shiye 望舒wangshu 折柳zheliu 栖鹭qilu 枕石zhenshi "
    "临渊linyuan 采苓cailing 疏影shuying 寒塘hantang 落星luoxing 半夏banxia 白露bailu 霜降shuangjiang 谷雨guyu 惊蛰jingzhe "
    "扶桑fusang 沧浪canglang 烟渚yanzhu 雪堂xuetang"
)
_GIVEN = (
    "一yi 之zhi 也ye 乐le 今jin 元yuan 冬dong 凡fan 北bei 南nan 可ke 合he 同tong 向xiang 君jun 和he 唐tang 嘉jia "
    "夏xia 夕xi 央yang 宁ning 安an 宜yi 小xiao 山shan 川chuan 年nian 成cheng 扬yang 新xin 日ri 时shi 朝zhao 木mu 来lai "
    "果guo 格ge 槿jin 此ci"
)


@dataclass(frozen=True, slots=True)
class Name:
    """One name in Chinese and in Latin letters."""

    zh: str
    en: str

    def with_suffix(self, zh: str, en: str) -> "Name":
        """Return the name of a thing of a kind: 青湾 + 路, Qingwan + Road."""
        return Name(self.zh + zh, f"{self.en} {en}")


def _cards(syllables: str) -> list[tuple[str, str]]:
    cards = []
    for card in syllables.split():
        zh = "".join(letter for letter in card if not letter.isascii())
        cards.append((zh, card[len(zh) :]))
    return cards


def deal_words(count: int, rng: np.random.Generator) -> list[Name]:
    """Return `count` different two-syllable words; beyond 4,096 with a third syllable."""
    firsts, seconds = _cards(_FIRST), _cards(_SECOND)
    deck = rng.permutation(len(firsts) * len(seconds)).tolist()
    words = []
    for number in range(count):
        turn, card = divmod(number, len(deck))
        first, second = firsts[deck[card] // len(seconds)], seconds[deck[card] % len(seconds)]
        extra = (
            ("", "")
            if turn == 0
            else ("东西南北"[turn - 1], ("dong", "xi", "nan", "bei")[turn - 1])
        )
        en = (extra[1] + first[1] + second[1]).capitalize()
        words.append(Name(extra[0] + first[0] + second[0], en))
    return words


def deal_people(count: int, rng: np.random.Generator) -> list[Name]:
    """Return names for `count` people who do not exist; a name may come twice, as in life."""
    surnames, given = _cards(_SURNAMES), _cards(_GIVEN)
    picks = rng.integers(0, [len(surnames), len(given), len(given)], (count, 3)).tolist()
    people = []
    for family, one, two in picks:
        first = given[one][1] + (given[two][1] if two != one else "")
        zh = surnames[family][0] + given[one][0] + (given[two][0] if two != one else "")
        people.append(Name(zh, f"{surnames[family][1].capitalize()} {first.capitalize()}"))
    return people


ROAD_SUFFIXES = {
    "district": ("大道", "Avenue"),
    "lot": ("大道", "Avenue"),
    "street": ("路", "Road"),
    "community": ("路", "Road"),
    "station": ("街", "Street"),
    "sector": ("街", "Street"),
    "grid": ("巷", "Lane"),
}
COURTYARD_SUFFIXES = (
    ("小区", "Estate"),
    ("花园", "Gardens"),
    ("新村", "New Village"),
    ("家园", "Homes"),
    ("里", "Court"),
    ("公寓", "Apartments"),
)
RIVER_SUFFIX = ("河", "River")
PARK_SUFFIXES = (("绿地", "Green"), ("公园", "Park"))  # a small one, a large one
TRADES = (
    ("面馆", "Noodles"),
    ("便利店", "Convenience Store"),
    ("药房", "Pharmacy"),
    ("水果店", "Fruit"),
    ("理发店", "Barber"),
    ("烧烤店", "Grill"),
    ("早餐铺", "Breakfast"),
    ("五金店", "Hardware"),
    ("书店", "Books"),
    ("洗衣店", "Laundry"),
    ("茶饮店", "Tea"),
    ("超市", "Supermarket"),
    ("海鲜馆", "Seafood"),
    ("花店", "Flowers"),
    ("修车铺", "Repairs"),
    ("服装店", "Clothes"),
)


def ordinal(words: Sequence[Name], place: int) -> Name:
    """Return the word at `place`, going round again past the end with a number added."""
    turn, card = divmod(place, len(words))
    if turn == 0:
        return words[card]
    return Name(f"{words[card].zh}{'一二三四五六七八九'[turn]}", f"{words[card].en} {turn + 1}")
