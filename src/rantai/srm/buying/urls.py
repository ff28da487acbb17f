"""Addresses of requisitions and purchase orders."""

from django.urls import path

from rantai.srm.buying.views import fragments, order, orders, requisitions

app_name = "srm_buying"
urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    path("orders/approve/", orders.approve, name="approve_orders"),
    path("orders/send/", orders.send, name="send_orders"),
    path("orders/<int:order_id>/", order.order, name="order"),
    path("orders/<int:order_id>/approve/", order.approve, name="approve"),
    path("orders/<int:order_id>/reopen/", order.reopen, name="reopen"),
    path("orders/<int:order_id>/send/", order.send, name="send"),
    path("orders/<int:order_id>/send-again/", order.send_again, name="send_again"),
    path("orders/<int:order_id>/ask-changes/", order.ask_changes, name="ask_changes"),
    path("orders/<int:order_id>/remind/", order.remind, name="remind"),
    path("orders/<int:order_id>/close/", order.close, name="close"),
    path("orders/<int:order_id>/cancel/", order.cancel, name="cancel"),
    path("orders/<int:order_id>/note/", order.note, name="note"),
    path("orders/<int:order_id>/paper/", order.paper, name="paper"),
    path("schedules/<int:schedule_id>/", order.schedule, name="schedule"),
    path("schedules/<int:schedule_id>/give-up/", order.give_up, name="give_up"),
    path("changes/<int:request_id>/withdraw/", order.withdraw, name="withdraw"),
    path("requisitions/", requisitions.requisitions, name="requisitions"),
    path("requisitions/new/", requisitions.new, name="new_requisition"),
    path("requisitions/order/", requisitions.order_many, name="order_requisitions"),
    path("requisitions/dismiss/", requisitions.dismiss_many, name="dismiss_requisitions"),
    path("requisitions/reopen/", requisitions.reopen_many, name="reopen_requisitions"),
    path("requisitions/<int:requisition_id>/", requisitions.requisition, name="requisition"),
    path("requisitions/<int:requisition_id>/accept/", requisitions.accept, name="accept"),
    path("requisitions/<int:requisition_id>/dismiss/", requisitions.dismiss, name="dismiss"),
    path("suppliers/<int:party_id>/", fragments.supplier, name="supplier"),
]
