"""Bring the schema up to date and, on the first start unless RANTAI_DEMO=no, make the demonstration company.

With --serve it serves afterwards. One process does it all, because each start of Django costs a second.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rantai.config.settings")
    if "--serve" not in sys.argv:
        # Nobody waits for the writer yet: how long it was held says nothing to who watches a first start.
        os.environ.setdefault("RANTAI_LOG_LEVEL", "ERROR")
    django.setup()
    # Both can be imported only now that the apps are loaded.
    from rantai.config import environment, schema, serving
    from rantai.demo import founding
    from rantai.foundation.parties.models import Company
    from rantai.kernel.console import Refused, Screen

    try:
        schema.apply_migrations(Screen())
    except Refused as refusal:
        sys.exit(f"rantai: {refusal}")
    if not Company.objects.exists() and environment.DEMO.is_on():
        rantai = Path(sys.executable).with_name("rantai")
        started = time.monotonic()
        made = subprocess.run([rantai, "demo"], check=False, stdout=subprocess.DEVNULL)
        if made.returncode:
            sys.exit(made.returncode)
        print(f"Made the demonstration company: {time.monotonic() - started:.1f} s")
    if "--serve" in sys.argv:
        if Company.objects.filter(is_demo=True).exists():
            print(f"Sign in as one of these with the password '{founding.PASSWORD}' (this demonstration only):")
            for role, name, _language in founding.LOGINS:
                print(f"  {role}@kirana.example   {name}", flush=True)
        serving.run(Screen())


if __name__ == "__main__":
    main()
