//! Binds, refuses what would show patients' data to a network, serves until asked to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::sessions::secret;
use super::tls::{self, Door, TlsError};
use super::{Hosts, Parts, Station, router};

/// How long answers that are on their way may take when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// How often it is asked whether to stop.
const ASK: Duration = Duration::from_millis(100);
/// Threads that wait for disks at a time.
const WAITING_AT_MOST: usize = 32;

/// Where a station is to be reached.
#[derive(Clone, Debug)]
pub struct Way {
    /// Address and port; port 0 stands for any that is free.
    pub at: SocketAddr,
    /// Names by which browsers may call it, besides the address.
    pub names: Vec<String>,
    /// Certificate chain and private key.
    pub tls: Option<(PathBuf, PathBuf)>,
}

impl Way {
    /// Refuses what would show data to a network; `single` if the program's own user works alone.
    ///
    /// # Errors
    /// What is missing.
    pub fn check(&self, single: bool) -> Result<(), ServeError> {
        let loopback = self.at.ip().is_loopback();
        if !loopback && self.tls.is_none() {
            return Err(ServeError::Plain(self.at));
        }
        if !loopback && single {
            return Err(ServeError::NoAccounts);
        }
        if self.at.ip().is_unspecified() && self.names.is_empty() {
            return Err(ServeError::Nameless(self.at));
        }
        Ok(())
    }
}

/// Why a station is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Off loopback, and not by TLS.
    #[error("{0} is not loopback, and without TLS everybody on the way would read patients' data")]
    Plain(SocketAddr),
    /// On all addresses, without a name.
    #[error("{0} stands for every address of this machine; by which name browsers call it is not said")]
    Nameless(SocketAddr),
    /// Off loopback, and nobody has an account.
    #[error("nobody has an account, and off loopback people must sign in")]
    NoAccounts,
    /// Certificate or key cannot be used.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// The address cannot be had.
    #[error("cannot listen on {at}")]
    Bind {
        /// Where.
        at: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The system gives no threads, or no random bits.
    #[error("the server cannot start")]
    System(#[from] std::io::Error),
}

/// A station that listens: browsers that come wait until it is run.
pub struct Listening {
    runtime: tokio::runtime::Runtime,
    door: Door,
    station: Arc<Station>,
}

/// Listens.
///
/// # Errors
/// What would show data to a network is refused; else those of the system.
pub fn listen(way: &Way, parts: Parts) -> Result<Listening, ServeError> {
    way.check(parts.single.is_some())?;
    let acceptor = way.tls.as_ref().map(|(certificate, key)| tls::acceptor(certificate, key)).transpose()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).max_blocking_threads(WAITING_AT_MOST).enable_all().build()?;
    let bound = |source| ServeError::Bind { at: way.at, source };
    let listener = runtime.block_on(tokio::net::TcpListener::bind(way.at)).map_err(bound)?;
    let at = listener.local_addr()?;
    let secure = acceptor.is_some();
    // Cookies are not kept apart by port: another path at every start keeps those of other servers of this machine away, and ours from them.
    let base = if secure { String::new() } else { format!("/{}", digits()?) };
    let station = Arc::new(Station::new(parts, Hosts::new(at, &way.names, secure), base, secure)?);
    let door = runtime.block_on(async { Door::new(listener, acceptor) })?;
    Ok(Listening { runtime, door, station })
}

/// 64 random bits, hexadecimal.
fn digits() -> std::io::Result<String> {
    Ok(crate::model::hex(&Sha256::digest(secret()?)[..8]))
}

impl Listening {
    /// The station, for links.
    pub fn station(&self) -> Arc<Station> {
        Arc::clone(&self.station)
    }

    /// Serves until `stopped` says so, which is asked no more then; lets answers that are on their way finish, and the desk what it has to.
    ///
    /// # Errors
    /// Those of the system.
    pub fn run(self, stopped: impl Fn() -> bool + Send + 'static) -> Result<(), ServeError> {
        let Self { runtime, door, station } = self;
        // The desk ends on this thread, after all that asks it, however long it takes.
        let last = Arc::clone(&station);
        let (tell, told) = tokio::sync::watch::channel(false);
        let stop = {
            let mut told = told.clone();
            async move {
                let _ = told.wait_for(|stop| *stop).await;
            }
        };
        let served = runtime.block_on(async move {
            tokio::spawn(async move {
                while !stopped() {
                    tokio::time::sleep(ASK).await;
                }
                let _ = tell.send(true);
            });
            let serving = axum::serve(door, router(station)).with_graceful_shutdown(stop).into_future();
            let mut told = told;
            let late = async {
                let _ = told.wait_for(|stop| *stop).await;
                tokio::time::sleep(LAST_ANSWERS).await;
            };
            tokio::select! {
                served = serving => served,
                () = late => Ok(()),
            }
        });
        // What the desk is doing for somebody is done, or not done, but not by halves: it commits by transactions.
        runtime.shutdown_timeout(LAST_ANSWERS);
        drop(last);
        Ok(served?)
    }
}
