//! Where values begin and end, and what cell a value makes.

use std::ops::Range;

use serde::de::{Deserializer, Error, Visitor};

/// Bytes that are no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// What a byte means for the value that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It belongs to the value, and more may follow.
    Inside,
    /// It is the value's last.
    Last,
    /// It comes after the value.
    After,
}

/// Finds the end of a value, a byte at a time.
#[derive(Debug, Default)]
pub(crate) struct ValueEnd {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl ValueEnd {
    pub(crate) fn step(&mut self, byte: u8) -> Step {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    if self.depth == 0 {
                        return Step::Last;
                    }
                }
                _ => {}
            }
            return Step::Inside;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth == 0 => return Step::After,
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    return Step::Last;
                }
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return Step::After,
            _ => {}
        }
        Step::Inside
    }
}

/// Where in an object's bytes a property is.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    /// Its name, in its quotes.
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
}

/// The values of an object or an array, as places in its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    first: bool,
}

impl<'a> Scan<'a> {
    /// Over `{...}` or `[...]`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 1,
            first: true,
        }
    }

    /// Goes on where an earlier one over the same bytes stopped.
    pub(crate) fn resume(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            first: at <= 1,
        }
    }

    /// Where it stands.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The next value of an array.
    pub(crate) fn element(&mut self) -> Result<Option<Range<usize>>, Malformed> {
        if !self.more(b']')? {
            return Ok(None);
        }
        self.value().map(Some)
    }

    /// The next property of an object.
    pub(crate) fn property(&mut self) -> Result<Option<Property>, Malformed> {
        if !self.more(b'}')? {
            return Ok(None);
        }
        let name = self.value()?;
        if self.bytes[name.start] != b'"' || self.space() != Some(b':') {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(Some(Property {
            name,
            value: self.value()?,
        }))
    }

    /// Goes to the next value, behind its comma.
    fn more(&mut self, end: u8) -> Result<bool, Malformed> {
        match self.space() {
            Some(byte) if byte == end => {
                // Stays at the end, whoever asks again.
                return Ok(false);
            }
            Some(b',') if !self.first => self.at += 1,
            Some(_) if self.first => {}
            _ => return Err(Malformed),
        }
        self.first = false;
        Ok(true)
    }

    fn value(&mut self) -> Result<Range<usize>, Malformed> {
        self.space();
        let start = self.at;
        let mut end = ValueEnd::default();
        for byte in &self.bytes[start..] {
            match end.step(*byte) {
                Step::Inside => self.at += 1,
                Step::Last => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                Step::After => break,
            }
        }
        if self.at == start {
            Err(Malformed)
        } else {
            Ok(start..self.at)
        }
    }

    /// Passes over space, and tells what comes then.
    fn space(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }
}

/// What a value is, as far as rows are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One cell.
    Cell,
    /// An array without anything in it: no cell and no row, whichever it would have been.
    EmptyArray,
    /// An array of objects: rows.
    Rows,
}

pub(crate) fn shape(value: &[u8]) -> Shape {
    match value {
        [b'[', rest @ ..] => match rest.trim_ascii_start().first() {
            Some(b'{') => Shape::Rows,
            Some(b']') => Shape::EmptyArray,
            _ => Shape::Cell,
        },
        _ => Shape::Cell,
    }
}

/// Writes the cell that a value makes: nothing for null, texts of an array joined with `+` as in CSV,
/// and what has no such form as it came.
pub(crate) fn write_cell(value: &[u8], cell: &mut Vec<u8>) -> Result<(), Malformed> {
    match value {
        b"null" => {}
        [b'"', ..] => write_text(value, cell)?,
        [b'[', ..] => {
            let mut scan = Scan::new(value);
            let begin = cell.len();
            while let Some(element) = scan.element()? {
                let element = &value[element];
                if element == b"null" {
                    continue;
                }
                if cell.len() > begin {
                    cell.push(b'+');
                }
                match element {
                    [b'{' | b'[', ..] => cell.extend_from_slice(element),
                    plain => write_cell(plain, cell)?,
                }
            }
        }
        b"true" | b"false" | [b'{', ..] => cell.extend_from_slice(value),
        [b'-' | b'0'..=b'9', rest @ ..]
            if rest
                .iter()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) =>
        {
            cell.extend_from_slice(value);
        }
        _ => return Err(Malformed),
    }
    Ok(())
}

/// Writes what stands between quotes, with its escapes resolved. Bytes that are no UTF-8 stay.
pub(crate) fn write_text(quoted: &[u8], text: &mut Vec<u8>) -> Result<(), Malformed> {
    let inner = quoted
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""))
        .ok_or(Malformed)?;
    if inner.contains(&b'\\') {
        serde_json::Deserializer::from_slice(quoted)
            .deserialize_bytes(AppendBytes(text))
            .map_err(|_| Malformed)
    } else {
        text.extend_from_slice(inner);
        Ok(())
    }
}

struct AppendBytes<'a>(&'a mut Vec<u8>);

impl Visitor<'_> for AppendBytes<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<(), E> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.visit_bytes(text.as_bytes())
    }
}
