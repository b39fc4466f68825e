//! What a run tells, on a terminal as a bar, elsewhere as plain lines.

use std::{
    io::IsTerminal,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use exmetrics_engine::{Progress, Step};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{listing::thousands, say};

/// Shows the steps of a run.
pub(crate) struct Shown {
    bar: Option<ProgressBar>,
    rows: AtomicU64,
    quiet: bool,
}

impl Shown {
    /// A bar on a terminal, else lines for what takes long or goes wrong.
    pub(crate) fn new(title: &str, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) =
                ProgressStyle::with_template("{prefix}  {bar:24} {pos}/{len} requests  {msg}")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix(title.to_owned());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self {
            bar,
            rows: AtomicU64::new(0),
            quiet,
        }
    }

    fn tell(&self, text: String) {
        match &self.bar {
            Some(bar) => bar.set_message(text),
            None if self.quiet => {}
            None => say::note(text),
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown {
    fn step(&self, step: Step<'_>) {
        match step {
            Step::Planned { requests } => {
                if let Some(bar) = &self.bar {
                    bar.set_length(requests as u64);
                }
            }
            Step::Asking { .. } => {}
            Step::Waiting {
                account,
                until,
                why,
            } => {
                let until = until.round(jiff::Unit::Second).unwrap_or(until);
                self.tell(format!("{account}: waiting until {until} ({why})"));
            }
            Step::Rows { more } => {
                let rows = self.rows.fetch_add(more, Ordering::Relaxed) + more;
                if let Some(bar) = &self.bar {
                    bar.set_message(format!("{} rows", thousands(rows)));
                }
            }
            // What went wrong is said once, at the end.
            Step::Asked { .. } => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
            Step::Landing => {
                if let Some(bar) = &self.bar {
                    bar.set_message("landing");
                }
            }
        }
    }
}
