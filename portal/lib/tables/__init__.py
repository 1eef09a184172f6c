"""Uploaded tables: workbooks and CSV, checked whole before a row is believed, read as typed cells."""
