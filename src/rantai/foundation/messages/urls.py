"""Addresses of messages."""

from django.urls import path

from rantai.foundation.messages import views

app_name = "foundation_messages"
urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<int:message_id>", views.message, name="message"),
    path("<int:message_id>/retry", views.retry, name="retry"),
    path("words/", views.list_words, name="words_list"),
    path("words/<str:key>/<str:language>", views.words, name="words"),
]
