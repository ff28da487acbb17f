"""Pages and commands by the words that people have for them, in three languages at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from rantai.foundation.access.models import User
from rantai.ui import nav
from rantai.ui.nav import Station

LANGUAGES = ("en", "id", "zh-hans")

COMMANDS = (
    Station("customers", gettext_lazy("New order"), "crm_orders:new_order", "orders.capture", "plus"),
    Station("customers", gettext_lazy("Invoices"), "crm_orders:invoices", "invoices.view"),
    Station("customers", gettext_lazy("Payments"), "crm_orders:payments", "invoices.view"),
    Station("customers", gettext_lazy("Customers' value"), "crm_insight:values", "insight.view"),
    Station("suppliers", gettext_lazy("New requisition"), "srm_buying:new_requisition", "purchasing.edit", "plus"),
    Station("suppliers", gettext_lazy("Requisitions"), "srm_buying:requisitions", "purchasing.view"),
    Station("suppliers", gettext_lazy("New supplier"), "srm_suppliers:new", "suppliers.edit", "plus"),
    Station("operations", gettext_lazy("New transfer"), "iscm_fulfilment:new_transfer", "transfers.work", "plus"),
    Station("operations", gettext_lazy("Expected deliveries"), "iscm_fulfilment:expected", "receipts.view"),
    Station("operations", gettext_lazy("Returns"), "iscm_fulfilment:returns", "shipments.view"),
    Station("operations", gettext_lazy("Exceptions of the plan"), "iscm_supply:exceptions", "plan.view"),
    Station("operations", gettext_lazy("Late orders in the plan"), "iscm_supply:outcomes", "plan.view"),
    Station("operations", gettext_lazy("Promised supplies"), "iscm_promising:supplies", "demand.view"),
    Station("operations", gettext_lazy("New item"), "foundation_items:add", "items.edit", "plus"),
    Station("end", gettext_lazy("Import a file"), "wires_imports:new", "imports.use", "plus"),
    Station("end", gettext_lazy("Invite somebody"), "foundation_access:invite", "access.manage", "plus"),
    Station("end", gettext_lazy("My settings"), "foundation_access:settings", "", "settings"),
)
"""What can be done or opened beside the stations of the rail."""

WORDS = {
    "desk:loop": "home overview dashboard beranda ringkasan 首页 概览",
    "desk:needs": "todo tasks inbox approve approval tugas persetujuan kotak masuk 待办 审批",
    "srm_suppliers:suppliers": "vendor vendors pemasok 供应商 供方",
    "srm_buying:orders": "po purchase buying pembelian pesanan pembelian 采购 采购订单",
    "srm_buying:requisitions": "pr permintaan pembelian 请购",
    "iscm_fulfilment:receipts": "goods in inbound grn penerimaan barang masuk 收货 入库",
    "foundation_items:items": "product sku part material produk barang suku cadang 产品 物料 商品",
    "foundation_locations:locations": "warehouse plant site lane gudang pabrik lokasi rute 仓库 工厂 地点 线路",
    "foundation_calendars:calendars": "holiday working days libur hari kerja kalender 节假日 工作日 日历",
    "iscm_demand:forecasts": "prediction demand planning ramalan prakiraan permintaan 预测 需求",
    "iscm_supply:plan": "mrp planning proposals rencana usulan 计划 建议",
    "iscm_strategy:scenarios": "what if simulation templates skenario bagaimana jika simulasi 情景 假设 模拟 策略",
    "iscm_production:orders": "mo manufacturing shop floor produksi perintah kerja 生产 工单",
    "iscm_inventory:stock": "inventory on hand lot persediaan stok 库存 批次",
    "iscm_promising:promises": "atp ctp date janji tanggal 承诺 交期",
    "iscm_fulfilment:shipments": "delivery pick pack dispatch pengiriman kirim 发货 出库 配送",
    "iscm_fulfilment:returns": "rma back returned goods retur pengembalian barang kembali 退货 退回",
    "iscm_fulfilment:transfers": "move between warehouses pindah antar gudang 调拨",
    "crm_orders:orders": "so sales order penjualan pesanan 订单 销售订单",
    "crm_orders:new_order": "sell quote jual penawaran pesanan baru 下单 新订单",
    "crm_orders:invoices": "bill faktur tagihan 发票",
    "crm_orders:payments": "paid money pembayaran bayar 收款 付款",
    "crm_accounts:customers": "client account buyer pelanggan pembeli 客户",
    "crm_insight:values": "clv churn lifetime value nilai pelanggan 客户价值 流失",
    "crm_loyalty:programs": "loyalty reward poin loyalitas 积分 会员",
    "wires_imports:imports": "csv excel upload unggah impor 导入 上传",
    "wires_imports:new": "csv excel upload history unggah impor riwayat 导入 上传",
    "foundation_messages:outbox": "mail email message letter surat pesan 邮件 消息",
    "desk:jobs": "background work progress pekerjaan 任务 后台",
    "foundation_access:users": "people roles teams permission pengguna peran tim 用户 角色 权限",
    "foundation_companies:company": "tax currency settings perusahaan pajak 公司 税 设置",
    "foundation_documents:templates": "letterhead pdf print template kop surat cetak 模板 打印",
    "foundation_access:settings": "language theme password bahasa sandi 语言 密码 设置",
}
"""Other words for a page than its name, in any language: search only, never shown."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page or a command that somebody may open."""

    label: str
    note: str
    href: str
    house: str
    icon: str


def find(text: str, *, user: User) -> Iterator[Page]:
    """Yield the pages whose name or other words hold every typed word, those whose name begins so first."""
    typed = text.casefold().split()
    found = [
        (station, href)
        for station in (*nav.stations(), *COMMANDS)
        if all(word in _words_of(station) for word in typed)
        if (not station.permission or user.has_perm(station.permission)) and nav.is_shown(station)
        if (href := _find_address(station))
    ]
    first = text.casefold()
    for station, href in sorted(found, key=lambda pair: not str(pair[0].label).casefold().startswith(first)):
        house = station.house if station.house in nav.HOUSES else ""
        note = str(nav.HOUSE_NAMES[house]) if house else _("Rantai")
        yield Page(str(station.label), note, href, house, station.icon or "arrow-right")


@lru_cache(maxsize=512)
def _words_of(station: Station) -> str:
    """Return everything a page is called, in every language."""
    names = []
    for language in LANGUAGES:
        with override(language):
            names.append(str(station.label))
    return " ".join((*names, WORDS.get(station.url_name, ""))).casefold()


def _find_address(station: Station) -> str:
    try:
        return reverse(station.url_name)
    except NoReverseMatch:
        return ""
