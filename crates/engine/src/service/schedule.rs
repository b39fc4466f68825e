//! Schedules that have come due go into the queue, each time once.

use exmetrics_catalog::Schedule;

use crate::{Engine, EngineError};

impl Engine {
    /// Puts every DataSet whose time has come into the queue and reckons its next time. A time that was
    /// missed because nothing was at work counts once, however often it was missed.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn schedule_due(&self) -> Result<(), EngineError> {
        let now = self.clock.now();
        for due in self.store.due_schedules(now).await? {
            let next = match due.schedule.parse::<Schedule>() {
                Ok(schedule) => schedule.next_after(now),
                Err(error) => {
                    // It was checked when it was set; a newer version may have written it.
                    tracing::warn!(%error, schedule = due.schedule, "a schedule cannot be read");
                    None
                }
            };
            self.store.fire_schedule(&due, next, now).await?;
        }
        Ok(())
    }
}
