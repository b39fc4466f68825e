//! From a header on the wire to a column's name in tables.

/// The header trimmed and lower-cased, each run of other characters one underscore:
/// `Storage Used (Byte)` becomes `storage_used_byte`.
pub fn column_name(header: &str) -> String {
    let mut name = String::with_capacity(header.len());
    for letter in header.chars() {
        if letter.is_alphanumeric() {
            name.extend(letter.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    name.truncate(name.trim_end_matches('_').len());
    name
}
