//! How wide words are, what is left of them where space is short, and names that run from right to left.
//!
//! The server does not know the reader's font, so widths are on the safe side: those of a wide one (DejaVu Sans).

/// Font size of axis labels and notes, in pixels.
pub(super) const SMALL: f64 = 11.0;
/// Font size of names and values beside bars and strips, in pixels.
pub(super) const NORMAL: f64 = 13.0;

/// About how many pixels `text` takes at a font size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|char| width_of(char) * size).sum()
}

/// The whole text, or its beginning and an ellipsis within `room` pixels.
pub(super) fn cut(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - size;
    let kept: String = text
        .chars()
        .take_while(|char| {
            left -= width_of(*char) * size;
            left >= 0.0
        })
        .collect();
    format!("{}…", kept.trim_end())
}

/// One or two lines within `room` pixels each, broken between words; what is left over is cut.
pub(super) fn wrapped(text: &str, size: f64, room: f64) -> Vec<String> {
    let fits = |end: &usize| width(&text[..*end], size) <= room;
    let breaks = text
        .char_indices()
        .filter(|(_, char)| *char == ' ')
        .map(|(at, _)| at);
    match breaks.rev().find(fits) {
        Some(end) if width(text, size) > room => {
            vec![
                text[..end].to_owned(),
                cut(text[end..].trim_start(), size, room),
            ]
        }
        _ => vec![cut(text, size, room)],
    }
}

/// A name inside our sentence: one that runs from right to left is fenced in, so that it cannot turn our words around.
pub(super) fn isolated(name: &str) -> String {
    if name.chars().any(runs_from_right) {
        format!("\u{2068}{name}\u{2069}")
    } else {
        name.to_owned()
    }
}

fn runs_from_right(char: char) -> bool {
    matches!(
        char,
        '\u{590}'..='\u{8ff}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

/// In parts of the font size.
fn width_of(char: char) -> f64 {
    match char {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.31,
        ' ' | '\u{a0}' | 'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.38,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
        '0'..='9' => 0.62,
        'a'..='z' => 0.59,
        'A'..='Z' => 0.68,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2066}'..='\u{2069}' => 0.0,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' => 1.0,
        '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3ffff}' => 1.1,
        _ => 0.64,
    }
}
