//! One-time codes by the clock (RFC 6238): SHA-1, six digits, thirty seconds, as every authenticator has them.

use hmac::{Hmac, Mac};
use ring::rand::{SecureRandom, SystemRandom};
use sha1::Sha1;

/// Seconds of a step.
const STEP: i64 = 30;
/// Steps before and after the present one whose codes are taken: clocks differ.
const DRIFT: i64 = 1;
/// Ten to the number of digits.
const MODULUS: u32 = 1_000_000;
/// Bytes of a new secret (RFC 4226 recommends 160 bits).
const SECRET: usize = 20;
/// RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret of an account's codes.
#[derive(Clone, PartialEq, Eq)]
pub struct Totp(Vec<u8>);

impl Totp {
    /// A new secret; `None` if the machine gives no random numbers.
    pub fn random() -> Option<Self> {
        let mut bytes = [0; SECRET];
        SystemRandom::new().fill(&mut bytes).ok()?;
        Some(Self(bytes.to_vec()))
    }

    /// Reads a secret as the ledger keeps it.
    pub fn from_hex(hex: &str) -> Option<Self> {
        if hex.is_empty() || !hex.len().is_multiple_of(2) || !hex.is_ascii() {
            return None;
        }
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        hex.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>().map(Self)
    }

    /// As the ledger keeps it.
    pub fn to_hex(&self) -> String {
        crate::model::hex(&self.0)
    }

    /// As people type it into an authenticator.
    pub fn base32(&self) -> String {
        let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
        for &byte in &self.0 {
            held = (held << 8) | u32::from(byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                text.push(char::from(BASE32[(held >> bits) as usize & 31]));
            }
            held &= (1 << bits) - 1;
        }
        if bits > 0 {
            text.push(char::from(BASE32[(held << (5 - bits)) as usize & 31]));
        }
        text
    }

    /// The step whose code was given at `now` (seconds since 1970-01-01 UTC); `None` if it is the code of none that is near. Spaces do not matter.
    pub fn step_of(&self, code: &str, now: i64) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let present = now.div_euclid(STEP);
        let mut found = None;
        // All are compared, so that time says nothing.
        for step in present - DRIFT..=present + DRIFT {
            let differ = self.code(step).bytes().zip(digits.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
            if differ == 0 {
                found = found.or(Some(step));
            }
        }
        found
    }

    /// The code of a step.
    fn code(&self, step: i64) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return "......".to_owned() };
        mac.update(&step.to_be_bytes());
        let sum = mac.finalize().into_bytes();
        let at = usize::from(sum[19] & 15);
        let number = u32::from_be_bytes([sum[at] & 0x7f, sum[at + 1], sum[at + 2], sum[at + 3]]);
        format!("{:06}", number % MODULUS)
    }
}

/// Shows nothing.
impl std::fmt::Debug for Totp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Totp")
    }
}

/// The text that authenticators take, often as a QR code.
pub fn otpauth(name: &str, totp: &Totp) -> String {
    let name = name.replace('@', "%40");
    format!("otpauth://totp/chartlift:{name}?secret={}&issuer=chartlift&algorithm=SHA1&digits=6&period={STEP}", totp.base32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        let totp = Totp(b"12345678901234567890".to_vec());
        // RFC 6238, appendix B, SHA-1; six of its eight digits.
        let table = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (at, code) in table {
            assert_eq!(totp.code(at / 30), code, "{at}");
            for (late, wanted) in [(0, Some(at / 30)), (30, Some(at / 30)), (-30, Some(at / 30)), (90, None), (-90, None)] {
                assert_eq!(totp.step_of(code, at + late), wanted, "{at} {late}");
            }
        }
        for code in ["", "28708", "2870822", "28708a", "２８７０８２"] {
            assert_eq!(totp.step_of(code, 59), None, "{code}");
        }
    }

    #[test]
    fn secrets_survive_their_forms() {
        let totp = Totp::random().unwrap();
        assert_eq!(Totp::from_hex(&totp.to_hex()), Some(totp.clone()));
        assert_ne!(Totp::random(), Some(totp));
        // RFC 4648, section 10, without padding.
        for (bytes, text) in
            [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(Totp(bytes.as_bytes().to_vec()).base32(), text);
        }
        assert_eq!(Totp::from_hex("0g"), None);
        assert!(
            otpauth("ann@clinic.example", &Totp(b"foobar".to_vec()))
                .starts_with("otpauth://totp/chartlift:ann%40clinic.example?secret=MZXW6YTBOI&")
        );
    }
}
