"""Addresses of what hangs on documents."""

from django.urls import path

from rantai.foundation.documents.views import notices, room, templates

app_name = "foundation_documents"
urlpatterns = [
    path("room/<slug:kind>/<int:pk>", room.room, name="room"),
    path("room/<slug:kind>/<int:pk>/comment", room.comment, name="comment"),
    path("room/<slug:kind>/<int:pk>/task", room.task, name="task"),
    path("room/<slug:kind>/<int:pk>/attach", room.attach, name="attach"),
    path("room/<slug:kind>/<int:pk>/follow", room.follow, name="follow"),
    path("comments/<int:comment_id>/remove", room.remove_comment, name="remove_comment"),
    path("tasks/<int:task_id>/end", room.end_task, name="end_task"),
    path("tasks/<int:task_id>/reopen", room.reopen_task, name="reopen_task"),
    path("files/<int:attachment_id>/remove", room.remove_file, name="remove_file"),
    path("files/<int:attachment_id>/restore", room.restore_file, name="restore_file"),
    path("files/<int:attachment_id>/<str:name>", room.download, name="download"),
    path("notifications/", notices.notifications, name="notifications"),
    path("notifications/seen", notices.see_all, name="see_all"),
    path("notifications/<int:notification_id>", notices.open_notification, name="open_notification"),
    path("papers/", templates.list_templates, name="templates"),
    path("papers/<slug:kind>/<str:language>", templates.template, name="template"),
    path("papers/<slug:kind>/<str:language>/preview", templates.preview, name="preview"),
]
