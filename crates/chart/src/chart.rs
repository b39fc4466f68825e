//! What a drawing function hands back.

/// A finished chart: the drawing, and everything that says the same without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// The subject's id; every id inside the drawing begins with it and a hyphen.
    pub id: String,
    /// The subject's title, as it was given.
    pub title: String,
    /// The `<svg>` element. Safe to put into a page as it is.
    pub svg: String,
    /// One sentence for those who do not see the drawing. Not escaped.
    pub summary: String,
    /// The series with their latest values, or the phases of a run. Empty where colours need no key.
    pub legend: Vec<LegendEntry>,
    /// The same numbers as a table.
    pub table: Table,
    /// What to say when there is not a single value; the drawing then only shows why.
    pub empty: Option<String>,
}

/// One entry of the key above a chart. Not escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegendEntry {
    /// The series' name.
    pub label: String,
    /// Its latest value with its unit, if it has one.
    pub value: Option<String>,
    /// The number of its colour, 1 to 5.
    pub series: u8,
}

/// A chart's numbers as finished strings. Not escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns; the first names the rows.
    pub head: Vec<String>,
    /// Rows as long as the head, in the order of the drawing.
    pub rows: Vec<Vec<String>>,
}
