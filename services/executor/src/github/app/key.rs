//! The App's private key and the proof made with it: a JSON web token signed by RS256.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::SignatureScheme;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::SigningKey;
use secrecy::SecretString;
use serde_json::json;

use crate::github::CodeHostError;

/// The start of a proof lies in the past, for clocks that are behind.
const BACKDATED: Duration = Duration::from_secs(60);
/// GitHub takes ten minutes at most.
const LIFETIME: Duration = Duration::from_secs(9 * 60);

#[derive(Debug)]
pub(super) struct AppKey {
    id: String,
    key: Arc<dyn SigningKey>,
}

impl AppKey {
    pub(super) fn parse(id: &str, pem: &str) -> Result<Self, CodeHostError> {
        let bad = |reason: &str| CodeHostError::BadKey {
            reason: reason.to_owned(),
        };
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| bad("it holds no private key in PEM"))?;
        let key = rustls::crypto::ring::sign::any_supported_type(&der)
            .map_err(|_| bad("it is no key of a kind that is known"))?;
        if key
            .choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])
            .is_none()
        {
            return Err(bad("it is no RSA key"));
        }
        let id = id.trim().to_owned();
        Ok(Self { id, key })
    }

    /// What the App shows in its own name, for some minutes from `now`.
    pub(super) fn proof(&self, now: SystemTime) -> Result<SecretString, CodeHostError> {
        let seconds = |time: SystemTime| {
            let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
            since.as_secs()
        };
        let header = json!({"alg": "RS256", "typ": "JWT"});
        let claims = json!({
            "iat": seconds(now - BACKDATED),
            "exp": seconds(now + LIFETIME),
            "iss": self.id,
        });
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!(
            "{}.{}",
            encoded(header.to_string().as_bytes()),
            encoded(claims.to_string().as_bytes())
        );
        let signer = self.key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]);
        let signature = signer.and_then(|signer| signer.sign(signed.as_bytes()).ok());
        let signature = signature.ok_or_else(|| CodeHostError::BadKey {
            reason: "it cannot sign".to_owned(),
        })?;
        Ok(format!("{signed}.{}", encoded(&signature)).into())
    }
}
