"""Make the demonstration company on the first start of an empty database; do nothing ever after."""

import os
import subprocess
import sys
from pathlib import Path

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rantai.config.settings")
    django.setup()
    # Both can be imported only now that the apps are loaded.
    from rantai.demo import founding
    from rantai.foundation.parties.models import Company

    if not Company.objects.exists():
        rantai = Path(sys.executable).with_name("rantai")
        made = subprocess.run([rantai, "demo"], check=False, stdout=subprocess.DEVNULL)
        if made.returncode:
            sys.exit(made.returncode)
    if Company.objects.filter(is_demo=True).exists():
        print(f"Sign in as one of these with the password '{founding.PASSWORD}' (this demonstration only):")
        for role, name, _language in founding.LOGINS:
            print(f"  {role}@kirana.example   {name}")


if __name__ == "__main__":
    main()
