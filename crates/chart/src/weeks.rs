//! Turns days into weeks: over years, the rhythm of work and weekend hides everything else.

use std::collections::BTreeMap;

use super::{Daily, Day, Series, Why};

impl Daily {
    /// For more than some 400 days of work and weekends. The mean of each week, Monday to Sunday,
    /// placed on its Monday; say so in the chart's title or note.
    ///
    /// A week has a mean only if each of its seven days has a value: a week without its weekend
    /// would look busier than it was.
    /// Other weeks are gaps, with the first reason that any of their days has; a week that the
    /// figures only begin or end in is left out.
    #[must_use]
    pub fn weekly_means(&self) -> Self {
        let monday = |day: Day| Day::since_epoch(day.number() - (day.number() + 3).rem_euclid(7));
        let mut weeks: BTreeMap<Day, Vec<usize>> = BTreeMap::new();
        for (at, day) in self.days.iter().enumerate() {
            weeks.entry(monday(*day)).or_default().push(at);
        }
        let mut why: BTreeMap<Day, Why> = BTreeMap::new();
        for (day, reason) in &self.why {
            why.entry(monday(*day)).or_insert(*reason);
            weeks.entry(monday(*day)).or_default();
        }
        let known = || self.days.iter().chain(self.why.keys());
        if let (Some(first), Some(last)) = (known().min(), known().max()) {
            weeks.retain(|monday, _| monday >= first && monday.number() + 6 <= last.number());
        }
        let mean = |series: &Series, days: &Vec<usize>| {
            let values: Option<Vec<f64>> = days.iter().map(|at| series.values[*at]).collect();
            values
                .filter(|values| values.len() == 7)
                .map(|values| values.iter().sum::<f64>() / 7.0)
        };
        let series = self.series.iter().map(|series| Series {
            values: weeks.values().map(|days| mean(series, days)).collect(),
            ..series.clone()
        });
        why.retain(|monday, _| weeks.contains_key(monday));
        Self {
            series: series.collect(),
            days: weeks.into_keys().collect(),
            why,
            step: 7,
        }
    }
}
