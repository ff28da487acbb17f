"""What no import contract can see: sizes, names, references by string, templates, permissions, documentation.

Each rule is a function that lists violations; its test runs it on the house and on a planted violation.
"""
