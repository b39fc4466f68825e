//! The mail itself: plain text, all of it ASCII on its way.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use lettre::message::{
    Message,
    header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
};

use super::Recipients;
use crate::{
    Notice, NotifyError,
    words::{details, one_line, title},
};

/// Writes the mail. The subject is one line, and whatever is not plain ASCII in it is encoded, so
/// that no title becomes a header.
pub(crate) fn write(recipients: &Recipients, notice: &Notice) -> Result<Vec<u8>, NotifyError> {
    // Mail knows no time before 1970.
    let seconds = Duration::from_secs(notice.at.as_second().try_into().unwrap_or(0));
    let mut builder = Message::builder()
        .from(recipients.from.clone())
        .subject(format!("[exmetrics] {}", title(notice)))
        .date(SystemTime::UNIX_EPOCH + seconds)
        .message_id(Some(message_id(recipients, notice)))
        // No machine answers it: RFC 3834, and what Exchange heeds beside it.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    for to in &recipients.to {
        builder = builder.to(to.clone());
    }
    let message = builder
        .body(body(notice))
        .map_err(|_| NotifyError::lasting("the mail cannot be written"))?;
    Ok(message.formatted())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The same for the same notice, so that one that is sent again can be known.
fn message_id(recipients: &Recipients, notice: &Notice) -> String {
    let mut hasher = DefaultHasher::new();
    let Notice {
        kind,
        title,
        text,
        next_step,
        dataset,
        account,
        run_id,
        at,
        link,
    } = notice;
    (
        kind, title, text, next_step, dataset, account, run_id, at, link,
    )
        .hash(&mut hasher);
    format!(
        "<{}.{:016x}.exmetrics@{}>",
        at.as_millisecond(),
        hasher.finish(),
        recipients.from.email.domain()
    )
}

fn body(notice: &Notice) -> String {
    let mut paragraphs = vec![notice.text.trim().to_owned()];
    if let Some(next_step) = &notice.next_step {
        paragraphs.push(format!("Next step: {}", next_step.trim()));
    }
    let mut lines: Vec<String> = details(notice)
        .into_iter()
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    // Whole seconds, as in the mail's date.
    let at = Timestamp::from_second(notice.at.as_second()).unwrap_or(notice.at);
    lines.push(format!("Time: {at}"));
    paragraphs.push(lines.join("\n"));
    paragraphs.extend(notice.link.as_deref().map(one_line));
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n") + "\n"
}
