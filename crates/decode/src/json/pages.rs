//! A reply to objects: pages are `{"value": [...]}`, but also an object whose own properties are the
//! rows (`{"summary": {...}, "details": [...]}`) or the only row, or a bare array.

use std::io::Read;

use crate::{
    DecodeError, Reject, RejectProblem,
    input::Input,
    json::scan::{Property, Scan, Step, ValueEnd, write_text},
};

/// Pulls objects from a reply.
pub(crate) struct Pages<R> {
    input: Input<R>,
    place: Place,
    /// How long an object may be.
    limit: usize,
    /// The number of the object that was found last, from 1.
    ordinal: u64,
    /// Single values of the page itself, as `"name":value,` each: they belong to each of its rows.
    page_values: Vec<u8>,
    /// Whether the page had an object.
    page_had_rows: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    BetweenPages,
    /// Before a name or the end of the page.
    InPage,
    /// Before an object or the end of an array; a bare array is a page by itself.
    InArray {
        bare: bool,
    },
}

/// What came next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Object,
    EndOfPage,
    End,
}

impl<R: Read> Pages<R> {
    pub(crate) fn new(input: Input<R>, limit: usize) -> Self {
        Self {
            input,
            place: Place::BetweenPages,
            limit,
            ordinal: 0,
            page_values: Vec::new(),
            page_had_rows: false,
        }
    }

    /// The number of the object that was found last.
    pub(crate) fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// Puts the next object into `object`.
    pub(crate) fn next(
        &mut self,
        object: &mut Vec<u8>,
        reject: &mut dyn FnMut(Reject),
    ) -> Result<Found, DecodeError> {
        loop {
            match self.place {
                Place::BetweenPages => {
                    self.page_values.clear();
                    self.page_had_rows = false;
                    self.place = match self.next_byte(b"\xEF\xBB\xBF,")? {
                        None => return Ok(Found::End),
                        Some(b'{') => Place::InPage,
                        Some(b'[') => Place::InArray { bare: true },
                        Some(_) => return Err(malformed(self.ordinal)),
                    };
                    self.input.consume(1);
                }
                Place::InPage => {
                    if self.next_in_page(b",")? == b'}' {
                        self.input.consume(1);
                        self.place = Place::BetweenPages;
                        // A page of single values is a row itself; one of rows has had its own.
                        if self.page_had_rows || self.page_values.is_empty() {
                            return Ok(Found::EndOfPage);
                        }
                        self.begin(object);
                        self.page_values.pop();
                        object.push(b'{');
                        object.extend_from_slice(&self.page_values);
                        object.push(b'}');
                        return Ok(Found::Object);
                    }
                    if self.property(object, reject)? {
                        return Ok(Found::Object);
                    }
                }
                Place::InArray { bare } => {
                    if self.next_in_page(b",")? == b']' {
                        self.input.consume(1);
                        self.place = if bare {
                            Place::BetweenPages
                        } else {
                            Place::InPage
                        };
                        if bare {
                            return Ok(Found::EndOfPage);
                        }
                    } else if self.element(object, reject)? {
                        return Ok(Found::Object);
                    }
                }
            }
        }
    }

    /// One name and value of a page; `true` if the value is a row.
    fn property(
        &mut self,
        object: &mut Vec<u8>,
        reject: &mut dyn FnMut(Reject),
    ) -> Result<bool, DecodeError> {
        let mut name = Vec::new();
        self.copy_value(&mut name)?;
        if !name.starts_with(b"\"") || self.next_in_page(b"")? != b':' {
            return Err(malformed(self.ordinal));
        }
        self.input.consume(1);
        let first = self.next_in_page(b"")?;
        // `@odata.context` and its like, with or without the sign.
        if name.starts_with(b"\"@") || name.starts_with(b"\"odata.") {
            self.copy_value(&mut Vec::new())?;
            return Ok(false);
        }
        match first {
            b'{' if name.eq_ignore_ascii_case(b"\"error\"") => {
                let mut error = Vec::new();
                self.copy_value(&mut error)?;
                Err(DecodeError::not_the_report(match code(&error) {
                    Some(code) => format!("the body is an error with the code {code}"),
                    None => "the body is an error".to_owned(),
                }))
            }
            b'[' => {
                self.input.consume(1);
                self.place = Place::InArray { bare: false };
                self.page_had_rows = true;
                Ok(false)
            }
            b'{' => self.element(object, reject),
            _ => {
                let mut value = Vec::new();
                self.copy_value(&mut value)?;
                if value == b"null" {
                    // A page without rows may say so.
                } else if self.page_had_rows {
                    // Too late for the rows before it.
                    let column = String::from_utf8_lossy(&name[1..name.len() - 1]).into_owned();
                    let problem = RejectProblem::AfterFirstPage;
                    reject(Reject {
                        line: self.ordinal,
                        column,
                        value,
                        problem,
                    });
                } else if self.page_values.len() + name.len() + value.len() < self.limit {
                    self.page_values
                        .extend([&name[..], b":", &value, b","].concat());
                } else {
                    return Err(self.too_long());
                }
                Ok(false)
            }
        }
    }

    /// One value where a row belongs; `true` if it is one.
    fn element(
        &mut self,
        object: &mut Vec<u8>,
        reject: &mut dyn FnMut(Reject),
    ) -> Result<bool, DecodeError> {
        self.begin(object);
        let is_object = self.next_in_page(b"")? == b'{';
        let wrapped = is_object && !self.page_values.is_empty();
        if wrapped {
            // The page's values around the row, as if it were nested in an object of theirs.
            object.push(b'{');
            object.extend_from_slice(&self.page_values);
            object.extend_from_slice(b"\"\":[");
        }
        self.copy_value(object)?;
        if wrapped {
            object.extend_from_slice(b"]}");
        }
        if !is_object && object != b"null" {
            let problem = RejectProblem::NotARow;
            let value = object.clone();
            reject(Reject {
                line: self.ordinal,
                column: String::new(),
                value,
                problem,
            });
        }
        Ok(is_object)
    }

    fn begin(&mut self, object: &mut Vec<u8>) {
        object.clear();
        self.ordinal += 1;
        self.page_had_rows = true;
    }

    /// Copies the value that begins here.
    fn copy_value(&mut self, value: &mut Vec<u8>) -> Result<(), DecodeError> {
        let begin = value.len();
        let mut end = ValueEnd::default();
        loop {
            let bytes = self.input.fill()?;
            if bytes.is_empty() {
                return Err(DecodeError::CutOff {
                    line: self.ordinal.max(1),
                });
            }
            let mut taken = 0;
            let mut ended = false;
            for byte in bytes {
                match end.step(*byte) {
                    Step::Inside => taken += 1,
                    Step::Last => {
                        taken += 1;
                        ended = true;
                        break;
                    }
                    Step::After => {
                        ended = true;
                        break;
                    }
                }
            }
            value.extend_from_slice(&bytes[..taken]);
            self.input.consume(taken);
            if value.len() - begin > self.limit {
                return Err(self.too_long());
            }
            if ended {
                return if value.len() == begin {
                    Err(malformed(self.ordinal))
                } else {
                    Ok(())
                };
            }
        }
    }

    fn too_long(&self) -> DecodeError {
        DecodeError::RecordTooLong {
            line: self.ordinal.max(1),
            limit: self.limit,
        }
    }

    /// The next byte that is neither space nor one of `skipped`, not yet consumed.
    fn next_byte(&mut self, skipped: &[u8]) -> Result<Option<u8>, DecodeError> {
        loop {
            match self.input.peek()? {
                Some(byte) if byte.is_ascii_whitespace() || skipped.contains(&byte) => {
                    self.input.consume(1);
                }
                found => return Ok(found),
            }
        }
    }

    /// The same within a page, which must not end here.
    fn next_in_page(&mut self, skipped: &[u8]) -> Result<u8, DecodeError> {
        self.next_byte(skipped)?.ok_or(DecodeError::CutOff {
            line: self.ordinal.max(1),
        })
    }
}

/// The error for what cannot be read as an object.
pub(super) fn malformed(ordinal: u64) -> DecodeError {
    let ordinal = ordinal.max(1);
    DecodeError::not_the_report(format!("the body is malformed as JSON at object {ordinal}"))
}

/// The code of an error, if it is a word: a message could name people.
fn code(error: &[u8]) -> Option<String> {
    let mut scan = Scan::new(error);
    while let Ok(Some(Property { name, value })) = scan.property() {
        if error[name].eq_ignore_ascii_case(b"\"code\"") {
            let mut code = Vec::new();
            write_text(&error[value], &mut code).ok()?;
            let is_word = (1..=60).contains(&code.len())
                && code
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte));
            return is_word.then(|| String::from_utf8_lossy(&code).into_owned());
        }
    }
    None
}
