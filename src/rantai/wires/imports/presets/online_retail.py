"""The public Online Retail II format: `C…` cancels, `A…` adjusts, postage and fees stand among the items."""

from rantai.wires.imports.kinds.orders import Rules

COLUMNS = {
    "invoice": "Invoice",
    "item": "StockCode",
    "description": "Description",
    "quantity": "Quantity",
    "date": "InvoiceDate",
    "price": "Price",
    "customer": "Customer ID",
    "country": "Country",
}
CURRENCY = "GBP"
ZONE = "Europe/London"
COUNTRY = "GB"

RULES = Rules(
    cancellation=r"^C",
    adjustment=r"^A",
    charge=(r"(?i)^(POST|DOT|C2|C3|M|D|S|B|ADJUST\d*|BANK CHARGES|AMAZONFEE|CRUK|GIFT|gift_\d+_\d+|TEST\d+)$"),
    countries={
        "EIRE": "IE",
        "RSA": "ZA",
        "USA": "US",
        "Channel Islands": "JE",
        "Korea": "KR",
        "Hong Kong": "HK",
        "West Indies": "",
        "European Community": "",
        "Unspecified": "",
    },
)
