//! Resources that several documents bring: each is asked for once a push, by one document at a time, so that documents on their way at the same
//! moment do not create it twice.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Where a shared resource lies on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub id: String,
    /// Its version when it was seen.
    pub version: Option<String>,
}

#[derive(Clone, Debug)]
enum State {
    /// Another document asks for it now.
    Asked,
    /// It is there.
    There(Place),
}

/// All shared resources of a push.
#[derive(Debug, Default)]
pub struct Shared {
    states: Mutex<BTreeMap<String, State>>,
    changed: Condvar,
}

/// The right to ask for some keys. What is not told to be there when it ends is free for the next.
pub struct Claim<'a> {
    shared: &'a Shared,
    keys: Vec<String>,
}

impl Shared {
    /// Waits until nobody asks for any of `keys`; then says which are there, and claims the others. All or none, so that nobody waits in a circle.
    pub fn claim(&self, keys: &[String]) -> (BTreeMap<String, Place>, Claim<'_>) {
        let mut states = self.lock();
        while keys.iter().any(|key| matches!(states.get(key), Some(State::Asked))) {
            states = self.changed.wait(states).unwrap_or_else(PoisonError::into_inner);
        }
        let mut there = BTreeMap::new();
        let mut claimed = Vec::new();
        for key in keys {
            match states.get(key) {
                Some(State::There(place)) => {
                    there.insert(key.clone(), place.clone());
                }
                _ => {
                    states.insert(key.clone(), State::Asked);
                    claimed.push(key.clone());
                }
            }
        }
        drop(states);
        (there, Claim { shared: self, keys: claimed })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, State>> {
        // A thread that panicked held it for a look-up alone: what it holds is whole.
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim<'_> {
    /// Says where one of them lies.
    pub fn tell(&self, key: &str, place: Place) {
        if self.keys.iter().any(|claimed| claimed == key) {
            self.shared.lock().insert(key.to_owned(), State::There(place));
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut states = self.shared.lock();
        for key in &self.keys {
            if matches!(states.get(key), Some(State::Asked)) {
                states.remove(key);
            }
        }
        drop(states);
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn of_many_that_want_the_same_one_asks() {
        let shared = Shared::default();
        let asked = AtomicUsize::new(0);
        let keys: Vec<Vec<String>> =
            vec![vec!["a".into(), "b".into()], vec!["b".into(), "a".into()], vec!["a".into()], vec!["b".into(), "c".into()]];
        std::thread::scope(|scope| {
            for keys in &keys {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let (there, claim) = shared.claim(keys);
                        for key in keys.iter().filter(|key| !there.contains_key(*key)) {
                            asked.fetch_add(1, Ordering::SeqCst);
                            claim.tell(key, Place { id: key.clone(), version: None });
                        }
                    }
                });
            }
        });
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn a_claim_that_came_to_nothing_is_free_again() {
        let shared = Shared::default();
        let key = ["a".to_owned()];
        drop(shared.claim(&key));
        let (there, claim) = shared.claim(&key);
        assert!(there.is_empty());
        claim.tell("a", Place { id: "7".into(), version: None });
        drop(claim);
        assert_eq!(shared.claim(&key).0["a"].id, "7");
    }
}
