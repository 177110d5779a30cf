"""The commands, one file a group: plain functions that `app/cli.py` gives to typer."""
