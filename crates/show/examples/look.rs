//! scratch
use arrow_array::*;
use exmetrics_show::*;
use std::sync::Arc;
fn main() {
    let w: Option<u16> = std::env::args().nth(1).and_then(|w| w.parse().ok());
    let which = std::env::args().nth(2).unwrap_or_default();
    let colours = std::env::args().nth(3).is_some();
    let s = |v: Vec<Option<&str>>| Arc::new(StringArray::from(v)) as ArrayRef;
    let i = |v: Vec<Option<i64>>| Arc::new(Int64Array::from(v)) as ArrayRef;
    let d = |v: Vec<Option<i32>>| Arc::new(Date32Array::from(v)) as ArrayRef;
    let upn = s(vec![
        Some("adele.vance@contoso.example"),
        Some("li.wei@contoso.example"),
        Some("noa@contoso.example"),
        Some("x@contoso.example"),
    ]);
    let name = s(vec![
        Some("Adele Vance"),
        Some("李伟"),
        Some("נועה לוי"),
        Some("👩‍👩‍👧 e\u{301}\u{1b}[31mred"),
    ]);
    let day = d(vec![Some(20770); 4]);
    let n1 = i(vec![Some(12), Some(0), None, Some(i64::MAX)]);
    let n2 = i(vec![Some(340), Some(5), None, Some(17)]);
    let f = Arc::new(Float64Array::from(vec![
        Some(33.333333333333336),
        Some(2.5),
        None,
        Some(3.0),
    ])) as ArrayRef;
    let b = Arc::new(BooleanArray::from(vec![
        Some(false),
        Some(false),
        None,
        Some(true),
    ])) as ArrayRef;
    let prod = s(vec![
        Some("MICROSOFT 365 E5 DEVELOPER+POWER BI PRO+EXCHANGE ONLINE PLAN 2"),
        Some("MICROSOFT 365 E3"),
        None,
        Some(""),
    ]);
    let ts = Arc::new(
        TimestampMicrosecondArray::from(vec![Some(1_763_000_000_123_000); 4]).with_timezone("UTC"),
    ) as ArrayRef;
    let cols: Vec<(&str, ArrayRef)> = match which.as_str() {
        "wide" => vec![
            ("report_refresh_date", day.clone()),
            ("user_principal_name", upn),
            ("display_name", name),
            ("is_deleted", b),
            ("deleted_date", d(vec![None; 4])),
            ("last_activity_date", day),
            ("send_count", n1.clone()),
            ("receive_count", n2.clone()),
            ("read_count", n2.clone()),
            ("meeting_created_count", n2.clone()),
            ("meeting_interacted_count", n2),
            ("assigned_products", prod),
            ("report_period", i(vec![Some(7); 4])),
            ("_account", s(vec![Some("contoso"); 4])),
            ("_fetched_at", ts),
        ],
        "prose" => vec![
            ("user_principal_name", upn),
            ("assigned_products", prod),
            ("send_count", n2),
            ("_fetched_at", ts),
        ],
        "mid" => vec![
            ("display_name", name),
            ("last_activity_date", day),
            ("meeting_created_count", n2.clone()),
            ("meeting_interacted_count", n2),
            ("average_minutes", f),
            ("is_deleted", b),
        ],
        _ => vec![
            ("display_name", name),
            ("send_count", n1),
            ("receive_count", n2),
            ("avg", f),
        ],
    };
    let batch =
        RecordBatch::try_from_iter_with_nullable(cols.into_iter().map(|(n, a)| (n, a, true)))
            .unwrap();
    let fmt = std::env::var("F")
        .ok()
        .map_or(Format::Table, |f| f.parse().unwrap());
    let t = std::env::var("O")
        .ok()
        .map_or(Target::Stdout, |f| Target::File(f.into()));
    let mut wr = RowWriter::open(
        t,
        fmt,
        batch.schema(),
        ShowOptions {
            terminal_width: w,
            colours,
            max_table_rows: std::env::var("M").ok().map(|m| m.parse().unwrap()),
            ..Default::default()
        },
    )
    .unwrap();
    wr.write(&batch).unwrap();
    wr.finish().unwrap();
}
