//! A real mail server gets the mail, and what it refuses is told.

use exmetrics_notify::{Notice, send as send_notice};
use insta::assert_json_snapshot;

use crate::support::{MailServer, client, mail, notice, send};

#[tokio::test]
async fn a_mail_arrives_whole() {
    let Some(mut server) = MailServer::start(&[]) else {
        return;
    };
    let channel = mail(
        &server.url(),
        "exmetrics <noreply@contoso.example>",
        &["a@b.example", "Jörg <c@bücher.example>"],
    );
    assert_eq!(send(&channel).await, Ok(()));
    // The hash is the standard library's to choose.
    insta::with_settings!({filters => [(r"[0-9a-f]{16}\.exmetrics@", "[hash].exmetrics@")]}, {
        assert_json_snapshot!("mail", server.mail().0);
    });
}

#[tokio::test]
async fn any_script_arrives() {
    let Some(mut server) = MailServer::start(&[]) else {
        return;
    };
    let channel = mail(&server.url(), "a@b.example", &["c@d.example"]);
    let title =
        "Почта пользователей: сбой – メールボックスの使用状況の実行に失敗しました 🚨 Ελληνικά "
            .repeat(2);
    let text = format!(".\n..\nسطر\n{}\nend", "длинно ".repeat(300));
    let foreign = Notice {
        title: title.clone(),
        text: text.clone(),
        ..notice()
    };
    assert_eq!(send_notice(&channel, &foreign, &client()).await, Ok(()));
    let mail = server.mail();
    assert_eq!(
        mail.headers("Subject"),
        [format!("[exmetrics] {}", title.trim())]
    );
    assert!(mail.body().starts_with(&text), "{}", mail.body());
    assert_eq!(mail.0["ascii"], true);
}

#[tokio::test]
async fn no_title_becomes_a_header() {
    let Some(mut server) = MailServer::start(&[]) else {
        return;
    };
    let channel = mail(&server.url(), "a@b.example", &["c@d.example"]);
    let sly = Notice {
        title: "one\r\nBcc: thief@evil.example\r\n\r\nbody\u{0}\u{85}\u{2028}two\t three"
            .to_owned(),
        text: "text\r\n.\r\nMAIL FROM:<thief@evil.example>\r\n".to_owned(),
        dataset: Some("a\r\n.\r\nQUIT".to_owned()),
        ..notice()
    };
    assert_eq!(send_notice(&channel, &sly, &client()).await, Ok(()));
    let mail = server.mail();
    assert_eq!(
        mail.headers("Subject"),
        ["[exmetrics] one Bcc: thief@evil.example body two three"]
    );
    assert!(mail.headers("Bcc").is_empty());
    assert_eq!(mail.0["to"], serde_json::json!(["c@d.example"]));
    assert!(
        mail.body()
            .starts_with("text\n.\nMAIL FROM:<thief@evil.example>\n"),
        "{}",
        mail.body()
    );
    assert!(
        mail.body().contains("DataSet: a . QUIT\n"),
        "{}",
        mail.body()
    );
    assert!(server.rest().is_empty(), "one mail and no other");
}

#[tokio::test]
async fn a_long_title_is_clipped_and_a_time_before_mail_is_its_first() {
    let Some(mut server) = MailServer::start(&[]) else {
        return;
    };
    let channel = mail(&server.url(), "a@b.example", &["c@d.example"]);
    let odd = Notice {
        title: "x".repeat(2_000),
        at: "1900-01-01T00:00:00Z".parse().unwrap(),
        ..notice()
    };
    assert_eq!(send_notice(&channel, &odd, &client()).await, Ok(()));
    let mail = server.mail();
    assert_eq!(
        mail.headers("Subject"),
        [format!("[exmetrics] {}…", "x".repeat(199))]
    );
    assert_eq!(mail.headers("Date"), ["Thu, 01 Jan 1970 00:00:00 +0000"]);
}

#[tokio::test]
async fn the_same_notice_has_the_same_message_id() {
    let Some(mut server) = MailServer::start(&[]) else {
        return;
    };
    let channel = mail(&server.url(), "a@b.example", &["c@d.example"]);
    let other = Notice {
        account: None,
        ..notice()
    };
    let mut ids = Vec::new();
    for notice in [&notice(), &notice(), &other] {
        assert_eq!(send_notice(&channel, notice, &client()).await, Ok(()));
        ids.push(server.mail().headers("Message-ID")[0].to_owned());
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[tokio::test]
async fn a_password_opens_the_server() {
    let word = "planted:/@ wörd";
    let Some(mut server) = MailServer::start(&["--user", "me@b.example", "--password", word])
    else {
        return;
    };
    let url = format!(
        "smtp://me%40b.example:planted%3A%2F%40%20w%C3%B6rd@127.0.0.1:{}",
        server.port
    );
    assert_eq!(
        send(&mail(&url, "a@b.example", &["c@d.example"])).await,
        Ok(())
    );
    assert_eq!(server.mail().0["user"], "me@b.example");
}

#[tokio::test]
async fn a_wrong_password_is_final_and_not_repeated() {
    let Some(server) = MailServer::start(&["--user", "me", "--password", "right"]) else {
        return;
    };
    let port = server.port;
    let place = format!("mail server 127.0.0.1:{port} refused");
    let mut answers = Vec::new();
    for sign_in in ["polite:planted@", "me:planted@", "locked:planted@", ""] {
        let url = format!("smtp://{sign_in}127.0.0.1:{port}");
        let error = send(&mail(&url, "a@b.example", &["c@d.example"]))
            .await
            .unwrap_err();
        answers.push((error.message, error.retry));
    }
    assert_eq!(
        answers,
        [
            (
                format!("{place} the sign-in with 535: 5.7.8 wrong user or password"),
                false
            ),
            (format!("{place} the sign-in with 535"), false),
            (
                format!("{place} the sign-in with 454: 4.7.0 try again later"),
                true
            ),
            (
                format!("{place} the sender with 530: 5.7.0 Authentication required"),
                false
            ),
        ]
    );
    assert!(server.rest().is_empty());
}

#[tokio::test]
async fn refusals_say_who_and_whether_it_may_pass() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let place = format!("mail server 127.0.0.1:{} refused", server.port);
    let never = format!("{place} never@d.example with 550: 5.1.1 no such mailbox");
    let later = format!("{place} later@d.example with 451: 4.7.1 come back later");
    for (from, to, message, retry) in [
        (
            "a@b.example",
            &["never@d.example"][..],
            never.clone(),
            false,
        ),
        ("a@b.example", &["later@d.example"], later.clone(), true),
        (
            "a@b.example",
            &["never@d.example", "later@d.example"],
            format!("{never}; {later}"),
            true,
        ),
        (
            "stranger@b.example",
            &["c@d.example"],
            format!("{place} the sender with 550: 5.7.1 not allowed to send"),
            false,
        ),
        (
            "full@b.example",
            &["c@d.example"],
            format!("{place} the mail with 452: 4.3.1 the disk is full"),
            true,
        ),
    ] {
        let error = send(&mail(&server.url(), from, to)).await.unwrap_err();
        assert_eq!(
            (error.message, error.retry, error.retry_after),
            (message, retry, None)
        );
    }
    assert!(server.rest().is_empty(), "nobody got anything");
}

#[tokio::test]
async fn one_refused_address_does_not_silence_the_others() {
    let Some(mut server) = MailServer::start(&[]) else {
        return;
    };
    let place = format!("mail server 127.0.0.1:{} refused", server.port);
    let channel = mail(
        &server.url(),
        "a@b.example",
        &["c@d.example", "never@d.example", "e@f.example"],
    );
    let error = send(&channel).await.unwrap_err();
    assert_eq!(
        error.message,
        format!("the mail went to 2 of 3; {place} never@d.example with 550: 5.1.1 no such mailbox")
    );
    assert!(!error.retry);
    assert_eq!(
        server.mail().0["to"],
        serde_json::json!(["c@d.example", "e@f.example"])
    );
}
