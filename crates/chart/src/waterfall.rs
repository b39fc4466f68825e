//! A waterfall: a run's requests over time, where each second of it went.

use super::chart::Chart;
use super::fall_rows::{draw_row, name_room, row_height};
use super::fall_words::{fold_words, legend, summary, table};
use super::fold::Timeline;
use super::labels::{SMALL, width};
use super::requests::{Phase, Row};
use super::root::{self, Root};
use super::svg::{Px, Share, Svg};
use super::{Error, Subject, Unit};

/// Room for the times above the first row, and for the words about folds below the last.
const HEAD: f64 = 24.0;
const FOOT: f64 = 24.0;

/// Draws one row per request, in the given order. A long stretch in which nothing was done is folded and says so.
/// The subject's unit and height are not used: time is in seconds, height follows the rows.
///
/// # Errors
/// [`Error::Nothing`] without a row, [`Error::BadValue`] for a span that ends before it begins.
pub fn waterfall(subject: &Subject, rows: &[Row]) -> Result<Chart, Error> {
    subject.check()?;
    if rows.is_empty() {
        return Err(Error::Nothing);
    }
    rows.iter().try_for_each(Row::check)?;
    let time = Timeline::new(rows);
    let summary = summary(rows, &time);
    let height: f64 = rows.iter().map(row_height).sum();
    let left = root::gutter(name_room(rows));
    let foot = if time.folds().next().is_some() {
        FOOT
    } else {
        4.0
    };
    let mut svg = Root {
        kind: "fall",
        more: String::new(),
        height: HEAD + height + foot,
        top: HEAD,
        left,
        right: 0.0,
        days: None,
        summary: &summary,
        hatched: false,
        waits: rows.iter().any(|row| row.seconds(Phase::Wait) > 0.0),
    }
    .open(subject);
    draw_ground(&mut svg, rows, left);
    draw_times(&mut svg, &time, height);
    let mut y = 0.0;
    for row in rows {
        draw_row(&mut svg, subject, &time, row, (y, left));
        y += row_height(row);
    }
    if let Some(words) = fold_words(&time) {
        svg.tag("text")
            .class("tick")
            .attr("x", Px(-left))
            .attr("y", Px(height + 18.0))
            .text(&words);
    }
    Ok(Chart {
        id: subject.id.clone(),
        title: subject.title.clone(),
        svg: root::close(svg),
        summary,
        legend: legend(rows),
        table: table(rows),
        empty: None,
    })
}

/// What lies behind everything: the ground of the headings.
fn draw_ground(svg: &mut Svg, rows: &[Row], left: f64) {
    let mut y = 0.0;
    for row in rows {
        if row.heading {
            // The gutter has no percentage of its own: the ground is a part in pixels and a part in per cent.
            for (x, wide) in [(-left, Px(left).to_string()), (0.0, "100%".to_owned())] {
                svg.tag("rect")
                    .class("ground")
                    .attr("x", Px(x))
                    .attr("y", Px(y))
                    .attr("width", wide)
                    .attr("height", Px(row_height(row)))
                    .leaf();
            }
        }
        y += row_height(row);
    }
}

fn draw_times(svg: &mut Svg, time: &Timeline, height: f64) {
    for fold in time.folds() {
        svg.tag("rect")
            .class("fold")
            .attr("x", Share(fold.left))
            .attr("width", Share(fold.right - fold.left))
            .attr("height", Px(height))
            .open();
        svg.tag("title").text(&format!(
            "{} folded",
            Unit::Seconds.write(fold.to - fold.from)
        ));
        svg.close("rect");
    }
    let (mut wide_from, mut narrow_from) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for seconds in time.ticks() {
        let x = time.x(seconds);
        svg.tag("line")
            .class("grid")
            .attr("x1", Share(x))
            .attr("x2", Share(x))
            .attr("y2", Px(height))
            .leaf();
        let text = clock(seconds, time.step());
        let room = width(&text, SMALL) + 8.0;
        let free = |plot: f64, from: &mut f64| {
            let free = x * plot >= *from;
            if free {
                *from = x * plot + room;
            }
            free
        };
        let narrow = free(185.0, &mut narrow_from);
        if !free(290.0, &mut wide_from) {
            continue;
        }
        svg.tag("text")
            .class(if narrow { "tick" } else { "tick only-wide" })
            .attr("x", Share(x))
            .attr("y", "-8")
            .attr("text-anchor", if x > 0.95 { "end" } else { "middle" })
            .text(&text);
    }
}

/// `0 s`, `10`, `10:00`, `1:10:00`; below a second with decimals.
fn clock(seconds: f64, step: f64) -> String {
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    if seconds < 60.0 {
        return super::number::trimmed(seconds, if step < 1.0 { 2 } else { 0 });
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}
