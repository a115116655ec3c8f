//! Standard Webhooks signatures: <https://github.com/standard-webhooks/standard-webhooks>, `spec/standard-webhooks.md`.
//!
//! Each key signs `id.timestamp.body` with HMAC-SHA-256. Several keys make several signatures, so that a receiver can
//! change to a new secret before the old one is taken away.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;

use crate::net::secret::{SecretError, SecretSources};

/// The header with the id that stays the same on every retry.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the time of the attempt, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// How far a sender's clock may be from ours, in seconds; what every reference library of the standard allows.
pub const TOLERANCE_S: i64 = 300;

const PREFIX: &str = "whsec_";

/// Secrets come with and without their `=` at the end.
const SECRET_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys of one sender or receiver, newest first. They never print.
#[derive(Debug, Clone)]
pub struct Keys(Vec<SecretSlice<u8>>);

/// A secret that is not one. The text never holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a webhook secret is base64 text, best with `whsec_` before it; make one with: echo whsec_$(head -c 24 /dev/urandom | base64)"
)]
pub struct NotASecret;

/// Why the keys of the config cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKeys {
    /// A secret cannot be had.
    #[error("secret: {0}")]
    Secret(#[from] SecretError),
    /// A secret is not one.
    #[error("secret: {0}")]
    NotASecret(#[from] NotASecret),
    /// The list is empty, which would mean to sign with nothing.
    #[error("secret: the list is empty; leave `secret` out to send without a signature")]
    None,
}

/// Why a signed message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// The timestamp is missing, unreadable, or more than [`TOLERANCE_S`] away from now.
    #[error(
        "the webhook-timestamp is more than five minutes away from now, or not a number of seconds"
    )]
    Timestamp,
    /// No signature matches any of our keys.
    #[error("no webhook-signature matches")]
    Signature,
}

impl Keys {
    /// Reads secrets: base64, with or without `whsec_`. The standard asks for 24 to 64 bytes; a receiver that was made
    /// with another length is its operator's choice, so only an empty one is refused.
    pub fn read(secrets: &[SecretString]) -> Result<Self, NotASecret> {
        secrets
            .iter()
            .map(read_secret)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Reads the keys that the config names; see [`SecretSource::read`] for `literal_allowed`.
    ///
    /// [`SecretSource::read`]: crate::net::secret::SecretSource::read
    pub fn open(sources: &SecretSources, literal_allowed: bool) -> Result<Self, NoKeys> {
        let keys = Self::read(&sources.read(literal_allowed)?)?;
        if keys.0.is_empty() {
            return Err(NoKeys::None);
        }
        Ok(keys)
    }

    /// The value of the signature header: one signature per key.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let timestamp = at.as_second().to_string();
        let signatures: Vec<String> = self
            .0
            .iter()
            .map(|key| {
                let code = authenticate(key, id, &timestamp, body).finalize();
                format!("v1,{}", STANDARD.encode(code.into_bytes()))
            })
            .collect();
        signatures.join(" ")
    }

    /// Checks a message that came in: its time first, then whether any of its signatures fits any of our keys.
    pub fn verify(
        &self,
        id: &str,
        timestamp: &str,
        signatures: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Unverified> {
        let at: i64 = timestamp.parse().map_err(|_| Unverified::Timestamp)?;
        if at.abs_diff(now.as_second()) > TOLERANCE_S.unsigned_abs() {
            return Err(Unverified::Timestamp);
        }
        let matches = signatures
            .split(' ')
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .filter_map(|code| STANDARD.decode(code).ok())
            .any(|code| self.is_code(&code, id, timestamp, body));
        if matches {
            Ok(())
        } else {
            Err(Unverified::Signature)
        }
    }

    fn is_code(&self, code: &[u8], id: &str, timestamp: &str, body: &[u8]) -> bool {
        // `verify_slice` compares in constant time.
        self.0.iter().any(|key| {
            authenticate(key, id, timestamp, body)
                .verify_slice(code)
                .is_ok()
        })
    }
}

/// Gives a call its JSON body and the headers of the standard; without keys it is not signed.
pub fn attach(
    request: RequestBuilder,
    keys: Option<&Keys>,
    id: &str,
    now: Timestamp,
    body: Vec<u8>,
) -> RequestBuilder {
    let mut request = request
        .header(CONTENT_TYPE, "application/json")
        .header(ID_HEADER, id)
        .header(TIMESTAMP_HEADER, now.as_second());
    if let Some(keys) = keys {
        request = request.header(SIGNATURE_HEADER, keys.sign(id, now, &body));
    }
    request.body(body)
}

fn read_secret(secret: &SecretString) -> Result<SecretSlice<u8>, NotASecret> {
    let text = secret.expose_secret().trim();
    let key = SECRET_BASE64
        .decode(text.strip_prefix(PREFIX).unwrap_or(text))
        .map_err(|_| NotASecret)?;
    if key.is_empty() {
        return Err(NotASecret);
    }
    Ok(SecretSlice::from(key))
}

fn authenticate(key: &SecretSlice<u8>, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut code = Hmac::<Sha256>::new_from_slice(key.expose_secret())
        .expect("HMAC takes a key of any length");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        code.update(part);
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with the reference library for Python, `standardwebhooks` 1.1.0.
    const VECTORS: [(&str, &str); 2] = [
        (
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
            "v1,LLM67sJlFRlBsbo78wEKj4r2lUb37ibavOaO5uIVSE4=",
        ),
        (
            "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=",
            "v1,263A3aF/bYrbu/s2QF2evExuUpAqaBw2e6U33xQQRwA=",
        ),
    ];
    const ID: &str = "delivery-0001";
    const AT_S: i64 = 1_789_000_000;
    const BODY: &str = r#"{"type":"case.opened","text":"Grüße, wo ist mein Koffer?"}"#;

    fn keys(secrets: &[&str]) -> Result<Keys, NotASecret> {
        let secrets: Vec<SecretString> = secrets.iter().map(|&text| text.into()).collect();
        Keys::read(&secrets)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    #[test]
    fn signatures_are_those_of_the_reference_library() {
        for (secret, signature) in VECTORS {
            let keys = keys(&[secret]).expect("a secret");
            assert_eq!(keys.sign(ID, at(AT_S), BODY.as_bytes()), signature);
        }
    }

    #[test]
    fn every_key_signs_so_that_a_secret_can_be_changed() {
        let both = keys(&[VECTORS[0].0, VECTORS[1].0]).expect("two secrets");
        let signatures = both.sign(ID, at(AT_S), BODY.as_bytes());
        assert_eq!(signatures, format!("{} {}", VECTORS[0].1, VECTORS[1].1));
        for (secret, _) in VECTORS {
            let one = keys(&[secret]).expect("a secret");
            let verdict = one.verify(
                ID,
                &AT_S.to_string(),
                &signatures,
                BODY.as_bytes(),
                at(AT_S),
            );
            assert_eq!(verdict, Ok(()));
        }
    }

    #[test]
    fn what_was_changed_on_the_way_is_not_believed() {
        let (secret, signature) = VECTORS[0];
        let keys = keys(&[secret]).expect("a secret");
        for (id, timestamp, signatures, body, verdict) in [
            (ID, "1789000000", signature, BODY, Ok(())),
            (
                ID,
                "1789000000",
                &*format!("v1a,x v1,!!! {signature}"),
                BODY,
                Ok(()),
            ),
            (
                "other",
                "1789000000",
                signature,
                BODY,
                Err(Unverified::Signature),
            ),
            (
                ID,
                "1789000001",
                signature,
                BODY,
                Err(Unverified::Signature),
            ),
            (
                ID,
                "1789000000",
                signature,
                "{}",
                Err(Unverified::Signature),
            ),
            (
                ID,
                "1789000000",
                VECTORS[1].1,
                BODY,
                Err(Unverified::Signature),
            ),
            (ID, "1789000000", "v1,", BODY, Err(Unverified::Signature)),
            (ID, "1789000000", "", BODY, Err(Unverified::Signature)),
            (
                ID,
                "1789000000",
                &signature.replace("v1,", "v2,"),
                BODY,
                Err(Unverified::Signature),
            ),
            (ID, "soon", signature, BODY, Err(Unverified::Timestamp)),
            (ID, "", signature, BODY, Err(Unverified::Timestamp)),
            (
                ID,
                "-9223372036854775808",
                signature,
                BODY,
                Err(Unverified::Timestamp),
            ),
        ] {
            assert_eq!(
                keys.verify(id, timestamp, signatures, body.as_bytes(), at(AT_S)),
                verdict,
                "{id} {timestamp} {signatures}"
            );
        }
    }

    #[test]
    fn five_minutes_are_allowed_both_ways() {
        let (secret, signature) = VECTORS[0];
        let keys = keys(&[secret]).expect("a secret");
        for (now_s, verdict) in [
            (AT_S + 300, Ok(())),
            (AT_S - 300, Ok(())),
            (AT_S + 301, Err(Unverified::Timestamp)),
            (AT_S - 301, Err(Unverified::Timestamp)),
        ] {
            let timestamp = AT_S.to_string();
            assert_eq!(
                keys.verify(ID, &timestamp, signature, BODY.as_bytes(), at(now_s)),
                verdict
            );
        }
    }

    #[test]
    fn a_secret_is_base64_or_refused_with_a_way_to_make_one() {
        assert!(keys(&["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n"]).is_ok());
        assert!(keys(&["ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM"]).is_ok());
        for text in ["", "whsec_", "not base64!", "whsec_a", "sk_live-x_y"] {
            let error = keys(&[text]).expect_err(text).to_string();
            assert!(error.contains("head -c 24 /dev/urandom"), "{error}");
        }
        let keys = keys(&[VECTORS[0].0]).expect("a secret");
        assert!(!format!("{keys:?}").contains("AAEC"), "{keys:?}");
    }
}
