//! Digests under a secret, and how bytes are written down.

use hmac::{Hmac, Mac};

/// HMAC-SHA256 (RFC 2104).
pub fn keyed_hash(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    // A key of any length will do; there is no error to meet.
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(key) else { return [0xff; 32] };
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_case_of_hmac_holds() {
        // RFC 4231, test case 2.
        let digest = keyed_hash(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&digest), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
