"""Receipt printers: the lines to them and the one print exchange; nothing here decides."""
