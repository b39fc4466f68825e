//! What goes wrong, and when: rules that a test or a rule file gives.

mod book;
mod read;

use jiff::civil::Date;

pub(crate) use book::FaultBook;
pub use read::read_fault_rules;

/// Where a request arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultPlace {
    /// Entra's token endpoint.
    Token,
    /// A report function.
    Graph,
    /// The download of a reply.
    Download,
}

/// One rule: the requests it is for, and what happens to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    /// Where.
    pub place: FaultPlace,
    /// Only this report function; `None` for all.
    pub function: Option<String>,
    /// Only this question, as in `D7`, `2026-11-01` or `current`; `None` for all.
    pub ask: Option<String>,
    /// Only the request of this number among those that match, counted from 1.
    pub nth: Option<u64>,
    /// Only so many, the first ones.
    pub times: Option<u64>,
    /// Only each so-manieth.
    pub every: Option<u64>,
    /// Not before this day of the tenant's clock.
    pub from: Option<Date>,
    /// Not after this day of the tenant's clock.
    pub until: Option<Date>,
    /// What happens.
    pub fault: Fault,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An answer with this status, and a body or Graph's usual one.
    Status {
        /// The status.
        status: u16,
        /// The body, word for word.
        body: Option<String>,
        /// The header `Retry-After`, word for word.
        retry_after: Option<String>,
    },
    /// One of the errors that Microsoft is known to answer; README.md lists the names.
    Error {
        /// Its name, or `AADSTS...` at the token endpoint.
        name: String,
        /// The header `Retry-After`, word for word.
        retry_after: Option<String>,
    },
    /// The connection is reset before anything is answered.
    Reset,
    /// The connection ends after so many bytes of the body.
    CutAfter {
        /// How many.
        bytes: u64,
    },
    /// Nothing happens for so long; then the usual answer comes.
    Stall {
        /// How long, in seconds of real time.
        seconds: u64,
    },
    /// A page of HTML with status 200, as a captive portal answers.
    Html200,
    /// Status 200 and no byte.
    Empty200,
    /// Status 204.
    Status204,
    /// Status 200 whose body is the download link.
    UrlBody200,
    /// The CSV itself, without a redirect.
    Direct200,
    /// The download redirects once more.
    SecondRedirect,
    /// A redirect to another address.
    RedirectTo {
        /// Where to.
        url: String,
    },
    /// The link has expired.
    ExpiredLink,
    /// The reply of another report.
    WrongReport {
        /// Which; `None` for any other.
        report: Option<String>,
    },
    /// Bytes that mean nothing.
    GarbageBytes,
    /// The columns come in another order.
    ReorderColumns,
    /// A column comes on top.
    AddColumn {
        /// Its header.
        header: String,
    },
    /// A column is missing.
    DropColumn {
        /// Its header; `None` for the last column but one.
        column: Option<String>,
    },
    /// A column comes twice.
    DuplicateColumn {
        /// Its header; `None` for the last column but one.
        column: Option<String>,
    },
    /// A column comes under another header.
    RenameColumn {
        /// Its header; `None` for the last column but one.
        column: Option<String>,
        /// What it is called now.
        to: String,
    },
    /// One cell holds other bytes.
    Cell {
        /// The header of its column; `None` for the first one that fits.
        column: Option<String>,
        /// The row, counted from 1.
        row: u64,
        /// What it holds.
        holds: BadCell,
    },
}

/// What a damaged cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCell {
    /// Bytes that are no UTF-8.
    InvalidUtf8,
    /// A word where a number, date or truth value belongs.
    WrongType,
    /// A number beyond 64 bits.
    HugeNumber,
    /// A quoted text with a line break and a comma in it.
    QuotedNewline,
}

impl FaultRule {
    /// A rule for every request at a place.
    pub fn always(place: FaultPlace, fault: Fault) -> Self {
        Self {
            place,
            function: None,
            ask: None,
            nth: None,
            times: None,
            every: None,
            from: None,
            until: None,
            fault,
        }
    }

    /// The same for one report function.
    #[must_use]
    pub fn of(mut self, function: &str) -> Self {
        self.function = Some(function.to_owned());
        self
    }

    /// The same for the first so many requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }
}

impl Fault {
    /// Whether it can happen at a place.
    pub(crate) fn happens_at(&self, place: FaultPlace) -> bool {
        match self {
            Self::Reset
            | Self::Stall { .. }
            | Self::Status { .. }
            | Self::Html200
            | Self::Empty200
            | Self::CutAfter { .. }
            | Self::GarbageBytes => true,
            Self::Error { .. } => place != FaultPlace::Download,
            Self::Status204 | Self::RedirectTo { .. } => place != FaultPlace::Token,
            Self::UrlBody200 | Self::Direct200 => place == FaultPlace::Graph,
            Self::SecondRedirect
            | Self::ExpiredLink
            | Self::WrongReport { .. }
            | Self::ReorderColumns
            | Self::AddColumn { .. }
            | Self::DropColumn { .. }
            | Self::DuplicateColumn { .. }
            | Self::RenameColumn { .. }
            | Self::Cell { .. } => place == FaultPlace::Download,
        }
    }

    /// Whether it changes the CSV and nothing else about the answer.
    pub(crate) fn is_of_content(&self) -> bool {
        matches!(
            self,
            Self::WrongReport { .. }
                | Self::ReorderColumns
                | Self::AddColumn { .. }
                | Self::DropColumn { .. }
                | Self::DuplicateColumn { .. }
                | Self::RenameColumn { .. }
                | Self::Cell { .. }
        )
    }
}
