"""Who buys from and sells to the demonstration company: invented names at example domains."""

from __future__ import annotations

import random
from dataclasses import dataclass

from rantai.demo import names

# city | region | territory | postcode
PLACES = names.read_rows("""
Jakarta|DKI Jakarta|ID-W|10110
Bandung|Jawa Barat|ID-W|40111
Bekasi|Jawa Barat|ID-W|17111
Bogor|Jawa Barat|ID-W|16111
Tangerang|Banten|ID-W|15111
Surabaya|Jawa Timur|ID-E|60111
Malang|Jawa Timur|ID-E|65111
Denpasar|Bali|ID-E|80111
Makassar|Sulawesi Selatan|ID-E|90111
Medan|Sumatera Utara|ID-S|20111
Palembang|Sumatera Selatan|ID-S|30111
Pekanbaru|Riau|ID-S|28111
""")
WEIGHTS = (30, 9, 8, 5, 7, 12, 5, 4, 5, 8, 4, 3)

ABROAD = names.read_rows("""
Singapore|Singapore|EXP|018900|SG|en
Kuala Lumpur|Kuala Lumpur|EXP|50000|MY|en
Shenzhen|Guangdong|EXP|518000|CN|zh-hans
Dili|Dili|EXP||TL|id
""")

GIVEN = names.read_words("""
Adi Agus Andi Bayu Bima Budi Citra Dewi Dian Dimas Eka Fajar Fitri Galih Gilang Hadi Hana Indah Intan Joko Kartika
Lestari Lia Made Mega Nadia Nur Putri Putu Rani Ratna Rina Rizky Sari Sinta Siti Surya Tono Tri Umar Wati Wayan
Wulan Yanti Yoga Yusuf Grace Kevin Daniel Michelle Steven
""")
FAMILY = names.read_words("""
Pratama Wijaya Santoso Saputra Hidayat Nugroho Kusuma Permata Halim Siregar Nasution Harahap Simanjuntak Purnomo
Setiawan Rahayu Utami Hartono Gunawan Susanto Lubis Tanjung Maulana Ramadhan Firmansyah Anggraini Salim Tan Lim Wong
""")
CHINESE_FAMILY = names.read_words("""
陈 林 黄 王 李 张 吴 刘 郑 许
""")
CHINESE_GIVEN = names.read_words("""
美玲 志强 伟明 丽华 建国 晓雯 家豪 淑芬 文杰 雅婷 俊贤 慧敏
""")
WORDS = names.read_words("""
Sinar Cahaya Mitra Karya Bintang Surya Nusa Bahari Lestari Mandala Cipta Graha Prima Sentosa Makmur Jaya Abadi Mulia
Harapan Samudra Pelita Rimba Angkasa Melati Cendana Garuda Merapi Kencana Purnama Satria
""")
TRADES = names.read_words("""
Teknologi Elektronik Data Logistik Medika Pangan Energi Media Konsultan Perkasa Niaga Digital
""")
ENGLISH = names.read_words("""
Harbour Blue Lantern Summit Coral Meadow Copper North Palm Orchid Quartz River
""")

SEGMENTS = ("shop", "company", "reseller", "school", "government", "export")
SHARES = (72, 14, 8, 3.5, 2, 0.5)

# code | name | city | country | language | parts families | lead time days | days late by habit
SUPPLIERS = names.read_rows("""
S01|Huaxing Panel (invented) 华星示范面板|Shenzhen|CN|zh-hans|PNL|24|3
S02|PT Layar Contoh Nusantara|Batam|ID|id|PNL|15|1
S03|Pearl Delta Boards 珠江示范电路|Dongguan|CN|zh-hans|CTL,MBD|21|0
S04|PT Daya Contoh Elektrik|Bekasi|ID|id|PWR,PSU|8|0
S05|CV Cetak Plastik Rangka|Tangerang|ID|id|HSG,STD|6|0
S06|PT Kardus Bumi Contoh|Karawang|ID|id|BOX|4|0
S07|Silicon Lantern Pte|Singapore|SG|en|CPU|18|0
S08|Meadow Memory Ltd|Hsinchu|TW|en|RAM,DRV|16|4
S09|PT Rangka Logam Contoh|Cikarang|ID|id|CAS|7|0
S10|Angin Sejuk Teknik|Semarang|ID|id|FAN|7|2
S11|CV Kabel Prima Contoh|Bandung|ID|id|CBL,CAB|5|0
S12|PT Meja Kerja Contoh|Jepara|ID|id|ARM,MNT|9|0
S13|Ningbo Keys 宁波示范键鼠|Ningbo|CN|zh-hans|KEY,MOU,HED|19|2
S14|PT Hub Data Contoh|Jakarta|ID|id|HUB,RTR,SWT|25|5
S15|Bintang Daya UPS|Surabaya|ID|id|UPS|10|0
S16|Coral Vision Ltd|Penang|MY|en|CAM,SCN,PRN|14|1
S17|PT Suara Contoh|Bandung|ID|id|SPK|9|0
S18|CV Jahit Tas Contoh|Bandung|ID|id|BAG,CLN,FLT|6|0
S19|Dock and Drive Pte|Singapore|SG|en|DOC,SSD|25|6
S20|Warna Kalibrasi Contoh|Jakarta|ID|id|CAL|6|0
""")

# code | name | city | country | language | parts families | lead time days | percent dearer
EXPRESS = names.read_rows("""
S21|PT Grosir Kilat Contoh|Jakarta|ID|id|HUB,RTR,SWT,DOC,SSD|5|22
S22|Lantern Air Components Pte|Singapore|SG|en|CPU,RAM,DRV|6|18
S23|PT Panel Siap Contoh|Batam|ID|id|PNL,CTL|5|25
""")
"""Distributors with stock of their own, used when the usual supplier is too slow: days instead of weeks, and dearer."""

# code | name | city | country | language | its customer | part
SECOND_TIER = names.read_rows("""
T01|Shenzhen Glass 深圳示范玻璃|Shenzhen|CN|zh-hans|S01|glass
T02|Film Works 示范薄膜|Suzhou|CN|zh-hans|S01|polariser film
T03|Backlight House|Hsinchu|TW|en|S02|backlight
T04|PCB Meadow 示范线路板|Dongguan|CN|zh-hans|S03|bare board
T05|Chip Harbour Pte|Singapore|SG|en|S03|scaler chip
T06|PT Tembaga Contoh|Gresik|ID|id|S04|copper wire
T07|PT Resin Contoh|Cilegon|ID|id|S05|resin
T08|PT Kertas Contoh|Karawang|ID|id|S06|board paper
T09|Wafer Lantern Ltd|Hsinchu|TW|en|S08|memory die
T10|PT Baja Contoh|Cilegon|ID|id|S09|steel sheet
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A customer and how it buys: single `orders` in two years, first and last day as shares of that time."""

    key: str
    name: str
    segment: str
    language: str
    city: str
    region: str
    territory: str
    postcode: str
    country: str
    street: str
    orders: int
    joined: float
    left: float

    @property
    def kind(self) -> str:
        """Person or organisation."""
        return "person" if self.segment == "shop" else "organisation"

    @property
    def email(self) -> str:
        """Where it is written to: nobody."""
        return f"{self.key.lower()}@{'mail' if self.segment == 'shop' else self.segment}.example"

    @property
    def phone(self) -> str:
        """A number that no one has."""
        return f"+62215550{self.key[1:]}"


def make_customers(chance: random.Random, count: int, *, activity: float) -> list[Customer]:
    """Write customers, most of whom have been there from the beginning; `activity` scales how often they buy."""
    return [_make_customer(chance, number, activity) for number in range(1, count + 1)]


def _make_customer(chance: random.Random, number: int, activity: float) -> Customer:
    (segment,) = chance.choices(SEGMENTS, SHARES)
    if segment == "export":
        city, region, territory, postcode, country, language = chance.choice(ABROAD)
    else:
        ((city, region, territory, postcode),) = chance.choices(PLACES, WEIGHTS)
        country, language = "ID", chance.choices(("id", "zh-hans", "en"), (78, 12, 10))[0]
    joined = max(0.0, chance.uniform(-1.5, 0.97))
    left = 1.0 if chance.random() < 0.7 else chance.uniform(joined, 1.0)
    return Customer(
        key=f"C{number:05d}",
        name=_name(chance, segment, language, city, number),
        segment=segment,
        language=language,
        city=city,
        region=region,
        territory=territory,
        postcode=postcode,
        country=country,
        street=f"Jalan {chance.choice(WORDS)} {chance.randint(1, 180)}",
        orders=_count_orders(chance, segment, (left - joined) * activity),
        joined=joined,
        left=left,
    )


def _count_orders(chance: random.Random, segment: str, busy: float) -> int:
    if segment == "shop":
        # half has registered and not bought yet
        return (chance.random() < 0.45) * (1 + (chance.random() < 0.25) + round(chance.random() * busy * 0.6))
    mean = {"reseller": 5, "company": 2.5, "school": 2, "government": 2, "export": 5}[segment]
    return max(1, round(busy * mean * chance.lognormvariate(0, 0.6)))


def _name(chance: random.Random, segment: str, language: str, city: str, number: int) -> str:
    if segment == "shop":
        if language == "zh-hans":
            return chance.choice(CHINESE_FAMILY) + chance.choice(CHINESE_GIVEN)
        return f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
    word, other = chance.sample(WORDS, 2)
    if segment == "school":
        return f"{chance.choice(('SMA', 'SMK', 'Universitas', 'Akademi'))} {word} {other} {city}"
    if segment == "government":
        return f"{chance.choice(('Dinas', 'Badan', 'Kantor', 'Rumah Sakit'))} Contoh {word} {city}"
    if language == "zh-hans":
        return f"{word} {chance.choice(('贸易', '科技', '电脑'))}有限公司 {number}"
    if language == "en":
        return f"{chance.choice(ENGLISH)} {word} {chance.choice(('Trading', 'Systems', 'Supplies'))}"
    if segment == "reseller":
        return f"{chance.choice(('Toko', 'CV', 'UD'))} {word} {other} Komputer"
    return f"PT {word} {other} {chance.choice(TRADES)}"
