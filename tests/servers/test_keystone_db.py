"""Keystone's tables in a real MariaDB: its password hashes are read and written."""

import threading
from urllib.parse import urlsplit

import bcrypt
import pymysql
import pytest

from dashboard.clients.keystone_db import KeystoneDatabase
from dashboard.errors import BadInput, NeedsOperator, Retryable
from dashboard.secrets import MASK, mask
from tests.support.password_hashes import BCRYPT, PBKDF2, SCRYPT, SHA512

PASSWORD = "p@ss/wörd"

SCHEMA = """
CREATE TABLE user (id varchar(64) PRIMARY KEY, extra text, enabled tinyint(1),
    domain_id varchar(64), UNIQUE KEY (id, domain_id));
CREATE TABLE local_user (id int PRIMARY KEY AUTO_INCREMENT, user_id varchar(64) NOT NULL UNIQUE,
    domain_id varchar(64) NOT NULL, name varchar(255) NOT NULL, UNIQUE KEY (domain_id, name),
    FOREIGN KEY (user_id, domain_id) REFERENCES user (id, domain_id) ON DELETE CASCADE);
CREATE TABLE password (id int PRIMARY KEY AUTO_INCREMENT, local_user_id int NOT NULL,
    expires_at datetime, self_service tinyint(1) NOT NULL DEFAULT 0, password_hash varchar(255),
    created_at_int bigint NOT NULL DEFAULT 0, expires_at_int bigint, created_at datetime NOT NULL,
    FOREIGN KEY (local_user_id) REFERENCES local_user (id) ON DELETE CASCADE);
CREATE USER keystone@'127.0.0.1' IDENTIFIED BY 'p@ss/wörd';
CREATE USER nobody@'127.0.0.1' IDENTIFIED BY 'p@ss/wörd';
GRANT SELECT ON keystone.local_user TO keystone@'127.0.0.1';
GRANT SELECT, UPDATE ON keystone.password TO keystone@'127.0.0.1';
"""


class Server:
    """A MariaDB with Keystone's tables, and the rows that a test puts into it."""

    def __init__(self, port):
        self.port = port
        self.root = pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)

    def url(self, user="keystone", password=PASSWORD, database="keystone"):
        return f"mysql+pymysql://{user}:{password}@127.0.0.1:{self.port}/{database}?charset=utf8"

    def run(self, statement, values=()):
        with self.root.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def add_user(self, user_id):
        self.run("INSERT INTO user VALUES (%s, '{}', 1, 'default')", (user_id,))

    def add_local_user(self, user_id, **passwords):
        """Add a user with passwords as hash=created_at_int, in the order of their row ids."""
        self.add_user(user_id)
        self.run("INSERT INTO local_user VALUES (NULL, %s, 'default', %s)", (user_id, user_id))
        for created, password_hash in passwords.items():
            self.run(
                "INSERT INTO password (local_user_id, password_hash, created_at_int, created_at, "
                "expires_at_int) SELECT id, %s, %s, '2020-01-01', 77 FROM local_user "
                "WHERE user_id = %s",
                (password_hash, int(created.strip("t")), user_id),
            )


@pytest.fixture
def keystone(mariadb_server):
    server = Server(urlsplit(mariadb_server).port)
    server.run("DROP DATABASE IF EXISTS keystone")
    server.run("CREATE DATABASE keystone")
    server.run("DROP USER IF EXISTS keystone@'127.0.0.1', nobody@'127.0.0.1'")
    server.root.select_db("keystone")
    for statement in SCHEMA.strip().split(";")[:-1]:
        server.run(statement)
    yield server
    server.root.close()


def test_the_newest_password_of_the_history_is_given(keystone):
    keystone.add_local_user("ann", t3=SCRYPT, t9=BCRYPT, t5=PBKDF2)
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hash("ann") == BCRYPT


def test_of_two_passwords_of_one_moment_the_later_row_is_given(keystone):
    keystone.add_local_user("ann", t3=SCRYPT, t03=BCRYPT)
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hash("ann") == BCRYPT


def test_users_without_a_local_password_have_no_hash(keystone):
    keystone.add_user("federated")
    keystone.add_local_user("passwordless")
    keystone.add_local_user("emptied", t1=BCRYPT, t2=None)
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hashes(["federated", "passwordless", "emptied", "absent"]) == {}


def test_many_users_are_read_with_one_query_for_500(keystone):
    wanted = {f"u{number}": f"$2b$04${number:053}" for number in range(1201)}
    for user_id, password_hash in wanted.items():
        keystone.add_local_user(user_id, t1=password_hash)
    [(_, before)] = keystone.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hashes(iter(wanted)) == wanted
    [(_, after)] = keystone.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
    assert int(after) - int(before) == 1 + 3


def test_a_user_of_hostile_id_is_only_looked_up(keystone):
    keystone.add_local_user("ann", t1=BCRYPT)
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hash("x') OR ('1'='1") is None


def test_setting_replaces_the_newest_hash_and_leaves_the_rest_of_the_row(keystone):
    keystone.add_local_user("ann", t3=SCRYPT, t9=BCRYPT)
    keystone.add_local_user("bob", t1=BCRYPT)
    with KeystoneDatabase(keystone.url()) as database:
        database.set_password_hash("ann", PBKDF2)
        assert database.password_hashes(["ann", "bob"]) == {"ann": PBKDF2, "bob": BCRYPT}
    rows = keystone.run(
        "SELECT password_hash, created_at_int, expires_at_int FROM password ORDER BY id"
    )
    assert rows == ((SCRYPT, 3, 77), (PBKDF2, 9, 77), (BCRYPT, 1, 77))


def test_setting_twice_is_as_setting_once(keystone):
    keystone.add_local_user("ann", t1=SCRYPT)
    with KeystoneDatabase(keystone.url()) as database:
        database.set_password_hash("ann", BCRYPT)
        database.set_password_hash("ann", BCRYPT)
    assert keystone.run("SELECT password_hash FROM password") == ((BCRYPT,),)


def test_before_newton_a_user_has_the_hash_in_its_own_row(keystone):
    for table in ("password", "local_user", "user"):
        keystone.run(f"DROP TABLE {table}")
    keystone.run(
        "CREATE TABLE user (id varchar(64) PRIMARY KEY, name varchar(255) NOT NULL, extra text, "
        "password varchar(128), enabled tinyint(1), domain_id varchar(64) NOT NULL)"
    )
    for user_id, password_hash in (("ann", SHA512), ("bob", None)):
        keystone.run(
            "INSERT INTO user VALUES (%s, %s, '{}', %s, 1, 'default')",
            (user_id, user_id, password_hash),
        )
    keystone.run("GRANT SELECT ON keystone.user TO keystone@'127.0.0.1'")
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hashes(["ann", "bob", "absent"]) == {"ann": SHA512}
        with pytest.raises(NeedsOperator, match="no table of Keystone's passwords"):
            database.set_password_hash("ann", BCRYPT)


def test_a_hash_that_was_moved_checks_the_old_password(keystone):
    keystone.add_local_user("old", t1=bcrypt.hashpw(b"old password", bcrypt.gensalt(4)).decode())
    keystone.add_local_user("new", t1=BCRYPT)
    with KeystoneDatabase(keystone.url()) as database:
        database.set_password_hash("new", database.password_hash("old"))
        moved = database.password_hash("new").encode()
    assert bcrypt.checkpw(b"old password", moved)
    assert not bcrypt.checkpw(b"another", moved)


def test_setting_for_a_user_without_a_password_row_needs_the_operator(keystone):
    keystone.add_local_user("passwordless")
    with (
        KeystoneDatabase(keystone.url()) as database,
        pytest.raises(NeedsOperator, match="User passwordless has no password"),
    ):
        database.set_password_hash("passwordless", BCRYPT)


def test_what_is_no_hash_is_not_written(keystone):
    keystone.add_local_user("ann", t1=BCRYPT)
    with KeystoneDatabase(keystone.url()) as database, pytest.raises(BadInput):
        database.set_password_hash("ann", "plain password")
    assert keystone.run("SELECT password_hash FROM password") == ((BCRYPT,),)


def test_a_hash_too_long_for_the_column_is_refused_and_nothing_is_left_locked(keystone):
    keystone.add_local_user("ann", t1=BCRYPT)
    with KeystoneDatabase(keystone.url()) as database:
        with pytest.raises(NeedsOperator) as raised:
            database.set_password_hash("ann", SCRYPT + "x" * 200)
        assert "xxxx" not in str(raised.value)
        database.set_password_hash("ann", PBKDF2)
    assert keystone.run("SELECT password_hash FROM password") == ((PBKDF2,),)


def test_a_keystone_with_both_columns_gives_the_older_where_the_newer_is_empty(keystone):
    keystone.run(
        "ALTER TABLE password ADD COLUMN password varchar(128), DROP COLUMN created_at_int"
    )
    for user_id, columns in (("ann", (SHA512, None)), ("bob", (SHA512, BCRYPT))):
        keystone.add_user(user_id)
        keystone.run("INSERT INTO local_user VALUES (NULL, %s, 'default', %s)", (user_id, user_id))
        keystone.run(
            "INSERT INTO password (local_user_id, created_at, password, password_hash) "
            "SELECT max(id), '2018-01-01', %s, %s FROM local_user",
            columns,
        )
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hashes(["ann", "bob"]) == {"ann": SHA512, "bob": BCRYPT}
        database.set_password_hash("ann", SCRYPT)
        assert database.password_hash("ann") == SCRYPT


def test_a_keystone_with_the_older_column_only_is_read_and_written(keystone):
    keystone.run("ALTER TABLE password CHANGE password_hash password varchar(128)")
    keystone.run("ALTER TABLE password DROP COLUMN created_at_int, DROP COLUMN created_at")
    keystone.add_user("ann")
    keystone.run("INSERT INTO local_user VALUES (1, 'ann', 'default', 'ann')")
    for password_hash in (BCRYPT, SHA512):
        keystone.run(
            "INSERT INTO password (local_user_id, password) VALUES (1, %s)", (password_hash,)
        )
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hash("ann") == SHA512
        database.set_password_hash("ann", BCRYPT)
        assert database.password_hash("ann") == BCRYPT


def test_a_database_of_something_else_needs_the_operator(keystone):
    keystone.run("DROP TABLE password")
    with (
        KeystoneDatabase(keystone.url()) as database,
        pytest.raises(NeedsOperator, match="shows no table of Keystone's passwords"),
    ):
        database.password_hash("ann")


@pytest.mark.parametrize(
    "account",
    [{"password": "wrong-one"}, {"user": "nobody"}, {"database": "nova"}],
)
def test_a_refused_account_needs_the_operator_and_shows_no_password(keystone, account):
    with (
        KeystoneDatabase(keystone.url(**account)) as database,
        pytest.raises(NeedsOperator) as raised,
    ):
        database.password_hash("ann")
    assert "refuses user" in str(raised.value)
    assert "wrong-one" not in str(raised.value) and PASSWORD not in str(raised.value)


def test_an_account_that_may_only_read_cannot_write(keystone):
    keystone.run("REVOKE UPDATE ON keystone.password FROM keystone@'127.0.0.1'")
    keystone.add_local_user("ann", t1=BCRYPT)
    with KeystoneDatabase(keystone.url()) as database:
        assert database.password_hash("ann") == BCRYPT
        with pytest.raises(NeedsOperator, match="and UPDATE on password in the destination"):
            database.set_password_hash("ann", SCRYPT)


def test_a_cut_connection_is_worth_another_try_and_the_next_call_reconnects(keystone):
    keystone.add_local_user("ann", t1=BCRYPT)
    with KeystoneDatabase(keystone.url()) as database:
        database.password_hash("ann")
        for (thread,) in keystone.run(
            "SELECT id FROM information_schema.processlist WHERE user = 'keystone'"
        ):
            keystone.run("KILL %s", (thread,))
        with pytest.raises(Retryable):
            database.password_hash("ann")
        assert database.password_hash("ann") == BCRYPT


def test_two_writers_of_one_user_follow_each_other(keystone):
    keystone.add_local_user("ann", t1=BCRYPT)
    errors = []

    def write(password_hash):
        try:
            with KeystoneDatabase(keystone.url()) as database:
                for _ in range(20):
                    database.set_password_hash("ann", password_hash)
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(text,)) for text in (SCRYPT, PBKDF2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert keystone.run("SELECT password_hash FROM password")[0][0] in (SCRYPT, PBKDF2)


def test_a_hash_of_an_unknown_scheme_is_masked_once_it_was_read(keystone):
    keystone.add_local_user("ann", t1="$argon2id$v=19$unheard-of")
    with KeystoneDatabase(keystone.url()) as database:
        assert mask(f"row {database.password_hash('ann')} end") == f"row {MASK} end"
