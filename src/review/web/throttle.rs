//! Slows guessing down, and never locks anybody out for good: from the sixth wrong password in a quarter of an hour on an account waits, twice as
//! long each time, up to a quarter of an hour. Names that do not exist are treated alike.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Wrong passwords that cost nothing.
const FREE: u32 = 5;
/// Seconds after which they are forgotten, and the longest wait.
const QUARTER: i64 = 15 * 60;
/// Wrong attempts a minute of all accounts together.
const A_MINUTE: usize = 30;
/// Names that are remembered; more forget those whose wait is over first.
const NAMES_AT_MOST: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: i64,
}

impl Failures {
    /// When the next attempt is heard.
    fn until(self) -> i64 {
        match self.count.checked_sub(FREE) {
            None => i64::MIN,
            // 2, 4, 8 … seconds
            Some(more) => self.last + (2_i64 << more.min(20)).min(QUARTER),
        }
    }

    /// Whether all of it is long ago.
    fn are_old(self, now: i64) -> bool {
        now - self.last.max(self.until()) >= QUARTER
    }
}

#[derive(Default)]
struct Seen {
    attempts: VecDeque<i64>,
    failures: HashMap<String, Failures>,
}

/// Counts attempts.
#[derive(Default)]
pub struct Throttle(Mutex<Seen>);

impl Throttle {
    /// Whether an attempt is heard now; else after how many seconds.
    pub fn admit(&self, name: &str, now: i64) -> Result<(), i64> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failures) = seen.failures.get(name)
            && failures.until() > now
        {
            return Err(failures.until() - now);
        }
        while seen.attempts.front().is_some_and(|&at| now - at >= 60) {
            seen.attempts.pop_front();
        }
        if seen.attempts.len() >= A_MINUTE {
            return Err(seen.attempts.front().map_or(1, |&at| at + 60 - now));
        }
        seen.attempts.push_back(now);
        // Counted as wrong until it turns out right, so that many at once gain nothing.
        if seen.failures.len() >= NAMES_AT_MOST {
            seen.failures.retain(|_, failures| !failures.are_old(now));
            if seen.failures.len() >= NAMES_AT_MOST {
                seen.failures.retain(|_, failures| failures.until() > now);
            }
        }
        let failures = seen.failures.entry(name.to_owned()).or_insert(Failures { count: 0, last: now });
        if failures.are_old(now) {
            failures.count = 0;
        }
        failures.count += 1;
        failures.last = now;
        Ok(())
    }

    /// The attempt was right: what was wrong before is forgotten, and it is none of those a minute has room for.
    pub fn forget(&self, name: &str) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.failures.remove(name);
        seen.attempts.pop_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_attempt_waits_and_each_one_after_it_twice_as_long_up_to_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        for now in 0..5 {
            assert_eq!(throttle.admit("ann", now), Ok(()));
        }
        assert_eq!(throttle.admit("ann", 4), Err(2), "the sixth");
        assert_eq!(throttle.admit("bob", 4), Ok(()), "others go on");
        let (mut now, mut waits) = (4, Vec::new());
        for _ in 0..12 {
            let wait = throttle.admit("ann", now).unwrap_err();
            waits.push(wait);
            now += wait;
            assert_eq!(throttle.admit("ann", now), Ok(()), "never a lock");
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        throttle.forget("ann");
        assert_eq!(throttle.admit("ann", now), Ok(()));
    }

    #[test]
    fn failures_are_forgotten_after_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        for now in 0..5 {
            assert_eq!(throttle.admit("ann", now), Ok(()));
        }
        assert_eq!(throttle.admit("ann", 6 + QUARTER), Ok(()));
        assert_eq!(throttle.admit("ann", 7 + QUARTER), Ok(()));
    }

    #[test]
    fn all_together_have_thirty_a_minute() {
        let throttle = Throttle::default();
        for n in 0..30 {
            assert_eq!(throttle.admit(&format!("name {n}"), 0), Ok(()));
        }
        assert_eq!(throttle.admit("ann", 10), Err(50));
        throttle.forget("name 3");
        assert_eq!(throttle.admit("ann", 10), Ok(()), "who is right takes nobody's place");
        assert_eq!(throttle.admit("ann", 60), Ok(()));
    }

    #[test]
    fn many_names_do_not_fill_the_memory() {
        let throttle = Throttle::default();
        for n in 0..(NAMES_AT_MOST as i64 + 100) {
            assert_eq!(throttle.admit(&n.to_string(), n * 3), Ok(()));
        }
        assert!(throttle.0.lock().unwrap().failures.len() <= NAMES_AT_MOST);
    }
}
