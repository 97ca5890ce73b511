"""Answers that come as files: spreadsheets, folders of Markdown, and pages of a web site. They become drafts."""
