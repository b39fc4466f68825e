//! Writes SVG: tags, attributes and text, everything escaped. No drawing knows about angle brackets but this.

use std::fmt::{self, Display, Write as _};

use super::number::trimmed;

/// The drawing so far.
#[derive(Default)]
pub(super) struct Svg(String);

/// A tag that is being written; ended by [`Tag::open`], [`Tag::leaf`] or [`Tag::text`].
#[must_use]
pub(super) struct Tag<'a> {
    svg: &'a mut Svg,
    name: &'static str,
}

/// Pixels (or units of a view box) with one decimal.
pub(super) struct Px(pub(super) f64);

/// A share of the width: `0.5` is written `50%`. Two decimals, a tenth of a pixel on a wide screen.
pub(super) struct Share(pub(super) f64);

impl Svg {
    pub(super) fn tag(&mut self, name: &'static str) -> Tag<'_> {
        self.0.push('<');
        self.0.push_str(name);
        Tag { svg: self, name }
    }

    pub(super) fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

impl Tag<'_> {
    pub(super) fn attr(self, name: &str, value: impl Display) -> Self {
        let text = value.to_string();
        let _ = write!(self.svg.0, " {name}=\"");
        escape_into(&mut self.svg.0, &text);
        self.svg.0.push('"');
        self
    }

    pub(super) fn class(self, value: impl Display) -> Self {
        self.attr("class", value)
    }

    /// `<name …>`: the caller closes it.
    pub(super) fn open(self) {
        self.svg.0.push('>');
    }

    /// `<name …/>`.
    pub(super) fn leaf(self) {
        self.svg.0.push_str("/>");
    }

    /// `<name …>text</name>`.
    pub(super) fn text(self, text: &str) {
        self.svg.0.push('>');
        escape_into(&mut self.svg.0, text);
        self.svg.close(self.name);
    }

    /// Like [`Tag::text`] for words that were cut: the full text shows on hover.
    pub(super) fn text_with_full(self, shown: &str, full: &str) {
        let Self { svg, name } = self;
        svg.0.push('>');
        escape_into(&mut svg.0, shown);
        if shown != full {
            svg.tag("title").text(full);
        }
        svg.close(name);
    }
}

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&trimmed(self.0, 1))
    }
}

impl Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", trimmed(self.0 * 100.0, 2))
    }
}

fn escape_into(out: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no way to write these at all, not even as a reference.
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            _ => out.push(char),
        }
    }
}
