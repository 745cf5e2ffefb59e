"""A password hash of each scheme that Keystone knows."""

BCRYPT = "$2b$04$" + "a" * 53
SCRYPT = "$scrypt$ln=16,r=8,p=1$" + "b" * 22 + "$" + "c" * 43
PBKDF2 = "$pbkdf2-sha512$25000$" + "d" * 22 + "$" + "e" * 86
SHA512 = "$6$rounds=10000$" + "f" * 16 + "$" + "g" * 86
BCRYPT_SHA256 = "$bcrypt-sha256$v=2,t=2b,r=12$" + "h" * 22 + "$" + "i" * 31
