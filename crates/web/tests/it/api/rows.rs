//! Rows, downloads and questions through the API.

use exmetrics_store::Scope;
use serde_json::json;

use crate::api::{dataset, world::World};

async fn world() -> World {
    let world = World::new().await;
    world.account("Contoso").await;
    dataset(&world, "mail", "Contoso").await;
    world
}

#[tokio::test]
async fn rows_come_in_a_lasting_order_page_by_page() {
    let world = world().await;
    let page = world
        .get("/datasets/mail/rows?limit=2&columns=send_count,_account")
        .await;
    let text = String::from_utf8(page.bytes.clone()).unwrap();
    let page = page.with(200);
    assert_eq!(page["columns"].as_array().unwrap().len(), 3);
    assert_eq!(
        page["rows"][0],
        json!({ "user_principal_name": "ann@contoso.example", "send_count": 3, "_account": "Contoso" })
    );
    assert_eq!(page["rows"][1]["send_count"], json!(null));
    assert_eq!(
        (&page["truncated"], &page["version"]),
        (&json!(true), &json!(2))
    );
    let (first, second) = (
        text.find("user_principal_name\":\"ann"),
        text.find("\"send_count\":3"),
    );
    assert!(first < second, "the columns are in their order: {text}");
    let asked = world.tables.asked.lock().unwrap();
    assert_eq!(
        asked[1],
        "SELECT \"send_count\", \"_account\" FROM t ORDER BY \"_account\", \"user_principal_name\" LIMIT 3 OFFSET 0"
    );
    let next = page["next"].as_str().unwrap();
    assert_eq!(
        next,
        "/api/v1/datasets/mail/rows?limit=2&columns=send_count,_account&version=2&offset=2"
    );
}

#[tokio::test]
async fn rows_that_cannot_be_are_refused() {
    let world = world().await;
    for (question, named) in [
        ("limit=0", "limit"),
        ("limit=10001", "limit"),
        ("offset=1000001", "offset"),
        ("version=3", "version"),
        ("columns=nope", "nope"),
        ("columns=send_count,send_count", "send_count"),
        ("columns=\"send_count\"%20FROM%20t--", "columns"),
    ] {
        let path = format!("/datasets/mail/rows?{question}").replace('"', "%22");
        let (what, _) = world.get(&path).await.problem(422);
        assert!(what.contains(named), "{question}: {what}");
    }
}

#[tokio::test]
async fn a_table_is_downloaded_in_each_format() {
    let world = world().await;
    let csv = world.get("/datasets/mail/export?format=csv").await;
    assert_eq!(csv.status, 200);
    assert!(csv.header("content-disposition").contains("mail.csv"));
    let text = String::from_utf8(csv.bytes).unwrap();
    assert!(
        text.starts_with(
            "user_principal_name,send_count,_account\nann@contoso.example,3,Contoso\n"
        ),
        "{text}"
    );
    assert!(text.contains("9007199254740993"), "{text}");
    let lines = world
        .get("/datasets/mail/export?format=jsonl&version=1")
        .await;
    assert_eq!(String::from_utf8(lines.bytes).unwrap().lines().count(), 3);
    let parquet = world.get("/datasets/mail/export?format=parquet").await;
    assert_eq!(
        (
            &parquet.bytes[..4],
            &parquet.bytes[parquet.bytes.len() - 4..]
        ),
        (&b"PAR1"[..], &b"PAR1"[..])
    );
    let workbook = world.get("/datasets/mail/export?format=xlsx").await;
    assert_eq!(&workbook.bytes[..2], b"PK");
    world
        .get("/datasets/mail/export?format=csv&version=7")
        .await
        .problem(422);
    world
        .get("/datasets/mail/export?format=pdf")
        .await
        .problem(422);
    world.get("/datasets/mail/export").await.problem(422);
}

#[tokio::test]
async fn a_download_may_be_compressed_on_its_way() {
    let world = world().await;
    for format in ["csv", "jsonl", "json", "parquet", "xlsx"] {
        let path = format!("/datasets/mail/export?format={format}");
        let mut request = world.request(Scope::Read, "GET", &path, &json!(null));
        let gzip = "gzip".parse().unwrap();
        request.headers_mut().insert("accept-encoding", gzip);
        let answer = world.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.bytes.is_empty()),
            (200, false)
        );
    }
}

#[tokio::test]
async fn a_question_is_answered_within_bounds() {
    let world = world().await;
    let ask = async |body| world.ask(Scope::Read, "POST", "/query", &body).await;
    let answer = ask(json!({ "sql": "SELECT * FROM mail", "limit": 2 }))
        .await
        .with(200);
    assert_eq!(answer["rows"].as_array().unwrap().len(), 2);
    assert_eq!(answer["truncated"], json!(true));
    assert_eq!(answer["columns"][0]["name"], json!("user_principal_name"));
    let whole = ask(json!({ "sql": "SELECT * FROM mail" })).await.with(200);
    assert_eq!(
        (whole["rows"].as_array().unwrap().len(), &whole["truncated"]),
        (3, &json!(false))
    );
    let (what, _) = ask(json!({ "sql": "SELECT nope FROM mail" }))
        .await
        .problem(422);
    assert!(what.contains("nope"), "{what}");
    for body in [
        json!({ "sql": " " }),
        json!({ "sql": "SELECT 1", "limit": 0 }),
        json!({}),
    ] {
        ask(body).await.problem(422);
    }
}

#[tokio::test]
async fn the_fifth_question_at_once_is_told_to_wait() {
    let world = world().await;
    let slow = json!({ "sql": "SELECT slow FROM mail" });
    let under_way: Vec<_> = (0..4)
        .map(|_| {
            let request = world.request(Scope::Read, "POST", "/query", &slow);
            tokio::spawn(tower::ServiceExt::oneshot(world.site.clone(), request))
        })
        .collect();
    while world.tables.asked.lock().unwrap().len() < 5 {
        tokio::task::yield_now().await;
    }
    let fifth = world.ask(Scope::Read, "POST", "/query", &slow).await;
    fifth.problem(429);
    assert!(!fifth.header("retry-after").is_empty());
    world.tables.go_on.notify_waiters();
    for one in under_way {
        assert_eq!(one.await.unwrap().unwrap().status(), 200);
    }
    let after = json!({ "sql": "SELECT 1" });
    world
        .ask(Scope::Read, "POST", "/query", &after)
        .await
        .with(200);
}
