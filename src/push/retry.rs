//! When a request is sent again: what may pass by itself, with waits that grow, differ and end. Knows no clock of its own.

use std::time::Duration;

/// How a try ended that brought no final answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// The server answered with this status and may have said how long to wait.
    Status(u16, Option<Duration>),
    /// No answer came in time.
    TimedOut,
    /// The connection could not be made.
    Unreached,
    /// The connection broke after it was made.
    Broken,
}

impl Met {
    /// Whether the same request may well be answered otherwise later.
    pub fn may_pass(self) -> bool {
        match self {
            // 409 is how some servers tell of two creates at the same moment; where it is a version's conflict the client never asks here.
            Self::Status(status, _) => matches!(status, 408 | 409 | 425 | 429 | 500 | 502 | 503 | 504),
            Self::TimedOut | Self::Unreached | Self::Broken => true,
        }
    }

    /// Whether the server may have done what was asked although no word of it came back.
    pub fn may_be_done(self) -> bool {
        match self {
            Self::Status(status, _) => matches!(status, 408 | 500 | 502 | 503 | 504),
            Self::TimedOut | Self::Broken => true,
            Self::Unreached => false,
        }
    }

    /// Whether the server as such is the trouble, and not this request.
    pub fn is_server(self) -> bool {
        matches!(self, Self::Unreached | Self::TimedOut | Self::Broken | Self::Status(408 | 429 | 502 | 503 | 504, _))
    }
}

/// How often and how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Tries in all.
    pub tries: u32,
    /// Wait before the second one; doubled for each further one.
    pub first: Duration,
    /// Longest wait of our own choice.
    pub longest: Duration,
}

/// A server may ask for so many times the longest wait of our own; who asks for more is given up for now.
const PATIENCE: u32 = 5;

impl Policy {
    /// How long to wait before the next try, when `tried` tries were made; `None` to give up. `chance` lies in 0.0–1.0 and keeps many clients from
    /// coming back at the same moment (half of a wait is fixed, half is chance).
    pub fn wait(&self, tried: u32, met: Met, chance: f64) -> Option<Duration> {
        if !met.may_pass() || tried >= self.tries {
            return None;
        }
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1)));
        let own = doubled.min(self.longest).mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0));
        match met {
            Met::Status(_, Some(asked)) if asked > self.longest * PATIENCE => None,
            Met::Status(_, Some(asked)) => Some(own.max(asked)),
            _ => Some(own),
        }
    }
}

/// Reads `Retry-After`: seconds, or a date of HTTP (RFC 9110 §10.2.3), seen from `now` in seconds since 1970-01-01 UTC.
pub fn retry_after(header: &str, now: i64) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|b| b.is_ascii_digit()) {
        return header.parse().ok().map(Duration::from_secs);
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header.replace("GMT", "+0000")).ok()?;
    Some(Duration::from_secs(u64::try_from(at.as_second().saturating_sub(now)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { tries: 5, first: Duration::from_millis(500), longest: Duration::from_secs(3) };

    #[test]
    fn waits_grow_up_to_a_bound_and_end() {
        let waits: Vec<Option<u128>> = (1..=5).map(|tried| POLICY.wait(tried, Met::TimedOut, 1.0).map(|wait| wait.as_millis())).collect();
        assert_eq!(waits, [Some(500), Some(1000), Some(2000), Some(3000), None]);
        assert_eq!(POLICY.wait(2, Met::Unreached, 0.0), Some(Duration::from_millis(500)));
        assert_eq!(POLICY.wait(u32::MAX, Met::Unreached, 0.0), None);
    }

    #[test]
    fn what_the_server_asks_for_is_heeded_within_bounds() {
        let ask = |seconds| Met::Status(429, Some(Duration::from_secs(seconds)));
        assert_eq!(POLICY.wait(1, ask(7), 1.0), Some(Duration::from_secs(7)));
        assert_eq!(POLICY.wait(1, ask(0), 1.0), Some(Duration::from_millis(500)));
        assert_eq!(POLICY.wait(1, ask(16), 1.0), None);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for status in [408, 409, 429, 500, 502, 503, 504] {
            assert!(POLICY.wait(1, Met::Status(status, None), 0.5).is_some(), "{status}");
        }
        for status in [200, 301, 400, 401, 403, 404, 405, 410, 412, 413, 422, 501] {
            assert!(POLICY.wait(1, Met::Status(status, None), 0.5).is_none(), "{status}");
        }
        assert!(Met::TimedOut.may_be_done() && !Met::Unreached.may_be_done() && !Met::Status(429, None).may_be_done());
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let now = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own example
        let table = [
            ("120", Some(120)),
            (" 3 ", Some(3)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ];
        for (header, seconds) in table {
            assert_eq!(retry_after(header, now).map(|d| d.as_secs()), seconds, "{header}");
        }
    }
}
