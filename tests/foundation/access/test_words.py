"""Every permission and every scope of a key is said in words."""

from rantai.foundation.access import queries, rules


def test_every_permission_has_words():
    named = {*queries.list_permissions(), *rules.API_SCOPES}

    assert sorted(named - set(rules.ABILITIES)) == []
    assert sorted({name.partition(".")[0] for name in queries.list_permissions()} - set(rules.SUBJECTS)) == []


def test_no_words_outlive_their_permission():
    named = {*queries.list_permissions(), *rules.API_SCOPES}

    assert sorted(set(rules.ABILITIES) - named) == []
