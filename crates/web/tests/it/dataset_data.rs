//! The rows of a DataSet: a page of them, filtered, and as a file.

use axum::http::StatusCode;
use exmetrics_store::Role;
use http_body_util::BodyExt as _;

use crate::{
    made_up::{MadeUp, batch, dataset, days, numbers, texts},
    support::House,
};

#[tokio::test]
async fn filters_are_asked_as_values_never_as_sql() {
    let tables = MadeUp::with_rows(1_482_096);
    tables.answer(
        "SELECT count(*)",
        batch(&[("count", numbers(&[Some(1204)]))]),
    );
    tables.answer(
        "LIMIT 50",
        batch(&[
            ("user_principal_name", texts(&["adele@contoso.example"])),
            ("send_count", numbers(&[None])),
            ("report_refresh_date", days(&["2026-11-22"])),
        ]),
    );
    let house = House::with(tables.clone()).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let query =
        "f.user_principal_name=O'Neil%22%3B--&f.send_count=%3E100&sort=-send_count&col=send_count";
    let page = browser
        .get(&format!("/datasets/{}/data?{query}", dataset.id))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for words in [
        "1,204 of 1,482,096 rows",
        "adele@contoso.example",
        "<span class=\"null\">null</span>",
        "2026-11-22",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let asked = tables.questions("LIMIT 50");
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].starts_with(
            "SELECT \"send_count\" FROM rows WHERE (strpos(lower(\"user_principal_name\"), \
             'o''neil\";--') > 0) AND (\"send_count\" > 100) ORDER BY \"send_count\" DESC NULLS LAST"
        ),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_filter_that_is_none_is_said_beside_its_field() {
    let tables = MadeUp::with_rows(10);
    let house = House::with(tables.clone()).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let path = format!("/datasets/{}/data?f.send_count=many", dataset.id);
    let page = browser.get(&path).await.text;
    assert!(page.contains("Write a whole number, or a range"), "{page}");
    assert!(page.contains("value=\"many\""), "what was typed is kept");
    assert!(tables.questions("LIMIT 50").is_empty(), "it is not asked");
    let export = format!("/datasets/{}/data/export?f.send_count=many", dataset.id);
    assert_eq!(
        browser.get(&export).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn an_older_version_is_said_to_be_one() {
    let tables = MadeUp::with_rows(10);
    let house = House::with(tables).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let page = browser
        .get(&format!("/datasets/{}/data?version=3", dataset.id))
        .await
        .text;
    assert!(page.contains("version 3; the newest is 7"), "{page}");
}

#[tokio::test]
async fn a_file_has_the_rows_in_each_format() {
    let tables = MadeUp::with_rows(2);
    let house = House::with(tables.clone()).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let rows = batch(&[
        ("name", texts(&["a,b", "c"])),
        ("n", numbers(&[Some(1), None])),
    ]);
    for (format, kind, begins) in [
        (
            "csv",
            "text/csv; charset=utf-8",
            &b"name,n\n\"a,b\",1\nc,\n"[..],
        ),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
        ),
        ("parquet", "application/vnd.apache.parquet", b"PAR1"),
        ("jsonl", "application/x-ndjson", b"{\"name\":\"a,b\""),
    ] {
        tables.download.lock().unwrap().push(Ok(rows.clone()));
        let path = format!("/datasets/{}/export?format={format}", dataset.id);
        let file = browser.get(&path).await;
        assert_eq!(file.status, StatusCode::OK, "{format}: {}", file.text);
        assert_eq!(file.header("content-type"), kind);
        assert_eq!(
            file.header("content-disposition"),
            format!(
                "attachment; filename=\"Mail_by_user.{format}\"; filename*=UTF-8''Mail%20by%20user.{format}"
            )
        );
        assert!(
            file.bytes.starts_with(begins),
            "{format}: {:?}",
            &file.bytes[..8]
        );
    }
    let path = format!("/datasets/{}/export?format=docx", dataset.id);
    assert_eq!(
        browser.get(&path).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_whole_breaks_off() {
    let tables = MadeUp::with_rows(2);
    let house = House::with(tables.clone()).await;
    let (_, dataset) = dataset(&house).await;
    let browser = house.signed_in("Vera", Role::Viewer).await;
    let rows = batch(&[("name", texts(&["a"]))]);
    *tables.download.lock().unwrap() = vec![Ok(rows), Err("a file of the table is gone")];
    let path = format!("/datasets/{}/export?format=csv", dataset.id);
    let response = house.raw(&browser, &path).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        response.into_body().collect().await.is_err(),
        "half a file looks whole"
    );
}

#[tokio::test]
async fn a_large_file_is_sent_while_it_is_read() {
    let tables = MadeUp::with_rows(1_000_000);
    let house = House::with(tables.clone()).await;
    let (_, dataset) = dataset(&house).await;
    let browser = house.signed_in("Vera", Role::Viewer).await;
    let name = "a name of some length, so that a row is a row";
    let rows = batch(&[("name", texts(&vec![name; 1000]))]);
    *tables.download.lock().unwrap() = vec![Ok(rows); 1000];
    let path = format!("/datasets/{}/export?format=csv", dataset.id);
    let mut body = house.raw(&browser, &path).await.into_body();
    let (mut bytes, mut pieces) = (0, 0);
    while let Some(frame) = body.frame().await {
        bytes += frame.unwrap().into_data().unwrap().len();
        pieces += 1;
    }
    assert_eq!(bytes, "name\n".len() + 1_000_000 * (name.len() + 2 + 1));
    assert!(pieces > 100, "it came in {pieces} pieces");
}
