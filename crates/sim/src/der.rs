//! Just enough DER to find the RSA key in a certificate.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const VERSION: u8 = 0xA0;

/// One element: (tag, content, what follows).
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
        if digits.len() > 4 {
            return None;
        }
        (
            digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit)),
            rest,
        )
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn expect(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = element(bytes)?;
    (tag == wanted).then_some((content, rest))
}

/// The `RSAPublicKey` inside an X.509 certificate.
pub(crate) fn key_of_certificate(der: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = expect(der, SEQUENCE)?;
    let (mut body, _) = expect(certificate, SEQUENCE)?;
    if let Some((_, rest)) = expect(body, VERSION) {
        body = rest;
    }
    let (_serial, body) = expect(body, INTEGER)?;
    let (_algorithm, body) = expect(body, SEQUENCE)?;
    let (_issuer, body) = expect(body, SEQUENCE)?;
    let (_validity, body) = expect(body, SEQUENCE)?;
    let (_subject, body) = expect(body, SEQUENCE)?;
    key_of_public_key(body)
}

/// The `RSAPublicKey` inside a `SubjectPublicKeyInfo`.
pub(crate) fn key_of_public_key(der: &[u8]) -> Option<&[u8]> {
    let (info, _) = expect(der, SEQUENCE)?;
    let (_algorithm, rest) = expect(info, SEQUENCE)?;
    let (bits, _) = expect(rest, BIT_STRING)?;
    // The first byte counts unused bits; a key is whole bytes.
    let key = bits.strip_prefix(&[0])?;
    is_rsa_key(key).then_some(key)
}

/// Whether this is an `RSAPublicKey`: a modulus and an exponent.
pub(crate) fn is_rsa_key(der: &[u8]) -> bool {
    let numbers = expect(der, SEQUENCE).and_then(|(content, _)| {
        let (_modulus, rest) = expect(content, INTEGER)?;
        let (_exponent, rest) = expect(rest, INTEGER)?;
        rest.is_empty().then_some(())
    });
    numbers.is_some()
}
