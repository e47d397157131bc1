//! The station's server: pages and deeds for browsers, over a [`Desk`]. The only room that opens a socket to listen, and the only one that is async.
//!
//! It listens on loopback, or elsewhere by TLS alone. `door` says who is let in, `views` makes screens and pictures, `api` does deeds for the
//! script, `forms` the same for browsers without it. Of patients nothing reaches the log.

mod accounts;
mod api;
mod browser;
mod door;
mod fault;
mod forms;
mod headers;
mod hosts;
mod listen;
mod sessions;
mod sign_in;
mod throttle;
mod tls;
mod views;

#[cfg(test)]
mod listen_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

pub use accounts::{Accounts, Standing};
pub use browser::open;
pub use hosts::Hosts;
pub use listen::{Listening, ServeError, Way, listen};
pub use sessions::{Clock, LAUNCH_SECONDS, Limits};

use super::desk::{Desk, DeskError};
use crate::model::Reviewer;
use fault::Fault;
use sessions::{Launches, Sessions, Visitor};
use throttle::Throttle;

/// Passwords that are hashed at a time: each takes 46 MiB.
const HASHES_AT_A_TIME: usize = 2;

/// What takes long (pictures that must be made, places that are read again, documents made anew) at a time: fewer than threads, so that an answer
/// never waits behind pictures.
const SLOW_AT_A_TIME: usize = 8;

/// What a station is made of.
pub struct Parts {
    /// The archive.
    pub desk: Arc<dyn Desk>,
    /// Who may sign in.
    pub accounts: Arc<dyn Accounts>,
    /// The program's own user, where nobody has an account.
    pub single: Option<String>,
    /// How long sessions last.
    pub limits: Limits,
    /// The time.
    pub clock: Clock,
    /// Version of the program.
    pub build: &'static str,
}

/// A station, as its handlers share it.
pub struct Station {
    desk: Arc<dyn Desk>,
    accounts: Arc<dyn Accounts>,
    single: Option<String>,
    hosts: Hosts,
    /// Begins every path: empty, or `/` and 16 hexadecimal digits that are others at every start.
    base: String,
    /// Whether by TLS.
    secure: bool,
    sessions: Sessions,
    launches: Launches,
    throttle: Throttle,
    hashing: Semaphore,
    slow: Semaphore,
    clock: Clock,
    build: &'static str,
}

impl Station {
    /// Puts a station together that goes by `hosts`, below `base`.
    ///
    /// # Errors
    /// Those of the system's source of chance.
    pub fn new(parts: Parts, hosts: Hosts, base: String, secure: bool) -> std::io::Result<Self> {
        Ok(Self {
            desk: parts.desk,
            accounts: parts.accounts,
            single: parts.single,
            hosts,
            base,
            secure,
            sessions: Sessions::new(parts.limits)?,
            launches: Launches::default(),
            throttle: Throttle::default(),
            hashing: Semaphore::new(HASHES_AT_A_TIME),
            slow: Semaphore::new(SLOW_AT_A_TIME),
            clock: parts.clock,
            build: parts.build,
        })
    }

    /// The address of the sign-in screen; where nobody has an account with a token that lets in once, within a minute. The token stands in the
    /// fragment, which browsers send nowhere.
    ///
    /// # Errors
    /// Those of the system's source of chance.
    pub fn link(&self) -> std::io::Result<String> {
        let address = format!("{}{}/sign-in", self.hosts.address(), self.base);
        if self.single.is_none() {
            return Ok(address);
        }
        Ok(format!("{address}#{}", self.launches.make(self.clock.now())?))
    }

    /// The part of a path below the station's own beginning.
    fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.base.as_str()).filter(|rest| rest.starts_with('/'))
    }

    /// Browsers take `__Host-` by TLS alone.
    fn cookie_name(&self) -> &'static str {
        if self.secure { "__Host-chartlift" } else { "chartlift_sid" }
    }

    /// Does what may wait for disks away from the threads that serve sockets. A panic costs this request alone.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, DeskError> + Send + 'static,
    ) -> Result<T, Fault> {
        let station = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&station)).await {
            Ok(done) => done.map_err(Fault::from),
            Err(_) => Err(Fault::of_program("a deed panicked")),
        }
    }

    /// Asks the desk on behalf of a visitor.
    async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        visitor: &Visitor,
        work: impl FnOnce(&dyn Desk, &Reviewer) -> Result<T, DeskError> + Send + 'static,
    ) -> Result<T, Fault> {
        let who = visitor.reviewer.clone();
        self.blocking(move |station| work(&*station.desk, &who)).await
    }

    /// The same of what takes long.
    async fn ask_slowly<T: Send + 'static>(
        self: &Arc<Self>,
        visitor: &Visitor,
        work: impl FnOnce(&dyn Desk, &Reviewer) -> Result<T, DeskError> + Send + 'static,
    ) -> Result<T, Fault> {
        let _turn = self.slow.acquire().await.map_err(|_| Fault::of_program("a turnstile is gone"))?;
        self.ask(visitor, work).await
    }
}

/// All routes of a station.
pub fn router(station: Arc<Station>) -> Router {
    let at = |path: &str| format!("{}{path}", station.base);
    Router::new()
        .route(&at("/"), get(views::queue))
        .route(&at("/work"), get(views::work))
        .route(&at("/group"), get(views::group))
        .route(&at("/conflicts"), get(views::conflicts))
        .route(&at("/escalated"), get(views::escalated))
        .route(&at("/paper/{document}"), get(views::paper))
        .route(&at("/mine"), get(views::mine))
        .route(&at("/numbers"), get(views::numbers))
        .route(&at("/help"), get(views::help))
        .route(&at("/sign-in"), get(sign_in::screen))
        .route(&at("/station.js"), get(views::script))
        .route(&at("/station.css"), get(views::style))
        .route(&at("/station.svg"), get(views::icon))
        .route(&at("/snippet/{name}"), get(views::snippet))
        .route(&at("/page/{document}/{name}"), get(views::page))
        .route(&at("/api/sign-in"), post(sign_in::by_password))
        .route(&at("/api/launch"), post(sign_in::by_link))
        .route(&at("/api/sign-out"), post(sign_in::out))
        .route(&at("/api/alive"), post(sign_in::alive))
        .route(&at("/api/keys"), post(api::keys))
        .route(&at("/api/tasks"), post(api::tasks))
        .route(&at("/api/answer"), post(api::answer))
        .route(&at("/api/answers"), post(api::answers))
        .route(&at("/api/postpone"), post(api::postpone))
        .route(&at("/api/note"), post(api::note))
        .route(&at("/api/undo"), post(api::undo))
        .route(&at("/api/amend"), post(api::amend))
        .route(&at("/api/read"), post(api::read))
        .route(&at("/api/structure"), post(api::structure))
        .route(&at("/api/release"), post(api::release))
        .route(&at("/form/sign-in"), post(sign_in::by_form))
        .route(&at("/form/launch"), post(sign_in::by_code))
        .route(&at("/form/sign-out"), post(sign_in::out_by_form))
        .route(&at("/form/answer"), post(forms::answer))
        .route(&at("/form/group"), post(forms::group))
        .route(&at("/form/postpone"), post(forms::postpone))
        .route(&at("/form/note"), post(forms::note))
        .route(&at("/form/undo"), post(forms::undo))
        .route(&at("/form/keys"), post(forms::keys))
        .route(&at("/form/amend"), post(forms::amend))
        .route(&at("/form/structure"), post(forms::structure))
        .route(&at("/form/release"), post(forms::release))
        .fallback(async || Fault::unknown())
        .layer(axum::extract::DefaultBodyLimit::max(door::BODY_AT_MOST))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&station), door::pass))
        .with_state(station)
}
