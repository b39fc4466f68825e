//! Client assertions: a signed note by which an app proves that it holds its certificate's key.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    error::Unspecified,
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256},
};
use secrecy::SecretString;
use serde_json::json;

use super::{AssertionAlgorithm, Certificate};

/// How long an assertion is good for, in seconds.
const LIFE: i64 = 10 * 60;

/// Writes and signs an assertion of an app for one token endpoint.
pub(super) fn client_assertion(
    certificate: &Certificate,
    client_id: &str,
    token_endpoint: &str,
    now: Timestamp,
) -> Result<SecretString, Unspecified> {
    let sha = |algorithm| BASE64_URL_SAFE_NO_PAD.encode(digest(algorithm, &certificate.der));
    let header = match certificate.algorithm {
        AssertionAlgorithm::Ps256 => {
            json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": sha(&SHA256) })
        }
        AssertionAlgorithm::Rs256 => {
            json!({ "alg": "RS256", "typ": "JWT", "x5t": sha(&SHA1_FOR_LEGACY_USE_ONLY) })
        }
    };
    let now = now.as_second();
    let claims = json!({
        "aud": token_endpoint,
        "iss": client_id,
        "sub": client_id,
        "jti": format!("{:032x}", rand::random::<u128>()),
        "iat": now,
        "nbf": now,
        "exp": now + LIFE,
    });
    let part = |json: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(header), part(claims));

    let key = &certificate.key;
    let mut signature = vec![0; key.public().modulus_len()];
    let random = SystemRandom::new();
    match certificate.algorithm {
        AssertionAlgorithm::Ps256 => {
            key.sign(&RSA_PSS_SHA256, &random, signed.as_bytes(), &mut signature)
        }
        AssertionAlgorithm::Rs256 => key.sign(
            &RSA_PKCS1_SHA256,
            &random,
            signed.as_bytes(),
            &mut signature,
        ),
    }?;
    Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)).into())
}
