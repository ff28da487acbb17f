"""What was brought, how it was read, and what became of each line."""

from django.db import models

from rantai.wires.imports import states


class ImportRun(models.Model):
    """One file brought by somebody, from its upload to its end."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    preset = models.CharField(max_length=30, blank=True)
    source = models.CharField(max_length=60, help_text="whose keys the file uses: the same source upserts")
    file = models.ForeignKey("foundation_documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    mapping = models.JSONField(default=dict, help_text="field → column, as somebody chose it")
    options = models.JSONField(default=dict)
    preview = models.JSONField(default=dict, help_text="how the file would be read, as last judged")
    account = models.JSONField(default=dict, help_text="what was read, imported and set aside")
    aside = models.ForeignKey(
        "foundation_documents.StoredFile",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="lines set aside",
    )
    state = models.CharField(max_length=10, default="uploaded")
    error = models.TextField(blank=True)
    job = models.ForeignKey("kernel.Job", null=True, on_delete=models.SET_NULL)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [states.IMPORTS.check("import_run")]

    def __str__(self) -> str:
        return self.file_name


class ImportedMaster(models.Model):
    """A master that an import brought first: what an undo may take back."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="masters")
    kind = models.CharField(max_length=20)
    target_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "target_id"], name="imported_master_once")]
