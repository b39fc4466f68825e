//! Independent cases side by side, all of whose problems are told together.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Processes wait more than they work, so there are more of them than processors.
const AT_ONCE: usize = 4;

/// Checks each case and fails with everything that is wrong.
pub(crate) fn check_all<C: Sync>(cases: &[C], check: impl Fn(&C) -> Result<(), String> + Sync) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let problem = match catch_unwind(AssertUnwindSafe(|| check(case))) {
                        Ok(Ok(())) => continue,
                        Ok(Err(problem)) => problem,
                        Err(_) => "panicked, as told above".into(),
                    };
                    wrong
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(problem);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    let many = cases.len();
    assert!(
        wrong.is_empty(),
        "{} of {many} cases are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
