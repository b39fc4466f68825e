//! What may be written down as a channel, and what is refused then already.

use exmetrics_notify::{Channel, Limits, NotifyClient, NotifyError, Proxy};

use crate::support::{mail, try_mail};

fn refusal(answer: Result<Channel, NotifyError>) -> String {
    let error = answer.unwrap_err();
    assert!(!error.retry && error.retry_after.is_none(), "{error:?}");
    assert!(!error.message.contains("planted"), "{error}");
    error.message
}

fn webhook_name(url: &str) -> String {
    Channel::webhook(url.into()).unwrap().name()
}

fn webhook_refusal(url: &str) -> String {
    refusal(Channel::webhook(url.into()))
}

#[test]
fn webhooks_are_https_or_loopback() {
    for (url, name) in [
        (
            "https://hooks.example/planted?sig=planted#planted",
            "webhook hooks.example",
        ),
        (
            "https://hooks.example:8443/planted",
            "webhook hooks.example:8443",
        ),
        ("https://10.0.0.7/planted", "webhook 10.0.0.7"),
        ("https://bücher.example/", "webhook xn--bcher-kva.example"),
        ("http://localhost:9000/planted", "webhook localhost:9000"),
        ("http://127.1/planted", "webhook 127.0.0.1"),
        ("http://[::1]:9000/planted", "webhook [::1]:9000"),
    ] {
        assert_eq!(webhook_name(url), name);
    }
}

#[test]
fn other_webhooks_are_refused() {
    let scheme = "the webhook's address is neither https nor http on loopback";
    for url in [
        "http://hooks.example/planted",
        "http://10.0.0.7/planted",
        "http://localhost.example/planted",
        "http://127.0.0.1.example/planted",
        "ftp://hooks.example/planted",
        "gopher://localhost/planted",
    ] {
        assert_eq!(webhook_refusal(url), scheme, "{url}");
    }
    for url in [
        "file:///etc/planted",
        "data:planted",
        "mailto:planted@a.example",
    ] {
        assert_eq!(
            webhook_refusal(url),
            "the webhook's address names no host",
            "{url}"
        );
    }
    for url in ["", "planted", "https://", "/planted"] {
        assert_eq!(
            webhook_refusal(url),
            "the webhook's address is no URL",
            "{url}"
        );
    }
    for url in [
        "https://planted@hooks.example/",
        "https://:planted@hooks.example/",
    ] {
        assert_eq!(
            webhook_refusal(url),
            "the webhook's address holds a user name or password",
            "{url}"
        );
    }
    for url in [
        "https://169.254.169.254/planted",
        "http://169.254.1.1/planted",
        "https://2852039166/planted",
        "https://0xa9.0xfe.0xa9.0xfe/planted",
        "https://[fe80::1]/planted",
        "https://[::ffff:169.254.169.254]/planted",
        "https://[fd00:ec2::254]/planted",
    ] {
        assert_eq!(
            webhook_refusal(url),
            "the webhook's address is link-local, where clouds keep credentials",
            "{url}"
        );
    }
}

#[test]
fn mail_servers_are_tls_or_said_to_be_otherwise() {
    for server in [
        "smtps://me:planted@mail.example",
        "smtps://me:planted@mail.example:4465/",
        "smtp://me:planted@mail.example",
        "smtp://me%40a.example:p%2Fl@mail.example:587?tls=required",
        "smtp://mail.example?tls=opportunistic",
        "smtp://mail.example:25?tls=none",
        "smtp://10.0.0.7:25?tls=none",
        "smtp://localhost",
        "smtp://me:planted@127.0.0.1:2525",
        "smtp://[::1]:2525",
    ] {
        let channel = mail(server, "a@b.example", &["c@d.example"]);
        assert_eq!(channel.name(), "mail to c@d.example", "{server}");
    }
}

#[test]
fn other_mail_servers_are_refused() {
    for (server, why) in [
        (
            "",
            "is no URL such as smtps://user:password@host, with %40 for an @ in the password",
        ),
        ("smtp:mail.example", "names no host"),
        ("https://mail.example", "is neither smtps:// nor smtp://"),
        (
            "smtp://me:planted@mail.example?tls=none",
            "has a password for a connection that need not be TLS; use smtps:// or ?tls=required",
        ),
        (
            "smtp://me:planted@mail.example?tls=opportunistic",
            "has a password for a connection that need not be TLS; use smtps:// or ?tls=required",
        ),
        (
            "smtps://mail.example?tls=none",
            "is smtps://, which is TLS always, and says otherwise",
        ),
        (
            "smtp://mail.example?tls=planted",
            "has a query other than ?tls=required, opportunistic or none",
        ),
        (
            "smtp://mail.example?tls=required&tls=none",
            "has a query other than ?tls=required, opportunistic or none",
        ),
        (
            "smtp://mail.example?password=planted",
            "has a query other than ?tls=required, opportunistic or none",
        ),
        (
            "smtps://mail.example/planted",
            "goes on behind the host; write %2F for a / and %23 for a # in the password",
        ),
        (
            "smtps://me:pl#anted@mail.example",
            "is no URL such as smtps://user:password@host, with %40 for an @ in the password",
        ),
        (
            "smtps://planted@mail.example",
            "has a user name and no password",
        ),
        (
            "smtps://:planted@mail.example",
            "has a password and no user name",
        ),
        (
            "smtps://me:planted%FF@mail.example",
            "has a user name or password that is no UTF-8",
        ),
        (
            "smtp://169.254.169.254:25",
            "is link-local, where clouds keep credentials",
        ),
        (
            "smtps://[fe80::1]",
            "is link-local, where clouds keep credentials",
        ),
    ] {
        let message = refusal(try_mail(server, "a@b.example", &["c@d.example"]));
        assert_eq!(
            message,
            format!("the mail server's address {why}"),
            "{server}"
        );
    }
}

#[test]
fn mail_addresses_are_addresses() {
    let server = "smtps://mail.example";
    let channel = mail(
        server,
        "exmetrics <noreply@contoso.example>",
        &[
            "\"Ops, at night\" <ops+night@contoso.example>",
            " jörg <j@bücher.example> ",
        ],
    );
    assert_eq!(
        channel.name(),
        "mail to ops+night@contoso.example, j@xn--bcher-kva.example"
    );

    assert_eq!(
        refusal(try_mail(server, "a@b.example", &[])),
        "the mail has no recipient"
    );
    for (address, shown) in [
        ("", ""),
        ("ops", "ops"),
        ("ops@", "ops@"),
        ("a@b.example, c@d.example", "a@b.example, c@d.example"),
        ("jörg@b.example", "jörg@b.example"),
        ("a@[127.0.0.1]", "a@[127.0.0.1]"),
        ("a@127.0.0.1", "a@127.0.0.1"),
        (
            "a@b.example\r\nBcc: c@d.example",
            "a@b.example Bcc: c@d.example",
        ),
        ("\"a\nb\" <a@b.example>", "\"a b\" <a@b.example>"),
        ("a@b.example>\u{7f}", "a@b.example>"),
        ("\"a>b\"@b.example", "\"a>b\"@b.example"),
    ] {
        let message = format!("\"{shown}\" is no mail address");
        assert_eq!(
            refusal(try_mail(server, address, &["c@d.example"])),
            message
        );
        assert_eq!(
            refusal(try_mail(server, "a@b.example", &[address])),
            message
        );
    }
}

#[test]
fn a_proxy_is_a_url() {
    let proxy = Proxy {
        url: "http://me:planted@".into(),
        except: String::new(),
    };
    let error = NotifyClient::new(Limits::default(), Some(&proxy)).unwrap_err();
    assert_eq!(error.message, "the proxy's address is no URL");
}
