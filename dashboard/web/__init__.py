"""How requests reach Django: no client, however slow, holds one of the threads that work."""
