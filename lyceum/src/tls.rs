//! Certificates from files: for the router's own listener, and for its connections to subgraphs.

use std::fs;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::{Duration, SystemTime};

use router_execution::HttpTransportTls;
use router_server::configuration::ListenerTls;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};
use secrecy::SecretSlice;
use thiserror::Error;

use crate::configuration::SubgraphTls;

/// How often is looked whether the files have changed.
const LOOK_INTERVAL: Duration = Duration::from_secs(30);
/// What is offered in the handshake (RFC 7301), the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// A certificate or key that cannot be used.
#[derive(Debug, Error)]
#[error("{file}: {problem}\n  remedy: {remedy}")]
pub struct CertificateError {
    file: String,
    problem: String,
    remedy: &'static str,
}

impl CertificateError {
    fn new(file: &Path, problem: impl ToString, remedy: &'static str) -> Self {
        Self { file: file.display().to_string(), problem: problem.to_string(), remedy }
    }
}

/// How the public listener speaks TLS. The certificate is read anew when its files change, for as long as this is in use.
///
/// # Errors
/// A file that cannot be read or used.
pub fn server(settings: &ListenerTls) -> Result<Arc<ServerConfig>, CertificateError> {
    let provider = Arc::new(ring::default_provider());
    let certificate = Arc::new(RenewedCertificate::read(settings)?);
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| CertificateError::new(&settings.certificate, error, "report this: it is a fault of Lyceum"))?;
    let builder = match &settings.client_authorities {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities(file)?), provider);
            let verifier = verifier.build();
            builder.with_client_cert_verifier(verifier.map_err(|error| {
                CertificateError::new(file, error, "name a file with the authorities' certificates, in PEM")
            })?)
        }
    };
    certificate.renew_in_background();
    let mut config = builder.with_cert_resolver(certificate);
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(Arc::new(config))
}

/// What a connection to a subgraph trusts and shows.
///
/// # Errors
/// A file that cannot be read.
pub fn client(settings: &SubgraphTls, folder: &Path) -> Result<HttpTransportTls, CertificateError> {
    let authorities = settings.authorities.as_ref().map(|file| read(&folder.join(file))).transpose()?;
    let identity = match (&settings.certificate, &settings.key) {
        (Some(certificate), Some(key)) => {
            let pem = [read(&folder.join(certificate))?, b"\n".to_vec(), read(&folder.join(key))?].concat();
            Some(SecretSlice::from(pem))
        }
        _ => None,
    };
    Ok(HttpTransportTls { authorities, identity })
}

/// The server's certificate, as its files say at the moment.
#[derive(Debug)]
struct RenewedCertificate {
    settings: ListenerTls,
    current: RwLock<Arc<CertifiedKey>>,
}

impl RenewedCertificate {
    fn read(settings: &ListenerTls) -> Result<Self, CertificateError> {
        Ok(Self { current: RwLock::new(Arc::new(certified_key(settings)?)), settings: settings.clone() })
    }

    /// Looks after the files until nobody uses the certificate any more. Files that do not fit together, as in the moment
    /// between the writing of the one and of the other, change nothing.
    fn renew_in_background(self: &Arc<Self>) {
        let certificate: Weak<Self> = Arc::downgrade(self);
        let mut seen = changed_at(&self.settings);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_INTERVAL).await;
                let Some(certificate) = certificate.upgrade() else { return };
                let changed = changed_at(&certificate.settings);
                if changed == seen {
                    continue;
                }
                match certified_key(&certificate.settings) {
                    Ok(key) => {
                        *certificate.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
                        seen = changed;
                        tracing::info!("the certificate was read anew");
                    }
                    Err(error) => tracing::warn!(%error, "the new certificate cannot be used; the old one stays"),
                }
            }
        });
    }
}

impl ResolvesServerCert for RenewedCertificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn changed_at(settings: &ListenerTls) -> [Option<SystemTime>; 2] {
    [&settings.certificate, &settings.key].map(|file| fs::metadata(file).and_then(|file| file.modified()).ok())
}

fn certified_key(settings: &ListenerTls) -> Result<CertifiedKey, CertificateError> {
    let chain = certificates(&settings.certificate)?;
    let key = PrivateKeyDer::from_pem_slice(&read(&settings.key)?).map_err(|error| {
        CertificateError::new(
            &settings.key,
            error,
            "name a file with the certificate's private key, in PEM, unencrypted",
        )
    })?;
    CertifiedKey::from_der(chain, key, &ring::default_provider())
        .map_err(|error| CertificateError::new(&settings.key, error, "name the key that belongs to the certificate"))
}

fn authorities(file: &Path) -> Result<RootCertStore, CertificateError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(file)? {
        store.add(certificate).map_err(|error| {
            CertificateError::new(file, error, "name a file with the authorities' certificates, in PEM")
        })?;
    }
    Ok(store)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    const REMEDY: &str = "name a file with certificates in PEM: -----BEGIN CERTIFICATE-----";
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(file)?).collect();
    let found = found.map_err(|error| CertificateError::new(file, error, REMEDY))?;
    if found.is_empty() { Err(CertificateError::new(file, "it holds no certificate", REMEDY)) } else { Ok(found) }
}

fn read(file: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(file).map_err(|error| CertificateError::new(file, error, "name a file that can be read"))
}
