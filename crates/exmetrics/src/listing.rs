//! Lists and descriptions for people.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

use crate::{failure::Failure, say};

/// A cell of so many letters is never wrapped.
const SHORT: usize = 20;

/// Rows under headings, aligned.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(if say::is_terminal() {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    table.set_header(
        headings
            .iter()
            .map(|heading| heading.to_uppercase())
            .collect::<Vec<_>>(),
    );
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)).collect::<Vec<_>>());
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    // What comes first is what one copies, and a short word broken in two is none: on a narrow terminal
    // only what is long is wrapped.
    for (place, column) in table.column_iter_mut().enumerate() {
        let longest = rows
            .iter()
            .filter_map(|row| row.get(place))
            .map(|cell| cell.chars().count())
            .max();
        if place == 0 || longest.unwrap_or_default() <= SHORT {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let text = table.to_string();
    for line in text.lines() {
        say::out(line.trim_end())?;
    }
    Ok(())
}

/// Names and values, one pair a line.
pub(crate) fn pairs(pairs: &[(&str, String)]) -> Result<(), Failure> {
    let width = pairs
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or_default();
    for (name, value) in pairs {
        say::out(format!("{name:width$}  {}", printable(value)).trim_end())?;
    }
    Ok(())
}

/// No value moves the cursor, colours the terminal or turns the direction of what follows.
pub(crate) fn printable(text: &str) -> String {
    let turns = |letter| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|letter| match letter {
            '\n' => letter,
            _ if letter.is_control() || turns(letter) => '\u{fffd}',
            _ => letter,
        })
        .collect()
}

/// A number with its thousands apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
pub(crate) fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(number))
}
