//! Stopping: the first SIGINT or SIGTERM lets the files in flight finish, the second ends the process at once.
//!
//! A file in flight is finished whole, however long it is: half a file is never recorded. Who does not want to wait for a PDF of
//! thousands of pages sends the signal again; that file is then read from its beginning by the next run, and nothing else is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::report::Exit;

/// Whether a signal has come.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A wish to stop that only [`Stop::request`] can express.
    pub fn never() -> Self {
        Self::default()
    }

    /// Listens to SIGINT and SIGTERM from now on.
    ///
    /// # Errors
    /// Those of the system on installing handlers.
    pub fn on_signals() -> std::io::Result<Self> {
        let stop = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // The order matters: at the first signal the shutdown sees the flag unset, and only then it is set.
            flag::register_conditional_shutdown(signal, i32::from(Exit::Interrupted.code()), Arc::clone(&stop.0))?;
            flag::register(signal, Arc::clone(&stop.0))?;
        }
        Ok(stop)
    }

    /// Asks to stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether to stop.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
