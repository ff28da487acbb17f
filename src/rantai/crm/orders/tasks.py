"""Work in the background: printing is slow, so it happens outside the transaction that billed."""

from __future__ import annotations

from rantai.crm.orders.actions import invoicing, letters
from rantai.crm.orders.models import Invoice
from rantai.crm.orders.queries import orders, papers
from rantai.foundation.documents import actions as documents
from rantai.foundation.documents import papers as printing
from rantai.kernel import jobs
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic


@jobs.task(invoicing.PRINT_TASK)
def print_invoice(run: jobs.Run, *, invoice_id: int) -> None:
    """Print an invoice or a credit note, hang it on its order and send it; again changes nothing."""
    invoice = Invoice.objects.select_related(
        "order", "order__party", "order__company", "order__account", "corrects"
    ).get(pk=invoice_id)
    if invoice.paper is None:
        pdf = printing.render_paper(
            "invoice",
            language=invoice.order.party.language,
            values=papers.describe_invoice(invoice),
            company_id=invoice.company_id,
        )
        run_atomic(lambda: _keep(invoice, pdf, by=run.actor or "system"))
    run_atomic(lambda: letters.tell_billed(invoice, attachments=[invoice.paper or 0]))


@jobs.task("crm.print_confirmation")
def print_confirmation(run: jobs.Run, *, order_id: int) -> None:
    """Print an order's confirmation and hang it on the order."""
    order = orders.get_order(order_id)
    pdf = printing.render_paper(
        "order_confirmation",
        language=order.party.language,
        values=papers.describe_confirmation(order),
        company_id=order.company_id,
    )
    run_atomic(
        lambda: documents.attach(
            DocRef("sales_order", order.pk), name=f"{order.number}.pdf", content=pdf, media_type="application/pdf",
            purpose="order_confirmation", by=run.actor or "system",
        )
    )  # fmt: skip


def _keep(invoice: Invoice, pdf: bytes, *, by: str) -> None:
    attachment = documents.attach(
        DocRef("sales_order", invoice.order_id), name=f"{invoice.number}.pdf", content=pdf,
        media_type="application/pdf", purpose=invoice.kind, by=by,
    )  # fmt: skip
    invoicing.note_paper(invoice.pk, attachment_id=attachment.pk)
    invoice.paper = attachment.pk
