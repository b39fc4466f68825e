//! The JSON that is posted: a text for chats, and every part by itself for programs.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Notice,
    words::{clip, details, one_line, title},
};

/// The most characters of a text that are posted: Teams takes 28 kB in all
/// (<https://learn.microsoft.com/microsoftteams/limits-specifications-teams>), and the text is there
/// twice.
const TEXT: usize = 3_000;

#[derive(Serialize)]
pub(crate) struct Body<'a> {
    text: String,
    kind: &'static str,
    title: String,
    message: Cow<'a, str>,
    next_step: Option<&'a str>,
    dataset: Option<&'a str>,
    account: Option<&'a str>,
    run_id: Option<&'a str>,
    at: jiff::Timestamp,
    link: Option<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    card: Option<Card>,
}

#[derive(Serialize)]
struct Card {
    r#type: &'static str,
    attachments: [Value; 1],
}

/// Writes the body; with a card where Teams shows nothing else.
pub(crate) fn write(notice: &Notice, with_card: bool) -> Body<'_> {
    let message = clip(&notice.text, TEXT);
    Body {
        text: chat_text(notice, &message),
        kind: notice.kind.as_str(),
        title: title(notice),
        next_step: notice.next_step.as_deref(),
        dataset: notice.dataset.as_deref(),
        account: notice.account.as_deref(),
        run_id: notice.run_id.as_deref(),
        at: notice.at,
        link: notice.link.as_deref(),
        card: with_card.then(|| Card {
            r#type: "message",
            attachments: [card(notice, &message)],
        }),
        message,
    }
}

/// One text for Slack and Teams. A single asterisk is bold there and emphasis here; an empty line
/// parts paragraphs in both.
fn chat_text(notice: &Notice, message: &str) -> String {
    let mut paragraphs = vec![
        format!("*{}*", title(notice).replace('*', "∗")),
        message.trim().to_owned(),
    ];
    if let Some(next_step) = &notice.next_step {
        paragraphs.push(format!("Next step: {}", next_step.trim()));
    }
    let details: Vec<String> = details(notice)
        .into_iter()
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    paragraphs.push(details.join(" · "));
    paragraphs.push(notice.link.as_deref().map(one_line).unwrap_or_default());
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    escape(&paragraphs.join("\n\n"))
}

/// What Slack asks to escape, and no more; then nobody's name becomes a link or a call to everybody:
/// <https://docs.slack.dev/messaging/formatting-message-text#escaping>.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The card. Its blocks are rich text, which alone shows characters as they are; a text block would
/// read Markdown: <https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features>.
fn card(notice: &Notice, message: &str) -> Value {
    let mut runs = vec![json!({"text": title(notice), "weight": "Bolder", "size": "Medium"})];
    let next_step = notice.next_step.as_deref().map(one_line);
    let lines = message.lines().map(str::to_owned);
    runs.extend(
        lines
            .chain(next_step.map(|step| format!("Next step: {step}")))
            .filter(|line| !line.trim().is_empty())
            .map(|line| json!({"text": line})),
    );
    runs.extend(
        details(notice)
            .into_iter()
            .map(|(label, value)| json!({"text": format!("{label}: {value}"), "isSubtle": true})),
    );
    let blocks: Vec<Value> = runs
        .into_iter()
        .map(|mut run| {
            run["type"] = "TextRun".into();
            json!({"type": "RichTextBlock", "inlines": [run]})
        })
        .collect();
    let actions: Vec<Value> = notice
        .link
        .iter()
        .filter(|link| link.starts_with("https://") || link.starts_with("http://"))
        .map(|link| json!({"type": "Action.OpenUrl", "title": "Open", "url": link}))
        .collect();
    json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "msteams": {"width": "Full"},
            "body": blocks,
            "actions": actions,
        },
    })
}
