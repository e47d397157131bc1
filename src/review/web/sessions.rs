//! Who is signed in: random tokens of which only digests are kept, in memory alone; a restart signs everybody out.

use std::collections::HashMap;
use std::io::Read;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::model::{Reviewer, Role, hex, keyed_hash};

/// More sessions than this end the ones that were used least lately.
const SESSIONS_AT_MOST: usize = 512;

/// Seconds since 1970-01-01 UTC. The system's clock, since time asleep counts as idle, but never backwards.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        let latest = AtomicI64::new(i64::MIN);
        Self(Arc::new(move || {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
            latest.fetch_max(now, Ordering::SeqCst).max(now)
        }))
    }

    /// Another one, for tests.
    pub fn of(clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(clock))
    }

    /// What it says.
    pub fn now(&self) -> i64 {
        (self.0)()
    }
}

/// 256 random bits from the system, as text.
pub(super) fn secret() -> std::io::Result<String> {
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub(super) fn same(left: &str, right: &str) -> bool {
    Sha256::digest(left).iter().zip(Sha256::digest(right)).fold(0, |differ, (l, r)| differ | (l ^ r)) == 0
}

/// How long sessions last, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Without a deed.
    pub idle: i64,
    /// In all.
    pub whole: i64,
}

/// Somebody who is signed in, as a request meets them.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who.
    pub reviewer: Reviewer,
    /// The second secret, which pages hold in memory and deeds must show.
    pub token: String,
    /// Seconds until the session ends for want of deeds.
    pub idle_left: i64,
    /// Seconds until it ends anyway.
    pub whole_left: i64,
}

struct Session {
    reviewer: Reviewer,
    /// Changes with the account's password.
    stamp: String,
    began: i64,
    used: i64,
    /// When the account was last looked at.
    looked: i64,
}

type Name = [u8; 32];

/// The sessions that are open.
pub struct Sessions {
    limits: Limits,
    /// Makes the second secret of the first one.
    key: Vec<u8>,
    open: Mutex<HashMap<Name, Session>>,
}

impl Sessions {
    /// None are open.
    ///
    /// # Errors
    /// Those of the system's source of chance.
    pub fn new(limits: Limits) -> std::io::Result<Self> {
        Ok(Self { limits, key: secret()?.into_bytes(), open: Mutex::default() })
    }

    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<Name, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session and gives its token, which is new each time.
    ///
    /// # Errors
    /// Those of the system's source of chance.
    pub fn begin(&self, name: &str, role: Role, stamp: &str, now: i64) -> std::io::Result<String> {
        let token = secret()?;
        let digest = name_of(&token);
        // Another digest than the one by which it is found: it goes into the chain.
        let shown = hex(&Sha256::digest(digest)[..8]);
        let reviewer = Reviewer { name: name.to_owned(), role, session: shown };
        let mut open = self.open();
        open.retain(|_, session| self.left(session, now).is_some());
        if open.len() >= SESSIONS_AT_MOST
            && let Some(oldest) = open.iter().min_by_key(|(_, session)| session.used).map(|(name, _)| *name)
        {
            open.remove(&oldest);
        }
        open.insert(digest, Session { reviewer, stamp: stamp.to_owned(), began: now, used: now, looked: now });
        Ok(token)
    }

    /// Seconds that are left: for want of deeds, and in all. `None` if it is over.
    fn left(&self, session: &Session, now: i64) -> Option<(i64, i64)> {
        let (idle, whole) = (session.used + self.limits.idle - now, session.began + self.limits.whole - now);
        (idle > 0 && whole > 0).then_some((idle, whole))
    }

    /// Who has this token. A deed puts off the end; a look whether the session is alive does not.
    pub fn visit(&self, token: &str, deed: bool, now: i64) -> Option<Visitor> {
        let name = name_of(token);
        let mut open = self.open();
        let session = open.get_mut(&name)?;
        let Some((mut idle_left, whole_left)) = self.left(session, now) else {
            open.remove(&name);
            return None;
        };
        if deed {
            session.used = now;
            idle_left = self.limits.idle;
        }
        Some(Visitor { reviewer: session.reviewer.clone(), token: self.second(token), idle_left, whole_left })
    }

    /// Whether the account of a session ought to be looked at again, which is done at most every `every` seconds; its stamp then.
    pub fn due(&self, token: &str, every: i64, now: i64) -> Option<String> {
        let mut open = self.open();
        let session = open.get_mut(&name_of(token))?;
        if now - session.looked < every {
            return None;
        }
        session.looked = now;
        Some(session.stamp.clone())
    }

    /// Takes over what an account may do now.
    pub fn grant(&self, token: &str, role: Role) {
        if let Some(session) = self.open().get_mut(&name_of(token)) {
            session.reviewer.role = role;
        }
    }

    /// Ends a session; gives whose it was.
    pub fn end(&self, token: &str) -> Option<Reviewer> {
        self.open().remove(&name_of(token)).map(|session| session.reviewer)
    }

    /// The second secret of a session.
    pub fn second(&self, token: &str) -> String {
        URL_SAFE_NO_PAD.encode(keyed_hash(&self.key, token.as_bytes()))
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }
}

fn name_of(token: &str) -> Name {
    Sha256::digest(token).into()
}

/// Tokens of links by which the program's own user gets in: each for one use, within a minute.
#[derive(Default)]
pub struct Launches(Mutex<Vec<(Name, i64)>>);

/// How long a link can be used, in seconds.
pub const LAUNCH_SECONDS: i64 = 60;

impl Launches {
    /// A new token.
    ///
    /// # Errors
    /// Those of the system's source of chance.
    pub fn make(&self, now: i64) -> std::io::Result<String> {
        let token = secret()?;
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|&(_, made)| now - made < LAUNCH_SECONDS);
        waiting.push((name_of(&token), now));
        Ok(token)
    }

    /// Uses a token up.
    pub fn take(&self, token: &str, now: i64) -> bool {
        let name = name_of(token);
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|&(_, made)| now - made < LAUNCH_SECONDS);
        let before = waiting.len();
        waiting.retain(|(other, _)| *other != name);
        waiting.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { idle: 900, whole: 28_800 };

    #[test]
    fn sessions_end_idle_and_in_all_and_looks_do_not_put_that_off() {
        let sessions = Sessions::new(LIMITS).unwrap();
        let token = sessions.begin("ann", Role::Reviewer, "s", 0).unwrap();
        assert_eq!(sessions.visit(&token, false, 899).unwrap().idle_left, 1);
        assert!(sessions.visit(&token, true, 899).is_some());
        assert!(sessions.visit(&token, false, 1_798).is_some());
        assert!(sessions.visit(&token, true, 1_799).is_none(), "a look at 1798 is no deed");
        assert!(sessions.visit(&token, true, 900).is_none(), "what is over stays over");
        let token = sessions.begin("ann", Role::Reviewer, "s", 0).unwrap();
        for now in (0..28_800).step_by(600) {
            assert!(sessions.visit(&token, true, now).is_some(), "{now}");
        }
        assert!(sessions.visit(&token, true, 28_800).is_none());
    }

    #[test]
    fn tokens_are_new_unlike_and_only_digests_are_kept() {
        let sessions = Sessions::new(LIMITS).unwrap();
        let (first, second) = (sessions.begin("a", Role::Lead, "", 0).unwrap(), sessions.begin("a", Role::Lead, "", 0).unwrap());
        assert_ne!(first, second);
        assert_eq!(URL_SAFE_NO_PAD.decode(&first).unwrap().len(), 32);
        let visitor = sessions.visit(&first, true, 1).unwrap();
        assert_ne!(visitor.token, first);
        assert_ne!(visitor.token, sessions.visit(&second, true, 1).unwrap().token);
        assert!(!visitor.reviewer.session.is_empty() && !first.contains(&visitor.reviewer.session));
        assert!(sessions.visit("", true, 1).is_none() && sessions.visit(&visitor.token, true, 1).is_none());
        assert_eq!(sessions.end(&first).unwrap().name, "a");
        assert!(sessions.visit(&first, true, 1).is_none() && sessions.visit(&second, true, 1).is_some());
    }

    #[test]
    fn too_many_sessions_end_the_one_that_was_used_least_lately() {
        let sessions = Sessions::new(LIMITS).unwrap();
        let tokens: Vec<_> = (0..=SESSIONS_AT_MOST as i64).map(|now| sessions.begin("a", Role::Lead, "", now).unwrap()).collect();
        assert!(sessions.visit(&tokens[0], true, 600).is_none() && sessions.visit(&tokens[1], true, 600).is_some());
    }

    #[test]
    fn a_link_is_used_once_within_a_minute() {
        let launches = Launches::default();
        let (used, late) = (launches.make(0).unwrap(), launches.make(0).unwrap());
        assert!(!launches.take("", 1) && !launches.take("guess", 1));
        assert!(launches.take(&used, 59) && !launches.take(&used, 59));
        assert!(!launches.take(&late, 60));
    }

    #[test]
    fn the_clock_never_runs_backwards() {
        let clock = Clock::system();
        assert!(clock.now() <= clock.now());
    }
}
