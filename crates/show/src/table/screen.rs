//! Text that is safe on a screen: no value can move the cursor, colour the terminal, or turn the
//! line around it.

use std::fmt::Write;

/// A mark without width that ends a run from right to left, so that a terminal that reorders such
/// runs keeps the column's edge, and the numbers beyond it, where they are.
const LEFT_TO_RIGHT_MARK: char = '\u{200e}';

/// The text with control characters spelt out (`\n`, `\t`, `\u{1b}`), those among them that change
/// the direction of text. Marks and joiners that names and emoji are made with stay.
pub(super) fn screen_text(text: &str, on_terminal: bool) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut right_to_left = false;
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if c.is_control() || is_hidden_control(c) => {
                // A String takes all there is.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => {
                right_to_left |= is_right_to_left(c);
                safe.push(c);
            }
        }
    }
    if right_to_left && on_terminal {
        safe.push(LEFT_TO_RIGHT_MARK);
    }
    safe
}

/// Line and paragraph separators, embeddings, overrides and isolates, the byte order mark.
fn is_hidden_control(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The blocks of the scripts that run from right to left (Hebrew, Arabic, Syriac, Thaana, N'Ko, ...).
fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}
