//! Names and values in SQL, written so that they are only ever names and values.

use jiff::civil::Date;

/// A column or a table by its name, whatever is in it.
pub(crate) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text.
pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A day.
pub(crate) fn day(day: Date) -> String {
    format!("DATE '{day}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_quotes() {
        assert_eq!(name("a\" OR 1=1 --"), "\"a\"\" OR 1=1 --\"");
        assert_eq!(text("O'Neil'; DROP TABLE x"), "'O''Neil''; DROP TABLE x'");
    }
}
