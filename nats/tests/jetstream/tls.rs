//! Encrypted connections, with certificates made here.
use crate::harness::open;
use errand_nats::{Credentials, NatsLog, NatsOptions, Role, SetupOptions, Tls, key_file, setup};
use errand_servers::{
    free_ports,
    nats::{Server, skipped},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::{
    fs,
    path::{Path, PathBuf},
};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for 127.0.0.1 and its key, as files.
fn certified(folder: &Path, name: &str, by: &Authority) -> (PathBuf, PathBuf) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, by).unwrap();
    let file = |ending: &str, text: String| {
        let path = folder.join(format!("{name}.{ending}"));
        fs::write(&path, text).unwrap();
        path
    };
    (
        file("pem", certificate.pem()),
        file("key", key.serialize_pem()),
    )
}

struct Encrypted {
    folder: tempfile::TempDir,
    server: Server,
    authority: Authority,
}

fn start(verify_clients: bool) -> Option<Encrypted> {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority();
    let ca = folder.path().join("ca.pem");
    fs::write(&ca, authority.pem()).unwrap();
    let (certificate, key) = certified(folder.path(), "server", &authority);
    let port = free_ports(1)[0];
    let options = SetupOptions {
        listen: format!("127.0.0.1:{port}"),
        data: folder.path().join("data"),
        tls: Some(Tls {
            certificate,
            key,
            ca: Some(ca),
            verify_clients,
        }),
        ..SetupOptions::default()
    };
    setup(folder.path(), &options).unwrap();
    let server = Server::with_file(&folder.path().join("server.conf"), port)?;
    Some(Encrypted {
        folder,
        server,
        authority,
    })
}

impl Encrypted {
    fn options(&self) -> NatsOptions {
        let seed = fs::read_to_string(self.folder.path().join(key_file(Role::Admin))).unwrap();
        NatsOptions {
            credentials: Some(Credentials::NKey(seed.into())),
            ca_file: Some(self.folder.path().join("ca.pem")),
            ..NatsOptions::new(self.server.url().replace("nats://", "tls://"))
        }
    }
}

async fn refusal(options: NatsOptions) -> String {
    let error = NatsLog::connect(options).await.map(|_| ()).unwrap_err();
    let text = error.to_string();
    assert!(!text.contains('\n'), "more than one line: {text}");
    text
}

#[tokio::test]
async fn a_server_is_trusted_by_the_right_authority_only() {
    let Some(encrypted) = start(false) else {
        return skipped();
    };
    open(&encrypted.options()).await;
    let other = encrypted.folder.path().join("other.pem");
    fs::write(&other, authority().pem()).unwrap();
    let wrong = refusal(NatsOptions {
        ca_file: Some(other),
        ..encrypted.options()
    });
    let wrong = wrong.await;
    assert!(
        wrong.contains("certificate") && wrong.contains("ERRAND_NATS_CA_FILE"),
        "{wrong}"
    );
    let missing = refusal(NatsOptions {
        ca_file: Some("/nowhere/ca.pem".into()),
        ..encrypted.options()
    });
    let missing = missing.await;
    assert!(missing.contains("/nowhere/ca.pem"), "{missing}");
}

#[tokio::test]
async fn a_server_that_wants_certificates_of_its_clients_gets_them() {
    let Some(encrypted) = start(true) else {
        return skipped();
    };
    let certified = certified(encrypted.folder.path(), "client", &encrypted.authority);
    let with = NatsOptions {
        client_certificate: Some(certified),
        ..encrypted.options()
    };
    open(&with).await;
    let without = refusal(encrypted.options()).await;
    assert!(without.contains("ertificate"), "{without}");
}
