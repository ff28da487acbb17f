"""The columns of a file of past orders, as people call them in three languages."""

from django.utils.translation import gettext_lazy as _

from rantai.wires.imports.columns import Field, synonyms

FIELDS = (
    Field(
        name="invoice",
        label=_("Order number"),
        type="key",
        required=True,
        names=synonyms(
            "invoice no|invoice number|order|order id|order no|order number|so number|document|"
            "document no|"
            "reference|nomor faktur|no faktur|faktur|nomor pesanan|no pesanan|id pesanan|订单号|"
            "订单编号|发票号|发票号码|单号|销售单号|订单"
        ),
    ),
    Field(
        name="item",
        label=_("Item code"),
        type="key",
        required=True,
        names=synonyms(
            "stock code|sku|item code|item no|item number|product|product code|product id|"
            "article|material|"
            "kode barang|kode produk|kode item|sku barang|商品编码|商品编号|物料编码|物料号|货号|"
            "产品编码"
        ),
    ),
    Field(
        name="description",
        label=_("Item name"),
        type="text",
        names=synonyms(
            "item name|product name|article name|title|nama barang|nama produk|deskripsi|"
            "keterangan|商品名称|品名|"
            "产品名称|物料描述|描述"
        ),
    ),
    Field(
        name="quantity",
        label=_("Quantity"),
        type="quantity",
        required=True,
        names=synonyms(
            "qty|units|pieces|pcs|order quantity|quantity ordered|jumlah|jml|kuantitas|banyak|数量|订购数量|件数"
        ),
    ),
    Field(
        name="date",
        label=_("Order date"),
        type="date",
        required=True,
        names=synonyms(
            "date|invoice date|order date|ordered on|ordered at|document date|posting date|"
            "timestamp|tanggal|"
            "tanggal faktur|tanggal pesanan|tgl|日期|订单日期|下单日期|下单时间|发票日期|开票日期"
        ),
    ),
    Field(
        name="price",
        label=_("Unit price"),
        type="money",
        names=synonyms("unit price|price each|unitprice|sales price|harga|harga satuan|单价|价格|售价"),
    ),
    Field(
        name="amount",
        label=_("Line amount"),
        type="money",
        names=synonyms(
            "line amount|line total|net amount|sales|revenue|total|subtotal|jumlah harga|nilai|金额|总价|小计"
        ),
    ),
    Field(
        name="customer",
        label=_("Customer number"),
        type="key",
        names=synonyms(
            "customer id|customer no|customer number|customer code|client id|account|buyer id|"
            "sold to|"
            "kode pelanggan|id pelanggan|nomor pelanggan|客户编号|客户编码|客户号|会员号|买家编号"
        ),
    ),
    Field(
        name="customer_name",
        label=_("Customer name"),
        type="text",
        names=synonyms("customer|customer name|client|buyer|company|nama pelanggan|pelanggan|客户名称|客户|买家"),
    ),
    Field(
        name="country",
        label=_("Country"),
        type="text",
        names=synonyms("ship country|ship to country|negara|国家|国别|国家地区"),
    ),
    Field(
        name="location",
        label=_("Shipped from"),
        type="key",
        names=synonyms("location|warehouse|site|plant|ship from|gudang|lokasi|dikirim dari|仓库|发货仓|发货地"),
    ),
)

EXAMPLES = (
    {"invoice": "SO-1001", "item": "MON-15", "description": "Monitor 15″", "quantity": "12", "date": "2026-02-01",
     "price": "149.00", "customer": "C-1001", "customer_name": "Sinar Medika", "country": "ID"},
    {"invoice": "SO-1002", "item": "CBL-HDMI", "description": "HDMI cable 2 m", "quantity": "40", "date": "2026-02-03",
     "price": "9.50", "customer": "C-1002", "customer_name": "Toko Terang", "country": "ID"},
)  # fmt: skip
"""Two lines for the template."""
