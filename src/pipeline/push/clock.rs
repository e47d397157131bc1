//! Time, chance and the wish to stop, as the room that sends needs them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::pipeline::Stop;
use crate::pipeline::archive::random;
use crate::push::Clock;

/// How often a wait looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// The system's clock, cut short by a signal.
pub(super) struct SystemClock {
    stop: Stop,
    seed: AtomicU64,
}

impl SystemClock {
    pub fn new(stop: Stop) -> Self {
        // Chance only spreads waits: without the system's, the process's number does.
        let seed = random()
            .map_or_else(|_| u64::from(std::process::id()), |b| u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]));
        Self { stop, seed: AtomicU64::new(seed) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
    }

    fn sleep(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        while !self.stop.requested() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(LOOK));
        }
        false
    }

    fn chance(&self) -> f64 {
        // splitmix64 (Steele et al. 2014).
        let mut z = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
