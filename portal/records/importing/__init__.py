"""Workbooks and CSV in: each type declared once; checked whole, written whole or not at all, undone whole."""
