import stat

import pytest

from rantai.config import environment


def test_without_a_url_the_database_is_sqlite_in_the_home(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL")

    database = environment.read_database(tmp_path)

    assert database["NAME"] == str(tmp_path / "rantai.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_postgresql_url_gives_each_part_unquoted(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://us%40er:p%2Fw@db.example:6432/chain?sslmode=require")

    database = environment.read_database(tmp_path)

    parts = [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["us@er", "p/w", "db.example", "6432", "chain"]
    assert database["OPTIONS"]["sslmode"] == "require"


def test_a_postgresql_socket_is_a_host(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:@/postgres?host=/run/db")

    assert environment.read_database(tmp_path)["HOST"] == "/run/db"


def test_another_database_is_refused_by_name(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/chain")

    with pytest.raises(environment.UnusableSetting, match="'mysql'"):
        environment.read_database(tmp_path)


def test_the_key_is_made_once_and_only_for_its_owner(monkeypatch, tmp_path):
    monkeypatch.delenv("RANTAI_SECRET_KEY", raising=False)

    first, second = (environment.read_secret_key(tmp_path / "home") for _ in range(2))

    assert first == second
    assert len(first) > 50
    assert stat.S_IMODE((tmp_path / "home" / "secret.key").stat().st_mode) == 0o600


def test_a_given_key_is_taken_and_not_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("RANTAI_SECRET_KEY", "given")

    assert environment.read_secret_key(tmp_path) == "given"
    assert not (tmp_path / "secret.key").exists()


def test_a_mail_server_is_read_from_its_url(monkeypatch, tmp_path):
    monkeypatch.setenv("EMAIL_URL", "smtp://me:pw@mail.example:587?starttls=1")

    mail = environment.read_mail(tmp_path)

    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert mail["EMAIL_USE_SSL"] is False


def test_a_port_that_is_no_number_says_so(monkeypatch):
    monkeypatch.setenv("PORT", "eight")

    with pytest.raises(environment.UnusableSetting, match="PORT must be a whole number; it is 'eight'"):
        environment.PORT.read_count()
