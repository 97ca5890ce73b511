"""Articles to search among, as content files."""

from content_folder import ContentFolder


def add_article(
    content: ContentFolder,
    topic: str,
    title: str,
    text: str,
    *,
    handling: str = "answer",
    answer_group: str = "allmant",
    review_by: str = "2027-11-01",
    checklist: str = "",
) -> None:
    row = [topic, "miljo-halsa", "1", handling, answer_group, "no", title, "", "", "", ""]
    content.topics.write_text(content.topics.read_text(encoding="utf-8") + "\t".join(row) + "\n", encoding="utf-8")
    front = {
        "topic": topic,
        "title": title,
        "area": "miljo-halsa",
        "rosa_level": "1",
        "handling": handling,
        "answer_group": answer_group,
        "department": "Nämnden",
        "reviewed_on": "2026-01-01",
        "review_by": review_by,
    }
    body = text + (f"\n\n## Checklista\n\n{checklist}" if checklist else "")
    lines = "".join(f"{name}: {value}\n" for name, value in front.items())
    (content.radon.parent / f"{topic}.md").write_text(f"---\n{lines}---\n{body}\n", encoding="utf-8")
