"""Addresses that mails carry."""

from django.urls import path

from rantai.wires.mail import views

app_name = "wires_mail"
urlpatterns = [path("unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe")]
