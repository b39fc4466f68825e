//! How often a report function may be asked: so many requests in the ten minutes that end now,
//! refused ones included.

use std::time::Duration;

use crate::{clock::since, world::World};

/// Counts a request. `Some` is the time to wait when it was one too many.
pub(crate) fn count(world: &World, function: &'static str, json: bool) -> Option<Duration> {
    let quota = world.options.quota;
    let allowed = if json { quota.json } else { quota.csv } as usize;
    let now = world.clock.now();
    let mut live = world.live();
    let asked = live.asked.entry((function, json)).or_default();
    while asked
        .front()
        .is_some_and(|first| since(*first, now) >= quota.window)
    {
        asked.pop_front();
    }
    // A clock that was set back leaves requests of the future behind.
    asked.retain(|at| *at <= now);
    asked.push_back(now);
    if asked.len() <= allowed {
        return None;
    }
    // When so many have left the window that there is room for one more.
    let last_in_the_way = asked.len() - allowed.max(1);
    let frees = asked.get(last_in_the_way)?;
    Some(quota.window.saturating_sub(since(*frees, now)))
}
