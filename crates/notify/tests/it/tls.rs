//! TLS, trusted as the machine trusts it.
//!
//! What the machine trusts is set by `SSL_CERT_FILE`, which is read once in a process: each test
//! here runs the tests of a module below it again, in a process of their own. By themselves those
//! do nothing.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
};

use exmetrics_notify::{Limits, NotifyClient, Proxy, send as send_notice};
use insta::assert_json_snapshot;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};

use crate::support::{Host, MailServer, Seen, answer, mail, notice, read_request, send, webhook};

const WORKFLOW: &str = "prod-1.westeurope.logic.azure.com";
const FOLDER: &str = "EXMETRICS_TEST_CERTIFICATES";

/// An authority, a certificate of it with its key, and an authority that nobody asked.
fn certificates() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificates");
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, pem: String| std::fs::write(folder.join(name), pem).unwrap();
        let authority = || {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::default();
            params
                .distinguished_name
                .push(DnType::CommonName, "an authority");
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            (
                params.self_signed(&key).unwrap().pem(),
                Issuer::new(params, key),
            )
        };
        let (trusted, issuer) = authority();
        let key = KeyPair::generate().unwrap();
        let names = ["localhost", "127.0.0.1", WORKFLOW].map(str::to_owned);
        let params = CertificateParams::new(names).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        write("trusted.pem", trusted);
        write("other.pem", authority().0);
        write("certificate.pem", certificate.pem());
        write("key.pem", key.serialize_pem());
        folder
    })
}

/// Runs the tests of a module with what the machine trusts.
fn run(module: &str, trusted: &str, tests: usize) {
    let folder = certificates();
    let output = Command::new(std::env::current_exe().unwrap())
        .arg(format!("tls::{module}::"))
        .env(FOLDER, folder)
        .env("SSL_CERT_FILE", folder.join(trusted))
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        said.contains(&format!("{tests} passed; 0 failed")),
        "{said}"
    );
}

#[test]
fn a_trusted_certificate() {
    run("trusting", "trusted.pem", 4);
}

#[test]
fn another_authority() {
    run("distrusting", "other.pem", 4);
}

#[test]
fn no_root_certificates_at_all() {
    run("rootless", "missing.pem", 3);
}

/// The folder, in a process that [`run`] started.
fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

async fn accept_tls(folder: &Path, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
    let certificate = CertificateDer::from_pem_file(folder.join("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config)).accept(stream).await
}

/// A host with the certificate that takes one request, if there is one.
async fn https_host(folder: PathBuf) -> (u16, tokio::task::JoinHandle<Option<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = accept_tls(&folder, stream).await.ok()?;
        let seen = read_request(&mut stream).await;
        answer(&mut stream, "200 OK", "", "ok").await;
        Some(seen)
    });
    (port, seen)
}

fn mail_server(folder: &Path, how: &str, sign_in: bool) -> Option<MailServer> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let mut arguments = vec!["--cert", certificate.to_str()?, "--key", key.to_str()?, how];
    if sign_in {
        arguments.extend(["--user", "me", "--password", "planted"]);
    }
    MailServer::start(&arguments)
}

mod trusting {
    use super::*;

    #[tokio::test]
    async fn webhook_gets_it() {
        let Some(folder) = folder() else { return };
        let (port, seen) = https_host(folder).await;
        assert_eq!(
            send(&webhook(&format!("https://localhost:{port}/"))).await,
            Ok(())
        );
        assert_eq!(seen.await.unwrap().unwrap().json()["kind"], "run_failed");
    }

    /// To Microsoft's host, by way of a proxy that leads back here.
    #[tokio::test]
    async fn workflow_behind_a_proxy_gets_a_card() {
        let Some(folder) = folder() else { return };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy {
            url: format!("http://me:planted@{}", listener.local_addr().unwrap()).into(),
            except: String::new(),
        };
        let seen = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let head = read_request(&mut stream).await.head;
            assert!(
                head.starts_with(&format!("CONNECT {WORKFLOW}:443 HTTP/1.1\r\n")),
                "{head}"
            );
            assert!(
                head.to_ascii_lowercase()
                    .contains("\r\nproxy-authorization: basic ")
            );
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n")
                .await
                .unwrap();
            let mut stream = accept_tls(&folder, stream).await.unwrap();
            let seen = read_request(&mut stream).await;
            answer(&mut stream, "202 Accepted", "", "").await;
            seen
        });
        let client = NotifyClient::new(Limits::default(), Some(&proxy)).unwrap();
        let channel = webhook(&format!("https://{WORKFLOW}/workflows/planted?sig=planted"));
        assert_eq!(send_notice(&channel, &notice(), &client).await, Ok(()));
        assert_json_snapshot!("workflow", seen.await.unwrap().json());
    }

    #[tokio::test]
    async fn smtps_gets_it() {
        let Some(folder) = folder() else { return };
        let Some(mut server) = mail_server(&folder, "--smtps", false) else {
            return;
        };
        let url = format!("smtps://127.0.0.1:{}", server.port);
        assert_eq!(
            send(&mail(&url, "a@b.example", &["c@d.example"])).await,
            Ok(())
        );
        assert_eq!(server.mail().0["tls"], true);
    }

    #[tokio::test]
    async fn starttls_gets_it_and_the_password() {
        let Some(folder) = folder() else { return };
        let Some(mut server) = mail_server(&folder, "--starttls", true) else {
            return;
        };
        for tls in ["required", "opportunistic"] {
            let url = format!("smtp://me:planted@localhost:{}?tls={tls}", server.port);
            assert_eq!(
                send(&mail(&url, "a@b.example", &["c@d.example"])).await,
                Ok(())
            );
            let mail = server.mail().0;
            assert_eq!((&mail["tls"], &mail["user"]), (&true.into(), &"me".into()));
        }
    }
}

mod distrusting {
    use super::*;

    #[tokio::test]
    async fn webhook_does_not() {
        let Some(folder) = folder() else { return };
        let (port, seen) = https_host(folder).await;
        let error = send(&webhook(&format!("https://localhost:{port}/planted")))
            .await
            .unwrap_err();
        let start = format!("the certificate of webhook localhost:{port} is not trusted: ");
        assert!(
            error.message.starts_with(&start) && !error.retry,
            "{error:?}"
        );
        assert!(seen.await.unwrap().is_none());
    }

    #[tokio::test]
    async fn mail_does_not() {
        let Some(folder) = folder() else { return };
        for (how, scheme, query) in [
            ("--smtps", "smtps", ""),
            ("--starttls", "smtp", "?tls=required"),
            ("--starttls", "smtp", "?tls=opportunistic"),
        ] {
            let Some(server) = mail_server(&folder, how, true) else {
                return;
            };
            let port = server.port;
            let url = format!("{scheme}://me:planted@localhost:{port}{query}");
            let error = send(&mail(&url, "a@b.example", &["c@d.example"]))
                .await
                .unwrap_err();
            let start = format!("the certificate of mail server localhost:{port} is not trusted: ");
            assert!(
                error.message.starts_with(&start) && !error.retry,
                "{error:?}"
            );
            assert!(server.rest().is_empty());
        }
    }

    #[tokio::test]
    async fn plain_is_no_tls() {
        let Some(_) = folder() else { return };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut hello = [0; 512];
                let _: Result<usize, std::io::Error> = stream.read(&mut hello).await;
                answer(&mut stream, "400 Bad Request", "", "no TLS here").await;
            }
        });
        let webhook = webhook(&format!("https://127.0.0.1:{port}/planted"));
        let mail = mail(
            &format!("smtps://127.0.0.1:{port}"),
            "a@b.example",
            &["c@d.example"],
        );
        for (channel, place) in [(webhook, "webhook"), (mail, "mail server")] {
            let error = send(&channel).await.unwrap_err();
            let message = format!("{place} 127.0.0.1:{port} speaks no TLS that we know");
            assert_eq!((error.message, error.retry), (message, false));
        }
    }

    #[tokio::test]
    async fn a_handshake_that_breaks_off_may_pass() {
        let Some(_) = folder() else { return };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut hello = [0; 4096];
                let _: Result<usize, std::io::Error> = stream.read(&mut hello).await;
            }
        });
        let webhook = webhook(&format!("https://127.0.0.1:{port}/planted"));
        let mail = mail(
            &format!("smtps://127.0.0.1:{port}"),
            "a@b.example",
            &["c@d.example"],
        );
        for (channel, place) in [(webhook, "webhook"), (mail, "mail server")] {
            let error = send(&channel).await.unwrap_err();
            let message =
                format!("{place} 127.0.0.1:{port} cannot be reached: connection closed early");
            assert_eq!((error.message, error.retry), (message, true));
        }
    }
}

mod rootless {
    use super::*;

    #[tokio::test]
    async fn loopback_answers() {
        let Some(_) = folder() else { return };
        let host = Host::answering("200 OK", "", "ok").await;
        assert_eq!(send(&webhook(&host.url())).await, Ok(()));
    }

    #[tokio::test]
    async fn no_webhook_is_trusted() {
        let Some(folder) = folder() else { return };
        let (port, _) = https_host(folder).await;
        let error = send(&webhook(&format!("https://localhost:{port}/")))
            .await
            .unwrap_err();
        let start = format!("the certificate of webhook localhost:{port} is not trusted: ");
        assert!(
            error.message.starts_with(&start) && !error.retry,
            "{error:?}"
        );
    }

    #[tokio::test]
    async fn no_mail_server_is_trusted() {
        let Some(folder) = folder() else { return };
        let Some(server) = mail_server(&folder, "--smtps", false) else {
            return;
        };
        let port = server.port;
        let url = format!("smtps://localhost:{port}");
        let error = send(&mail(&url, "a@b.example", &["c@d.example"]))
            .await
            .unwrap_err();
        assert_eq!(
            error.message,
            format!(
                "the certificate of mail server localhost:{port} cannot be judged: this machine \
                 has no root certificates"
            )
        );
        assert!(!error.retry);
    }
}
