"""Parties from a file: customers, suppliers, carriers and whoever else we deal with."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from rantai.foundation.parties import actions
from rantai.foundation.parties.actions import PartyRow
from rantai.foundation.parties.models import Address, Party, PartyRole
from rantai.kernel import changes, externals
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds.kind import Kind, Record, Written, at_once, given, parts, read_stored, upsert
from rantai.wires.imports.scope import Scope

_PROFILE = ("name", "kind", "language", "email", "phone", "zone", "is_anonymous", "custom")
_PLACE = ("street", "city", "region", "postcode", "country")


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[PartyRow]:
    keys = [key for key, _lines in found]
    stored = read_stored(keys, kind="party", model=Party, names=_PROFILE, scope=scope)
    usual = {"language": scope.language, "zone": scope.company.zone, "role": "customer"}
    # a party that is known and whose line names no role keeps those it has
    return [_row(key, line, {**stored[key], "role": ""} if key in stored else usual) for key, (line,) in found]


def _row(key: str, line: Record, held: Record) -> PartyRow:
    return PartyRow(key=key, **{"name": key, **held, **given(line, (*_PROFILE[:6], "role", *_PLACE))})


def _upsert(rows: list[PartyRow], scope: Scope) -> Written:
    known = externals.find_external(scope.source, "party", [row.key for row in rows])
    done = upsert(rows, scope, kind="party", model=Party, act=actions.upsert_parties)
    met = {row.key: (known[row.key], row) for row in rows if row.key in known}
    also = _add_roles(met) | _settle_addresses(met)
    touched = [met[key][0] for key in also]
    Party.objects.filter(pk__in=touched).update(changed_seq=changes.next_change())
    return Written(new=done.new, changed=done.changed | frozenset(also), masters=done.masters)


def _add_roles(met: dict[str, tuple[int, PartyRow]]) -> set[str]:
    """Give known parties the role of their line; return the keys of those that lacked it."""
    held: set[tuple[int, str]] = set()
    for part in parts([pk for pk, _row in met.values()], 900):
        held |= set(PartyRole.objects.filter(party_id__in=part, ended_on=None).values_list("party_id", "role"))
    lacking = {key for key, (pk, row) in met.items() if row.role and (pk, row.role) not in held}
    for key in sorted(lacking):
        pk, row = met[key]
        actions.add_role(pk, row.role)
    return lacking


def _settle_addresses(met: dict[str, tuple[int, PartyRow]]) -> set[str]:
    """Let the usual address of known parties be what their line says; return the keys of those that moved."""
    told = {key: given_place for key, (_pk, row) in met.items() if (given_place := _place(row))}
    usual: dict[int, Address] = {}
    for part in parts([met[key][0] for key in told], 900):
        rows = Address.objects.filter(party_id__in=part, is_default=True, kind="ship", archived_at=None)
        usual |= {address.party_id: address for address in rows}
    moved = set()
    for key, place in told.items():
        pk, row = met[key]
        address = usual.get(pk)
        if address is None:
            actions.add_address(pk, zone=row.zone or "UTC", **place)
            moved.add(key)
        elif any(getattr(address, name) != value for name, value in place.items()):
            actions.edit_address(address, **place)
            moved.add(key)
    return moved


def _place(row: PartyRow) -> Record:
    return {name: value for name in _PLACE if (value := getattr(row, name))}


KIND = Kind(
    name="parties",
    title=_("Parties"),
    key=("key",),
    fields=(
        Field(
            name="key",
            label=_("Party number"),
            type="key",
            required=True,
            names=synonyms(
                "key|id|code|number|customer|customer id|customer no|supplier id|supplier no|"
"supplier code|vendor|vendor id|account|"
                "kode|kode pelanggan|id pelanggan|kode pemasok|客户编号|供应商编号|客户编码|"
"供应商编码|编号"
            ),
        ),
        Field(
            name="name",
            label=_("Name"),
            type="text",
            required=True,
            names=synonyms(
                "party name|customer name|supplier name|vendor name|company|nama pelanggan|"
"nama pemasok|perusahaan|"
                "客户名称|供应商名称|公司|公司名称"
            ),
        ),
        Field(
            name="role",
            label=_("Role"),
            type="choice",
            names=synonyms("role|party type|peran|角色|关系"),
            choices={
                "customer": ("buyer", "client", "pelanggan", "客户"),
                "supplier": ("vendor", "pemasok", "供应商"),
                "reseller": ("dealer", "agen penjual", "经销商"),
                "carrier": ("forwarder", "kurir", "ekspedisi", "承运商"),
                "agent": ("agen", "代理"),
            },
        ),
        Field(
            name="kind",
            label=_("Organisation or person"),
            type="choice",
            names=synonyms("kind|legal kind|jenis|主体类型"),
            choices={
                "organisation": ("organization", "company", "perusahaan", "organisasi", "公司", "组织"),
                "person": ("private", "perorangan", "orang", "个人"),
            },
        ),
        Field(
            name="language",
            label=_("Language"),
            type="choice",
            names=synonyms("language|bahasa|语言"),
            choices={
                "en": ("english", "inggris", "英文", "英语"),
                "id": ("indonesian", "bahasa indonesia", "indonesia", "印尼文", "印尼语"),
                "zh-hans": ("zh", "zh-cn", "chinese", "mandarin", "tionghoa", "中文", "简体中文"),
            },
        ),
        Field(
            name="email",
            label=_("E-mail"),
            type="email",
            names=synonyms("email|e-mail|mail|email address|surel|邮箱|电子邮件"),
        ),
        Field(name="phone", label=_("Phone"), type="key", names=synonyms("tel|telephone|mobile|telepon|hp|电话|手机")),
        Field(name="zone", label=_("Time zone"), type="zone", names=synonyms("timezone|zona waktu|时区")),
        Field(
            name="street",
            label=_("Street"),
            type="text",
            names=synonyms("address|street address|alamat|jalan|地址|街道|详细地址"),
        ),
        Field(name="city", label=_("City"), type="text", names=synonyms("town|kota|城市|市")),
        Field(name="region", label=_("Region"), type="text", names=synonyms("state|province|provinsi|省|省份|州")),
        Field(
            name="postcode",
            label=_("Postcode"),
            type="key",
            names=synonyms("zip|zip code|postal code|kode pos|邮编|邮政编码"),
        ),
        Field(
            name="country",
            label=_("Country code"),
            type="country",
            names=synonyms("country|negara|kode negara|国家|国家代码"),
        ),
    ),
    rows=_rows,
    write=at_once(_upsert),
    batch=300,
    examples=(
        {"key": "C-1001", "name": "Sinar Medika", "role": "customer", "email": "order@sinarmedika.example",
         "city": "Jakarta", "country": "ID"},
        {"key": "S-2001", "name": "Shenzhen Panel Ltd", "role": "supplier", "email": "sales@szpanel.example",
         "language": "zh-hans", "city": "Shenzhen", "country": "CN"},
    ),
    links="crm_accounts:customers",
)  # fmt: skip
