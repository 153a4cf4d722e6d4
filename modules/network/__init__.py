"""The virtual network and who may talk to whom in it."""
