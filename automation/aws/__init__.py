"""AWS: sessions, clients and the remote states."""
