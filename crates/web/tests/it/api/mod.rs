//! The API under `/api/v1`.

mod accounts;
mod datasets;
mod days;
mod document;
mod made_up;
mod rows;
mod runs;
mod twice;
mod world;
mod wrong;

use serde_json::{Value, json};

use crate::api::world::World;

const REPORT: &str = "email-activity-user-detail";

/// Makes a DataSet through the API.
async fn dataset(world: &World, name: &str, account: &str) -> Value {
    let body = json!({ "name": name, "report": REPORT, "accounts": [account], "days_back": 3 });
    world.admin("POST", "/datasets", body).await.with(201)
}

/// The text of a field in each item of a page.
fn texts(page: &Value, name: &str) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item[name].as_str().unwrap().to_owned())
        .collect()
}
