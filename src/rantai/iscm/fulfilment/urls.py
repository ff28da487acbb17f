"""Addresses of shipments, receipts and returns."""

from django.urls import path

from rantai.iscm.fulfilment.views import receipts, returns, shipments, transfers

app_name = "iscm_fulfilment"
urlpatterns = [
    path("shipments/", shipments.shipments, name="shipments"),
    path("shipments/<int:shipment_id>/", shipments.shipment, name="shipment"),
    path("shipments/<int:shipment_id>/pick/", shipments.pick_all, name="pick_all"),
    path("shipments/<int:shipment_id>/pack/", shipments.pack, name="pack"),
    path("shipments/<int:shipment_id>/ship/", shipments.ship, name="ship"),
    path("shipments/<int:shipment_id>/deliver/", shipments.deliver, name="deliver"),
    path("shipments/<int:shipment_id>/reverse/", shipments.reverse, name="reverse"),
    path("shipments/<int:shipment_id>/cancel/", shipments.cancel, name="cancel"),
    path("shipments/<int:shipment_id>/return/", returns.receive, name="return"),
    path("shipments/<int:shipment_id>/paper/", shipments.paper, name="paper"),
    path("returns/", returns.awaited, name="returns"),
    path("picks/<int:task_id>/", shipments.pick, name="pick"),
    path("orders/<slug:kind>/<int:order_id>/", shipments.order_shipments, name="order_shipments"),
    path("receipts/", receipts.receipts, name="receipts"),
    path("receipts/expected/", receipts.expected, name="expected"),
    path("receipts/<int:receipt_id>/", receipts.receipt, name="receipt"),
    path("receipts/<int:receipt_id>/reverse/", receipts.reverse, name="reverse_receipt"),
    path("purchases/<int:order_id>/", receipts.purchase_receipts, name="purchase_receipts"),
    path("purchases/<int:order_id>/receive/", receipts.post, name="purchase_receipt"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/new/", transfers.new, name="new_transfer"),
    path("transfers/<int:transfer_id>/", transfers.transfer, name="transfer"),
    path("transfers/<int:transfer_id>/release/", transfers.release, name="release_transfer"),
    path("transfers/<int:transfer_id>/ship/", transfers.ship, name="ship_transfer"),
    path("transfers/<int:transfer_id>/receive/", transfers.receive, name="receive_transfer"),
    path("transfers/<int:transfer_id>/cancel/", transfers.cancel, name="cancel_transfer"),
]
