//! What a body is, by its first bytes: a JSON report may be answered with CSV, and anything with a
//! page of HTML.

use std::io::Read;

use crate::{DecodeError, input::Input};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const LOOK: usize = 1024;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// No byte, or only blank lines.
    Nothing,
    /// Lines of cells, or something that only its header can tell apart from them.
    Csv,
    /// Pages of objects.
    Json,
}

/// Looks at the first bytes and takes the byte order mark off.
pub(crate) fn sniff<R: Read>(input: &mut Input<R>) -> Result<Body, DecodeError> {
    let start = input.gather(LOOK)?;
    let whole = start.len() < LOOK;
    if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
        return Err(DecodeError::not_the_report("the body is text in UTF-16"));
    }
    if start.starts_with(b"\x1F\x8B") {
        return Err(DecodeError::not_the_report("the body is still compressed"));
    }
    if start.iter().take(4).any(|byte| *byte == 0) {
        return Err(DecodeError::not_the_report("the body is binary"));
    }
    let marked = start.starts_with(BYTE_ORDER_MARK);
    let text = start
        .strip_prefix(BYTE_ORDER_MARK)
        .unwrap_or(start)
        .trim_ascii_start();
    let body = match text.first() {
        None if whole => Body::Nothing,
        Some(b'{' | b'[') => Body::Json,
        Some(b'<') => {
            let html = text.to_ascii_lowercase();
            let html = html
                .windows(5)
                .any(|letters| letters == b"<html" || letters == b"html>");
            let kind = if html {
                "the body is a page of HTML"
            } else {
                "the body is XML"
            };
            return Err(DecodeError::not_the_report(kind));
        }
        _ => Body::Csv,
    };
    if marked {
        input.consume(BYTE_ORDER_MARK.len());
    }
    Ok(body)
}
