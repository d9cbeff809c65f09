"""How Antrean is run; nothing that a service imports."""
