//! Which certificates are trusted: those the system trusts.

use crate::error::ModelError;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, ring},
};
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;

/// How connections are made safe. Where none will be, the system is not asked for its certificates: it may have none.
pub(super) fn config(needed: bool) -> Result<ClientConfig, ModelError> {
    // What the program has chosen for itself holds here too.
    let provider = CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()));
    let wrong = |error: rustls::Error| ModelError::Setting {
        name: "base_url",
        why: format!("the certificates this system trusts cannot be read, which https needs: {error}"),
    };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(wrong)?;
    Ok(if needed {
        builder.with_platform_verifier().map_err(wrong)?.with_no_client_auth()
    } else {
        builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    })
}
