"""Permissions on items and how they come to be; the units every company begins with."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "items.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "finance", "manager"),
    "items.edit": ("planner", "buyer", "production", "manager"),
}

UNITS: dict[str, dict[str, str]] = {
    "PCE": {"en": "pcs", "id": "buah", "zh-hans": "件"},
    "SET": {"en": "set", "id": "set", "zh-hans": "套"},
    "BX": {"en": "box", "id": "kotak", "zh-hans": "盒"},
    "CT": {"en": "carton", "id": "karton", "zh-hans": "箱"},
    "PK": {"en": "pack", "id": "pak", "zh-hans": "包"},
    "PX": {"en": "pallet", "id": "palet", "zh-hans": "托盘"},
    "DZN": {"en": "dozen", "id": "lusin", "zh-hans": "打"},
    "PR": {"en": "pair", "id": "pasang", "zh-hans": "双"},
    "KGM": {"en": "kg", "id": "kg", "zh-hans": "千克"},
    "GRM": {"en": "g", "id": "g", "zh-hans": "克"},
    "TNE": {"en": "t", "id": "ton", "zh-hans": "吨"},
    "LTR": {"en": "l", "id": "l", "zh-hans": "升"},
    "MTR": {"en": "m", "id": "m", "zh-hans": "米"},
    "MTK": {"en": "m²", "id": "m²", "zh-hans": "平方米"},
    "MTQ": {"en": "m³", "id": "m³", "zh-hans": "立方米"},
    "HUR": {"en": "h", "id": "jam", "zh-hans": "小时"},
}
"""Code of UN/ECE Recommendation 20 (21 for packages) → short name."""
