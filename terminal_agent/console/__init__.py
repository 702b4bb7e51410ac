"""What people see and type: dialogues, outcomes and tables over text streams that come in."""
