//! Secrets: named in the config, read from the environment, a file or a systemd credential, never printed.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

/// Where a secret comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "expected { env = \"NAME\" }, { file = \"PATH\" } or { credential = \"NAME\" }"
)]
pub enum SecretSource {
    /// An environment variable.
    Env(EnvSource),
    /// A file; a newline at its end is not part of the secret.
    File(FileSource),
    /// A systemd credential: `LoadCredential=` puts it under `$CREDENTIALS_DIRECTORY`.
    Credential(CredentialSource),
    /// Written in the config itself; only for tests against loopback.
    Literal(SecretString),
}

/// `{ env = "NAME" }`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvSource {
    /// The variable.
    pub env: String,
}

/// `{ file = "PATH" }`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSource {
    /// The file.
    pub file: PathBuf,
}

/// `{ credential = "NAME" }`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialSource {
    /// The credential.
    pub credential: String,
}

/// One secret, or several while one takes the place of another.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "expected { env = \"NAME\" }, { file = \"PATH\" } or { credential = \"NAME\" }, or a list of them"
)]
pub enum SecretSources {
    /// One.
    One(SecretSource),
    /// Several, newest first.
    Several(Vec<SecretSource>),
}

impl SecretSources {
    /// Reads all of them; see [`SecretSource::read`].
    pub fn read(&self, literal_allowed: bool) -> Result<Vec<SecretString>, SecretError> {
        let sources = match self {
            Self::One(source) => std::slice::from_ref(source),
            Self::Several(sources) => sources,
        };
        sources
            .iter()
            .map(|source| source.read(literal_allowed))
            .collect()
    }
}

/// Why a secret cannot be had. The text never holds the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set.
    #[error("environment variable {0} is not set")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("cannot read {path}: {reason}")]
    NoFile {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Not started by systemd with credentials.
    #[error(
        "credential {0}: $CREDENTIALS_DIRECTORY is not set; start hark under systemd with LoadCredential={0}:PATH, or use {{ env = … }} or {{ file = … }}"
    )]
    NoCredentials(String),
    /// There is nothing in it.
    #[error("{0} is empty")]
    Empty(String),
    /// A secret in the config is only for tests.
    #[error(
        "a secret written in the config is refused; use {{ credential = … }}, {{ env = … }} or {{ file = … }} (a literal is taken only where the address is on loopback)"
    )]
    Literal,
}

impl SecretSource {
    /// Reads the secret. A literal is taken only where `literal_allowed`: the other side is on loopback.
    pub fn read(&self, literal_allowed: bool) -> Result<SecretString, SecretError> {
        match self {
            Self::Env(EnvSource { env }) => {
                let value = std::env::var(env).map_err(|_| SecretError::NoVariable(env.clone()))?;
                not_empty(value, &format!("environment variable {env}"))
            }
            Self::File(FileSource { file }) => read_file(file),
            Self::Credential(CredentialSource { credential }) => {
                let folder = std::env::var_os("CREDENTIALS_DIRECTORY")
                    .ok_or_else(|| SecretError::NoCredentials(credential.clone()))?;
                read_file(&Path::new(&folder).join(credential))
            }
            Self::Literal(secret) if literal_allowed => Ok(secret.clone()),
            Self::Literal(_) => Err(SecretError::Literal),
        }
    }
}

fn read_file(path: &Path) -> Result<SecretString, SecretError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| SecretError::NoFile {
        path: shown.clone(),
        reason: error.to_string(),
    })?;
    not_empty(text.trim_end_matches(['\r', '\n']).to_owned(), &shown)
}

fn not_empty(value: String, what: &str) -> Result<SecretString, SecretError> {
    if value.is_empty() {
        Err(SecretError::Empty(what.to_owned()))
    } else {
        Ok(SecretString::from(value))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        token: SecretSource,
    }

    #[derive(Debug, Deserialize)]
    struct SeveralHolder {
        secret: SecretSources,
    }

    #[test]
    fn one_or_several_are_read_in_order() {
        for (toml, expected) in [
            ("secret = 'a'", vec!["a"]),
            ("secret = ['a', 'b']", vec!["a", "b"]),
            ("secret = []", vec![]),
        ] {
            let holder: SeveralHolder = toml::from_str(toml).expect("readable sources");
            let read = holder.secret.read(true).expect("read");
            let read: Vec<&str> = read.iter().map(ExposeSecret::expose_secret).collect();
            assert_eq!(read, expected, "{toml}");
        }
        let unknown = toml::from_str::<SeveralHolder>("secret = [{ vault = 'x' }]")
            .expect_err("no such source");
        assert!(unknown.to_string().contains("a list of them"), "{unknown}");
    }

    fn read(toml: &str, literal_allowed: bool) -> Result<String, SecretError> {
        let holder: Holder = toml::from_str(toml).expect("a readable source");
        holder
            .token
            .read(literal_allowed)
            .map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn a_file_is_read_without_its_last_newline() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        std::fs::write(&path, "s3cret\n").expect("written");
        assert_eq!(
            read(&format!("token = {{ file = {path:?} }}"), false),
            Ok("s3cret".to_owned())
        );
    }

    #[test]
    fn a_literal_needs_loopback_and_never_prints() {
        assert_eq!(read("token = \"s3cret\"", false), Err(SecretError::Literal));
        assert_eq!(read("token = \"s3cret\"", true), Ok("s3cret".to_owned()));
        let holder: Holder = toml::from_str("token = \"s3cret\"").expect("a readable source");
        assert!(!format!("{holder:?}").contains("s3cret"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = read("token = { env = \"HARK_TEST_NOT_SET\" }", false).expect_err("not set");
        assert!(error.to_string().contains("HARK_TEST_NOT_SET"));
        let unknown =
            toml::from_str::<Holder>("token = { vault = \"x\" }").expect_err("no such source");
        assert!(unknown.to_string().contains("credential"), "{unknown}");
    }
}
