"""Addresses of orders, invoices and payments."""

from django.urls import path

from rantai.crm.orders.views import capture, changes, conversation, customers, invoices, orders, rerouting, returns

app_name = "crm_orders"
urlpatterns = [
    path("", orders.list_orders, name="orders"),
    path("new/", capture.new_order, name="new_order"),
    path("<int:order_id>/", orders.order, name="order"),
    path("<int:order_id>/edit", capture.edit_order, name="edit_order"),
    path("<int:order_id>/confirm", orders.confirm, name="confirm"),
    path("<int:order_id>/change", changes.change_order, name="change_order"),
    path("<int:order_id>/ways", rerouting.order_ways, name="order_ways"),
    path("<int:order_id>/cancel", orders.cancel, name="cancel"),
    path("<int:order_id>/hold", orders.hold, name="hold"),
    path("<int:order_id>/holds/<int:hold_id>/release", orders.release, name="release"),
    path("<int:order_id>/invoice", orders.issue_invoice, name="issue_invoice"),
    path("<int:order_id>/tracking/end", orders.renew_tracking, name="renew_tracking"),
    path("<int:order_id>/confirmation.pdf", invoices.confirmation, name="confirmation"),
    path("<int:order_id>/quotation.pdf", invoices.quotation, name="quotation"),
    path("<int:order_id>/returns/", returns.order_returns, name="order_returns"),
    path("<int:order_id>/returns/new", returns.new_return, name="new_return"),
    path("<int:order_id>/returns/<int:return_id>/end", returns.end_return, name="end_return"),
    path("<int:order_id>/conversation", conversation.conversation, name="conversation"),
    path("<int:order_id>/conversation/close", conversation.close_questions, name="close_questions"),
    path("customer/<int:party_id>/", customers.customer_orders, name="customer_orders"),
    path("invoices/", invoices.list_invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("invoices/<int:invoice_id>/paper.pdf", invoices.paper, name="paper"),
    path("invoices/<int:invoice_id>/send", invoices.send_again, name="send_invoice"),
    path("payments/", invoices.list_payments, name="payments"),
]
