//! Certificates: read from every kind of file, and assertions that their public half verifies.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use exmetrics_graph::{AssertionAlgorithm, Certificate, CertificateError, SignInMethod};
use p12_keystore::{KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use ring::{digest, signature};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::support::{APP, World, login};

struct Made {
    key: KeyPair,
    certificate: rcgen::Certificate,
}

fn make() -> Made {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let certificate = CertificateParams::new(vec!["app.contoso.example".into()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    Made { key, certificate }
}

impl Made {
    fn pem(&self) -> String {
        format!("{}{}", self.key.serialize_pem(), self.certificate.pem())
    }

    fn pfx(&self, password: &str) -> Vec<u8> {
        let key = PrivateKey::from_der(self.key.serialized_der()).unwrap();
        let certificate = p12_keystore::Certificate::from_der(self.certificate.der()).unwrap();
        let mut store = KeyStore::new();
        let chain = PrivateKeyChain::new([1, 2, 3].as_slice(), key, vec![certificate]);
        store.add_entry("app", KeyStoreEntry::PrivateKeyChain(chain));
        store.writer(password).write().unwrap()
    }
}

async fn assertion_of(certificate: Certificate) -> (Value, Value, String) {
    let world = World::new(login().await, login().await);
    world
        .session_by(SignInMethod::Certificate(certificate))
        .token()
        .await
        .unwrap();
    let seen = &world.login.seen()[0];
    assert_eq!(seen.form("client_secret"), None);
    assert_eq!(
        seen.form("client_assertion_type").as_deref(),
        Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    );
    let assertion = seen.form("client_assertion").unwrap();
    let part = |at: usize| {
        let text = assertion.split('.').nth(at).unwrap();
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    let claims: Value = part(1);
    assert_eq!(claims["aud"], format!("{}{}", world.login.url, seen.target));
    (part(0), claims, assertion)
}

fn verify(made: &Made, algorithm: &'static signature::RsaParameters, assertion: &str) {
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    signature::UnparsedPublicKey::new(algorithm, made.key.public_key_raw())
        .verify(signed.as_bytes(), &signature)
        .unwrap();
}

#[tokio::test]
async fn an_assertion_is_verified_with_the_public_half() {
    let made = make();
    let certificate = Certificate::from_pem(made.pem().as_bytes()).unwrap();
    let (header, claims, assertion) = assertion_of(certificate.clone()).await;
    verify(&made, &signature::RSA_PSS_2048_8192_SHA256, &assertion);
    let print = digest::digest(&digest::SHA256, made.certificate.der());
    assert_eq!(header["alg"], "PS256");
    assert_eq!(header["x5t#S256"], BASE64_URL_SAFE_NO_PAD.encode(print));
    assert_eq!(header.get("x5t"), None);
    assert_eq!((&claims["iss"], &claims["sub"]), (&APP.into(), &APP.into()));
    let seconds = |name: &str| claims[name].as_i64().unwrap();
    assert_eq!(seconds("nbf"), 1_794_297_600);
    assert_eq!(seconds("exp") - seconds("nbf"), 600);

    let (_, again, _) = assertion_of(certificate).await;
    assert_ne!(again["jti"], claims["jti"]);
}

#[tokio::test]
async fn an_older_host_gets_what_it_understands() {
    let made = make();
    let certificate = Certificate::from_pem(made.pem().as_bytes())
        .unwrap()
        .with_algorithm(AssertionAlgorithm::Rs256);
    let (header, _, assertion) = assertion_of(certificate).await;
    verify(&made, &signature::RSA_PKCS1_2048_8192_SHA256, &assertion);
    let print = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, made.certificate.der());
    assert_eq!(header["alg"], "RS256");
    assert_eq!(header["x5t"], BASE64_URL_SAFE_NO_PAD.encode(print));
}

#[test]
fn every_kind_of_file_gives_the_same() {
    let (made, other) = (make(), make());
    let expected = Certificate::from_pem(made.pem().as_bytes())
        .unwrap()
        .to_pem();

    let turned = format!(
        "{}\nBag Attributes\n{}",
        made.certificate.pem(),
        made.key.serialize_pem()
    );
    let chain = format!("{}{}", other.certificate.pem(), made.pem());
    for pem in [turned, chain, expected.expose_secret().to_owned()] {
        let read = Certificate::from_pem(pem.as_bytes()).unwrap();
        assert_eq!(read.to_pem().expose_secret(), expected.expose_secret());
    }
    let read = Certificate::from_pfx(&made.pfx("word"), &"word".into()).unwrap();
    assert_eq!(read.to_pem().expose_secret(), expected.expose_secret());

    // PKCS#1 lies inside PKCS#8, behind a head of 26 bytes for keys of this size.
    let pkcs1 = BASE64_STANDARD.encode(&made.key.serialized_der()[26..]);
    let pem = format!(
        "-----BEGIN RSA PRIVATE KEY-----\n{pkcs1}\n-----END RSA PRIVATE KEY-----\n{}",
        made.certificate.pem()
    );
    let read = Certificate::from_pem(pem.as_bytes()).unwrap();
    let again = Certificate::from_pem(read.to_pem().expose_secret().as_bytes()).unwrap();
    assert_eq!(again.expires_at(), read.expires_at());
}

#[test]
fn a_file_that_cannot_serve_says_why() {
    let (made, other) = (make(), make());
    let curve = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let stranger = format!("{}{}", made.key.serialize_pem(), other.certificate.pem());
    let encrypted = made
        .pem()
        .replace("BEGIN PRIVATE KEY", "BEGIN ENCRYPTED PRIVATE KEY");
    let wrong_kind = format!("{}{}", curve.serialize_pem(), made.certificate.pem());
    let said = |pem: &str| {
        Certificate::from_pem(pem.as_bytes())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(said(""), "the file holds no private key");
    assert_eq!(
        said(&made.certificate.pem()),
        "the file holds no private key"
    );
    assert_eq!(
        said(&made.key.serialize_pem()),
        "the file holds no certificate"
    );
    assert_eq!(
        said(&stranger),
        "no certificate in the file belongs to its private key"
    );
    assert_eq!(
        said(&wrong_kind),
        "the private key is not an RSA key of 2048 to 4096 bits"
    );
    assert!(said(&encrypted).starts_with("the private key is encrypted"));

    for (file, password) in [(made.pfx("word"), "another"), (b"no pfx".to_vec(), "word")] {
        let error = Certificate::from_pfx(&file, &password.into()).unwrap_err();
        assert!(matches!(error, CertificateError::NotPfx(_)), "{error}");
    }
}
