//! The settings of a DataSet: changed by one person, by two at once, removed.

use exmetrics_catalog::{Details, UpdateMethod};
use exmetrics_store::{DataSet, DataSetEdit};

use crate::wizard_support::{Answer, House, NOW};

async fn made(house: &House) -> DataSet {
    let account = house.account("contoso").await;
    let fields = [
        ("account", account.id.as_str()),
        ("report", "email-activity-user-detail"),
        ("name", "Mail"),
        ("description", "for the review"),
        ("then", "save"),
    ];
    house.post("/datasets/new", &fields).await.sent_to();
    house.store().dataset("Mail").await.unwrap()
}

fn path(dataset: &DataSet) -> String {
    format!("/datasets/{}/settings", dataset.id)
}

/// Sends the page's form back with some fields changed.
async fn send(
    house: &House,
    path: &str,
    page: &Answer,
    changed: &[(&'static str, &'static str)],
) -> Answer {
    let fields = page.fields();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| *name != "csrf")
        .filter(|(name, _)| !changed.iter().any(|(other, _)| other == name))
        .chain(changed.iter().copied())
        .collect();
    house.post(path, &fields).await
}

#[tokio::test]
async fn the_panes_show_what_was_saved() {
    let house = House::new().await;
    let dataset = made(&house).await;
    let page = house.get(&path(&dataset)).await;
    page.says("Nothing is changed yet.")
        .says("for the review")
        .says("The report of a DataSet stays.")
        .says("Remove this DataSet")
        .does_not_say("field--error");
    page.with(200);
}

#[tokio::test]
async fn a_change_is_saved_with_a_new_name() {
    let house = House::new().await;
    let dataset = made(&house).await;
    let page = house.get(&path(&dataset)).await;
    let changed = [
        ("schedule_kind", "hourly"),
        ("minute", "7"),
        ("update", "append"),
        ("name", "Post"),
        ("then", "save"),
    ];
    let saved = send(&house, &path(&dataset), &page, &changed).await;
    assert_eq!(saved.sent_to(), path(&dataset));
    let after = house.store().dataset_by_id(&dataset.id).await.unwrap();
    assert_eq!(
        (after.name.as_str(), after.update),
        ("Post", UpdateMethod::Append)
    );
    assert_eq!(after.schedule.unwrap().to_string(), "hourly at :07");
    assert_eq!(after.description, "for the review");
    assert_eq!(after.details, dataset.details);
}

#[tokio::test]
async fn who_saves_second_is_told_what_differs_and_keeps_what_was_typed() {
    let house = House::new().await;
    let dataset = made(&house).await;
    let page = house.get(&path(&dataset)).await;
    let theirs = DataSetEdit {
        description: Some("theirs".into()),
        by: Some("somebody else".into()),
        ..DataSetEdit::default()
    };
    let now = NOW.parse().unwrap();
    house
        .store()
        .edit_dataset(&dataset.id, &theirs, now)
        .await
        .unwrap();
    let mine = [("description", "mine"), ("then", "save")];
    let told = send(&house, &path(&dataset), &page, &mine).await;
    told.with(409);
    told.says("somebody else saved them today 14:22")
        .says("theirs")
        .says(">mine</textarea>")
        .says("Save mine over it");
    let unchanged = house.store().dataset_by_id(&dataset.id).await.unwrap();
    assert_eq!(unchanged.description, "theirs");
    // The ordinary button tells it again; the other one is a choice.
    let again = send(&house, &path(&dataset), &told, &[("then", "save")]).await;
    again.with(409);
    let saved = send(&house, &path(&dataset), &again, &[("then", "mine")]).await;
    saved.sent_to();
    let after = house.store().dataset_by_id(&dataset.id).await.unwrap();
    assert_eq!(after.description, "mine");
}

#[tokio::test]
async fn other_days_are_warned_of_before_they_are_saved() {
    let house = House::new().await;
    let dataset = made(&house).await;
    let page = house.get(&path(&dataset)).await;
    let changed = [("parameter_type", "period"), ("period", "D7")];
    let live = send(&house, &format!("{}/live", path(&dataset)), &page, &changed).await;
    live.says("coverage starts anew");
    live.with(200);
    assert!(matches!(dataset.details, Details::Range { .. }));
}

#[tokio::test]
async fn removed_with_its_table_when_that_is_wanted() {
    let house = House::new().await;
    let dataset = made(&house).await;
    let delete = format!("/datasets/{}/delete", dataset.id);
    house.post_with(&delete, "another", &[]).await.with(403);
    let gone = house.post(&delete, &[("delete_table", "yes")]).await;
    assert_eq!(gone.sent_to(), "/datasets");
    assert!(house.store().datasets().await.unwrap().is_empty());
    house.get(&path(&dataset)).await.with(404);
}
